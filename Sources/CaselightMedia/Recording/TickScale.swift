import CFFmpeg

/// From a stream's timestamps to its track's ticks.
struct TickScale {
    let timeBase: AVRational
    let timescale: Int32
    /// Where a timestamp is a whole number of ticks, as almost always.
    private let factor: Int64?

    init(timeBase: AVRational, timescale: Int32) {
        self.timeBase = timeBase
        self.timescale = timescale
        let isWhole = timeBase.den > 0 && timeBase.num > 0 && timescale % timeBase.den == 0
        factor = isWhole ? Int64(timeBase.num) * Int64(timescale / timeBase.den) : nil
    }

    func ticks(_ time: Int64) -> Int64 {
        if let factor {
            let product = time.multipliedReportingOverflow(by: factor)
            if !product.overflow { return product.partialValue }
        }
        return av_rescale_q(time, timeBase, AVRational(num: 1, den: timescale))
    }

    /// Microseconds of a timestamp, rounded down.
    func microseconds(_ time: Int64) -> Int64 {
        av_rescale_q_rnd(time, timeBase, AVRational(num: 1, den: 1_000_000), AV_ROUND_DOWN)
    }

    func microseconds(ofTicks ticks: Int64) -> Int64 {
        av_rescale_q_rnd(ticks, AVRational(num: 1, den: timescale), AVRational(num: 1, den: 1_000_000), AV_ROUND_DOWN)
    }

    func ticks(ofMicroseconds microseconds: Int64) -> Int64 {
        av_rescale_q(microseconds, AVRational(num: 1, den: 1_000_000), AVRational(num: 1, den: timescale))
    }
}
