import CaselightArchive
import CaselightModel
import CaselightStore
import Logging

/// Brings archive and index into step after a crash, and rebuilds the index from the archive alone.
package struct Recovery: Sendable {
    /// Changes told to the index at once.
    private static let batchSize = 256
    /// What the index may not have heard of before a crash is younger than this.
    private static let lookBack: Microseconds = .days(1)

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

    /// At start, before any worker runs: closes what a crash left open, finishes interrupted deletions, and finds files that the index
    /// has not heard of.
    package func atStart() async throws {
        for segment in try await index.segmentsBeingDeleted() {
            try await archive.erase(segment)
            try await index.apply([.deleted(segment.id)])
        }
        let open = try await index.openSegments()
        try await close(open)
        guard let newest = try await index.statistics().newestAt else { return }
        let summary = try await take(from: newest - Self.lookBack) { try await index.segment($0) != nil }
        if !open.isEmpty || summary.whole > 0 {
            logger.notice("recovered \(open.count) open segments and found \(summary.whole) that the index had not heard of")
        }
    }

    /// Reads every file of the archive into the index, which should be empty.
    ///
    /// - Parameter progress: told how many segments are in the index by now.
    package func rebuild(progress: (Int) -> Void = { _ in }) async throws -> Summary {
        try await take(from: .distantPast, progress: progress) { _ in false }
    }

    /// Closes what workers that ended have left open, and no other's; and takes in files that they had begun and not yet told of.
    ///
    /// - Parameter now: such files began within the last minutes.
    func close(segmentsOf cameras: Set<CameraCode>, at now: WallTime) async {
        do {
            try await close(try await index.openSegments().filter { cameras.contains($0.camera) })
            var known: Set<SegmentID> = []
            for camera in cameras {
                let lately = TimeSpan(start: now - Self.lookBack - Self.lookBack, end: .distantFuture)
                known.formUnion(try await index.segments(of: camera, overlapping: lately, limit: .max, detailed: false).map(\.id))
            }
            _ = try await take(of: cameras, from: now - .seconds(600)) { known.contains($0) }
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
            case .damaged(let id, let error) where error.code == .busy:
                // Somebody still writes it: it stays open in the index, and the next recovery finds it closed.
                logger.warning("\(error)", metadata: ["segment": "\(id)"])
            case .damaged(let id, let error):
                logger.critical("\(error)", metadata: ["segment": "\(id)"])
                changes = [.deleted(id), .runEnded(segment.id.run, at: segment.span.start)]
            }
            try await index.apply(changes)
        }
    }

    private func take(
        of cameras: Set<CameraCode>? = nil, from start: WallTime, progress: (Int) -> Void = { _ in },
        skipping isKnown: (SegmentID) async throws -> Bool
    ) async throws -> Summary {
        var summary = Summary()
        var waiting: [IndexChange] = []
        try await archive.scan(
            of: cameras, since: start, skipping: isKnown,
            foreign: { path in
                summary.foreign += 1
                logger.warning("'\(path)' in the archive is none of ours and stays as it is")
            }
        ) { outcome in
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
            if waiting.count >= Self.batchSize {
                try await index.apply(waiting)
                waiting = []
                progress(summary.whole)
            }
        }
        try await index.apply(waiting)
        progress(summary.whole)
        return summary
    }
}
