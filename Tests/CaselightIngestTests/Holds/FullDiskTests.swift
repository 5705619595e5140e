import CaselightArchive
import CaselightModel
import CaselightStore
import Foundation
import Glibc
import TestSupport
import Testing

@testable import CaselightIngest

private enum Mounting {
    static let isAllowed: Bool = {
        guard geteuid() == 0 else { return false }
        let folder = FileManager.default.temporaryDirectory.appending(path: "caselight-mount-\(UUID().uuidString)").path
        guard mkdir(folder, 0o700) == 0 else { return false }
        defer { rmdir(folder) }
        guard (try? Program.run("mount", ["-t", "tmpfs", "-o", "size=1m", "caselight-test", folder]))?.status == 0 else { return false }
        return umount2(folder, 0) == 0
    }()
}

/// A disk that is really full: a file system of 80 megabytes. Needs the right to mount one.
@Suite(.enabled(if: Mounting.isAllowed, "mounting a file system needs root"))
struct FullDiskTests {
    private static let payloadByteCount = 1_000_000

    let installation: HeldInstallation
    let camera: CameraCode

    init() async throws {
        installation = try HeldInstallation(diskMegabytes: 80)
        camera = try CameraCode("gate-3")
        try await installation.records.addCamera(Camera(code: camera, name: "Gate", createdAt: HeldInstallation.start), credentials: nil)
    }

    private func fill(_ run: UInt64, minutesAgo: Int64) async throws -> [Segment] {
        let segments = installation.footage.record(
            camera, run: RunID(run), from: HeldInstallation.start - .seconds(60 * minutesAgo), count: 120,
            payloadByteCount: Self.payloadByteCount)
        try await installation.index(segments)
        return segments
    }

    private func present() async throws -> [SegmentID] {
        let everything = TimeSpan(start: .distantPast, end: .distantFuture)
        return try await installation.index.segments(of: camera, overlapping: everything, limit: 1000, detailed: false).filter {
            FileManager.default.fileExists(atPath: installation.archive.videoPath(of: $0))
        }.map(\.id)
    }

    @Test func theOldestThatNobodyHoldsGoesAndWhatIsHeldStaysToTheEnd() async throws {
        let segments = try await fill(1, minutesAgo: 600)
        try #require((60...85).contains(segments.count), "the disk was not full: \(segments.count)")
        let held = segments[10..<34]
        let span = TimeSpan(start: held[10].span.start + .seconds(2), end: held[33].span.end - .seconds(2))
        _ = try await installation.book.place(try installation.hold(camera, span))
        try await installation.retention.makeRoom(reserveBytes: 36 << 20, RetentionPolicy())
        let after = try await present()
        #expect(installation.room.problem == nil)
        #expect(try installation.archive.space().freeBytes >= 36 << 20)
        let gone = segments.map(\.id).filter { !after.contains($0) }
        #expect(gone == (segments[..<10] + segments[34...]).map(\.id).prefix(gone.count).map { $0 }, "the oldest first, past what is held")

        // Nothing but held footage is left of what may go.
        try await installation.retention.makeRoom(reserveBytes: 79 << 20, RetentionPolicy())
        #expect(try await present() == held.map(\.id))
        let heldBytes = held.reduce(0) { $0 + $1.byteCount }
        #expect(installation.room.problem?.contains("1 holds keep \(heldBytes) bytes of it") == true, "\(installation.room.problem ?? "no problem")")

        let hold = try #require(try await installation.book.keeping().first)
        _ = try await installation.book.askRelease(of: hold.id, by: try AccountName("chen"), reason: "closed")
        _ = try await installation.book.approveRelease(of: hold.id, by: try AccountName("wang"))
        try await installation.retention.makeRoom(reserveBytes: 60 << 20, RetentionPolicy())
        #expect(try await present().count < 24 && installation.room.problem == nil)
    }

    @Test func aHoldIsPlacedOnADiskThatHasNoRoomForItsFile() async throws {
        let segments = try await fill(1, minutesAgo: 600)
        let filler = installation.archive.path + "/filler"
        _ = try Program.run("dd", ["if=/dev/zero", "of=\(filler)", "bs=4096", "status=none"])
        let hold = try installation.hold(camera, segments[3].span)
        #expect(try await installation.book.place(hold).segmentCount == 3)
        #expect(try await installation.archive.holds.content().holds.isEmpty, "there was room for its file")
        try await installation.retention.makeRoom(reserveBytes: 2 << 20, RetentionPolicy())
        unlink(filler)
        #expect(Set(segments[2...4].map(\.id)).isSubset(of: try await present()))
        await installation.book.tend()
        #expect(try await installation.archive.holds.content().holds[hold.id] == hold)
    }

    @Test func aDiskFullOfFootageBelowTheFloorLosesNone() async throws {
        let segments = try await fill(1, minutesAgo: 600)
        try await installation.retention.makeRoom(reserveBytes: 4 << 20, RetentionPolicy(profile: .cn))
        #expect(try await present() == segments.map(\.id))
        #expect(installation.room.problem?.contains("nothing younger than 30 days may be deleted") == true)
    }
}
