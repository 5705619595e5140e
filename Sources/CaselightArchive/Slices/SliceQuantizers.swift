/// What an encoder's quantizer was, frame by frame, as the slice headers of H.264 and H.265 tell it: no picture is decoded.
///
/// Bytes alone mislead where an encoder holds the rate: it then spends the same on a busy second as on an idle one, and only more coarsely.
/// Bytes times the quantizer's step do not.
package struct SliceQuantizers: Sendable {
    /// How a codec's NAL units are read.
    private enum Form: Sendable {
        case h264(H264SliceReader)
        case h265(H265SliceReader)
    }

    private var form: Form
    private let lengthByteCount: Int

    /// - Parameters:
    ///   - codec: by FFmpeg's name. `nil` comes out for one whose slices are not read.
    ///   - configuration: `avcC` or `hvcC` content (ISO/IEC 14496-15), as the sample entry holds it.
    package init?(codec: String, configuration: [UInt8]) {
        let parts: (lengthByteCount: Int, units: [ArraySlice<UInt8>])?
        switch codec {
        case "h264": (form, parts) = (.h264(H264SliceReader()), CodecConfiguration.avc(configuration))
        case "hevc": (form, parts) = (.h265(H265SliceReader()), CodecConfiguration.hevc(configuration))
        default: return nil
        }
        guard let parts else { return nil }
        lengthByteCount = parts.lengthByteCount
        for unit in parts.units { _ = unit.withUnsafeBytes { look(at: $0) } }
    }

    /// The mean over a frame's slices; `nil` where none can be told.
    ///
    /// - Parameter sample: its NAL units, each behind its length.
    package mutating func quantizer(of sample: UnsafeRawBufferPointer) -> Double? {
        var (sum, count, place) = (0, 0, 0)
        while place + lengthByteCount <= sample.count {
            var length = 0
            for byte in sample[place..<place + lengthByteCount] { length = length << 8 | Int(byte) }
            place += lengthByteCount
            guard length > 0, length <= sample.count - place else { break }
            if let found = look(at: UnsafeRawBufferPointer(rebasing: sample[place..<place + length])) {
                sum += found
                count += 1
            }
            place += length
        }
        return count > 0 ? Double(sum) / Double(count) : nil
    }

    /// A unit that cannot be read tells nothing, and spoils nothing.
    private mutating func look(at unit: UnsafeRawBufferPointer) -> Int? {
        switch form {
        case .h264(var reader):
            defer { form = .h264(reader) }
            return try? reader.quantizer(of: unit)
        case .h265(var reader):
            defer { form = .h265(reader) }
            return try? reader.quantizer(of: unit)
        }
    }
}

/// The parameter sets that a sample entry holds.
private enum CodecConfiguration {
    /// ISO/IEC 14496-15, 5.3.3.1.
    static func avc(_ bytes: [UInt8]) -> (lengthByteCount: Int, units: [ArraySlice<UInt8>])? {
        guard bytes.count > 6, bytes[0] == 1 else { return nil }
        var (units, place) = ([ArraySlice<UInt8>](), 5)
        for mask in [UInt8(0x1F), 0xFF] {
            guard place < bytes.count else { return nil }
            let count = Int(bytes[place] & mask)
            place += 1
            guard let next = take(count, from: bytes, at: place, into: &units) else { return nil }
            place = next
        }
        return (Int(bytes[4] & 3) + 1, units)
    }

    /// ISO/IEC 14496-15, 8.3.3.1.
    static func hevc(_ bytes: [UInt8]) -> (lengthByteCount: Int, units: [ArraySlice<UInt8>])? {
        guard bytes.count > 22, bytes[0] == 1 else { return nil }
        var (units, place) = ([ArraySlice<UInt8>](), 23)
        for _ in 0..<bytes[22] {
            guard place + 3 <= bytes.count else { return nil }
            let count = Int(bytes[place + 1]) << 8 | Int(bytes[place + 2])
            guard let next = take(count, from: bytes, at: place + 3, into: &units) else { return nil }
            place = next
        }
        return (Int(bytes[21] & 3) + 1, units)
    }

    private static func take(_ count: Int, from bytes: [UInt8], at start: Int, into units: inout [ArraySlice<UInt8>]) -> Int? {
        var place = start
        for _ in 0..<count {
            guard place + 2 <= bytes.count else { return nil }
            let length = Int(bytes[place]) << 8 | Int(bytes[place + 1])
            place += 2
            guard place + length <= bytes.count else { return nil }
            units.append(bytes[place..<place + length])
            place += length
        }
        return place
    }
}
