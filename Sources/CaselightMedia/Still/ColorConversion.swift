import CFFmpeg

/// How a picture's luma weighs red and blue: ITU-R BT.601, BT.709 and BT.2020, FCC 73.682, SMPTE 240M.
struct ColorMatrix: Equatable {
    let red: Double
    let blue: Double
    /// libswscale's.
    let number: Int32

    static let bt601 = ColorMatrix(red: 0.299, blue: 0.114, number: SWS_CS_ITU601)
    static let bt709 = ColorMatrix(red: 0.2126, blue: 0.0722, number: SWS_CS_ITU709)
    static let bt2020 = ColorMatrix(red: 0.2627, blue: 0.0593, number: SWS_CS_BT2020)
    static let fcc = ColorMatrix(red: 0.30, blue: 0.11, number: SWS_CS_FCC)
    static let smpte240M = ColorMatrix(red: 0.212, blue: 0.087, number: SWS_CS_SMPTE240M)
}

/// Brings YCbCr of any matrix and range to what JPEG has: BT.601, full range (JFIF 1.02).
///
/// A grey sample stays grey under every matrix, so the new luma is the old one scaled, plus what its block's chroma adds; and the new
/// chroma depends on the old chroma alone. In fixed point, `fractionBits` after the point.
struct ColorConversion {
    private static let fractionBits: Int32 = 14

    private let lumaScale: Int32
    private let lumaFromBlue: Int32
    private let lumaFromRed: Int32
    private let lumaOffset: Int32
    private let blueFromBlue: Int32
    private let blueFromRed: Int32
    private let redFromBlue: Int32
    private let redFromRed: Int32

    init(matrix: ColorMatrix, isFullRange: Bool) {
        let (lumaStep, chromaStep, black) = isFullRange ? (1, 1, 0.0) : (255.0 / 219, 255.0 / 224, 16)
        let target = ColorMatrix.bt601
        /// What a step of the old samples is in the new ones.
        func turned(_ luma: Double, _ blue: Double, _ red: Double) -> (luma: Double, blue: Double, red: Double) {
            let r = luma + 2 * (1 - matrix.red) * red
            let b = luma + 2 * (1 - matrix.blue) * blue
            let g = (luma - matrix.red * r - matrix.blue * b) / (1 - matrix.red - matrix.blue)
            let newLuma = target.red * r + (1 - target.red - target.blue) * g + target.blue * b
            return (newLuma, (b - newLuma) / (2 * (1 - target.blue)), (r - newLuma) / (2 * (1 - target.red)))
        }
        func fixed(_ value: Double) -> Int32 { Int32((value * Double(1 << Self.fractionBits)).rounded()) }
        let (ofBlue, ofRed) = (turned(0, chromaStep, 0), turned(0, 0, chromaStep))
        lumaScale = fixed(lumaStep)
        lumaFromBlue = fixed(ofBlue.luma)
        lumaFromRed = fixed(ofRed.luma)
        lumaOffset = fixed(0.5 - black * lumaStep)
        (blueFromBlue, blueFromRed) = (fixed(ofBlue.blue), fixed(ofRed.blue))
        (redFromBlue, redFromRed) = (fixed(ofBlue.red), fixed(ofRed.red))
    }

    /// Both in 4:2:0 with eight bits a sample, and of one size with even sides.
    func convert(_ source: borrowing Picture, to target: borrowing Picture) {
        let (from, to) = (source.frame.pointee, target.frame.pointee)
        guard let fromY = from.data.0, let fromU = from.data.1, let fromV = from.data.2, let toY = to.data.0, let toU = to.data.1,
            let toV = to.data.2
        else { preconditionFailure("a picture in 4:2:0 has three planes") }
        let pairCount = Int(to.width) / 2
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: pairCount) { offsets in
            guard let offsets = offsets.baseAddress else { return }
            for row in 0..<Int(to.height) / 2 {
                convertChroma(
                    fromU + row * Int(from.linesize.1), fromV + row * Int(from.linesize.2), toU + row * Int(to.linesize.1),
                    toV + row * Int(to.linesize.2), offsets, count: pairCount)
                for line in 2 * row...2 * row + 1 {
                    convertLuma(fromY + line * Int(from.linesize.0), toY + line * Int(to.linesize.0), offsets, count: pairCount)
                }
            }
        }
    }

    private typealias Samples = UnsafeMutablePointer<UInt8>

    /// Also leaves behind what each chroma sample adds to the luma of its block.
    @inline(__always)
    private func convertChroma(
        _ fromU: Samples, _ fromV: Samples, _ toU: Samples, _ toV: Samples, _ offsets: UnsafeMutablePointer<Int32>, count: Int
    ) {
        let center = (Int32(128) << Self.fractionBits) &+ (1 << (Self.fractionBits - 1))
        for index in 0..<count {
            let (blue, red) = (Int32(fromU[index]) &- 128, Int32(fromV[index]) &- 128)
            offsets[index] = lumaFromBlue &* blue &+ lumaFromRed &* red &+ lumaOffset
            toU[index] = Self.sample(blueFromBlue &* blue &+ blueFromRed &* red &+ center)
            toV[index] = Self.sample(redFromBlue &* blue &+ redFromRed &* red &+ center)
        }
    }

    @inline(__always)
    private func convertLuma(_ from: Samples, _ to: Samples, _ offsets: UnsafeMutablePointer<Int32>, count: Int) {
        for index in 0..<count {
            to[2 &* index] = Self.sample(lumaScale &* Int32(from[2 &* index]) &+ offsets[index])
            to[2 &* index &+ 1] = Self.sample(lumaScale &* Int32(from[2 &* index &+ 1]) &+ offsets[index])
        }
    }

    @inline(__always)
    private static func sample(_ value: Int32) -> UInt8 { UInt8(truncatingIfNeeded: max(0, min(255, value >> fractionBits))) }
}
