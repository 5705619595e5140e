import CaselightArchive
import CaselightModel
import CaselightStore
import Foundation
import Testing

@testable import CaselightIngest

/// What retention writes down, and what it does where it cannot.
@Suite struct RetentionRecordTests {
    let installation: HeldInstallation
    let camera: CameraCode

    init() async throws {
        installation = try HeldInstallation()
        camera = try CameraCode("gate-3")
        try await installation.records.addCamera(
            Camera(code: camera, name: "Gate", createdAt: HeldInstallation.start - .days(99)), credentials: nil)
    }

    /// Minutes that began 40 days ago.
    private func record(_ run: UInt64, count: Int, after minutes: Int64 = 0) async throws -> [Segment] {
        let start = HeldInstallation.start - .days(40) + .seconds(60 * minutes)
        let segments = installation.footage.record(camera, run: RunID(run), from: start, count: count)
        try await installation.index(segments)
        return segments
    }

    private func exists(_ segment: Segment) -> Bool {
        FileManager.default.fileExists(atPath: "\(installation.archive.path)/\(camera)")
            && (try? HeldFootageCampaign.bytes(installation.archive.videoPath(of: segment))) != nil
    }

    @Test func entersEachUnbrokenStretchBeforeItGoes() async throws {
        let first = try await record(1, count: 5)
        let second = try await record(2, count: 3, after: 7)
        let third = try await record(3, count: 2, after: 10)
        try await installation.expireAll()
        let acts = installation.log.acts
        #expect(acts.map(\.action) == [.expired, .expired] && acts.map(\.outcome) == [.done, .done])
        #expect(acts.map(\.actor) == [.daemon, .daemon] && acts.map(\.camera) == [camera, camera])
        #expect(
            acts.map(\.span) == [
                TimeSpan(start: first[0].span.start, end: first[4].span.end), TimeSpan(start: second[0].span.start, end: third[1].span.end),
            ])
        let byteCount = first.reduce(0) { $0 + $1.byteCount }
        #expect(acts[0].detail == "5 segments, \(byteCount) bytes: older than 30 days")
    }

    @Test func whatIsPastItsAgeWaitsForALogThatCannotBeWritten() async throws {
        let segments = try await record(1, count: 3)
        installation.log.setWritable(false)
        await expect(.logUnwritable) { try await installation.expireAll() }
        #expect(segments.allSatisfy(exists))
        installation.log.setWritable(true)
        try await installation.expireAll()
        #expect(!segments.contains(where: exists))
    }

    @Test func roomDoesNotWaitForTheLogAndTheEntryFollows() async throws {
        let first = try await record(1, count: 3)
        installation.log.setWritable(false)
        try await installation.retention.makeRoom(reserveBytes: .max, RetentionPolicy())
        let second = try await record(2, count: 3, after: 3)
        try await installation.retention.makeRoom(reserveBytes: .max, RetentionPolicy())
        #expect(!(first + second).contains(where: exists))
        #expect(installation.log.acts == [])
        installation.log.setWritable(true)
        await installation.retention.expiry.retry()
        await installation.retention.expiry.retry()
        let acts = installation.log.acts
        #expect(acts.map(\.span) == [TimeSpan(start: first[0].span.start, end: second[2].span.end)], "what follows on is one entry")
        #expect(acts.first?.detail?.hasPrefix("6 segments, ") == true && acts.first?.detail?.hasSuffix(": the disk was full") == true)
    }

    @Test func holdsThatCannotBeReadStopEveryDeletionAndRecordingGoesOn() async throws {
        let segments = try await record(1, count: 3)
        let folder = installation.archive.path + "/@holds"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data("?".utf8).write(to: URL(fileURLWithPath: folder + "/0123456789abcdef.json"))
        await expect(.evidenceBroken) { try await installation.expireAll() }
        await expect(.evidenceBroken) { try await installation.retention.makeRoom(reserveBytes: .max, RetentionPolicy()) }
        #expect(segments.allSatisfy(exists) && installation.log.acts == [])
        try await installation.restart { try FileManager.default.removeItem(atPath: folder + "/0123456789abcdef.json") }
        try await installation.expireAll()
        #expect(!segments.contains(where: exists))
    }

    @Test func aFolderOfHoldsThatIsNoneStopsEveryDeletion() async throws {
        let segments = try await record(1, count: 3)
        try Data("?".utf8).write(to: URL(fileURLWithPath: installation.archive.path + "/@holds"))
        await expect(.diskFailed) { try await installation.expireAll() }
        #expect(segments.allSatisfy(exists))
    }

    @Test func heldFootageAtTheFrontCostsAStepAndNotAPageForEach() async throws {
        let held = try await record(1, count: 900)
        let free = try await record(2, count: 5, after: 900)
        let span = TimeSpan(start: held[0].span.start, end: held[898].span.start)
        _ = try await installation.book.place(try installation.hold(camera, span))
        try await installation.expireAll()
        #expect(free.filter(exists).isEmpty && held[..<899].allSatisfy(exists))
        try await installation.retention.makeRoom(reserveBytes: .max, RetentionPolicy())
        #expect(held[..<899].allSatisfy(exists))
        let problem = try #require(installation.room.problem)
        let heldBytes = held[..<899].reduce(0) { $0 + $1.byteCount }
        #expect(problem.contains("1 holds keep \(heldBytes) bytes of it"), "\(problem)")
    }

    /// P4: 90 days with the floor of 30, six hours at a time.
    @Test func ninetyDaysWithTheFloorOfTheChineseProfile() async throws {
        let policy = RetentionPolicy(defaultDays: 30, daysByClass: [.first: 40], profile: .cn)
        var days: [CameraCode: Int] = [:]
        for (name, own, cameraClass, kept) in [("usual", nil, .other, 30), ("short", 7, .third, 30), ("police", nil, .first, 40), ("long", 50, .first, 50)]
            as [(String, Int?, CameraClass, Int)]
        {
            var camera = Camera(code: try CameraCode(name), name: name, createdAt: HeldInstallation.start)
            (camera.retentionDays, camera.cameraClass) = (own, cameraClass)
            try await installation.records.addCamera(camera, credentials: nil)
            days[camera.code] = kept
        }
        let held = TimeSpan(start: HeldInstallation.start + .days(3), end: HeldInstallation.start + .days(3) + .seconds(7200))
        _ = try await installation.book.place(try installation.hold(try CameraCode("usual"), held))
        var recorded: [CameraCode: [Segment]] = [:]
        for quarter in 0..<90 * 4 as Range<Int64> {
            for code in days.keys.sorted() { recorded[code, default: []] += try await addHours(6 * quarter..<6 * quarter + 6, of: code) }
            installation.clock.set(HeldInstallation.start + .seconds(6 * 3600 * (quarter + 1)))
            await installation.book.tend()
            try await installation.retention.expireByAge(policy)
            if quarter % 4 == 1, quarter < 160 { try await installation.retention.makeRoom(reserveBytes: .max, policy) }
            try await checkDays(recorded, days, held: held, roomWasMade: quarter < 160)
        }
        try await checkThatAllWasEntered(recorded)
    }

    private func addHours(_ hours: Range<Int64>, of code: CameraCode) async throws -> [Segment] {
        let run = RunID(code.text.utf8.reduce(0) { $0 << 8 | UInt64($1) })
        let segments = hours.map { hour in
            let start = HeldInstallation.start + .seconds(3600 * hour)
            return Segment(
                id: SegmentID(run: run, sequence: UInt32(hour)), camera: code, span: TimeSpan(start: start, end: start + .seconds(3600)),
                policy: .full, byteCount: 1000, initializationByteCount: 700, sha256: String(repeating: "0", count: 64), endReason: .full,
                audio: nil, keyframes: .empty, activity: .empty)
        }
        let stream = StreamMetadata(container: "rtsp")
        let begun = Run(id: run, camera: code, origin: .feed, startedAt: HeldInstallation.start, endedAt: nil, stream: stream)
        try await installation.index.apply([.run(begun)] + segments.map { .segment($0) })
        return segments
    }

    private func checkDays(
        _ recorded: [CameraCode: [Segment]], _ days: [CameraCode: Int], held: TimeSpan, roomWasMade: Bool
    ) async throws {
        let (now, everything) = (installation.clock.now(), TimeSpan(start: .distantPast, end: .distantFuture))
        for (code, segments) in recorded {
            let present = Set(try await installation.index.segments(of: code, overlapping: everything, limit: 10_000, detailed: false).map(\.id))
            // To make room footage goes before its days are over, but not before the floor's.
            let days = days[code] ?? 30
            let least = roomWasMade || now - .days(Int64(days)) < HeldInstallation.start + .days(40) ? 30 : days
            for segment in segments where !present.contains(segment.id) {
                #expect(now - segment.span.end >= .days(Int64(least)), "\(code) lost \(segment.span) after less than \(least) days")
            }
            for segment in segments where now - segment.span.end > .days(Int64(days + 1)) && present.contains(segment.id) {
                let isHeld = code.text == "usual" && segment.span.overlaps(held.widened(by: .seconds(1)))
                #expect(isHeld, "\(code) keeps \(segment.span) a day past its limit")
            }
            let lostCount = segments.count { code.text == "usual" && $0.span.overlaps(held) && !present.contains($0.id) }
            #expect(lostCount == 0)
        }
    }

    /// Every segment that is gone lies in an entry of its camera.
    private func checkThatAllWasEntered(_ recorded: [CameraCode: [Segment]]) async throws {
        let everything = TimeSpan(start: .distantPast, end: .distantFuture)
        let acts = installation.log.acts
        #expect(acts.allSatisfy { $0.action == .expired && $0.outcome == .done })
        for (code, segments) in recorded {
            let present = Set(try await installation.index.segments(of: code, overlapping: everything, limit: 10_000, detailed: false).map(\.id))
            let gone = segments.filter { !present.contains($0.id) }
            #expect(gone.count > 900)
            let spans = joined(acts.filter { $0.camera == code }.compactMap(\.span))
            for segment in gone { #expect(segment.span.subtracting(spans) == []) }
            let counted = acts.filter { $0.camera == code }.compactMap { $0.detail?.split(separator: " ").first.flatMap { Int($0) } }.reduce(0, +)
            #expect(counted == gone.count, "each is entered once")
        }
    }
}
