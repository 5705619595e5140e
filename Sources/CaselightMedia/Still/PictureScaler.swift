import CFFmpeg
internal import CaselightModel

/// Brings a decoded picture to the size, sample format, range and matrix of a JPEG.
enum PictureScaler {
    /// Scales first, in the picture's own matrix and range, then converts what is left of it: libswscale goes from one matrix to
    /// another by way of RGB, which costs more than decoding.
    ///
    /// - Returns: a picture in `AV_PIX_FMT_YUVJ420P`: full range, BT.601, as every reader of JPEG takes it.
    static func scale(_ picture: borrowing Picture, to size: StillSize) throws(CaselightError) -> Picture {
        let format = AVPixelFormat(picture.frame.pointee.format)
        let isFull = isFullRange(picture.frame, format)
        let conversion = ColorConversion(matrix: matrix(of: picture.frame), isFullRange: isFull)
        if format == AV_PIX_FMT_YUV420P || format == AV_PIX_FMT_YUVJ420P,
            StillSize(width: Int(picture.frame.pointee.width), height: Int(picture.frame.pointee.height)) == size
        {
            return try converted(picture, size, conversion)
        }
        let scaled = try resampled(picture, format, to: size, isFull: isFull)
        return try converted(scaled, size, conversion)
    }

    private static func converted(
        _ picture: borrowing Picture, _ size: StillSize, _ conversion: ColorConversion
    ) throws(CaselightError) -> Picture {
        let target = try Picture.allocate(AV_PIX_FMT_YUVJ420P, size: size)
        conversion.convert(picture, to: target)
        target.frame.pointee.color_range = AVCOL_RANGE_JPEG
        target.frame.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
        return target
    }

    /// The picture in 4:2:0 with eight bits a sample. Its matrix and range stay, unless it was RGB.
    private static func resampled(
        _ picture: borrowing Picture, _ format: AVPixelFormat, to size: StillSize, isFull: Bool
    ) throws(CaselightError) -> Picture {
        let source = picture.frame
        let target = try Picture.allocate(isFull ? AV_PIX_FMT_YUVJ420P : AV_PIX_FMT_YUV420P, size: size)
        guard sws_isSupportedInput(format) != 0,
            let context = sws_getContext(
                source.pointee.width, source.pointee.height, format, Int32(size.width), Int32(size.height),
                AVPixelFormat(target.frame.pointee.format), SWS_AREA | SWS_ACCURATE_RND, nil, nil, nil)
        else { throw stillFailure(.unsupportedMedia, "its sample format cannot be converted") }
        defer { sws_freeContext(context) }
        let coefficients = sws_getCoefficients(matrix(of: source).number)
        sws_setColorspaceDetails(context, coefficients, isFull ? 1 : 0, coefficients, isFull ? 1 : 0, 0, 1 << 16, 1 << 16)
        let height = withPlanes(of: source) { sourcePlanes, sourceStrides in
            withPlanes(of: target.frame) { targetPlanes, targetStrides in
                sws_scale(
                    context, UnsafeRawPointer(sourcePlanes).assumingMemoryBound(to: UnsafePointer<UInt8>?.self), sourceStrides, 0,
                    source.pointee.height, targetPlanes, targetStrides)
            }
        }
        guard height == Int32(size.height) else { throw stillFailure(.internalFailure, "its picture could not be scaled") }
        return target
    }

    /// The matrix the picture's YCbCr was made with. Where it does not say, as browsers take it: BT.709 from 720 lines on.
    private static func matrix(of source: UnsafeMutablePointer<AVFrame>) -> ColorMatrix {
        switch source.pointee.colorspace {
        case AVCOL_SPC_BT709: .bt709
        case AVCOL_SPC_FCC: .fcc
        case AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M: .bt601
        case AVCOL_SPC_SMPTE240M: .smpte240M
        case AVCOL_SPC_BT2020_NCL, AVCOL_SPC_BT2020_CL: .bt2020
        default: source.pointee.height >= 720 ? .bt709 : .bt601
        }
    }

    private static func isFullRange(_ source: UnsafeMutablePointer<AVFrame>, _ format: AVPixelFormat) -> Bool {
        if source.pointee.color_range != AVCOL_RANGE_UNSPECIFIED { return source.pointee.color_range == AVCOL_RANGE_JPEG }
        return [AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUVJ440P].contains(format)
    }

    /// Lends a frame's planes as the arrays of pointers that libswscale wants.
    private static func withPlanes<Result>(
        of frame: UnsafeMutablePointer<AVFrame>,
        _ body: (UnsafePointer<UnsafeMutablePointer<UInt8>?>, UnsafePointer<Int32>) -> Result
    ) -> Result {
        withUnsafePointer(to: &frame.pointee.data) { planes in
            withUnsafePointer(to: &frame.pointee.linesize) { strides in
                planes.withMemoryRebound(to: UnsafeMutablePointer<UInt8>?.self, capacity: 8) { planes in
                    strides.withMemoryRebound(to: Int32.self, capacity: 8) { body(planes, $0) }
                }
            }
        }
    }
}
