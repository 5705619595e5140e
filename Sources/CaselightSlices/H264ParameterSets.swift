/// What a slice header of H.264 is read with (ITU-T H.264, 7.3.2.1 and 7.3.2.2). Nothing else of a parameter set is kept.
struct H264SequenceSet {
    let id: Int
    var hasSeparateColourPlanes = false
    var isMonochrome = false
    let frameNumberBitCount: Int
    let orderCountType: Int
    var orderCountBitCount = 0
    var orderDeltaIsAlwaysZero = false
    let isFramesOnly: Bool

    private static let profilesWithChroma: Set<Int> = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]

    init(_ reader: inout BitReader) throws(SliceDamage) {
        let profile = try reader.bits(8)
        try reader.skip(16)
        id = try reader.unsigned(atMost: 31)
        if Self.profilesWithChroma.contains(profile) {
            let chroma = try reader.unsigned(atMost: 3)
            isMonochrome = chroma == 0
            if chroma == 3 { hasSeparateColourPlanes = try reader.flag() }
            _ = try reader.unsigned(atMost: 6)
            _ = try reader.unsigned(atMost: 6)
            try reader.skip(1)
            if try reader.flag() {
                for list in 0..<(chroma == 3 ? 12 : 8) where try reader.flag() { try Self.skipScalingList(&reader, count: list < 6 ? 16 : 64) }
            }
        }
        frameNumberBitCount = try reader.unsigned(atMost: 12) + 4
        orderCountType = try reader.unsigned(atMost: 2)
        if orderCountType == 0 {
            orderCountBitCount = try reader.unsigned(atMost: 12) + 4
        } else if orderCountType == 1 {
            orderDeltaIsAlwaysZero = try reader.flag()
            _ = try reader.signed()
            _ = try reader.signed()
            for _ in 0..<(try reader.unsigned(atMost: 255)) { _ = try reader.signed() }
        }
        _ = try reader.unsigned(atMost: 16)
        try reader.skip(1)
        _ = try reader.unsigned()
        _ = try reader.unsigned()
        isFramesOnly = try reader.flag()
    }

    private static func skipScalingList(_ reader: inout BitReader, count: Int) throws(SliceDamage) {
        var (last, next) = (8, 8)
        for _ in 0..<count {
            if next != 0 { next = (last + (try reader.signed())) & 255 }
            last = next == 0 ? last : next
        }
    }
}

struct H264PictureSet {
    let id: Int
    let sequenceID: Int
    let isArithmetic: Bool
    let hasFieldOrder: Bool
    let referenceCounts: (Int, Int)
    let isWeighted: Bool
    let bidirectionalWeighting: Int
    let quantizer: Int
    let hasRedundantPictures: Bool

    init(_ reader: inout BitReader) throws(SliceDamage) {
        id = try reader.unsigned(atMost: 255)
        sequenceID = try reader.unsigned(atMost: 31)
        isArithmetic = try reader.flag()
        hasFieldOrder = try reader.flag()
        // Slice groups are of the baseline profile, and no camera uses them.
        guard try reader.unsigned(atMost: 7) == 0 else { throw .unsupported }
        referenceCounts = (try reader.unsigned(atMost: 31) + 1, try reader.unsigned(atMost: 31) + 1)
        isWeighted = try reader.flag()
        bidirectionalWeighting = try reader.bits(2)
        quantizer = 26 + (try reader.signed())
        _ = try reader.signed()
        _ = try reader.signed()
        try reader.skip(2)
        hasRedundantPictures = try reader.flag()
    }
}
