internal import CaselightModel

/// The growth of many segments, told every second: the one message whose cost grows with every camera, so it is packed.
package struct ProgressBatch: Hashable, Sendable {
    package var segments: [SegmentProgress]

    package init(_ segments: [SegmentProgress]) { self.segments = segments }
}

/// For each segment seven numbers of 64 bits, least significant byte first: run, sequence, end in microseconds, bytes of video, bytes
/// of sound or -1, sizes of its packed tables or -1; then those tables.
extension ProgressBatch: Codable {
    private static let numberCount = 7

    package func encode(to encoder: any Encoder) throws {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(segments.reduce(0) { $0 + Self.numberCount * 8 + $1.tableByteCount })
        func add(_ number: Int64) { withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) } }
        for segment in segments {
            add(Int64(bitPattern: segment.id.run.value))
            add(Int64(segment.id.sequence))
            add(segment.endsAt.microseconds)
            add(segment.byteCount)
            add(segment.audioByteCount ?? -1)
            add(segment.keyframes.map { Int64($0.packed.count) } ?? -1)
            add(segment.activity.map { Int64($0.packed.count) } ?? -1)
            bytes += segment.keyframes?.packed ?? []
            bytes += segment.activity?.packed ?? []
        }
        try Attachment(bytes).encode(to: encoder)
    }

    package init(from decoder: any Decoder) throws {
        var rest = try Attachment(from: decoder).bytes[...]
        var segments: [SegmentProgress] = []
        while !rest.isEmpty {
            guard let segment = Self.takeSegment(from: &rest) else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "the last \(rest.count) bytes are no whole report"))
            }
            segments.append(segment)
        }
        self.segments = segments
    }

    private static func takeSegment(from rest: inout ArraySlice<UInt8>) -> SegmentProgress? {
        let head = rest.prefix(numberCount * 8)
        guard head.count == numberCount * 8 else { return nil }
        let numbers = head.withUnsafeBytes { bytes in
            (0..<numberCount).map { Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self)) }
        }
        rest = rest.dropFirst(head.count)
        guard let keyframes = takeTable(numbers[5], from: &rest), let activity = takeTable(numbers[6], from: &rest) else { return nil }
        return SegmentProgress(
            id: SegmentID(run: RunID(UInt64(bitPattern: numbers[0])), sequence: UInt32(truncatingIfNeeded: numbers[1])),
            endsAt: WallTime(microseconds: numbers[2]), byteCount: numbers[3], audioByteCount: numbers[4] < 0 ? nil : numbers[4],
            keyframes: keyframes.map { KeyframeTable(packed: $0) }, activity: activity.map { ActivityTable(packed: $0) })
    }

    /// - Returns: `nil` where fewer bytes are left; a table that was not told is `.some(nil)`.
    private static func takeTable(_ count: Int64, from rest: inout ArraySlice<UInt8>) -> [UInt8]?? {
        guard count >= 0 else { return .some(nil) }
        guard count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(Int(count)) }
        return Array(rest.prefix(Int(count)))
    }
}

extension SegmentProgress {
    fileprivate var tableByteCount: Int { (keyframes?.packed.count ?? 0) + (activity?.packed.count ?? 0) }
}
