/// How far a stream's pictures are reordered, read from its sequence parameter set: decoding needs that many pictures ahead of display.
enum SequenceParameters {
    /// - Parameter unit: the set's whole unit, with header and emulation prevention.
    /// - Returns: `nil` where the set does not say, or is damaged.
    static func reorderDepth(_ unit: [UInt8], codec: NALCodec) -> Int? {
        var bits = BitReader(unit.dropFirst(codec.headerByteCount))
        return codec == .h264 ? h264(&bits) : h265(&bits)
    }

    /// H.264, 7.3.2.1.1 and E.1.1.
    private static func h264(_ bits: inout BitReader) -> Int? {
        guard let profile = bits.read(8), bits.skip(16), bits.exponential() != nil else { return nil }
        if profile == 66 { return 0 }
        if [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135].contains(profile) {
            guard skipHighProfile(&bits) else { return nil }
        }
        guard bits.exponential() != nil, let orderType = bits.exponential() else { return nil }
        // Type 2: output order is decoding order.
        if orderType == 2 { return 0 }
        guard skipPictureOrder(type: orderType, &bits), let referenceCount = bits.exponential() else { return nil }
        guard bits.skip(1), bits.exponential() != nil, bits.exponential() != nil, let framesOnly = bits.read(1) else { return nil }
        if framesOnly == 0 { _ = bits.skip(1) }
        guard bits.skip(1), let cropping = bits.read(1) else { return nil }
        if cropping == 1 { for _ in 0..<4 { _ = bits.exponential() } }
        let stated = bits.read(1) == 1 ? h264Usability(&bits) : nil
        // Pictures in between need two to refer to.
        return stated ?? (referenceCount <= 1 ? 0 : nil)
    }

    private static func skipHighProfile(_ bits: inout BitReader) -> Bool {
        guard let chroma = bits.exponential() else { return false }
        if chroma == 3 { _ = bits.skip(1) }
        guard bits.exponential() != nil, bits.exponential() != nil, bits.skip(1), let hasMatrix = bits.read(1) else { return false }
        guard hasMatrix == 1 else { return true }
        for index in 0..<(chroma == 3 ? 12 : 8) {
            guard let present = bits.read(1) else { return false }
            if present == 1, !skipScalingList(size: index < 6 ? 16 : 64, &bits) { return false }
        }
        return true
    }

    private static func skipScalingList(size: Int, _ bits: inout BitReader) -> Bool {
        var last = 8, next = 8
        for _ in 0..<size {
            if next != 0 {
                guard let delta = bits.signedExponential() else { return false }
                next = (last + delta + 256) & 0xFF
            }
            last = next == 0 ? last : next
        }
        return true
    }

    private static func skipPictureOrder(type: Int, _ bits: inout BitReader) -> Bool {
        if type == 0 { return bits.exponential() != nil }
        guard type == 1, bits.skip(1), bits.exponential() != nil, bits.exponential() != nil, let count = bits.exponential(), count < 256
        else { return false }
        for _ in 0..<count { _ = bits.exponential() }
        return true
    }

    /// `max_num_reorder_frames` of the video usability information.
    private static func h264Usability(_ bits: inout BitReader) -> Int? {
        if bits.read(1) == 1, bits.read(8) == 255 { _ = bits.skip(32) }
        if bits.read(1) == 1 { _ = bits.skip(1) }
        if bits.read(1) == 1 {
            _ = bits.skip(4)
            if bits.read(1) == 1 { _ = bits.skip(24) }
        }
        if bits.read(1) == 1 { _ = (bits.exponential(), bits.exponential()) }
        if bits.read(1) == 1 { _ = bits.skip(65) }
        let network = bits.read(1) == 1
        if network, !skipHypotheticalDecoder(&bits) { return nil }
        let video = bits.read(1) == 1
        if video, !skipHypotheticalDecoder(&bits) { return nil }
        if network || video { _ = bits.skip(1) }
        guard bits.skip(1), bits.read(1) == 1, bits.skip(1) else { return nil }
        for _ in 0..<4 { _ = bits.exponential() }
        guard let depth = bits.exponential(), depth <= 16 else { return nil }
        return depth
    }

    private static func skipHypotheticalDecoder(_ bits: inout BitReader) -> Bool {
        guard let count = bits.exponential(), count < 32, bits.skip(8) else { return false }
        for _ in 0...count { _ = (bits.exponential(), bits.exponential(), bits.skip(1)) }
        return bits.skip(20)
    }

    /// H.265, 7.3.2.2.1: `sps_max_num_reorder_pics` of the highest sub-layer.
    private static func h265(_ bits: inout BitReader) -> Int? {
        guard bits.skip(4), let subLayers = bits.read(3), bits.skip(1), bits.skip(96) else { return nil }
        guard skipSubLayerLevels(subLayers, &bits), bits.exponential() != nil, let chroma = bits.exponential() else { return nil }
        if chroma == 3 { _ = bits.skip(1) }
        guard bits.exponential() != nil, bits.exponential() != nil, let window = bits.read(1) else { return nil }
        if window == 1 { for _ in 0..<4 { _ = bits.exponential() } }
        guard bits.exponential() != nil, bits.exponential() != nil, bits.exponential() != nil, let each = bits.read(1) else { return nil }
        var depth: Int?
        for _ in (each == 1 ? 0 : subLayers)...subLayers {
            guard bits.exponential() != nil, let reorder = bits.exponential(), bits.exponential() != nil, reorder <= 16 else { return nil }
            depth = reorder
        }
        return depth
    }

    private static func skipSubLayerLevels(_ subLayers: Int, _ bits: inout BitReader) -> Bool {
        guard subLayers > 0 else { return true }
        var widths: [Int] = []
        for _ in 0..<subLayers {
            guard let profile = bits.read(1), let level = bits.read(1) else { return false }
            widths.append(profile * 88 + level * 8)
        }
        return bits.skip((8 - subLayers) * 2) && bits.skip(widths.reduce(0, +))
    }
}

/// Bits of a unit's payload, without its emulation prevention bytes (H.264 and H.265, 7.4.1). Never reads past the end.
struct BitReader {
    private var bytes: [UInt8] = []
    private var position = 0

    init(_ unit: some Sequence<UInt8>) {
        var zeros = 0
        for byte in unit {
            if zeros >= 2, byte == 3 {
                zeros = 0
                continue
            }
            zeros = byte == 0 ? zeros + 1 : 0
            bytes.append(byte)
        }
    }

    mutating func read(_ count: Int) -> Int? {
        guard position + count <= bytes.count * 8 else { return nil }
        var value = 0
        for _ in 0..<count {
            value = value << 1 | Int(bytes[position >> 3] >> UInt8(7 - position & 7) & 1)
            position += 1
        }
        return value
    }

    mutating func skip(_ count: Int) -> Bool {
        guard position + count <= bytes.count * 8 else { return false }
        position += count
        return true
    }

    /// An unsigned Exp-Golomb number (9.1), up to 2^32 - 2.
    mutating func exponential() -> Int? {
        var zeros = 0
        while let bit = read(1) {
            if bit == 1 { return read(zeros).map { (1 << zeros) - 1 + $0 } }
            zeros += 1
            if zeros > 31 { return nil }
        }
        return nil
    }

    mutating func signedExponential() -> Int? {
        exponential().map { $0 & 1 == 1 ? ($0 + 1) / 2 : -($0 / 2) }
    }
}
