import CaselightModel
import CaselightWorkerProtocol
import Foundation
import Testing

@testable import CaselightArchive

@Suite struct ArchiveTests {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    func open(_ known: [String] = [], adopting: Bool = false) throws -> Archive {
        try Archive.open(path: folder.path, knownVolumes: known, adopting: adopting)
    }

    func code(_ body: () throws -> Void) -> CaselightError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? CaselightError)?.code
        }
    }

    /// Three segments of two runs, the second run with sound.
    func record() throws -> [Segment] {
        let log = EventLog()
        let writer = SegmentWriter(settings: WorkerSettings(archivePath: folder.path)) { log.add($0) }
        var first = try Recording()
        first.hasAudio = true
        for sequence in 0..<2 {
            let second = Int64(sequence) * 2
            writer.open(first.opening(UInt32(sequence), second: second))
            for step in 0..<2 {
                try writer.append(first.fragment(UInt32(sequence), second: second + Int64(step)))
                try writer.append(
                    first.fragment(
                        UInt32(sequence), second: second + Int64(step), track: .audio, samples: [.init(byteCount: 90, isSync: true)]))
            }
            writer.close(first.closing(UInt32(sequence), second: second + 2))
        }
        let other = try Recording(camera: "310105", start: "2026-03-03T00:00:00Z")
        writer.open(other.opening(7))
        try writer.append(other.fragment(7, second: 0))
        writer.close(other.closing(7, second: 1, reason: .feedLost))
        writer.drain()
        return log.closed
    }

    // MARK: Volumes

    @Test func makesAVolumeInANewFolderAndKnowsItAgain() throws {
        let id = try open().volumeID
        #expect(folder.files == ["volume.json"])
        #expect(try open([id]).volumeID == id)
        #expect(code { _ = try open(["another"]) } == .wrongVolume)
    }

    @Test func refusesAFolderWithoutItsVolumeFileAndTouchesNothing() throws {
        #expect(code { _ = try open(["known"]) } == .wrongVolume)
        #expect(folder.files == [])
        try folder.write([1], to: "footage.mp4")
        #expect(code { _ = try open() } == .wrongVolume)
        #expect(code { _ = try open(adopting: true) } == .wrongVolume)
        #expect(folder.files == ["footage.mp4"])
    }

    @Test func adoptsAnUnknownVolumeOnlyWhenTold() throws {
        let id = try open().volumeID
        _ = try record()
        #expect(code { _ = try open() } == .wrongVolume, "lost records must not take an archive for a new one")
        #expect(try open(["another"], adopting: true).volumeID == id)
        #expect(code { _ = try Archive.openForReading(path: folder.path, knownVolumes: []) } == .wrongVolume)
    }

    @Test func goesOnAfterACrashBetweenVolumeFileAndRecord() throws {
        let id = try open().volumeID
        #expect(try open().volumeID == id)
    }

    @Test func refusesADamagedVolumeFile() throws {
        try folder.write([], to: "volume.json")
        #expect(code { _ = try open() } == .wrongVolume)
    }

    @Test func isBusyForASecondOwnerAndReadableBesideTheFirst() throws {
        let archive = try open()
        #expect(code { _ = try open([archive.volumeID]) } == .busy)
        #expect(try Archive.openForReading(path: folder.path, knownVolumes: [archive.volumeID]).volumeID == archive.volumeID)
    }

    // MARK: Bytes

    @Test func readsByteRangesAndErases() async throws {
        let archive = try open()
        let segments = try record()
        let segment = try #require(segments.first)
        let whole = try folder.bytes(String(archive.videoPath(of: segment).dropFirst(folder.path.count + 1)))
        #expect(try await archive.bytes(of: segment, track: .video, in: 10..<200) == Array(whole[10..<200]))
        #expect(try await archive.bytes(of: segment, track: .video, in: segment.byteCount - 5..<segment.byteCount + 100) == whole.suffix(5))
        #expect(try await archive.bytes(of: segment, track: .video, in: segment.byteCount + 5..<segment.byteCount + 9) == [])
        #expect(try await archive.bytes(of: segment, track: .audio, in: 0..<8).count == 8)

        for segment in segments { #expect(try await archive.erase([segment]) == []) }
        for segment in segments { #expect(try await archive.erase([segment]) == []) }
        #expect(folder.files == ["volume.json"])
        #expect(FileManager.default.fileExists(atPath: folder.path + "/gate-3"))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/gate-3/2026-03-02"))
        await #expect(throws: CaselightError.self) { try await archive.bytes(of: segment, track: .video, in: 0..<1) }
    }

    @Test func knowsItsSpace() throws {
        let space = try open().space()
        #expect(space.totalBytes > 0 && (0...space.totalBytes).contains(space.freeBytes))
    }

    // MARK: Rebuilding

    @Test func tellsTheSameFromItsFilesAsWhenItWasRecorded() async throws {
        let archive = try open()
        let live = try record()
        try folder.write([1, 2, 3], to: "gate-3/notes.txt")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: folder.path + "/gate-3")
        var scanned: [ScannedSegment] = []
        var foreign: [String] = []
        try await archive.scan(foreign: { foreign.append($0) }) { outcome in
            if case .whole(let segment) = outcome { scanned.append(segment) }
        }
        #expect(scanned.map(\.segment) == live.sorted { ($0.camera, $0.id) < ($1.camera, $1.id) })
        #expect(foreign.sorted() == ["gate-3/notes.txt", "link"])
        let run = try #require(RebuiltRun(scanned.filter { $0.segment.camera.text == "gate-3" }.reversed()))
        let recording = try Recording()
        #expect(run.segments == live.filter { $0.camera == recording.camera })
        #expect(run.run.stream == recording.stream && run.run.startedAt == recording.start)
        #expect(run.run.endedAt == recording.start + .seconds(4))
        #expect(run.clockSamples == (recording.closing(second: 2).clockSamples + recording.closing(1, second: 4).clockSamples))
    }

    @Test func skipsKnownSegmentsAndEarlierDays() async throws {
        let archive = try open()
        let live = try record()
        var found: [SegmentOutcome] = []
        let camera = try #require(live.first?.camera)
        let ofCamera = live.filter { $0.camera == camera }
        try await archive.scan(camera, changedSince: .distantPast, knowing: { _ in Set(ofCamera.dropLast().map(\.id)) }) { found.append($0) }
        #expect(found.count == 1)
        found = []
        let last = try #require(ofCamera.map(\.span.start).max())
        try await archive.scan(camera, changedSince: .distantPast, startedSince: last, knowing: { _ in [] }) { found.append($0) }
        #expect(found.count == 1)
        found = []
        try await archive.scan(camera, changedSince: SystemWallClock().now() + .days(1), knowing: { _ in [] }) { found.append($0) }
        #expect(found.isEmpty, "folders that have not changed are left out")
    }

    // MARK: Checks

    @Test func findsWhatIsMissingChangedOrUnknown() async throws {
        let archive = try open()
        let live = try record()
        #expect(try await archive.check(live, level: .hash) == [])
        #expect(try await archive.findStrays { id in live.contains { $0.id == id } } == [])

        let paths = live.map { String(archive.videoPath(of: $0).dropFirst(folder.path.count + 1)) }
        var bent = try folder.bytes(paths[0])
        bent[bent.count / 2] ^= 1
        try folder.write(bent, to: paths[0])
        try folder.write(try folder.bytes(paths[1]).dropLast(), to: paths[1])
        try FileManager.default.removeItem(atPath: archive.videoPath(of: live[2]))

        #expect(try await archive.check(live, level: .presence).map(\.problem) == [.missing])
        #expect(try await archive.check(live, level: .size).map(\.problem) == [.wrongSize, .missing])
        let findings = try await archive.check(live, level: .hash)
        #expect(findings.map(\.problem) == [.wrongHash, .wrongSize, .missing])
        #expect(findings.map(\.path) == paths)
        #expect(try await archive.findStrays { _ in false }.map(\.path) == [paths[0], paths[1]])

        var report = ArchiveCheckReport(level: .hash)
        report.add(live, findings)
        #expect(report.segmentCount == 3 && report.fileCount == 5 && !report.isClean)
        #expect(try JSONDecoder().decode(ArchiveCheckReport.self, from: JSONEncoder().encode(report)) == report)
    }

    /// Beside running workers a file may be ahead of the index, and the index of an erasure.
    @Test func tellsOnlyWhatStaysWrong() async throws {
        let archive = try open()
        let live = try record()
        let (known, erased, damaged) = (live[0], live[1], live[2])
        let index = { (id: SegmentID) in live.first { $0.id == id && id != erased.id } }
        try FileManager.default.removeItem(atPath: archive.videoPath(of: damaged))
        let damage = try await archive.check([damaged], level: .hash)
        #expect(damage.map(\.problem) == [.missing])
        let orphans = try await archive.findStrays { _ in false }
        #expect(Set(orphans.compactMap(\.segment)).isSuperset(of: [known.id, erased.id]))

        let staying = try await archive.lasting(orphans + damage, level: .hash, segment: index)
        #expect(staying == orphans.filter { $0.segment == erased.id } + damage)
        for path in [archive.videoPath(of: erased), archive.audioPath(of: erased)].compactMap({ $0 }) {
            try FileManager.default.removeItem(atPath: path)
        }
        #expect(try await archive.lasting(staying, level: .hash, segment: index) == damage)
    }

    // MARK: Originals

    @Test func keepsARecordedFileByteForByte() async throws {
        let archive = try open()
        let camera = try CameraCode("shop-9")
        let receiver = try archive.receiveOriginal(camera: camera, run: RunID(5), name: "../../东门 2026.dav")
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await receiver.append(Array(bytes.prefix(100_000)))
        #expect(try await archive.originals(of: camera) == [])
        try await receiver.append(Array(bytes.dropFirst(100_000)))
        let kept = try await receiver.finish()
        #expect(kept.sha256 == Sum.sha256(bytes) && kept.byteCount == 300_000)
        #expect([UInt8](try Data(contentsOf: URL(fileURLWithPath: kept.path))) == bytes)
        #expect(kept.path.hasSuffix("/originals/0000000000000005-东门_2026.dav"))
        #expect(
            try await archive.originals(of: camera)
                == [KeptOriginal(run: RunID(5), name: "东门_2026.dav", path: kept.path, byteCount: 300_000)])
    }

    @Test func leavesNothingOfAnAbandonedFile() async throws {
        let archive = try open()
        let receiver = try archive.receiveOriginal(camera: try CameraCode("shop-9"), run: RunID(5), name: "a.mp4")
        try await receiver.append([1, 2, 3])
        await receiver.abandon()
        #expect(folder.files == ["volume.json"])
    }

    @Test func discardsWhatACrashLeftOfAFileBeingReceived() async throws {
        let archive = try open()
        let camera = try CameraCode("shop-9")
        let receiver = try archive.receiveOriginal(camera: camera, run: RunID(5), name: "a.mp4")
        try await receiver.append([1, 2, 3])
        #expect(try await archive.discardUnfinishedOriginals() == 1)
        #expect(folder.files == ["volume.json"])
        await receiver.abandon()
    }

    @Test(arguments: [
        ("/etc/passwd", "passwd"), ("..", "file"), ("", "file"), ("C:\\videos\\ch 01.avi", "ch_01.avi"), (".hidden", "hidden"),
        ("a\u{0}b\n.mp4", "a_b_.mp4"), ("监控-07_é.mp4", "监控-07_é.mp4"), ("a;rm -rf $HOME.mkv", "a_rm_-rf__HOME.mkv"),
    ])
    func makesAFileNameOfAnyName(_ given: String, _ expected: String) {
        #expect(OriginalName.sanitized(given) == expected)
    }

    @Test func shortensALongNameAndKeepsItsSuffix() {
        let name = OriginalName.sanitized(String(repeating: "监", count: 200) + ".mp4")
        #expect(name.utf8.count <= 120 && name.hasSuffix("监.mp4"))
        #expect(OriginalName.sanitized(String(repeating: "x", count: 500)).utf8.count == 120)
    }
}
