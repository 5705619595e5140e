package import CaselightModel

/// Reads the fragments of a segment's file: the one parser behind keyframe tables, activity and spans, used on each fragment before
/// it is written, by recovery and by a rebuild of the index, so that all three agree to the byte.
///
/// Bytes may be hostile: every number is checked against what holds it before it is used.
package struct FragmentReader: Sendable {
    package let initialization: MediaInitialization

    package init(initialization: MediaInitialization) { self.initialization = initialization }

    /// Whole fragments, one after the other; boxes that are none of a fragment's are passed over.
    ///
    /// - Parameter offset: where `bytes` begin in their file.
    /// - Throws: `CaselightError` with code `damagedMedia` when anything is cut off or contradicts itself.
    package func fragments(in bytes: ArraySlice<UInt8>, at offset: Int64) throws(CaselightError) -> [MediaFragment] {
        do throws(BoxDamage) {
            var assembler = FragmentAssembler(initialization: initialization)
            var cursor = ByteCursor(bytes)
            var fragments: [MediaFragment] = []
            while let box = try cursor.nextBox() {
                if let fragment = try assembler.take(box, at: offset + Int64(box.offset - bytes.startIndex)) { fragments.append(fragment) }
            }
            guard !assembler.isWithinFragment else { throw BoxDamage(cause: "the last fragment has no 'mdat'") }
            return fragments
        } catch {
            throw CaselightError(.damagedMedia, "read a fragment at offset \(offset)", because: error.cause)
        }
    }
}

/// Puts fragments together from boxes in the order of the file.
struct FragmentAssembler {
    private let initialization: MediaInitialization
    private var start: Int64?
    private var reference: ProducerTime?
    private var movieFragment: MovieFragment?

    init(initialization: MediaInitialization) { self.initialization = initialization }

    /// A `prft` or `moof` waits for its `mdat`.
    var isWithinFragment: Bool { start != nil }

    mutating func take(_ box: Box, at offset: Int64) throws(BoxDamage) -> MediaFragment? {
        let contentOffset = offset + Int64(box.headerByteCount)
        guard box.type == "mdat" else {
            try take(box.type, content: box.content, at: offset)
            return nil
        }
        return try finish(mediaData: contentOffset..<contentOffset + Int64(box.content.count))
    }

    mutating func take(_ type: FourCharacterCode, content: ArraySlice<UInt8>, at offset: Int64) throws(BoxDamage) {
        switch type {
        case "prft":
            guard reference == nil, movieFragment == nil else { throw BoxDamage(cause: "a 'prft' stands within a fragment") }
            start = offset
            reference = try ProducerTime(content)
        case "moof":
            guard movieFragment == nil else { throw BoxDamage(cause: "two 'moof' follow each other") }
            start = start ?? offset
            movieFragment = try MovieFragment(content, at: offset, of: initialization)
        default: return
        }
    }

    /// - Parameter mediaData: the content of `mdat`.
    mutating func finish(mediaData: Range<Int64>) throws(BoxDamage) -> MediaFragment {
        defer { (start, reference, movieFragment) = (nil, nil, nil) }
        guard let start, let movieFragment else { throw BoxDamage(cause: "an 'mdat' stands without its 'moof'") }
        guard let reference, reference.trackID == initialization.trackID else {
            throw BoxDamage(cause: "a fragment has no 'prft' that says when it was taken")
        }
        var samples: [MediaSample] = []
        samples.reserveCapacity(movieFragment.samples.count)
        var endsAt = reference.time
        for sample in movieFragment.samples {
            let end = sample.offset + Int64(sample.byteCount)
            guard mediaData.lowerBound <= sample.offset, end <= mediaData.upperBound else {
                throw BoxDamage(cause: "a sample lies outside of its 'mdat'")
            }
            let time = try wallTime(sample.presentationTicks, reference)
            let sampleEnd = try wallTime(sample.presentationTicks + Int64(sample.durationTicks), reference)
            endsAt = max(endsAt, sampleEnd)
            samples.append(
                MediaSample(
                    time: time, duration: sampleEnd - time, offset: sample.offset, byteCount: Int(sample.byteCount),
                    isSync: sample.isSync))
        }
        return MediaFragment(range: start..<mediaData.upperBound, startsAt: reference.time, endsAt: endsAt, samples: samples)
    }

    /// The wall time of a moment in the track: the reference's, and from there the distance in ticks, rounded down.
    private func wallTime(_ ticks: Int64, _ reference: ProducerTime) throws(BoxDamage) -> WallTime {
        let distance = ticks.subtractingReportingOverflow(reference.mediaTicks)
        // 2^42 ticks are 34 days at 1.5 MHz; times 10^6 they stay in 64 bits.
        guard !distance.overflow, distance.partialValue.magnitude < 1 << 42 else {
            throw BoxDamage(cause: "a sample's time is far from its 'prft'")
        }
        return reference.time + Microseconds(floorDivide(distance.partialValue * 1_000_000, Int64(initialization.timescale)))
    }
}

/// A `prft` box (ISO/IEC 14496-12, 8.16.5): which wall time a moment of the track had.
struct ProducerTime {
    let trackID: UInt32
    let time: WallTime
    let mediaTicks: Int64

    init(_ content: ArraySlice<UInt8>) throws(BoxDamage) {
        var cursor = ByteCursor(content)
        let version = try cursor.versionAndFlags().version
        trackID = try cursor.number32()
        time = NTPTime.wallTime(try cursor.number64())
        mediaTicks = Int64(bitPattern: version == 0 ? UInt64(try cursor.number32()) : try cursor.number64())
    }
}
