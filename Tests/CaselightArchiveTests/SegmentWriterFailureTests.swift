import CaselightModel
import CaselightWorkerProtocol
import Foundation
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import CaselightArchive

/// Disks that are slow, full or broken. The broken ones are played: the real calls, with a failure where the test wants it.
@Suite struct SegmentWriterFailureTests {
    let folder: ScratchFolder
    let log = EventLog()
    let recording: Recording
    let path = "gate-3/2026-03-02/070812.250Z-5f0c2a91b3d4e6f7-000000.mp4"

    init() throws {
        folder = try ScratchFolder()
        recording = try Recording()
    }

    func writer(_ calls: DiskCalls, queueLimitBytes: Int = 16 << 20, archivePath: String? = nil) -> SegmentWriter {
        var settings = WorkerSettings(archivePath: archivePath ?? folder.path)
        settings.queueLimitBytes = queueLimitBytes
        return SegmentWriter(settings: settings, calls: calls) { [log] in log.add($0) }
    }

    /// The nth write and all after it fail, having written half.
    func failing(from nth: Int, _ error: Errno, recovering: Int = .max) -> DiskCalls {
        let count = Counter()
        var calls = DiskCalls.system
        calls.write = { file, bytes, offset in
            let number = count.next()
            guard number >= nth, number < recovering else { return try DiskCalls.system.write(file, bytes, offset) }
            try DiskCalls.system.write(file, bytes.prefix(bytes.count / 2), offset)
            throw error
        }
        return calls
    }

    func append(_ writer: SegmentWriter, second: Int64) -> CaselightError.Code? {
        do {
            try writer.append(recording.fragment(second: second))
            return nil
        } catch {
            return error.code
        }
    }

    @Test func endsAtTheLastWholeFragmentWhenTheDiskIsFull() throws {
        // Header, two fragments, then a write that fails; the trailer finds room again.
        let writer = writer(failing(from: 4, .noSpace, recovering: 5))
        writer.open(recording.opening())
        for second in 0..<3 { #expect(append(writer, second: Int64(second)) == nil) }
        writer.drain()
        #expect(append(writer, second: 3) == .diskFull)
        let closed = try #require(log.closed.first)
        #expect(closed.endReason == .diskFull)
        #expect(closed.span.end == recording.start + .seconds(2))
        let bytes = try folder.bytes(path)
        #expect(closed.byteCount == Int64(bytes.count) && closed.sha256 == Sum.sha256(bytes))
        #expect(log.lost == [])
    }

    @Test func reportsASegmentLostWhoseTrailerHasNoRoomAndLeavesItToRecovery() async throws {
        let archive = try Archive.open(path: folder.path, knownVolumes: [], adopting: false)
        do {
            let writer = writer(failing(from: 3, .noSpace))
            writer.open(recording.opening())
            #expect(append(writer, second: 0) == nil)
            #expect(append(writer, second: 1) == nil)
            writer.drain()
            #expect(append(writer, second: 2) == .diskFull)
        }
        #expect(log.lost.map(\.code) == [.diskFull])
        #expect(log.closed == [])
        guard case .whole(let scanned)? = try await archive.recover(log.opened).first else { Issue.record("not whole"); return }
        #expect(scanned.segment.span.end == recording.start + .seconds(1))
        #expect(scanned.segment.endReason == .restart)
    }

    @Test func leavesNothingOfASegmentThatCannotBegin() {
        let writer = writer(failing(from: 1, .noSpace))
        writer.open(recording.opening())
        writer.drain()
        #expect(append(writer, second: 0) == .diskFull)
        #expect(log.lost.map(\.code) == [.diskFull])
        #expect(folder.files == [])
    }

    @Test func goesOnWithTheNextSegmentAfterAFailure() throws {
        let writer = writer(failing(from: 2, .ioError, recovering: 3))
        writer.open(recording.opening())
        _ = append(writer, second: 0)
        writer.drain()
        #expect(append(writer, second: 1) == .diskFailed)
        writer.open(recording.opening(1, second: 2))
        try writer.append(recording.fragment(1, second: 2))
        writer.close(recording.closing(1, second: 3))
        writer.drain()
        #expect(log.closed.map(\.id) == [recording.id(1)])
    }

    @Test func neverTakesALaterSyncForAnAnswerAfterOneFailed() throws {
        let count = Counter()
        var calls = DiskCalls.system
        calls.sync = { file in
            if count.next() == 1 { throw Errno.ioError }
            try DiskCalls.system.sync(file)
        }
        let writer = writer(calls)
        writer.open(recording.opening())
        #expect(append(writer, second: 0) == nil)
        writer.close(recording.closing(second: 1))
        writer.drain()
        let closed = try #require(log.closed.first)
        #expect(closed.endReason == .diskFailed)
        let bytes = try folder.bytes(path)
        #expect(closed.byteCount == Int64(bytes.count) && closed.sha256 == Sum.sha256(bytes))
        let file = try FileDescriptor.open(FilePath("\(folder.path)/\(path)"), .readOnly)
        defer { try? file.close() }
        #expect(try SegmentFile(file, byteCount: closed.byteCount).trailer?.endReason == .diskFailed)
    }

    @Test func endsWithOverloadWhenTheDiskIsTooSlowAndComesBack() throws {
        let gate = DispatchSemaphore(value: 0)
        let isOpen = Mutex(false)
        var calls = DiskCalls.system
        calls.write = { file, bytes, offset in
            if !isOpen.withLock({ $0 }) { gate.wait() }
            try DiskCalls.system.write(file, bytes, offset)
        }
        let limit = 100_000
        let writer = writer(calls, queueLimitBytes: limit)
        writer.open(recording.opening())
        var accepted = 0
        while append(writer, second: Int64(accepted)) == nil { accepted += 1 }
        #expect(accepted * recording.fragmentBytes(second: 0).count <= limit)
        #expect(accepted >= 2)
        // The run is refused until half of the queue is on disk.
        writer.open(recording.opening(1, second: 50))
        #expect(append(writer, second: 50) == .internalFailure)
        #expect(throws: CaselightError.self) { try writer.append(recording.fragment(1, second: 50)) }

        isOpen.withLock { $0 = true }
        gate.signal()
        writer.drain()
        let closed = try #require(log.closed.first)
        #expect(closed.endReason == .overload)
        #expect(closed.span.end == recording.start + .seconds(Int64(accepted)))

        writer.open(recording.opening(2, second: 60))
        try writer.append(recording.fragment(2, second: 60))
        writer.close(recording.closing(2, second: 61))
        writer.drain()
        #expect(log.closed.map(\.id) == [recording.id(0), recording.id(2)])
    }

    @Test(.enabled(if: SmallDisk.canBeMounted, "mounting a small file system needs root"))
    func survivesARealFullDisk() async throws {
        let disk = try SmallDisk(byteCount: 256 << 10)
        let archive = try Archive.open(path: disk.path, knownVolumes: [], adopting: false)
        #expect(try recordUntilFull(disk.path) > 3)
        #expect((log.closed.map(\.endReason) + log.lost.map { _ in .diskFull }) == [.diskFull])
        var kept = log.closed
        if kept.isEmpty {
            // Recovery needs a little room too: an operator makes it.
            #expect(try Program.run("mount", ["-o", "remount,size=512k", disk.path]).status == 0)
            if case .whole(let scanned)? = try await archive.recover(log.opened).first { kept.append(scanned.segment) }
        }
        #expect(kept.count == 1)
        #expect(try await archive.check(kept, level: .hash) == [])
    }

    private func recordUntilFull(_ path: String) throws -> Int64 {
        let writer = writer(.system, archivePath: path)
        writer.open(recording.opening())
        var second: Int64 = 0
        while append(writer, second: second) == nil, second < 1000 {
            second += 1
            writer.drain()
        }
        return second
    }
}

final class Counter: Sendable {
    private let value = Mutex(0)

    func next() -> Int {
        value.withLock {
            $0 += 1
            return $0
        }
    }
}

/// A file system in memory that is soon full.
final class SmallDisk: Sendable {
    let path: String

    static let canBeMounted = (try? SmallDisk(byteCount: 65_536)) != nil

    init(byteCount: Int) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("caselight-disk-\(RunID.random())").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard try Program.run("mount", ["-t", "tmpfs", "-o", "size=\(byteCount)", "tmpfs", path]).status == 0 else {
            try? FileManager.default.removeItem(atPath: path)
            throw CaselightError(.diskFailed, "mount a small disk", because: "it is not allowed here")
        }
    }

    deinit {
        _ = try? Program.run("umount", ["-l", path])
        try? FileManager.default.removeItem(atPath: path)
    }
}
