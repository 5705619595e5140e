import CaselightModel

/// What one camera recorded around a span, in true time, before it is cut for an answer.
struct CameraFootage: Sendable {
    /// Stretches with pictures, in order; those of imports may overlap those of the feed.
    var spans: [ClipSpan] = []
    /// Stretches whose policy kept no pictures.
    var withoutPictures: [TimeSpan] = []
    var state = FootageState.absent
    /// Runs whose times follow a recorder's clock, by what is known of it.
    var imports: [SpanClock: Set<RunID>] = [:]
    /// The newest comparison of the camera's clock with ours.
    var cameraClock: ClockSample?

    /// What of `span` has no pictures, in order.
    func missing(of span: TimeSpan) -> [TimeSpan] { span.subtracting(spans.map { $0.span }) }

    var importedRuns: Set<RunID> { imports.values.reduce(into: []) { $0.formUnion($1) } }

    /// The largest uncertainty of the clocks that its footage follows.
    var uncertainty: Microseconds {
        (spans.map { $0.clock.uncertaintyUs } + imports.keys.map { $0.uncertaintyUs }).max() ?? receiverClock.uncertaintyUs
    }

    /// What is known of our own clock's distance from the moment a picture was taken.
    var receiverClock: SpanClock { .receiver(measuredBy: cameraClock) }

    mutating func judge(_ span: TimeSpan) {
        let missing = missing(of: span)
        state = missing.isEmpty ? .full : missing == [span] ? .absent : .partial
    }

    /// Cuts to `span` as widened for each clock, and gives live footage the uncertainty that was measured.
    mutating func cut(to span: TimeSpan, margin: Microseconds) {
        let receiver = receiverClock
        spans = spans.compactMap { clip in
            let clock = clip.clock.basis == .receiver ? receiver : clip.clock
            let window = span.widened(by: margin + clock.uncertaintyUs)
            return clip.span.intersection(window).map { ClipSpan(span: $0, policy: clip.policy, clock: clock) }
        }
    }

    /// Adds stretches of the archive, which follow `clock`.
    mutating func add(_ recorded: [Coverage], following clock: SpanClock) {
        for stretch in recorded {
            let span = stretch.span.shifted(by: -clock.offsetUs)
            if stretch.policy == .metadata {
                withoutPictures.append(span)
            } else {
                spans.append(ClipSpan(span: span, policy: stretch.policy, clock: clock))
            }
        }
        spans.sort { ($0.span.start, $0.span.end) < ($1.span.start, $1.span.end) }
    }
}

extension SpanClock {
    static func receiver(measuredBy sample: ClockSample?) -> SpanClock {
        let measured = sample.map { min(max(.zero, $0.uncertaintyUs), uncertaintyMaximum) }
        return SpanClock(basis: .receiver, offsetUs: .zero, uncertaintyUs: measured ?? defaultReceiverUncertainty)
    }

    /// What is known of an import's times: the newest statement about its run, else about all of the camera's imports.
    ///
    /// - Parameter corrections: of the run's camera, oldest first.
    static func imported(_ run: RunID, corrections: [ClockCorrection]) -> SpanClock {
        guard let statement = corrections.last(where: { $0.run == run }) ?? corrections.last(where: { $0.run == nil }) else {
            return SpanClock(basis: .stated, offsetUs: .zero, uncertaintyUs: uncheckedRecorderUncertainty)
        }
        return SpanClock(
            basis: .corrected, offsetUs: statement.offsetUs,
            uncertaintyUs: min(max(.zero, statement.uncertaintyUs), uncertaintyMaximum))
    }
}
