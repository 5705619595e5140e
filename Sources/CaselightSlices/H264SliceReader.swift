/// Reads the quantizer of H.264 slices (ITU-T H.264, 7.3.3: `slice_header`), and nothing past it.
struct H264SliceReader {
    private var sequences: [Int: H264SequenceSet] = [:]
    private var pictures: [Int: H264PictureSet] = [:]

    /// A NAL unit with its header, without start code or length.
    ///
    /// - Returns: the quantizer of the slice it is; `nil` for another kind of unit. Parameter sets are kept.
    mutating func quantizer(of unit: UnsafeRawBufferPointer) throws(SliceDamage) -> Int? {
        guard let header = unit.first else { throw .damaged }
        var reader = BitReader(unit, from: 1)
        switch header & 0x1F {
        case 7:
            let set = try H264SequenceSet(&reader)
            sequences[set.id] = set
        case 8:
            let set = try H264PictureSet(&reader)
            pictures[set.id] = set
        case 1, 5: return try quantizer(&reader, isIDR: header & 0x1F == 5, isReference: header & 0x60 != 0)
        default: break
        }
        return nil
    }

    private enum Kind: Int { case p, b, i, sp, si }

    private func quantizer(_ reader: inout BitReader, isIDR: Bool, isReference: Bool) throws(SliceDamage) -> Int {
        _ = try reader.unsigned()
        guard let kind = Kind(rawValue: try reader.unsigned(atMost: 9) % 5) else { throw .damaged }
        guard let picture = pictures[try reader.unsigned(atMost: 255)], let sequence = sequences[picture.sequenceID] else { throw .damaged }
        if sequence.hasSeparateColourPlanes { try reader.skip(2) }
        try reader.skip(sequence.frameNumberBitCount)
        var isField = false
        if !sequence.isFramesOnly {
            isField = try reader.flag()
            if isField { try reader.skip(1) }
        }
        if isIDR { _ = try reader.unsigned() }
        try skipOrder(&reader, sequence, hasDelta: picture.hasFieldOrder && !isField)
        if picture.hasRedundantPictures { _ = try reader.unsigned() }
        let counts = try referenceCounts(&reader, kind, picture)
        try skipReordering(&reader, kind)
        if picture.isWeighted && (kind == .p || kind == .sp) || picture.bidirectionalWeighting == 1 && kind == .b {
            let hasChroma = !sequence.isMonochrome && !sequence.hasSeparateColourPlanes
            try skipWeights(&reader, counts: kind == .b ? [counts.0, counts.1] : [counts.0], hasChroma: hasChroma)
        }
        if isReference { try skipMarking(&reader, isIDR: isIDR) }
        if picture.isArithmetic, kind != .i, kind != .si { _ = try reader.unsigned(atMost: 2) }
        return picture.quantizer + (try reader.signed())
    }

    private func skipOrder(_ reader: inout BitReader, _ sequence: H264SequenceSet, hasDelta: Bool) throws(SliceDamage) {
        if sequence.orderCountType == 0 {
            try reader.skip(sequence.orderCountBitCount)
            if hasDelta { _ = try reader.signed() }
        } else if sequence.orderCountType == 1, !sequence.orderDeltaIsAlwaysZero {
            _ = try reader.signed()
            if hasDelta { _ = try reader.signed() }
        }
    }

    private func referenceCounts(_ reader: inout BitReader, _ kind: Kind, _ picture: H264PictureSet) throws(SliceDamage) -> (Int, Int) {
        if kind == .b { try reader.skip(1) }
        guard kind != .i, kind != .si, try reader.flag() else { return picture.referenceCounts }
        let first = try reader.unsigned(atMost: 31) + 1
        return (first, kind == .b ? try reader.unsigned(atMost: 31) + 1 : picture.referenceCounts.1)
    }

    private func skipReordering(_ reader: inout BitReader, _ kind: Kind) throws(SliceDamage) {
        guard kind != .i, kind != .si else { return }
        for _ in 0..<(kind == .b ? 2 : 1) where try reader.flag() {
            // 3 ends it; each other names one picture, and there are 32 at most.
            var count = 0
            while try reader.unsigned(atMost: 3) != 3 {
                _ = try reader.unsigned()
                count += 1
                if count > 66 { throw .damaged }
            }
        }
    }

    private func skipWeights(_ reader: inout BitReader, counts: [Int], hasChroma: Bool) throws(SliceDamage) {
        _ = try reader.unsigned(atMost: 7)
        if hasChroma { _ = try reader.unsigned(atMost: 7) }
        for count in counts {
            for _ in 0..<count {
                if try reader.flag() { for _ in 0..<2 { _ = try reader.signed() } }
                if hasChroma, try reader.flag() { for _ in 0..<4 { _ = try reader.signed() } }
            }
        }
    }

    private func skipMarking(_ reader: inout BitReader, isIDR: Bool) throws(SliceDamage) {
        if isIDR { return try reader.skip(2) }
        guard try reader.flag() else { return }
        var count = 0
        while case let operation = try reader.unsigned(atMost: 6), operation != 0 {
            // 5 clears everything and has no operand, 3 has two.
            if operation != 5 { _ = try reader.unsigned() }
            if operation == 3 { _ = try reader.unsigned() }
            count += 1
            if count > 66 { throw .damaged }
        }
    }
}
