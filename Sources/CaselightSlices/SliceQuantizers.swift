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

    /// A frame is looked at no further: what is read of it live and from a disk is the same.
    package static let headLimitBytes = 64 << 10
    /// 51 at most; below zero where samples have over eight bits (ITU-T H.265, 7.4.7.1).
    private static let possible = -48...51

    private var form: Form
    /// 0 where start codes stand between the units.
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

    /// For a stream whose units stand behind start codes (annex B of the standards).
    ///
    /// - Parameter parameterSets: those given apart from it, in the same form; others come in band.
    package init?(codec: String, byteStream parameterSets: [UInt8]) {
        switch codec {
        case "h264": form = .h264(H264SliceReader())
        case "hevc": form = .h265(H265SliceReader())
        default: return nil
        }
        lengthByteCount = 0
        parameterSets.withUnsafeBytes { _ = quantizer(of: $0) }
    }

    /// The mean over a frame's slices; `nil` where none can be told.
    ///
    /// - Parameter sample: its NAL units, or their beginning; what lies past `headLimitBytes` is not looked at.
    package mutating func quantizer(of sample: UnsafeRawBufferPointer) -> Double? {
        let head = UnsafeRawBufferPointer(rebasing: sample.prefix(Self.headLimitBytes))
        var (sum, count, place) = (0, 0, 0)
        while let unit = lengthByteCount > 0 ? behindLength(head, at: place) : behindStartCode(head, at: place) {
            if let found = look(at: UnsafeRawBufferPointer(rebasing: head[unit])), Self.possible.contains(found) {
                sum += found
                count += 1
            }
            place = unit.upperBound
        }
        return count > 0 ? Double(sum) / Double(count) : nil
    }

    /// The unit that begins with its length at `place`; the last may be cut off.
    private func behindLength(_ head: UnsafeRawBufferPointer, at place: Int) -> Range<Int>? {
        let start = place + lengthByteCount
        guard start < head.count else { return nil }
        var length = 0
        for byte in head[place..<start] { length = length << 8 | Int(byte) }
        return start..<min(head.count, start + max(1, length))
    }

    private func behindStartCode(_ head: UnsafeRawBufferPointer, at place: Int) -> Range<Int>? {
        guard let start = startCode(head, from: place).map({ $0 + 3 }), start < head.count else { return nil }
        return start..<(startCode(head, from: start) ?? head.count)
    }

    private func startCode(_ head: UnsafeRawBufferPointer, from place: Int) -> Int? {
        var place = place
        while place + 3 <= head.count {
            // The third byte decides how far the next can be.
            if head[place + 2] > 1 {
                place += 3
            } else if head[place] == 0, head[place + 1] == 0, head[place + 2] == 1 {
                return place
            } else {
                place += 1
            }
        }
        return nil
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
