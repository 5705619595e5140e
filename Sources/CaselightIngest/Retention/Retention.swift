import CaselightArchive
import CaselightModel
import CaselightStore
import Logging
import Metrics

/// Makes room: footage past its age goes, and while the disk is short of free space, the oldest of all cameras. What a hold keeps stays,
/// and so does what is younger than the policy's floor.
///
/// Every deletion is decided and marked while no hold can be placed, and entered in the consultation log before it is marked. Then the
/// files are erased, then the rows dropped, so that a crash between leaves nothing that answers a question and nothing that is forgotten.
/// Each is noted as an outage of cause `expired`.
actor Retention {
    static let batchSize = 400
    /// Ten minutes at the usual interval, nothing beside days.
    private static let callsPerRound = 20
    private static let leastCamerasAtOnce = 50
    /// Footage goes so much at once: with every segment by itself the log would grow as fast as the index. Far below the day within
    /// which expired footage has to be gone.
    private static let expiryStep = Microseconds.seconds(6 * 3600)
    /// What holds keep in all is measured once in so many calls.
    private static let callsPerMeasurement = 20

    let records: any RecordStore
    let index: any FootageIndex
    let archive: Archive
    let holds: HoldBook
    let outages: OutageBook
    let expiry: ExpiryBook
    let clock: any WallClock
    let logger: Logger
    /// Those in force; `nil` when the daemon is gone.
    private let settings: @Sendable () async -> IngestSettings?
    /// Told why the archive is full and nothing in it may be deleted; `nil` while there is room.
    let onRoom: @Sendable (_ problem: String?) async -> Void
    private let recovery: Recovery
    /// What is left of a round through the cameras, over several calls.
    private var rest: ArraySlice<CameraCode> = []
    private var countAtOnce = 0
    private var callCount = 0
    private var clockWatch = ClockWatch()
    private let leapGauge = Gauge(label: "caselight_clock_leapt")
    /// Where the search for room found the first that may go.
    var roomWalk = RoomWalk()
    let freeGauge = Gauge(label: "caselight_archive_free_bytes")
    let fullGauge = Gauge(label: "caselight_archive_full")
    private let expiredCounter = Counter(label: "caselight_segments_expired_total")

    init(
        records: any RecordStore, index: any FootageIndex, archive: Archive, holds: HoldBook, outages: OutageBook,
        clock: any WallClock, logger: Logger, settings: @Sendable @escaping () async -> IngestSettings?,
        onRoom: @Sendable @escaping (_ problem: String?) async -> Void = { _ in }
    ) {
        self.records = records
        self.index = index
        self.archive = archive
        self.holds = holds
        self.outages = outages
        self.settings = settings
        self.onRoom = onRoom
        self.clock = clock
        self.logger = logger
        expiry = ExpiryBook(log: holds.log, logger: logger)
        recovery = Recovery(index: index, archive: archive, logger: logger)
    }

    func run() async {
        while !Task.isCancelled, let settings = await settings() {
            await holds.tend()
            await expiry.retry()
            // One may fail without the other: what is past its age waits for the log, and room does not.
            if agesAreBelievable() { await reporting { try await self.expireByAge(settings.retention) } }
            await reporting { try await self.makeRoom(reserveBytes: settings.reserveBytes, settings.retention) }
            await measure()
            try? await Task.sleep(for: settings.retentionInterval)
        }
    }

    private func agesAreBelievable() -> Bool {
        let wasLeap = clockWatch.leap != nil
        let isBelievable = clockWatch.trusts(clock.now(), at: .now)
        leapGauge.record(isBelievable ? 0 : 1)
        if let leap = clockWatch.leap, !wasLeap {
            logger.critical(
                "this machine's clock leapt \(Int64(leap.span.seconds)) s forward: nothing is deleted for its age for a day. Set the clock right; where it is right now, wait or restart.")
        }
        return isBelievable
    }

    private func reporting(_ body: () async throws -> Void) async {
        do {
            try await body()
        } catch is CancellationError {
            return
        } catch let error as CaselightError where error.code == .logUnwritable {
            logger.warning("footage past its age stays, since its end cannot be entered in the consultation log: \(error)")
        } catch {
            logger.error("\(error)")
        }
    }

    private func measure() async {
        defer { callCount += 1 }
        guard callCount.isMultiple(of: Self.callsPerMeasurement) else { return }
        _ = try? await holds.measureBytes()
    }

    /// Deletes what is older than its camera's retention, of the next cameras of a round: all of them take `callsPerRound` calls, so
    /// that what is asked and synced grows with what there is to delete and not with the number of cameras.
    func expireByAge(_ policy: RetentionPolicy) async throws {
        if rest.isEmpty {
            let all = try await index.camerasWithFootage()
            rest = all[...]
            countAtOnce = max(Self.leastCamerasAtOnce, (all.count + Self.callsPerRound - 1) / Self.callsPerRound)
        }
        let next = rest.prefix(countAtOnce)
        rest = rest.dropFirst(countAtOnce)
        for code in next {
            guard !Task.isCancelled else { return }
            let days = try await records.lastRegistration(of: code).map { policy.days(of: $0) } ?? policy.daysOfUnknown
            try await expire(code, olderThan: days)
        }
    }

    private func expire(_ code: CameraCode, olderThan days: Int) async throws {
        let limit = clock.now() - .days(Int64(days))
        guard let first = try await firstUnheld(of: code, endedBefore: limit - Self.expiryStep) else { return }
        var cursor = OldestCursor.startingAt(first.span.start)
        while !Task.isCancelled {
            let page = try await index.oldestSegments(of: code, endedBefore: limit, from: cursor, limit: Self.batchSize)
            guard let last = page.last else { return }
            let shield = try await delete(page, because: "older than \(days) days", evenUnlogged: false).shield
            cursor = Self.next(after: last, shield)
        }
    }

    /// The oldest of the camera that no hold keeps: most often there is none, and one look tells.
    private func firstUnheld(of code: CameraCode, endedBefore limit: WallTime) async throws -> Segment? {
        var cursor: OldestCursor?
        var pageSize = 1
        while true {
            let page = try await index.oldestSegments(of: code, endedBefore: limit, from: cursor, limit: pageSize)
            guard let last = page.last else { return nil }
            let shield = try await holds.shield()
            if let free = page.first(where: { !shield.keeps($0) }) { return free }
            cursor = Self.next(after: last, shield)
            pageSize = Self.batchSize
        }
    }

    /// Past the whole stretch where a hold keeps the last: what it keeps costs one page, however long it is.
    private static func next(after last: Segment, _ shield: HoldShield) -> OldestCursor {
        guard let held = shield.stretch(of: last), held.end > last.span.start else { return .after(last) }
        return .startingAt(held.end)
    }

    /// Deletes those that no hold keeps.
    ///
    /// - Parameter evenUnlogged: goes on where the consultation log cannot be written; the entry follows.
    /// - Returns: what was held when it was decided, and the bytes of what went.
    func delete(
        _ segments: [Segment], because reason: String, evenUnlogged: Bool
    ) async throws -> (shield: HoldShield, byteCount: Int64) {
        let (shield, freed) = try await holds.deciding { [expiry, index] shield in
            let freed = segments.filter { !shield.keeps($0) }
            guard !freed.isEmpty else { return (shield, freed) }
            if evenUnlogged {
                await expiry.noteIfPossible(freed, because: reason)
            } else {
                try await expiry.note(freed, because: reason)
            }
            try await index.apply(freed.map { .deleting($0.id) })
            return (shield, freed)
        }
        guard !freed.isEmpty else { return (shield, 0) }
        do {
            let gone = try await finish(freed, because: reason)
            return (shield, gone.reduce(0) { $0 + $1.byteCount + ($1.audio?.byteCount ?? 0) })
        } catch {
            await expiry.noteFailure(freed, because: "\(error)")
            throw error
        }
    }

    /// - Returns: those that are gone.
    private func finish(_ marked: [Segment], because reason: String) async throws -> [Segment] {
        let spared = try await archive.erase(marked)
        let gone = spared.isEmpty ? marked : marked.filter { !spared.contains($0) }
        await outages.note(Self.outages(of: gone, reason))
        try await index.apply(gone.map { .deleted($0.id) })
        expiredCounter.increment(by: gone.count)
        if let first = gone.first {
            logger.info("\(gone.count) segments expired: \(reason)", metadata: ["oldest": "\(first.span.start)"])
        }
        guard !spared.isEmpty else { return gone }
        await expiry.noteFailure(spared, because: "a hold was placed in the meantime")
        try await recovery.reinstate(spared)
        return gone
    }

    /// One note for each unbroken stretch of a camera: each is a durable write.
    static func outages(of segments: [Segment], _ reason: String) -> [Outage] {
        ExpiryBook.stretches(of: segments, reason).map { stretch in
            Outage(
                camera: stretch.camera, startedAt: stretch.span.start, endedAt: stretch.span.end, cause: .expired, detail: reason)
        }
    }
}
