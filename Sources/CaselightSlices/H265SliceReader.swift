/// Reads the quantizer of H.265 slices (ITU-T H.265, 7.3.6: `slice_segment_header`), and nothing past it.
struct H265SliceReader {
    private var sequences: [Int: H265SequenceSet] = [:]
    private var pictures: [Int: H265PictureSet] = [:]

    /// A NAL unit with its header, without start code or length.
    ///
    /// - Returns: the quantizer of the slice it begins; `nil` for another kind of unit, and for a dependent segment, which takes over the
    ///   one before. Parameter sets are kept.
    mutating func quantizer(of unit: UnsafeRawBufferPointer) throws(SliceDamage) -> Int? {
        guard unit.count > 2 else { throw .damaged }
        let kind = Int(unit[0] >> 1 & 0x3F)
        // Of a layer beyond the base: another picture.
        guard unit[0] & 1 == 0, unit[1] >> 3 == 0 else { return nil }
        var reader = BitReader(unit, from: 2)
        switch kind {
        case 33:
            let set = try H265SequenceSet(&reader)
            sequences[set.id] = set
        case 34:
            let set = try H265PictureSet(&reader)
            pictures[set.id] = set
        case 0...9, 16...21: return try quantizer(&reader, kind)
        default: break
        }
        return nil
    }

    private enum Kind: Int { case b, p, i }

    private func quantizer(_ reader: inout BitReader, _ unitKind: Int) throws(SliceDamage) -> Int? {
        let isFirst = try reader.flag()
        if unitKind >= 16 { try reader.skip(1) }
        guard let picture = pictures[try reader.unsigned(atMost: 63)], let sequence = sequences[picture.sequenceID] else { throw .damaged }
        if !isFirst {
            if picture.hasDependentSegments, try reader.flag() { return nil }
            try reader.skip(Self.bitCount(toTell: sequence.blockCount))
        }
        try reader.skip(picture.extraBitCount)
        guard let kind = Kind(rawValue: try reader.unsigned(atMost: 2)) else { throw .damaged }
        if picture.hasOutputFlag { try reader.skip(1) }
        if sequence.hasSeparateColourPlanes { try reader.skip(2) }
        var (referenceCount, usesTemporal) = (0, false)
        if unitKind != 19, unitKind != 20 {
            referenceCount = try references(&reader, sequence)
            if sequence.hasTemporalPrediction { usesTemporal = try reader.flag() }
        }
        let hasChroma = !sequence.isMonochrome && !sequence.hasSeparateColourPlanes
        if sequence.hasAdaptiveOffset { try reader.skip(hasChroma ? 2 : 1) }
        if kind != .i {
            try skipPrediction(
                &reader, kind, picture, referenceCount: referenceCount, usesTemporal: usesTemporal, hasChroma: hasChroma)
        }
        return picture.quantizer + (try reader.signed())
    }

    /// - Returns: how many pictures this one may use.
    private func references(_ reader: inout BitReader, _ sequence: H265SequenceSet) throws(SliceDamage) -> Int {
        try reader.skip(sequence.orderCountBitCount)
        let sets = sequence.shortTermSets
        var count: Int
        if try reader.flag() {
            let index = sets.count > 1 ? try reader.bits(Self.bitCount(toTell: sets.count)) : 0
            guard index < sets.count else { throw .damaged }
            count = sets[index].usedCount
        } else {
            count = try H265ReferenceSet(&reader, before: sets, isOfSlice: true).usedCount
        }
        guard sequence.hasLongTerm else { return count }
        let known = sequence.longTermUses
        let listed = known.isEmpty ? 0 : try reader.unsigned(atMost: 32)
        let given = try reader.unsigned(atMost: 32)
        for place in 0..<(listed + given) {
            if place < listed {
                let index = known.count > 1 ? try reader.bits(Self.bitCount(toTell: known.count)) : 0
                guard index < known.count else { throw .damaged }
                if known[index] { count += 1 }
            } else {
                try reader.skip(sequence.orderCountBitCount)
                if try reader.flag() { count += 1 }
            }
            if try reader.flag() { _ = try reader.unsigned() }
        }
        return count
    }

    private func skipPrediction(
        _ reader: inout BitReader, _ kind: Kind, _ picture: H265PictureSet, referenceCount: Int, usesTemporal: Bool, hasChroma: Bool
    ) throws(SliceDamage) {
        var counts = picture.referenceCounts
        if try reader.flag() {
            counts.0 = try reader.unsigned(atMost: 14) + 1
            if kind == .b { counts.1 = try reader.unsigned(atMost: 14) + 1 }
        }
        let lists = kind == .b ? [counts.0, counts.1] : [counts.0]
        if picture.hasListChanges, referenceCount > 1 {
            for count in lists where try reader.flag() { try reader.skip(count * Self.bitCount(toTell: referenceCount)) }
        }
        if kind == .b { try reader.skip(1) }
        if picture.hasEntropyStart { try reader.skip(1) }
        if usesTemporal {
            let isFromFirst = kind == .b ? try reader.flag() : true
            if (isFromFirst ? counts.0 : counts.1) > 1 { _ = try reader.unsigned(atMost: 14) }
        }
        if picture.isWeighted && kind == .p || picture.isBidirectionallyWeighted && kind == .b {
            try skipWeights(&reader, lists, hasChroma: hasChroma)
        }
        _ = try reader.unsigned(atMost: 4)
    }

    /// 7.3.6.3: all flags of a list come before its weights.
    private func skipWeights(_ reader: inout BitReader, _ lists: [Int], hasChroma: Bool) throws(SliceDamage) {
        _ = try reader.unsigned(atMost: 7)
        if hasChroma { _ = try reader.signed() }
        for count in lists {
            var (luma, chroma) = ([Bool](), [Bool](repeating: false, count: count))
            for _ in 0..<count { luma.append(try reader.flag()) }
            if hasChroma { for place in 0..<count { chroma[place] = try reader.flag() } }
            for place in 0..<count {
                if luma[place] { for _ in 0..<2 { _ = try reader.signed() } }
                if chroma[place] { for _ in 0..<4 { _ = try reader.signed() } }
            }
        }
    }

    /// Ceil(Log2(count)).
    private static func bitCount(toTell count: Int) -> Int { count <= 1 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount }
}
