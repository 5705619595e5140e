import CaselightModel

/// An area's rings as bytes: for each ring the number of its corners (32 bits), then latitude and longitude of each (64-bit
/// floating point), all little-endian. A district has thousands of corners, and is decoded for each point tested.
enum PackedRings {
    static func bytes(_ rings: [[GeoPoint]]) -> [UInt8] {
        var bytes: [UInt8] = []
        for ring in rings {
            append(UInt32(ring.count), to: &bytes)
            for corner in ring {
                append(corner.latitude.bitPattern, to: &bytes)
                append(corner.longitude.bitPattern, to: &bytes)
            }
        }
        return bytes
    }

    /// - Throws: `damagedDatabase` where the bytes end early.
    static func rings(_ bytes: [UInt8]) throws(CaselightError) -> [[GeoPoint]] {
        var rest = bytes[...]
        var rings: [[GeoPoint]] = []
        while !rest.isEmpty {
            let count = Int(try next(&rest) as UInt32)
            var ring: [GeoPoint] = []
            ring.reserveCapacity(min(count, rest.count / 16))
            for _ in 0..<count {
                let latitude = Double(bitPattern: try next(&rest))
                ring.append(GeoPoint(unchecked: latitude, Double(bitPattern: try next(&rest))))
            }
            rings.append(ring)
        }
        return rings
    }

    private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private static func next<Value: FixedWidthInteger>(_ rest: inout ArraySlice<UInt8>) throws(CaselightError) -> Value {
        let size = MemoryLayout<Value>.size
        guard rest.count >= size else { throw StoreFailure.unexpected("a ring cut short", in: "areas.rings") }
        let value = rest.prefix(size).reversed().reduce(Value(0)) { $0 << 8 | Value($1) }
        rest = rest.dropFirst(size)
        return value
    }
}
