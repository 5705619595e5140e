import CaselightModel
import CaselightStore
import Foundation

/// What an installation would have after months, written into its databases while the daemon is stopped.
extension Installation {
    func seed(_ write: @escaping @Sendable (SQLiteRecordStore, SQLiteFootageIndex) async throws -> Void) throws {
        stop()
        // Nothing that is sealed is read or written.
        let records = try SQLiteRecordStore.open(path: state.appending(path: "records.db").path, sealer: SecretSealer(.random()))
        let index = try SQLiteFootageIndex.open(path: state.appending(path: "index.db").path)
        let done = DispatchSemaphore(value: 0)
        // Written once before the signal, read after it.
        nonisolated(unsafe) var failure: (any Error)?
        Task.detached {
            do { try await write(records, index) } catch { failure = error }
            done.signal()
        }
        done.wait()
        try records.close()
        try index.close()
        if let failure { throw failure }
        try start()
    }
}

/// Footage as the index tells of it; there are no files.
enum SeededFootage {
    /// Segments of so many hours, one after the other, but for those left out.
    ///
    /// - Parameter keyframeSeconds: between keyframes, within `detailed`.
    static func changes(
        _ camera: CameraCode, from start: WallTime, count: Int, hours: Int64, without gaps: Set<Int> = [], detailed: TimeSpan? = nil
    ) -> [IndexChange] {
        let run = Run(
            id: .random(), camera: camera, origin: .feed, startedAt: start, endedAt: start + .seconds(Int64(count) * hours * 3600),
            stream: StreamMetadata(container: "rtsp"))
        return [.run(run)] + (0..<count).filter { !gaps.contains($0) }.map { number in
            let from = start + .seconds(Int64(number) * hours * 3600), span = TimeSpan(start: from, end: from + .seconds(hours * 3600))
            let seconds = detailed.map(span.overlaps) == true ? Array(stride(from: Int64(0), to: hours * 3600, by: 2)) : []
            let keyframes = seconds.map { Keyframe(time: from + .seconds($0), offset: 1000 + $0 * 50_000, byteCount: 50_000) }
            return .segment(Segment(
                id: SegmentID(run: run.id, sequence: UInt32(number)), camera: camera, span: span, policy: .full, byteCount: 6_000_000_000,
                initializationByteCount: 900, sha256: String(repeating: "a", count: 64), endReason: .full, audio: nil,
                keyframes: KeyframeTable(keyframes, from: from), activity: ActivityTable(bytesPerSecond: seconds.map { Int($0 % 97) * 100 })))
        }
    }
}
