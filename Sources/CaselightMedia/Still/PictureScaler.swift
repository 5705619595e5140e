import CFFmpeg
internal import CaselightModel

/// Brings a decoded picture to the size, sample format, range and matrix of a JPEG.
enum PictureScaler {
    /// - Returns: a picture in `AV_PIX_FMT_YUVJ420P`: full range, BT.601, as every reader of JPEG takes it.
    static func scale(_ picture: borrowing Picture, to size: StillSize) throws(CaselightError) -> Picture {
        let source = picture.frame
        let target = try Picture.allocate(AV_PIX_FMT_YUVJ420P, size: size)
        let format = AVPixelFormat(source.pointee.format)
        guard sws_isSupportedInput(format) != 0, let context = makeContext(source, format, size) else {
            throw stillFailure(.unsupportedMedia, "its sample format cannot be converted")
        }
        defer { sws_freeContext(context) }
        sws_setColorspaceDetails(
            context, sws_getCoefficients(matrix(of: source)), isFullRange(source, format) ? 1 : 0,
            sws_getCoefficients(SWS_CS_ITU601), 1, 0, 1 << 16, 1 << 16)
        let height = withPlanes(of: source) { sourcePlanes, sourceStrides in
            withPlanes(of: target.frame) { targetPlanes, targetStrides in
                sws_scale(
                    context, UnsafeRawPointer(sourcePlanes).assumingMemoryBound(to: UnsafePointer<UInt8>?.self), sourceStrides, 0,
                    source.pointee.height, targetPlanes, targetStrides)
            }
        }
        guard height == Int32(size.height) else { throw stillFailure(.internalFailure, "its picture could not be scaled") }
        target.frame.pointee.color_range = AVCOL_RANGE_JPEG
        target.frame.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
        return target
    }

    private static func makeContext(
        _ source: UnsafeMutablePointer<AVFrame>, _ format: AVPixelFormat, _ size: StillSize
    ) -> OpaquePointer? {
        sws_getContext(
            source.pointee.width, source.pointee.height, format, Int32(size.width), Int32(size.height), AV_PIX_FMT_YUVJ420P,
            SWS_AREA | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP, nil, nil, nil)
    }

    /// The matrix the picture's YCbCr was made with. Where it does not say, as browsers take it: BT.709 from 720 lines on.
    private static func matrix(of source: UnsafeMutablePointer<AVFrame>) -> Int32 {
        switch source.pointee.colorspace {
        case AVCOL_SPC_BT709: SWS_CS_ITU709
        case AVCOL_SPC_FCC: SWS_CS_FCC
        case AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M: SWS_CS_ITU601
        case AVCOL_SPC_SMPTE240M: SWS_CS_SMPTE240M
        case AVCOL_SPC_BT2020_NCL, AVCOL_SPC_BT2020_CL: SWS_CS_BT2020
        default: source.pointee.height >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601
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
