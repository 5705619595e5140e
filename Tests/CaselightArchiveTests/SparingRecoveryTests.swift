import CaselightModel
import CaselightWorkerProtocol
import Testing

@testable import CaselightArchive

/// What a bad byte hides is not what a crash cut: recovery takes nothing of it away.
@Suite struct SparingRecoveryTests {
    let folder: ScratchFolder
    let archive: Archive
    let recording: Recording
    let path = "gate-3/2026-03-02/070812.250Z-5f0c2a91b3d4e6f7-000000.mp4"
    let audioPath = "gate-3/2026-03-02/070812.250Z-5f0c2a91b3d4e6f7-000000.audio.mp4"

    init() throws {
        folder = try ScratchFolder()
        archive = try Archive.open(path: folder.path, knownVolumes: [], adopting: false)
        var recording = try Recording()
        recording.hasAudio = true
        self.recording = recording
    }

    private func record(closes: Bool) throws -> Segment {
        let log = EventLog()
        let writer = SegmentWriter(settings: WorkerSettings(archivePath: folder.path)) { log.add($0) }
        writer.open(recording.opening())
        for second in 0..<4 as Range<Int64> {
            try writer.append(recording.fragment(second: second, track: .audio, samples: [.init(byteCount: 999, isSync: true)]))
            try writer.append(recording.fragment(second: second, samples: [.init(byteCount: 2000, isSync: true)]))
        }
        if closes { writer.close(recording.closing(second: 4)) }
        writer.drain()
        return try #require(closes ? log.closed.first : log.opened.first)
    }

    private func holdTheCamera() async throws {
        try await archive.holds.write(
            Hold(
                id: "0123456789abcdef", camera: recording.camera, span: TimeSpan(start: recording.start, end: recording.start + .seconds(9)),
                incident: nil, origin: .hand, reason: "r", placedBy: try AccountName("chen"), placedAt: recording.start))
    }

    /// Where each `moof` says what it is.
    private func fragments(_ bytes: [UInt8]) -> [Int] {
        (0..<bytes.count - 4).filter { bytes[$0..<$0 + 4].elementsEqual(Array("moof".utf8)) }
    }

    @Test func leavesAClosedFileAsItIsWhereverABitFlips() async throws {
        let segment = try record(closes: true)
        let whole = try folder.bytes(path)
        for position in stride(from: 0, to: whole.count, by: 61) {
            var bent = whole
            bent[position] ^= 0x40
            try folder.write(bent, to: path)
            _ = try await archive.recover([segment])
            // What can be read of it may be cut where its own trailer is what was hit.
            let isTrailer = position >= whole.count - 2000 && SegmentBox.trailer(bent[(whole.count - trailerByteCount(whole) + 8)...]) == nil
            if !isTrailer { #expect(try folder.bytes(path) == bent, "at \(position) of \(whole.count)") }
        }
    }

    private func trailerByteCount(_ bytes: [UInt8]) -> Int {
        let uuid = SegmentTrailer.boxUUID
        let start = (0...bytes.count - 16).last { bytes[$0..<$0 + 16].elementsEqual(uuid) } ?? bytes.count
        return bytes.count - start + 8
    }

    @Test func leavesSoundThatCannotBeReadBesideWholePictures() async throws {
        let segment = try record(closes: true)
        let whole = try folder.bytes(audioPath)
        // The size of the first box, and of the first fragment.
        for position in [1, fragments(whole)[0] - 3] {
            var sound = whole
            sound[position] ^= 0x40
            try folder.write(sound, to: audioPath)
            guard case .whole(let scanned)? = try await archive.recover([segment]).first else { Issue.record("not whole"); return }
            #expect(scanned.segment.audio == nil)
            #expect(try folder.bytes(audioPath) == sound)
        }
    }

    @Test func removesNoFragmentThatMayBeHeld() async throws {
        let segment = try record(closes: false)
        let whole = try folder.bytes(path)
        for bent in [[0xFF] + whole.dropFirst(), whole.enumerated().map { $0.offset == fragments(whole)[0] ? 0 : $0.element }] {
            try folder.write(bent, to: path)
            try await holdTheCamera()
            guard case .damaged? = try await archive.recover([segment]).first else { Issue.record("not damaged"); return }
            #expect(try folder.bytes(path) == bent)
            try await archive.holds.remove("0123456789abcdef")
            #expect(try await archive.recover([segment]) == [.removed(segment.id)], "what a crash left of footage that nobody holds goes")
        }
    }

    @Test func setsAsideWhatItCutsFromFootageThatMayBeHeld() async throws {
        let segment = try record(closes: false)
        try await holdTheCamera()
        let whole = try folder.bytes(path)
        let starts = fragments(whole)
        var bent = whole
        bent[starts[1] - 2] ^= 0x40
        try folder.write(bent, to: path)
        guard case .whole(let scanned)? = try await archive.recover([segment]).first else { Issue.record("not whole"); return }
        #expect(scanned.segment.span.end == recording.start + .milliseconds(40), "one frame of the first fragment")
        let cut = try #require(folder.files.first { $0.hasPrefix("@holds/gate-3-") && $0.hasSuffix(".cut") })
        let kept = try #require(bent.count - (try folder.bytes(cut).count) as Int?)
        #expect(try folder.bytes(cut) == Array(bent[kept...]) && kept < starts[1])
        #expect(try folder.bytes(path).prefix(kept) == bent.prefix(kept))
    }

    @Test func setsNothingAsideForATornFragment() async throws {
        let segment = try record(closes: false)
        try await holdTheCamera()
        try folder.write(try folder.bytes(path).dropLast(1), to: path)
        guard case .whole? = try await archive.recover([segment]).first else { Issue.record("not whole"); return }
        #expect(!folder.files.contains { $0.hasSuffix(".cut") })
    }
}
