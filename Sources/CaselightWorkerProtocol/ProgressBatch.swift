internal import CaselightModel

/// The growth of many segments, told every second: the one message whose cost grows with every camera, so it is packed.
package struct ProgressBatch: Hashable, Sendable {
    package var segments: [SegmentProgress]

    package init(_ segments: [SegmentProgress]) { self.segments = segments }
}

/// Five numbers of 64 bits a segment, least significant byte first: run, sequence, end in microseconds, bytes of video, bytes of
/// sound or -1.
extension ProgressBatch: Codable {
    private static let numbersPerSegment = 5

    package func encode(to encoder: any Encoder) throws {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(segments.count * Self.numbersPerSegment * 8)
        func add(_ number: Int64) { withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) } }
        for segment in segments {
            add(Int64(bitPattern: segment.id.run.value))
            add(Int64(segment.id.sequence))
            add(segment.endsAt.microseconds)
            add(segment.byteCount)
            add(segment.audioByteCount ?? -1)
        }
        try Attachment(bytes).encode(to: encoder)
    }

    package init(from decoder: any Decoder) throws {
        let bytes = try Attachment(from: decoder).bytes
        let segmentByteCount = Self.numbersPerSegment * 8
        guard bytes.count.isMultiple(of: segmentByteCount) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "\(bytes.count) bytes are not whole reports"))
        }
        segments = bytes.withUnsafeBytes { bytes in
            (0..<bytes.count / segmentByteCount).map { index in
                func number(_ position: Int) -> Int64 {
                    Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: index * segmentByteCount + position * 8, as: Int64.self))
                }
                return SegmentProgress(
                    id: SegmentID(run: RunID(UInt64(bitPattern: number(0))), sequence: UInt32(truncatingIfNeeded: number(1))),
                    endsAt: WallTime(microseconds: number(2)), byteCount: number(3), audioByteCount: number(4) < 0 ? nil : number(4))
            }
        }
    }
}
