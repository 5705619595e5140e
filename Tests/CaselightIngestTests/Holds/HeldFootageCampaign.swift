import CaselightArchive
import CaselightModel
import CaselightStore
import Foundation
import Glibc
import TestSupport
import Testing

@testable import CaselightIngest

/// Tries to lose held footage, one way after another, and knows at any time what must still be there. One task uses it.
final class HeldFootageCampaign: @unchecked Sendable {
    enum Route: CaseIterable {
        case age, room, cameraRemoved, registeredAnew, reindex, olderRecords, recordsLost, holdFilesLost, holdFileDamaged, onePerson
        case raceWithAge, raceWithRoom, staleMarks, eraseDirectly, notYetLapsed, logUnwritable, clockSteps, headDamaged, trailerDamaged
        case workerDied, cameraChanged, restart
    }

    let installation: HeldInstallation
    var random: SeededGenerator
    private let cameras: [CameraCode]
    /// What is held, with its files as they were recorded.
    private var held: [SegmentID: (segment: Segment, files: [String: [UInt8]])] = [:]
    private var originals: [String: [UInt8]] = [:]
    private var runCount: UInt64 = 0
    private var tried: [Route: Int] = [:]

    init(seed: UInt64) async throws {
        random = SeededGenerator(seed: seed)
        installation = try HeldInstallation()
        cameras = try ["gate-1", "holds", "44010600001320000001"].map { try CameraCode($0) }
        for (code, days) in zip(cameras, [nil, 31, 45] as [Int?]) { try await register(code, retentionDays: days) }
        try await record()
        try await holdSome()
        try keepOriginal()
    }

    private func register(_ code: CameraCode, retentionDays: Int?) async throws {
        var camera = Camera(code: code, name: code.text, createdAt: installation.clock.now())
        camera.retentionDays = retentionDays
        try await installation.records.addCamera(camera, credentials: nil)
    }

    // MARK: Footage and holds

    /// A run for each camera that ends about now.
    func record() async throws {
        for code in cameras {
            runCount += 1
            let count = Int.random(in: 4...9, using: &random)
            let start = installation.clock.now() - .seconds(Int64(60 * count + Int.random(in: 1...3000, using: &random)))
            let segments = installation.footage.record(
                code, run: RunID(runCount), from: start, count: count, hasAudio: runCount.isMultiple(of: 2))
            #expect(segments.count == count)
            try await installation.index(segments)
        }
    }

    func holdSome() async throws {
        let code = try #require(cameras.randomElement(using: &random))
        let all = try await present(code)
        guard let first = all.randomElement(using: &random) else { return }
        let start = first.span.start + .seconds(.random(in: -50...50, using: &random))
        let span = TimeSpan(start: start, end: start + .milliseconds(.random(in: 1...200_000, using: &random)))
        let placed = try await installation.book.place(try installation.hold(code, span))
        let named = all.filter { $0.span.overlaps(span) }
        #expect(placed.segmentCount >= named.count)
        try remember(named)
    }

    private func remember(_ segments: [Segment]) throws {
        for segment in segments where held[segment.id] == nil {
            let paths = [installation.archive.videoPath(of: segment), installation.archive.audioPath(of: segment)].compactMap { $0 }
            var files: [String: [UInt8]] = [:]
            for path in paths { files[path] = try Self.bytes(path) }
            held[segment.id] = (segment, files)
        }
    }

    /// A file as it was handed over, in the middle of what is held.
    private func keepOriginal() throws {
        guard let segment = held.values.first?.segment else { return }
        let day = URL(fileURLWithPath: installation.archive.videoPath(of: segment)).deletingLastPathComponent().path + "/originals"
        try FileManager.default.createDirectory(atPath: day, withIntermediateDirectories: true)
        let path = day + "/\(RunID(99))-shop.dav"
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
        originals[path] = [1, 2, 3]
    }

    static func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

    func present(_ code: CameraCode) async throws -> [Segment] {
        let all = TimeSpan(start: .distantPast, end: .distantFuture)
        return try await installation.index.segments(of: code, overlapping: all, limit: 10_000, detailed: false)
    }

    // MARK: Attempts

    /// One attempt: the footage becomes old, something is done, and everything that deletes runs.
    func attempt() async throws -> Route {
        if Bool.random(using: &random) { try await record() }
        if Int.random(in: 0..<4, using: &random) == 0 { try await holdSome() }
        let route = Route.allCases[Int.random(in: 0..<Route.allCases.count, using: &random)]
        installation.clock.advance(by: .days(.random(in: 1...40, using: &random)))
        try await take(route)
        try await deleteAll()
        try await check(after: route)
        tried[route, default: 0] += 1
        return route
    }

    /// All that deletes, as the daemon does it; refusals are none of this test's business.
    func deleteAll() async throws {
        try? await installation.expireAll()
        try? await installation.retention.makeRoom(reserveBytes: .max, RetentionPolicy())
        if let shield = try? await installation.book.shield() {
            _ = try await Recovery(index: installation.index, archive: installation.archive, logger: installation.logger)
                .finishDeletions(sparing: shield)
        }
    }

    /// Every held file is there, byte for byte, and found.
    func check(after route: Route) async throws {
        for (id, entry) in held {
            for (path, bytes) in entry.files { #expect((try? Self.bytes(path)) == bytes, "\(path) after \(route)") }
            if !unreadable.contains(id) {
                #expect(try await installation.index.segment(id)?.span == entry.segment.span, "\(id) is not found after \(route)")
            }
        }
        for (path, bytes) in originals { #expect((try? Self.bytes(path)) == bytes, "\(path) after \(route)") }
    }

    /// Held segments whose bytes the test itself has bent, so that no index can be made of them.
    var unreadable: Set<SegmentID> = []

    /// What is past its age and not held goes: so the attempts could have succeeded.
    func checkThatTheRestGoes() async throws {
        try await record()
        let fresh = try await unheld()
        #expect(!fresh.isEmpty)
        installation.clock.advance(by: .days(60))
        try await installation.expireAll()
        #expect(try await unheld() == [])
        try await check(after: .age)
    }

    private func unheld() async throws -> [SegmentID] {
        let shield = try await installation.book.shield()
        var found: [SegmentID] = []
        for code in cameras { found += try await present(code).filter { !shield.keeps($0) }.map(\.id) }
        return found
    }

    var anyHeld: (segment: Segment, files: [String: [UInt8]])? {
        held.values.filter { !unreadable.contains($0.segment.id) }.sorted { $0.segment.id < $1.segment.id }.randomElement(using: &random)
    }

    /// From here on the bytes of the file are these.
    func bend(_ path: String, of segment: Segment, to bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        held[segment.id]?.files[path] = bytes
    }

    var randomCamera: CameraCode { cameras[Int.random(in: 0..<cameras.count, using: &random)] }

    /// Records that were lost know none.
    func removeIfRegistered(_ code: CameraCode) async throws {
        guard try await installation.records.camera(code) != nil else { return }
        try await installation.records.removeCamera(code, at: installation.clock.now())
    }

    func reregister(_ code: CameraCode) async throws {
        try await removeIfRegistered(code)
        try await register(code, retentionDays: 1)
    }

    func remember(placed: PlacedHold) async throws {
        let segments = try await present(placed.hold.camera).filter { $0.span.overlaps(placed.hold.span) }
        // What the hold said is there must be there, every file of it; what it took for gone may have been saved.
        let covered = joined(segments.map(\.span))
        #expect(placed.covered.flatMap { $0.subtracting(covered) } == [], "a hold promised what was gone when it returned")
        try remember(segments)
    }
}
