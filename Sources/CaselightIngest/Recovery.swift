import CaselightArchive
import CaselightModel
import CaselightStore
import Logging

/// Brings archive and index into step after a crash, and rebuilds the index from the archive alone.
package struct Recovery: Sendable {
    /// How long before the last that the index knows of a camera something may stand that it has not heard of.
    private static let lookBack: Microseconds = .days(1)
    /// What a worker that ended may not have told of began within this.
    private static let begunLately: Microseconds = .seconds(600)

    package struct Summary: Hashable, Sendable {
        package var whole = 0
        package var removed = 0
        package var damaged = 0
        package var foreign = 0
    }

    private let index: any FootageIndex
    private let archive: Archive
    private let logger: Logger

    package init(index: any FootageIndex, archive: Archive, logger: Logger) {
        self.index = index
        self.archive = archive
        self.logger = logger
    }

    /// Finishes deletions that a crash interrupted; those of segments that are held by now are taken back.
    ///
    /// - Returns: those that are gone.
    func finishDeletions(sparing shield: HoldShield) async throws -> [Segment] {
        let segments = try await index.segmentsBeingDeleted()
        var spared = segments.filter { shield.keeps($0) }
        let marked = segments.filter { !shield.keeps($0) }
        let held = try await archive.erase(marked)
        spared += held
        let gone = marked.filter { !held.contains($0) }
        try await index.apply(gone.map { .deleted($0.id) })
        try await reinstate(spared)
        return gone
    }

    /// Makes segments that were marked for deletion findable again, from their files.
    func reinstate(_ marked: [Segment]) async throws {
        for segment in marked {
            let run = try await index.run(segment.id.run)
            switch try await archive.recover(segment, stream: run?.stream, clockSamples: []) {
            case .whole(let scanned):
                let samples = scanned.clockSamples.map { IndexChange.clockSample(segment.id.run, $0) }
                try await index.apply([.deleted(segment.id), .run(run ?? scanned.run), .segment(scanned.segment)] + samples)
                logger.notice("a held segment was to be deleted and is back", metadata: ["segment": "\(segment.id)"])
            case .removed(let id): try await index.apply([.deleted(id)])
            case .damaged(let id, let error): logger.critical("\(error)", metadata: ["segment": "\(id)"])
            }
        }
    }

    func openSegments() async throws -> [Segment] { try await index.openSegments() }

    func camerasInArchive() async throws -> [CameraCode] { try await archive.cameras() }

    /// Brings one camera's footage into step, before anything new is recorded or imported for it: closes what a crash left open, and
    /// finds files that the index has not heard of.
    ///
    /// The index takes a camera's changes in their order, so what a crash or a power cut took from it came after the last that it
    /// knows of the camera; whatever was recorded or imported then changed the folder of its day. `lookBack` is for clocks that
    /// stepped, and for changes that the index refused.
    func recover(_ camera: CameraCode, open: [Segment], at now: WallTime) async throws {
        try await close(open)
        let everything = TimeSpan(start: .distantPast, end: .distantFuture)
        let newest = try await index.coverage(of: [camera], overlapping: everything)[camera]?.last?.span.end
        // An end in the future is a foreign or a stepped clock's: then every day is looked into.
        let since = newest.flatMap { $0 <= now ? $0 - Self.lookBack : nil } ?? .distantPast
        let summary = try await take(of: camera, changedSince: since)
        if !open.isEmpty || summary.whole > 0 {
            logger.notice(
                "recovered \(open.count) open segments and found \(summary.whole) that the index had not heard of",
                metadata: ["camera": "\(camera)"])
        }
    }

    /// Reads every file of the archive into the index, which should be empty.
    ///
    /// - Parameter progress: told how many segments are in the index by now.
    package func rebuild(progress: (Int) -> Void = { _ in }) async throws -> Summary {
        var intake = Intake(index: index, logger: logger)
        var foreignCount = 0
        try await archive.scan(foreign: { noteForeign($0, &foreignCount) }) { outcome in
            // What the disk would not take is not damaged, and an index without it would not be whole.
            if case .damaged(_, let error) = outcome, [.diskFull, .diskFailed].contains(error.code) { throw error }
            if try await intake.take(outcome) { progress(intake.summary.whole) }
        }
        try await intake.finish()
        progress(intake.summary.whole)
        intake.summary.foreign = foreignCount
        return intake.summary
    }

    /// Closes what workers that ended have left open, and no other's; and takes in files that they had begun and not yet told of.
    ///
    /// - Parameter now: such files began within the last minutes.
    func close(segmentsOf cameras: Set<CameraCode>, at now: WallTime) async {
        do {
            try await close(try await index.openSegments().filter { cameras.contains($0.camera) })
            for camera in cameras { _ = try await take(of: camera, changedSince: now - Self.begunLately, startedSince: now - Self.begunLately) }
        } catch {
            logger.error("\(error)")
        }
    }

    private func close(_ open: [Segment]) async throws {
        for segment in open {
            let stream = try await index.run(segment.id.run)?.stream
            let samples = try await index.clockSamples(of: segment.camera, overlapping: segment.span, limit: 1000)
            var changes: [IndexChange] = []
            switch try await archive.recover(segment, stream: stream, clockSamples: samples) {
            case .whole(let scanned):
                changes = [.segment(scanned.segment), .runEnded(segment.id.run, at: scanned.segment.span.end)]
            case .removed(let id):
                changes = [.deleted(id), .runEnded(segment.id.run, at: segment.span.start)]
            case .damaged(let id, let error) where [.busy, .diskFull, .diskFailed].contains(error.code):
                // Somebody still writes it, or it cannot be closed now: it stays open in the index for the next recovery.
                logger.warning("\(error)", metadata: ["segment": "\(id)"])
            case .damaged(let id, let error):
                logger.critical("\(error)", metadata: ["segment": "\(id)"])
                changes = [.deleted(id), .runEnded(segment.id.run, at: segment.span.start)]
            }
            try await index.apply(changes)
        }
    }

    private func take(
        of camera: CameraCode, changedSince changed: WallTime, startedSince started: WallTime = .distantPast
    ) async throws -> Summary {
        var intake = Intake(index: index, logger: logger)
        var foreignCount = 0
        try await archive.scan(
            camera, changedSince: changed, startedSince: started,
            knowing: { try await known(of: camera, in: $0) }, foreign: { noteForeign($0, &foreignCount) }
        ) { outcome in _ = try await intake.take(outcome) }
        try await intake.finish()
        return intake.summary
    }

    /// Those being deleted are known too. They are asked for last: one that is dropped before has lost its file before that.
    private func known(of camera: CameraCode, in span: TimeSpan) async throws -> Set<SegmentID> {
        let kept = try await index.segments(of: camera, overlapping: span, limit: .max, detailed: false)
        return Set(kept.map(\.id)).union(try await index.segmentsBeingDeleted().map(\.id))
    }

    private func noteForeign(_ path: String, _ count: inout Int) {
        count += 1
        logger.warning("'\(path)' in the archive is none of ours and stays as it is")
    }
}

/// Gathers recovered segments into changes of the index, a batch at a time.
private struct Intake {
    /// Changes told to the index at once.
    private static let batchSize = 256

    let index: any FootageIndex
    let logger: Logger
    var summary = Recovery.Summary()
    private var waiting: [IndexChange] = []

    init(index: any FootageIndex, logger: Logger) {
        self.index = index
        self.logger = logger
    }

    /// - Returns: whether a batch went to the index.
    mutating func take(_ outcome: SegmentOutcome) async throws -> Bool {
        switch outcome {
        case .whole(let scanned):
            summary.whole += 1
            waiting += [.run(scanned.run), .segment(scanned.segment)]
            waiting += scanned.clockSamples.map { .clockSample(scanned.header.id.run, $0) }
        case .removed:
            summary.removed += 1
        case .damaged(let id, let error):
            summary.damaged += 1
            logger.critical("\(error)", metadata: ["segment": "\(id)"])
        }
        guard waiting.count >= Self.batchSize else { return false }
        try await finish()
        return true
    }

    mutating func finish() async throws {
        try await index.apply(waiting)
        waiting = []
    }
}
