import CaselightModel
import Foundation
import Testing

@testable import CaselightArchive

@Suite struct HoldFolderTests {
    let folder: ScratchFolder
    let archive: Archive

    init() throws {
        folder = try ScratchFolder()
        archive = try Archive.open(path: folder.path, knownVolumes: [], adopting: false)
    }

    private func hold(_ id: String = "0123456789abcdef", camera: String = "gate-3", reason: String = "偷电动车案 \"1\"/2\n") throws -> Hold {
        let start = try WallTime(rfc3339: "2026-03-02T07:08:12.250001Z")
        var hold = Hold(
            id: id, camera: try CameraCode(camera), span: TimeSpan(start: start, end: start + .seconds(30)),
            incident: try IncidentNumber("A-1"), origin: .link, originID: "17", reason: reason, placedBy: try AccountName("chen"),
            placedAt: start + .seconds(99))
        hold.release = HoldRelease(requestedBy: try AccountName("wang"), requestedAt: start, reason: "no more needed")
        return hold
    }

    /// As the next start finds it.
    private func reread() async throws -> HoldFolder.Content {
        try await HoldFolder(archivePath: folder.path, threads: DiskThreads(name: "test")).content()
    }

    @Test func keepsHoldsAsTheyWereAcrossAStart() async throws {
        var hold = try hold()
        try await archive.holds.write(hold)
        let other = try self.hold("fedcba9876543210", camera: "holds")
        try await archive.holds.write(other)
        hold.endsAt = hold.placedAt + .days(180)
        try await archive.holds.write(hold)
        for content in [try await archive.holds.content(), try await reread()] {
            #expect(content.holds == [hold.id: hold, other.id: other] && content.damaged == [])
            #expect(content.cameras == [hold.camera, other.camera])
        }
        #expect(folder.files == ["@holds/0123456789abcdef.json", "@holds/fedcba9876543210.json", "volume.json"])
        let mode = try FileManager.default.attributesOfItem(atPath: folder.path + "/@holds/0123456789abcdef.json")[.posixPermissions]
        #expect((mode as? Int).map { $0 & 0o037 } == 0)
        try await archive.holds.remove(hold.id)
        try await archive.holds.remove(hold.id)
        #expect(try await reread().holds == [other.id: other])
    }

    @Test func refusesWhatItCouldNotReadBack() async throws {
        var late = try hold()
        late.endsAt = .distantFuture
        for bad in [try hold("../../etc/passwd"), try hold("0123"), try hold(reason: String(repeating: "x", count: 65_536)), late] {
            await #expect(throws: CaselightError.self) { try await archive.holds.write(bad) }
        }
        #expect(folder.files == ["volume.json"])
    }

    @Test(arguments: ["", "{}", "[1]", "{\"id\":\"0123456789abcdef\"}", "\u{0}\u{0}", "not JSON"])
    func keepsADamagedFileAndSaysSo(_ text: String) async throws {
        try await archive.holds.write(try hold())
        try folder.write(Array(text.utf8), to: "@holds/0123456789abcdef.json")
        let content = try await reread()
        #expect(content.holds.isEmpty && content.damaged.map(\.id) == ["0123456789abcdef"])
        #expect(try folder.bytes("@holds/0123456789abcdef.json") == Array(text.utf8))
    }

    @Test func takesNoHoldUnderAnothersNameAndNoLinkAndNothingTooLong() async throws {
        try await archive.holds.write(try hold())
        let bytes = try folder.bytes("@holds/0123456789abcdef.json")
        try folder.write(bytes, to: "@holds/0000000000000001.json")
        try folder.write(bytes, to: "@holds/note.json")
        try folder.write(bytes + [UInt8](repeating: 0x20, count: 65_536), to: "@holds/0000000000000002.json")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/@holds/0000000000000003.json", withDestinationPath: folder.path + "/@holds/0123456789abcdef.json")
        try folder.write(bytes, to: "@holds/.0000000000000004.json.new")
        try folder.write([1], to: "@holds/README")
        let content = try await reread()
        #expect(content.holds.keys.sorted() == ["0123456789abcdef"])
        #expect(content.damaged.map(\.fileName).sorted() == ["0000000000000001.json", "0000000000000002.json", "0000000000000003.json", "note.json"])
        #expect(!folder.files.contains("@holds/.0000000000000004.json.new") && folder.files.contains("@holds/README"))
        await #expect(throws: CaselightError.self) {
            let archive = try Archive.openForReading(path: folder.path, knownVolumes: [archive.volumeID])
            _ = try await archive.erase([try someSegment()])
        }
    }

    @Test func isNoCameraAndNoStranger() async throws {
        try await archive.holds.write(try hold())
        #expect(try await archive.cameras() == [])
        #expect(try await archive.findStrays { _ in true } == [])
    }

    @Test func erasesNothingThatAHoldFileNames() async throws {
        try await archive.holds.write(try hold())
        let segment = try someSegment()
        var other = segment
        other.id = SegmentID(run: RunID(2), sequence: 0)
        other.span = TimeSpan(start: segment.span.start + .seconds(600), end: segment.span.end + .seconds(600))
        #expect(try await archive.erase([segment, other]) == [segment])
        try await archive.holds.remove("0123456789abcdef")
        #expect(try await archive.erase([segment, other]) == [])
    }

    private func someSegment() throws -> Segment {
        let start = try WallTime(rfc3339: "2026-03-02T07:08:00Z")
        return Segment(
            id: SegmentID(run: RunID(1), sequence: 0), camera: try CameraCode("gate-3"), span: TimeSpan(start: start, end: start + .seconds(60)),
            policy: .full, byteCount: 9, initializationByteCount: 1, sha256: nil, endReason: .full, audio: nil, keyframes: .empty, activity: .empty)
    }
}

@Suite struct HeldSpansTests {
    private func span(_ start: Int64, _ end: Int64) -> TimeSpan {
        TimeSpan(start: WallTime(microseconds: start * 1_000_000), end: WallTime(microseconds: end * 1_000_000))
    }

    @Test func joinsWhatTouchesAndFindsWhatReachesIn() {
        let held = HeldSpans([span(50, 60), span(10, 20), span(12, 15), span(21, 30)])
        #expect(held.spans == [span(9, 31), span(49, 61)])
        for (asked, found) in [
            (span(0, 9), nil), (span(0, 10), span(9, 31)), (span(30, 31), span(9, 31)), (span(31, 49), nil), (span(0, 100), span(49, 61)),
            (span(61, 70), nil), (span(55, 56), span(49, 61)),
        ] {
            #expect(held.stretch(overlapping: asked) == found)
        }
        #expect(HeldSpans([]).stretch(overlapping: span(0, 1)) == nil)
        #expect(HeldSpans([span(10, 20)], margin: .seconds(5)).spans == [span(5, 25)])
    }
}
