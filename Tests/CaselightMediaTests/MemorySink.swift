import CaselightArchive
import CaselightModel
import CaselightWorkerProtocol
import Foundation
import Synchronization
import TestSupport
import Testing

/// Collects what a recording hands over, as the archive would.
final class MemorySink: SegmentSink {
    struct Recorded {
        var opening: SegmentOpening
        var fragments: [RecordedFragment] = []
        var closing: SegmentClosing?
    }

    private struct State {
        var segments: [Recorded] = []
        var failures: [CaselightError] = []
    }

    private let state = Mutex(State())

    var segments: [Recorded] { state.withLock { $0.segments } }

    /// The next `append` fails with it.
    func failNext(_ error: CaselightError) { state.withLock { $0.failures.append(error) } }

    func open(_ opening: SegmentOpening) { state.withLock { $0.segments.append(Recorded(opening: opening)) } }

    func append(_ fragment: RecordedFragment) throws(CaselightError) {
        let failure = state.withLock { state -> CaselightError? in
            if !state.failures.isEmpty { return state.failures.removeFirst() }
            guard let index = state.segments.firstIndex(where: { $0.opening.header.id == fragment.segment }) else { return nil }
            state.segments[index].fragments.append(fragment)
            return nil
        }
        if let failure { throw failure }
    }

    func close(_ closing: SegmentClosing) {
        state.withLock { state in
            guard let index = state.segments.firstIndex(where: { $0.opening.header.id == closing.segment }) else { return }
            state.segments[index].closing = closing
        }
    }
}

extension MemorySink.Recorded {
    /// The segment's pictures as a file.
    var videoFile: [UInt8] { opening.videoInitialization + fragments.filter { $0.track == .video }.flatMap(\.bytes) }

    /// The pictures' fragments, read by the archive's own reader.
    func videoFragments() throws -> [MediaFragment] {
        let reader = FragmentReader(initialization: try MediaInitialization(opening.videoInitialization))
        return try fragments.filter { $0.track == .video && !$0.bytes.isEmpty }.flatMap { try reader.fragments(in: $0.bytes, at: 0) }
    }
}

/// Clips that FFmpeg draws, in a folder that goes with the suite's last user.
final class Clips: Sendable {
    static let shared = Clips()
    let folder: URL

    private init() {
        folder = FileManager.default.temporaryDirectory.appending(path: "caselight-media-tests-\(UUID().uuidString)")
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// - Returns: the path of a clip made with `arguments`.
    func make(_ name: String, _ arguments: [String]) throws -> String {
        let path = folder.appending(path: name).path
        try Self.run("ffmpeg", ["-v", "error", "-nostdin", "-y"] + arguments + [path])
        return path
    }

    /// A program's standard output; fails the test where the program does.
    static func output(_ program: String, _ arguments: [String]) throws -> [UInt8] {
        let outcome = try Program.run(program, arguments)
        try #require(outcome.status == 0, "\(program) \(arguments.joined(separator: " ")): \(outcome.errorText)")
        return outcome.output
    }

    @discardableResult
    static func run(_ program: String, _ arguments: [String]) throws -> String {
        String(decoding: try output(program, arguments), as: UTF8.self)
    }

    /// One line a packet of a file's pictures: its hash, in the order of the file.
    static func packetHashes(_ path: String, track: String = "v:0") throws -> [String] {
        try run("ffmpeg", ["-v", "error", "-nostdin", "-i", path, "-map", "0:\(track)", "-c", "copy", "-f", "framemd5", "-"])
            .split(separator: "\n").filter { !$0.hasPrefix("#") }
            .compactMap { line in
                let fields = line.split(separator: ",")
                return fields.count > 5 ? fields[5].trimmingCharacters(in: .whitespaces) : nil
            }
    }
}

/// 2026-03-02T06:00:00Z.
let testStart = WallTime(microseconds: 1_772_431_200_000_000)
