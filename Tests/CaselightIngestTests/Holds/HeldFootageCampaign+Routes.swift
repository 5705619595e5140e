import CaselightArchive
import CaselightModel
import CaselightStore
import Foundation
import Testing

@testable import CaselightIngest

extension HeldFootageCampaign {
    func take(_ route: Route) async throws {
        switch route {
        case .age: try await installation.expireAll(RetentionPolicy(defaultDays: 1))
        case .room: try await installation.retention.makeRoom(reserveBytes: .max, RetentionPolicy())
        case .cameraRemoved: try await removeAndReturn(randomCamera)
        case .registeredAnew: try await reregister(randomCamera)
        case .cameraChanged: try await change(randomCamera)
        case .reindex: try await installation.restart(rebuildingIndex: true)
        case .restart: try await installation.restart()
        case .olderRecords: try await restoreOlderRecords()
        case .recordsLost: try await loseRecords()
        case .holdFilesLost: try await installation.restart { try FileManager.default.removeItem(atPath: installation.archive.path + "/@holds") }
        case .holdFileDamaged: try await damageAHoldFile()
        case .onePerson: try await releaseAlone()
        case .raceWithAge: try await race { try await self.installation.retention.expireByAge(RetentionPolicy(defaultDays: 1)) }
        case .raceWithRoom: try await race { try await self.installation.retention.makeRoom(reserveBytes: .max, RetentionPolicy()) }
        case .staleMarks: try await markHeld()
        case .eraseDirectly: try await eraseHeld()
        case .notYetLapsed: try await closeIncident()
        case .logUnwritable: try await lapseUnlogged()
        case .clockSteps: try await stepClock()
        case .headDamaged: try await damageFile { Self.flipped($0, at: 1) }
        case .trailerDamaged: try await damageFile { Self.flipped($0, at: Self.firstFragment(in: $0)) }
        case .workerDied: await loseWorker()
        }
    }

    private func removeAndReturn(_ code: CameraCode) async throws {
        try await removeIfRegistered(code)
        try await deleteAll()
        try await check(after: .cameraRemoved)
        try await installation.records.addCamera(Camera(code: code, name: "again", createdAt: installation.clock.now()), credentials: nil)
    }

    private func change(_ code: CameraCode) async throws {
        guard var camera = try await installation.records.camera(code) else { return }
        (camera.retentionDays, camera.isEnabled, camera.policy) = (1, false, .metadata)
        try await installation.records.updateCamera(camera, credentials: .keep)
    }

    /// A backup, a new hold, and the backup back: the records know nothing of the hold.
    private func restoreOlderRecords() async throws {
        let (now, backup) = (installation.path("records.db"), installation.path("backup.db"))
        try await installation.restart { try FileManager.default.copyItem(atPath: now, toPath: backup) }
        try await holdSome()
        try await installation.restart {
            try FileManager.default.removeItem(atPath: now)
            try FileManager.default.moveItem(atPath: backup, toPath: now)
        }
    }

    private func loseRecords() async throws {
        try await installation.restart { try FileManager.default.removeItem(atPath: installation.path("records.db")) }
    }

    /// One whose row is there is kept by its row; one whose row is not there stops every deletion, until it is mended.
    private func damageAHoldFile() async throws {
        let folder = installation.archive.path + "/@holds"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".json") }.sorted()
        guard let name = names.randomElement(using: &random) else { return }
        let whole = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
        let isRowLost = Bool.random(using: &random)
        try await installation.restart {
            try whole.dropLast(.random(in: 3...whole.count, using: &self.random)).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
            if isRowLost { try FileManager.default.removeItem(atPath: self.installation.path("records.db")) }
        }
        try await deleteAll()
        try await check(after: .holdFileDamaged)
        if isRowLost { await expect(.evidenceBroken) { _ = try await self.installation.book.shield() } }
        try await installation.restart { try whole.write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
    }

    private func releaseAlone() async throws {
        let (chen, wang) = (try AccountName("chen"), try AccountName("wang"))
        guard let hold = try await installation.book.keeping().sorted(by: { $0.id < $1.id }).randomElement(using: &random) else { return }
        if hold.release == nil {
            await expect(.conflict) { _ = try await self.installation.book.approveRelease(of: hold.id, by: chen) }
            _ = try await installation.book.askRelease(of: hold.id, by: chen, reason: "I want it gone")
        }
        if Bool.random(using: &random) { try await installation.restart() }
        await expect(.forbidden) { _ = try await self.installation.book.approveRelease(of: hold.id, by: chen) }
        await expect(.conflict) { _ = try await self.installation.book.askRelease(of: hold.id, by: wang, reason: "me too") }
    }

    /// Holds are placed while deletion runs: whatever a hold says is there stays.
    private func race(_ delete: @Sendable @escaping () async throws -> Void) async throws {
        try await record()
        installation.clock.advance(by: .days(50))
        var wanted: [Hold] = []
        for _ in 0..<3 {
            let code = randomCamera
            let all = try await installation.index.oldestSegments(of: code, endedBefore: .distantFuture, from: nil, limit: 10_000)
            let shield = try await installation.book.shield()
            guard let segment = all.filter({ !shield.keeps($0) }).randomElement(using: &random) else { continue }
            wanted.append(try installation.hold(code, segment.span))
        }
        let book = installation.book
        let placed = try await withThrowingTaskGroup(of: PlacedHold?.self) { group in
            group.addTask {
                try await delete()
                return nil
            }
            for hold in wanted { group.addTask { try await book.place(hold) } }
            return try await group.reduce(into: [PlacedHold]()) { if let placed = $1 { $0.append(placed) } }
        }
        for hold in placed { try await remember(placed: hold) }
    }

    /// As an index does that was restored from another day's backup.
    private func markHeld() async throws {
        guard let segment = anyHeld?.segment else { return }
        try await installation.index.apply([.deleting(segment.id)])
        if Bool.random(using: &random) { try await installation.restart() }
    }

    private func eraseHeld() async throws {
        guard let segment = anyHeld?.segment else { return }
        #expect(try await installation.archive.erase([segment]) == [segment])
    }

    private func closeIncident() async throws {
        if let segment = anyHeld?.segment { try await closeIncident(holding: segment) }
    }

    private func closeIncident(holding segment: Segment) async throws {
        let number = try IncidentNumber("A-\(UInt32.random(in: 0...(.max), using: &random))")
        try await installation.records.addIncident(
            Incident(number: number, category: "theft", span: segment.span, postedAt: installation.clock.now()))
        _ = try await installation.book.place(try installation.hold(segment.camera, segment.span, incident: number))
        _ = try await installation.book.incidentClosed(number, at: installation.clock.now())
    }

    /// Footage that only a hold keeps whose time has come, while nothing can be entered in the log.
    private func lapseUnlogged() async throws {
        try await record()
        let shield = try await installation.book.shield()
        guard let segment = try await present(randomCamera).last(where: { !shield.keeps($0) }) else { return }
        try await closeIncident(holding: segment)
        installation.log.setWritable(false)
        installation.clock.advance(by: .days(200))
        try await deleteAll()
        try await check(after: .logUnwritable)
        #expect(try Self.bytes(installation.archive.videoPath(of: segment)).count == segment.byteCount)
        installation.log.setWritable(true)
    }

    private func stepClock() async throws {
        let now = installation.clock.now()
        for days in [-400, 4000, 0] as [Int64] {
            installation.clock.set(now + .days(days))
            try await deleteAll()
            try await check(after: .clockSteps)
        }
    }

    /// A bad byte in a held file, and then the index made anew from what is there.
    private func damageFile(_ bend: ([UInt8]) -> [UInt8]) async throws {
        guard let entry = anyHeld, let (path, bytes) = entry.files.sorted(by: { $0.key < $1.key }).randomElement(using: &random) else { return }
        try self.bend(path, of: entry.segment, to: bend(bytes))
        unreadable.insert(entry.segment.id)
        try await installation.restart(rebuildingIndex: true)
    }

    private static func flipped(_ bytes: [UInt8], at position: Int) -> [UInt8] {
        var bent = bytes
        bent[position] ^= 0x40
        return bent
    }

    /// Where the size of the first `moof` stands: with that bent, nothing behind it can be walked to.
    private static func firstFragment(in bytes: [UInt8]) -> Int {
        let type = Array("moof".utf8)
        return (0..<bytes.count - 4).first { bytes[$0..<$0 + 4].elementsEqual(type) }.map { $0 - 2 } ?? bytes.count - 1
    }

    private func loseWorker() async {
        let recovery = Recovery(index: installation.index, archive: installation.archive, logger: installation.logger)
        await recovery.close(segmentsOf: [randomCamera], at: installation.clock.now())
    }
}
