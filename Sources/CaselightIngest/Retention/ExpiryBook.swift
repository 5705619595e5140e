import CaselightModel
import CaselightStore
import Logging
import Metrics

/// Tells the consultation log what expires, before it goes: one entry for each camera and unbroken stretch.
actor ExpiryBook {
    /// Stretches that wait for a log that cannot be written. Past it those of a camera become one.
    private static let waitingLimit = 10_000
    /// Entries handed to the log at once: it takes in no more than it can write soon.
    private static let entriesAtOnce = 500

    /// What one entry says.
    struct Stretch: Hashable {
        var camera: CameraCode
        var span: TimeSpan
        var segmentCount: Int
        var byteCount: Int64
        var reason: String

        var act: LoggedAct {
            LoggedAct(
                .expired, by: .daemon, outcome: .done, camera: camera, span: span,
                detail: "\(segmentCount) segments, \(byteCount) bytes: \(reason)")
        }
    }

    private let log: any ConsultationLog
    private let logger: Logger
    /// What went to make room while the log could not be written: it may stand on the disk that was full.
    private var waiting: [Stretch] = []
    private let waitingGauge = Gauge(label: "caselight_expiries_not_logged")

    init(log: any ConsultationLog, logger: Logger) {
        self.log = log
        self.logger = logger
    }

    /// Returns when the log has it.
    ///
    /// - Throws: `logUnwritable`; then nothing may go.
    func note(_ segments: [Segment], because reason: String) async throws(CaselightError) {
        try await writeWaiting()
        try await append(Self.stretches(of: segments, reason).map(\.act)[...])
    }

    private func append(_ acts: ArraySlice<LoggedAct>) async throws(CaselightError) {
        var rest = acts
        while !rest.isEmpty {
            try await log.append(Array(rest.prefix(Self.entriesAtOnce)))
            rest = rest.dropFirst(Self.entriesAtOnce)
        }
    }

    /// As `note`, but footage that goes to make room does not wait for the log: recording would stop. What the log does not take is kept
    /// in mind, and stands in the journal meanwhile.
    func noteIfPossible(_ segments: [Segment], because reason: String) async {
        let stretches = Self.stretches(of: segments, reason)
        do throws(CaselightError) {
            try await writeWaiting()
            try await append(stretches.map(\.act)[...])
        } catch {
            for stretch in stretches { add(stretch) }
            waitingGauge.record(waiting.count)
            let first = stretches.first.map { "; first: camera '\($0.camera)', \($0.span)" } ?? ""
            logger.critical(
                "footage goes to make room and the consultation log cannot be written: \(segments.count) segments in \(stretches.count) stretches wait to be entered\(first)",
                metadata: ["error": "\(error)"])
        }
    }

    /// Says of what was entered that it did not go after all, or not wholly.
    func noteFailure(_ segments: [Segment], because cause: String) async {
        let acts = Self.stretches(of: segments, cause).map { stretch in
            var act = stretch.act
            act.outcome = .failed
            return act
        }
        do throws(CaselightError) {
            try await append(acts[...])
        } catch {
            logger.error("\(error)")
        }
    }

    /// Enters what waits, where the log takes it now.
    func retry() async {
        do throws(CaselightError) {
            try await writeWaiting()
        } catch {
            logger.error("\(waiting.count) stretches of expired footage wait for the consultation log: \(error)")
        }
    }

    private func writeWaiting() async throws(CaselightError) {
        while !waiting.isEmpty {
            let batch = Array(waiting.prefix(Self.entriesAtOnce))
            waiting.removeFirst(batch.count)
            do throws(CaselightError) {
                try await log.append(batch.map(\.act))
            } catch {
                waiting = batch + waiting
                throw error
            }
            waitingGauge.record(waiting.count)
        }
    }

    private func add(_ stretch: Stretch) {
        let position = waiting.lastIndex { $0.camera == stretch.camera && $0.reason == stretch.reason }
        if let position, waiting[position].span.end >= stretch.span.start || waiting.count >= Self.waitingLimit {
            waiting[position].add(stretch)
        } else {
            waiting.append(stretch)
        }
    }

    /// One for each unbroken stretch of a camera, by camera and time.
    static func stretches(of segments: [Segment], _ reason: String) -> [Stretch] {
        var stretches: [Stretch] = []
        for segment in segments.sorted(by: { ($0.camera, $0.span.start) < ($1.camera, $1.span.start) }) {
            let own = Stretch(
                camera: segment.camera, span: segment.span, segmentCount: 1,
                byteCount: segment.byteCount + (segment.audio?.byteCount ?? 0), reason: reason)
            if let last = stretches.last, last.camera == segment.camera, segment.span.start <= last.span.end {
                stretches[stretches.count - 1].add(own)
            } else {
                stretches.append(own)
            }
        }
        return stretches
    }
}

extension ExpiryBook.Stretch {
    fileprivate mutating func add(_ other: Self) {
        span = TimeSpan(start: min(span.start, other.span.start), end: max(span.end, other.span.end))
        segmentCount += other.segmentCount
        byteCount += other.byteCount
    }
}
