import CaselightModel
import CaselightWorkerProtocol
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import CaselightArchive

@Suite struct SegmentRecoveryTests {
    let folder: ScratchFolder
    let archive: Archive
    let recording: Recording
    let path = "gate-3/2026-03-02/070812.250Z-5f0c2a91b3d4e6f7-000000.mp4"
    let audioPath = "gate-3/2026-03-02/070812.250Z-5f0c2a91b3d4e6f7-000000.audio.mp4"
    /// Few samples of many bytes: the last 64 KiB hold whole fragments and parts of them.
    let samples =
        [Handmade.Sample(byteCount: 9000, durationTicks: 2560, isSync: true)]
        + Array(repeating: Handmade.Sample(byteCount: 5003, durationTicks: 2560), count: 4)

    init() throws {
        folder = try ScratchFolder()
        archive = try Archive.open(path: folder.path, knownVolumes: [], adopting: false)
        var recording = try Recording()
        recording.hasAudio = true
        self.recording = recording
    }

    /// Records as a worker does that is killed before it can close.
    func recordAndCrash(seconds: Int64 = 4, hasAudio: Bool = true) throws -> (segment: Segment, video: [UInt8], whole: [Int]) {
        let log = EventLog()
        let writer = SegmentWriter(settings: WorkerSettings(archivePath: folder.path)) { log.add($0) }
        writer.open(recording.opening())
        writer.drain()
        var whole = [try folder.bytes(path).count]
        for second in 0..<seconds {
            if hasAudio {
                try writer.append(recording.fragment(second: second, track: .audio, samples: [.init(byteCount: 999, isSync: true)]))
            }
            try writer.append(recording.fragment(second: second, samples: samples))
            writer.drain()
            whole.append(try folder.bytes(path).count)
        }
        return (try #require(log.opened.first), try folder.bytes(path), whole)
    }

    @Test func closesACutSegmentAtItsLastWholeFragment() async throws {
        let (segment, video, whole) = try recordAndCrash()
        try folder.write(video.dropLast(1), to: path)
        guard case .whole(let scanned)? = try await archive.recover([segment]).first else { Issue.record("not whole"); return }
        let found = scanned.segment
        let after = try folder.bytes(path)
        #expect(after.prefix(whole[3]) == video.prefix(whole[3]))
        #expect(found.endReason == .restart)
        #expect(found.span == TimeSpan(start: recording.start, end: recording.start + .seconds(3)))
        #expect(found.keyframes.keyframes(from: found.span.start).map(\.time) == (0..<3).map { recording.start + .seconds($0) })
        #expect(found.activity == ActivityTable(bytesPerSecond: Array(repeating: 4 * 5003, count: 3)))
        #expect(found.byteCount == Int64(after.count))
        #expect(found.sha256 == Sum.sha256(after))
        #expect(found.audio?.sha256 == Sum.sha256(try folder.bytes(audioPath)))
        #expect(try await archive.recover([segment]) == [.whole(scanned)], "a second recovery finds it complete")
    }

    @Test func findsTheLastWholeFragmentForATearAtEveryByteOfTheLast64KiB() throws {
        let (_, video, whole) = try recordAndCrash(hasAudio: false)
        let file = try FileDescriptor.open(FilePath("\(folder.path)/\(path)"), .readOnly)
        defer { try? file.close() }
        var wrong: [Int] = []
        for byteCount in video.count - 65_536...video.count {
            let content = try SegmentFile(file, byteCount: Int64(byteCount))
            let expected = whole.last { $0 <= byteCount }
            if content.wholeByteCount != expected.map(Int64.init) || content.trailer != nil { wrong.append(byteCount) }
        }
        #expect(wrong == [])
    }

    @Test func survivesTearsZerosAndGarbageOnDisk() async throws {
        let (segment, video, whole) = try recordAndCrash(hasAudio: false)
        var generator = SeededGenerator(seed: 11)
        let first = video.count - 65_536
        for cut in stride(from: first, to: video.count, by: 1021) + whole.flatMap({ [$0 - 1, $0, $0 + 1] }) where cut <= video.count {
            let garbage = (0..<video.count - cut).map { _ in UInt8.random(in: 0...255, using: &generator) }
            for tail in [[], garbage] {
                try folder.write(video.prefix(cut) + tail, to: path)
                let outcome = try await archive.recover([segment]).first
                guard case .whole(let scanned) = outcome else {
                    #expect(cut < whole[1], "nothing whole was left at \(cut)")
                    if !tail.isEmpty, cut < whole[0], case .damaged? = outcome { continue }
                    #expect(outcome == .removed(segment.id))
                    continue
                }
                // Garbage within a sample is beyond a container's knowledge; a torn box is not.
                let kept = try #require(whole.last { $0 <= cut })
                let after = try folder.bytes(path)
                #expect(after.prefix(kept) == video.prefix(kept))
                #expect(scanned.segment.sha256 == Sum.sha256(after))
                if tail.isEmpty {
                    #expect(scanned.segment.span.end == recording.start + .seconds(Int64(whole.filter { $0 <= cut }.count) - 1))
                }
            }
        }
    }

    @Test func takesPagesOfZerosForWhatWasNeverWritten() async throws {
        let (segment, video, whole) = try recordAndCrash(hasAudio: false)
        for page in stride(from: 0, to: video.count - 16, by: 4096) {
            try folder.write(video.prefix(page) + Handmade.zeros(video.count - page), to: path)
            let outcome = try await archive.recover([segment]).first
            let kept = whole.last { $0 <= page } ?? 0
            if kept <= whole[0] {
                #expect(outcome == .removed(segment.id), "at \(page)")
            } else if case .whole(let scanned) = outcome {
                #expect(scanned.segment.span.end == recording.start + .seconds(Int64(whole.filter { $0 <= page }.count) - 1))
                #expect(try folder.bytes(path).prefix(kept) == video.prefix(kept))
            } else {
                Issue.record("nothing kept for zeros from \(page)")
            }
        }
    }

    @Test(arguments: [0, 1, 30, 200, 800])
    func removesAFileThatEndsBeforeItsFirstFragment(_ byteCount: Int) async throws {
        let (segment, video, _) = try recordAndCrash()
        try folder.write(Array(video.prefix(byteCount)), to: path)
        #expect(try await archive.recover([segment]) == [.removed(segment.id)])
        #expect(folder.files == ["volume.json"])
    }

    @Test func leavesALargeDamagedFileForAPerson() async throws {
        let (segment, video, _) = try recordAndCrash()
        try folder.write([0xFF] + video.dropFirst(), to: path)
        guard case .damaged(_, let error)? = try await archive.recover([segment]).first else { Issue.record("not damaged"); return }
        #expect(error.code == .damagedMedia)
        #expect(try folder.bytes(path).count == video.count)
    }

    @Test func cutsSoundThatReachesBeyondThePictures() async throws {
        let (segment, video, whole) = try recordAndCrash()
        try folder.write(Array(video.prefix(whole[1])), to: path)
        guard case .whole(let scanned)? = try await archive.recover([segment]).first else { Issue.record("not whole"); return }
        let bytes = try folder.bytes(audioPath)
        let file = try FileDescriptor.open(FilePath("\(folder.path)/\(audioPath)"), .readOnly)
        defer { try? file.close() }
        let content = try SegmentFile(file, byteCount: Int64(bytes.count))
        #expect(content.tally.fragmentCount == 2)
        #expect(content.trailer?.endReason == .restart)
        #expect(scanned.segment.audio?.byteCount == Int64(bytes.count))
    }

    @Test func dropsSoundThatHasNoWholeFragment() async throws {
        let (segment, _, _) = try recordAndCrash()
        try folder.write([1, 2, 3], to: audioPath)
        guard case .whole(let scanned)? = try await archive.recover([segment]).first else { Issue.record("not whole"); return }
        #expect(scanned.segment.audio == nil)
        #expect(folder.files == [path, "volume.json"])
    }

    @Test func waitsForAWorkerThatStillWrites() async throws {
        let log = EventLog()
        let writer = SegmentWriter(settings: WorkerSettings(archivePath: folder.path)) { log.add($0) }
        writer.open(recording.opening())
        try writer.append(recording.fragment(second: 0))
        writer.drain()
        let segment = try #require(log.opened.first)
        guard case .damaged(_, let error)? = try await archive.recover([segment]).first else { Issue.record("not refused"); return }
        #expect(error.code == .busy)
        writer.close(recording.closing(second: 1))
        writer.drain()
        guard case .whole(let scanned)? = try await archive.recover([segment]).first else { Issue.record("not whole"); return }
        #expect(log.closed == [scanned.segment])
    }

    @Test func putsWhatIsKnownBesidesTheFileIntoTheTrailer() async throws {
        let (segment, _, _) = try recordAndCrash()
        var stream = recording.stream
        stream.video?.measuredFrameRate = 12.5
        let sample = ClockSample(at: recording.start, offsetUs: .seconds(3), uncertaintyUs: .milliseconds(5))
        guard case .whole(let scanned) = try await archive.recover(segment, stream: stream, clockSamples: [sample]) else {
            Issue.record("not whole")
            return
        }
        #expect(scanned.run.stream == stream)
        #expect(scanned.clockSamples == [sample])
    }
}
