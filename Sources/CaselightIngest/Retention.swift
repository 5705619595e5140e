import CaselightArchive
import CaselightModel
import CaselightStore
import Logging
import Metrics

/// Makes room: footage past its age goes, and while the disk is short of free space, the oldest of all cameras.
///
/// Every deletion marks the rows first, then erases the files, then drops the rows, so that a crash between leaves nothing that
/// answers a question and nothing that is forgotten. Each is noted as an outage of cause `expired`.
package struct Retention: Sendable {
    private static let batchSize = 200
    /// Less is no room for a second of a hundred cameras.
    private static let leastFreeBytes: Int64 = 32 << 20
    /// Ten minutes at the usual interval, nothing beside days.
    private static let callsPerRound = 20
    private static let leastCamerasAtOnce = 50
    /// Footage younger than this is never deleted to make room: then recording stops instead, with an alarm.
    private static let youngestDeleted: Microseconds = .seconds(120)

    private let records: any RecordStore
    private let index: any FootageIndex
    private let archive: Archive
    private let outages: OutageBook
    private let clock: any WallClock
    private let logger: Logger
    /// Those in force; `nil` when the daemon is gone.
    private let settings: @Sendable () async -> IngestSettings?
    private let freeGauge = Gauge(label: "caselight_archive_free_bytes")
    private let expiredCounter = Counter(label: "caselight_segments_expired_total")
    private let fullGauge = Gauge(label: "caselight_archive_full")
    /// Told whether the archive is full and nothing in it may be deleted.
    private let onRoom: @Sendable (_ isFull: Bool) async -> Void

    init(
        records: any RecordStore, index: any FootageIndex, archive: Archive, outages: OutageBook, clock: any WallClock, logger: Logger,
        settings: @Sendable @escaping () async -> IngestSettings?, onRoom: @Sendable @escaping (_ isFull: Bool) async -> Void = { _ in }
    ) {
        self.records = records
        self.index = index
        self.archive = archive
        self.outages = outages
        self.settings = settings
        self.onRoom = onRoom
        self.clock = clock
        self.logger = logger
    }

    func run() async {
        var round = Round()
        while !Task.isCancelled, let settings = await settings() {
            do {
                try await expireByAge(&round, defaultDays: settings.retentionDays)
                try await makeRoom(reserveBytes: settings.reserveBytes)
            } catch is CancellationError {
                return
            } catch {
                logger.error("\(error)")
            }
            try? await Task.sleep(for: settings.retentionInterval)
        }
    }

    /// A round through the cameras, over several calls.
    struct Round {
        fileprivate var rest: ArraySlice<CameraCode> = []
        fileprivate var countAtOnce = 0
    }

    /// Deletes what is older than its camera's retention, of the next cameras of a round: all of them take `callsPerRound` calls, so
    /// that what is asked and synced grows with what there is to delete and not with the number of cameras.
    func expireByAge(_ round: inout Round, defaultDays: Int) async throws {
        if round.rest.isEmpty {
            let all = try await index.camerasWithFootage()
            round.rest = all[...]
            round.countAtOnce = max(Self.leastCamerasAtOnce, (all.count + Self.callsPerRound - 1) / Self.callsPerRound)
        }
        let next = round.rest.prefix(round.countAtOnce)
        round.rest = round.rest.dropFirst(round.countAtOnce)
        try await expireByAge(of: next, defaultDays: defaultDays)
    }

    private func expireByAge(of cameras: ArraySlice<CameraCode>, defaultDays: Int) async throws {
        for code in cameras {
            let days = try await records.camera(code)?.retentionDays ?? defaultDays
            let limit = clock.now() - .days(Int64(days))
            while !Task.isCancelled {
                let old = try await index.oldestSegments(of: code, endedBefore: limit, from: nil, limit: Self.batchSize)
                guard !old.isEmpty else { break }
                try await delete(old, because: "older than \(days) days")
            }
        }
    }

    /// Deletes the oldest footage of all cameras until the reserve is free again.
    func makeRoom(reserveBytes: Int64) async throws {
        var (freeBytes, _) = try archive.space()
        while freeBytes < reserveBytes, !Task.isCancelled {
            let oldest = try await index.oldestSegments(
                of: nil, endedBefore: clock.now() - Self.youngestDeleted, from: nil, limit: Self.batchSize)
            guard !oldest.isEmpty else {
                freeGauge.record(freeBytes)
                fullGauge.record(1)
                await onRoom(true)
                logger.critical(
                    "the archive is full and nothing in it may be deleted: recording stops where the disk refuses. Free space on \(archive.path) or add a disk."
                )
                return
            }
            try await delete(Self.enough(of: oldest, toFree: reserveBytes - freeBytes), because: "the disk was full")
            (freeBytes, _) = try archive.space()
        }
        freeGauge.record(freeBytes)
        fullGauge.record(0)
        // Without a reserve the disk itself is the limit.
        await onRoom(freeBytes < Self.leastFreeBytes)
    }

    /// As many of the oldest as make up the bytes that are missing, and at least one.
    private static func enough(of segments: [Segment], toFree wanted: Int64) -> [Segment] {
        var freed: Int64 = 0
        return Array(
            segments.prefix { segment in
                defer { freed += segment.byteCount + (segment.audio?.byteCount ?? 0) }
                return freed < wanted
            })
    }

    /// One note for each unbroken stretch of a camera: each is a durable write.
    static func outages(of segments: [Segment], _ reason: String) -> [Outage] {
        var notes: [Outage] = []
        for segment in segments.sorted(by: { ($0.camera, $0.span.start) < ($1.camera, $1.span.start) }) {
            if let last = notes.last, last.camera == segment.camera, let end = last.endedAt, segment.span.start <= end {
                notes[notes.count - 1].endedAt = max(end, segment.span.end)
            } else {
                notes.append(
                    Outage(
                        camera: segment.camera, startedAt: segment.span.start, endedAt: segment.span.end, cause: .expired, detail: reason))
            }
        }
        return notes
    }

    private func delete(_ segments: [Segment], because reason: String) async throws {
        try await index.apply(segments.map { .deleting($0.id) })
        try await archive.erase(segments)
        await outages.note(Self.outages(of: segments, reason))
        try await index.apply(segments.map { .deleted($0.id) })
        expiredCounter.increment(by: segments.count)
        logger.info("\(segments.count) segments expired: \(reason)", metadata: ["oldest": "\(segments[0].span.start)"])
    }
}
