import CaselightModel
import Foundation
import GRDB
import TestSupport
import Testing

@testable import CaselightStore

@Suite struct IndexSizeTests {
    static let dayLimitBytes = 400_000

    /// A day of one camera at 4 Mbit/s with a keyframe every 2 s and sound: 1,440 segments.
    @Test func aCameraDayTakesNoMoreThan400KilobytesForKeyframesAndActivity() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("index.db")
        let index = try SQLiteFootageIndex.open(path: path)
        try await index.apply([.run(try run(1, "51010000001320000001"))])
        let emptyBytes = try await fileBytes(index, path)
        var random = SeededGenerator(seed: 1)
        for sequence in 0..<1440 {
            let closed = try minute(UInt32(sequence), &random)
            var open = closed
            (open.endReason, open.sha256, open.keyframes, open.activity) = (nil, nil, .empty, .empty)
            try await index.apply([.segment(open), .segment(closed)])
        }
        let blobBytes = try await index.file.pool.read { db in
            try Int.fetchOne(db, sql: "SELECT sum(length(keyframes)) + sum(length(activity)) FROM segment_details") ?? 0
        }
        let totalBytes = try await fileBytes(index, path) - emptyBytes
        let rows = try await index.coverage(of: [try code("51010000001320000001")], overlapping: always).values.first?.count
        try index.close()
        print("a camera-day: \(blobBytes) bytes of keyframes and activity, \(totalBytes) bytes in index.db with all rows and indexes")
        #expect(blobBytes <= Self.dayLimitBytes)
        #expect(totalBytes <= 2 * Self.dayLimitBytes)
        #expect(rows == 1)
    }

    private func fileBytes(_ index: SQLiteFootageIndex, _ path: String) async throws -> Int {
        _ = try await index.file.pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        return try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    }

    private func minute(_ sequence: UInt32, _ random: inout SeededGenerator) throws -> Segment {
        let start = Double(sequence) * 60
        var result = try segment(1, sequence, "51010000001320000001", start, start + 60)
        var offset: Int64 = 900
        let keyframes = (0..<30).map { index in
            // Times follow the stream's own (90 kHz), not the jitter of arrival; 59.94 fields a second fall beside whole microseconds.
            let size = Int.random(in: 80_000...160_000, using: &random)
            defer { offset += Int64(size) + .random(in: 600_000...1_100_000, using: &random) }
            return Keyframe(time: at(start + Double(index) * 180_180 / 90_000), offset: offset, byteCount: size)
        }
        result.byteCount = offset
        result.sha256 = (0..<64).map { _ in String(Int.random(in: 0..<16, using: &random), radix: 16) }.joined()
        result.audio = AudioSibling(codec: "aac", byteCount: 480_000, initializationByteCount: 700, sha256: result.sha256)
        result.keyframes = KeyframeTable(keyframes, from: at(start))
        result.activity = ActivityTable(weightedBytesPerSecond: (0..<60).map { _ in .random(in: 10_000...500_000, using: &random) })
        return result
    }
}
