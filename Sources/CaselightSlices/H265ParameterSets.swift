/// What a slice segment header of H.265 is read with (ITU-T H.265, 7.3.2.2 and 7.3.2.3). Nothing else of a parameter set is kept.
struct H265SequenceSet {
    let id: Int
    var hasSeparateColourPlanes = false
    var isMonochrome = false
    let blockCount: Int
    let orderCountBitCount: Int
    let hasAdaptiveOffset: Bool
    let shortTermSets: [H265ReferenceSet]
    var longTermUses: [Bool] = []
    let hasLongTerm: Bool
    let hasTemporalPrediction: Bool

    init(_ reader: inout BitReader) throws(SliceDamage) {
        try reader.skip(4)
        let subLayerCount = try reader.bits(3)
        try reader.skip(1)
        try Self.skipProfile(&reader, subLayerCount: subLayerCount)
        id = try reader.unsigned(atMost: 15)
        let chroma = try reader.unsigned(atMost: 3)
        isMonochrome = chroma == 0
        if chroma == 3 { hasSeparateColourPlanes = try reader.flag() }
        let (width, height) = (try reader.unsigned(atMost: 1 << 16), try reader.unsigned(atMost: 1 << 16))
        if try reader.flag() { for _ in 0..<4 { _ = try reader.unsigned() } }
        _ = try reader.unsigned(atMost: 8)
        _ = try reader.unsigned(atMost: 8)
        orderCountBitCount = try reader.unsigned(atMost: 12) + 4
        let tellsEach = try reader.flag()
        for _ in (tellsEach ? 0 : subLayerCount)...subLayerCount { for _ in 0..<3 { _ = try reader.unsigned() } }
        let least = try reader.unsigned(atMost: 3) + 3
        let block = 1 << (least + (try reader.unsigned(atMost: 3)))
        blockCount = ((width + block - 1) / block) * ((height + block - 1) / block)
        for _ in 0..<4 { _ = try reader.unsigned(atMost: 32) }
        if try reader.flag(), try reader.flag() { try H265ScalingList.skip(&reader) }
        try reader.skip(1)
        hasAdaptiveOffset = try reader.flag()
        if try reader.flag() {
            try reader.skip(8)
            _ = try reader.unsigned(atMost: 3)
            _ = try reader.unsigned(atMost: 3)
            try reader.skip(1)
        }
        shortTermSets = try Self.shortTermSets(&reader)
        hasLongTerm = try reader.flag()
        if hasLongTerm {
            for _ in 0..<(try reader.unsigned(atMost: 32)) {
                try reader.skip(orderCountBitCount)
                longTermUses.append(try reader.flag())
            }
        }
        hasTemporalPrediction = try reader.flag()
    }

    private static func shortTermSets(_ reader: inout BitReader) throws(SliceDamage) -> [H265ReferenceSet] {
        let count = try reader.unsigned(atMost: 64)
        var sets: [H265ReferenceSet] = []
        for _ in 0..<count { sets.append(try H265ReferenceSet(&reader, before: sets, isOfSlice: false)) }
        return sets
    }

    /// `profile_tier_level`, 7.3.3.
    private static func skipProfile(_ reader: inout BitReader, subLayerCount: Int) throws(SliceDamage) {
        try reader.skip(96)
        guard subLayerCount > 0 else { return }
        var present: [(Bool, Bool)] = []
        for _ in 0..<subLayerCount { present.append((try reader.flag(), try reader.flag())) }
        try reader.skip(2 * (8 - subLayerCount))
        for (hasProfile, hasLevel) in present { try reader.skip((hasProfile ? 88 : 0) + (hasLevel ? 8 : 0)) }
    }
}

enum H265ScalingList {
    /// 7.3.4.
    static func skip(_ reader: inout BitReader) throws(SliceDamage) {
        for size in 0..<4 {
            for _ in stride(from: 0, to: 6, by: size == 3 ? 3 : 1) {
                guard try reader.flag() else {
                    _ = try reader.unsigned(atMost: 6)
                    continue
                }
                if size > 1 { _ = try reader.signed() }
                for _ in 0..<min(64, 1 << (4 + 2 * size)) { _ = try reader.signed() }
            }
        }
    }
}

/// Which pictures a picture may refer to (`st_ref_pic_set`, 7.3.7 and 7.4.8): how many, and how many of them it uses.
struct H265ReferenceSet {
    /// Distances in order counts, those before first; and whether the present picture uses them.
    private(set) var before: [(delta: Int, isUsed: Bool)] = []
    private(set) var after: [(delta: Int, isUsed: Bool)] = []

    static let empty = H265ReferenceSet()
    private init() {}

    var usedCount: Int { before.count { $0.isUsed } + after.count { $0.isUsed } }
    private var count: Int { before.count + after.count }

    /// - Parameter sets: those given before it in the sequence's parameter set.
    init(_ reader: inout BitReader, before sets: [H265ReferenceSet], isOfSlice: Bool) throws(SliceDamage) {
        if !sets.isEmpty, try reader.flag() {
            try predict(&reader, sets, isOfSlice: isOfSlice)
        } else {
            let (beforeCount, afterCount) = (try reader.unsigned(atMost: 16), try reader.unsigned(atMost: 16))
            before = try Self.explicit(&reader, count: beforeCount, sign: -1)
            after = try Self.explicit(&reader, count: afterCount, sign: 1)
        }
        guard count <= 16 else { throw .damaged }
    }

    private static func explicit(_ reader: inout BitReader, count: Int, sign: Int) throws(SliceDamage) -> [(delta: Int, isUsed: Bool)] {
        var (entries, delta) = ([(delta: Int, isUsed: Bool)](), 0)
        for _ in 0..<count {
            delta += sign * (try reader.unsigned(atMost: 1 << 15) + 1)
            entries.append((delta, try reader.flag()))
        }
        return entries
    }

    /// From another set, each of its distances moved by one more (equations 7-61 and 7-62).
    private mutating func predict(_ reader: inout BitReader, _ sets: [H265ReferenceSet], isOfSlice: Bool) throws(SliceDamage) {
        let back = isOfSlice ? try reader.unsigned(atMost: sets.count - 1) + 1 : 1
        let source = sets[sets.count - back]
        let isNegative = try reader.flag()
        let step = (try reader.unsigned(atMost: 1 << 15) + 1) * (isNegative ? -1 : 1)
        var flags: [(isUsed: Bool, isKept: Bool)] = []
        for _ in 0...source.count {
            let isUsed = try reader.flag()
            flags.append((isUsed, isUsed ? true : try reader.flag()))
        }
        let deltas = (source.before + source.after).map(\.delta) + [0]
        let moved = zip(deltas, flags).filter { $1.isKept }.map { (delta: $0 + step, isUsed: $1.isUsed) }
        before = moved.filter { $0.delta < 0 }.sorted { $0.delta > $1.delta }
        after = moved.filter { $0.delta > 0 }.sorted { $0.delta < $1.delta }
    }
}

struct H265PictureSet {
    let id: Int
    let sequenceID: Int
    let hasDependentSegments: Bool
    let hasOutputFlag: Bool
    let extraBitCount: Int
    let hasEntropyStart: Bool
    let referenceCounts: (Int, Int)
    let quantizer: Int
    let hasListChanges: Bool
    let isWeighted: Bool
    let isBidirectionallyWeighted: Bool

    init(_ reader: inout BitReader) throws(SliceDamage) {
        id = try reader.unsigned(atMost: 63)
        sequenceID = try reader.unsigned(atMost: 15)
        hasDependentSegments = try reader.flag()
        hasOutputFlag = try reader.flag()
        extraBitCount = try reader.bits(3)
        try reader.skip(1)
        hasEntropyStart = try reader.flag()
        referenceCounts = (try reader.unsigned(atMost: 14) + 1, try reader.unsigned(atMost: 14) + 1)
        quantizer = 26 + (try reader.signed())
        try reader.skip(2)
        if try reader.flag() { _ = try reader.unsigned(atMost: 3) }
        _ = try reader.signed()
        _ = try reader.signed()
        try reader.skip(1)
        isWeighted = try reader.flag()
        isBidirectionallyWeighted = try reader.flag()
        try reader.skip(1)
        let hasTiles = try reader.flag()
        try reader.skip(1)
        if hasTiles { try Self.skipTiles(&reader) }
        try reader.skip(1)
        if try reader.flag() {
            try reader.skip(1)
            if try !reader.flag() { for _ in 0..<2 { _ = try reader.signed() } }
        }
        if try reader.flag() { try H265ScalingList.skip(&reader) }
        hasListChanges = try reader.flag()
    }

    private static func skipTiles(_ reader: inout BitReader) throws(SliceDamage) {
        let (columns, rows) = (try reader.unsigned(atMost: 19), try reader.unsigned(atMost: 21))
        if try !reader.flag() { for _ in 0..<(columns + rows) { _ = try reader.unsigned() } }
        try reader.skip(1)
    }
}
