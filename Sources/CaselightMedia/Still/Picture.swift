import CFFmpeg
internal import CaselightModel

/// An `AVFrame` and the buffers it refers to. Stays on its thread.
struct Picture: ~Copyable {
    let frame: UnsafeMutablePointer<AVFrame>

    private init(adopting frame: UnsafeMutablePointer<AVFrame>) { self.frame = frame }

    deinit {
        var pointer: UnsafeMutablePointer<AVFrame>? = frame
        av_frame_free(&pointer)
    }

    /// A frame without buffers, for a decoder to fill.
    static func empty() throws(CaselightError) -> Picture {
        guard let frame = av_frame_alloc() else { throw stillFailure(.internalFailure, "memory ran out") }
        return Picture(adopting: frame)
    }

    /// A frame with buffers of its own.
    static func allocate(_ format: AVPixelFormat, size: StillSize) throws(CaselightError) -> Picture {
        let picture = try empty()
        picture.frame.pointee.format = format.rawValue
        picture.frame.pointee.width = Int32(size.width)
        picture.frame.pointee.height = Int32(size.height)
        guard av_frame_get_buffer(picture.frame, 0) >= 0 else { throw stillFailure(.internalFailure, "memory ran out") }
        return picture
    }
}

/// The size of a still: even sides, square pixels.
struct StillSize: Equatable {
    let width: Int
    let height: Int

    /// The size `picture` gets: its samples made square by shrinking the longer side, then shrunk to `widthPixels`; never enlarged.
    ///
    /// - Parameter containerAspect: the container's word on the samples' shape; goes before the codec's own.
    static func fitting(
        _ picture: borrowing Picture, containerAspect: AVRational, widthPixels: Int?
    ) throws(CaselightError) -> StillSize {
        let (width, height) = (Int(picture.frame.pointee.width), Int(picture.frame.pointee.height))
        guard width > 0, height > 0, width <= StillDecoder.pictureLimitPixels / height else {
            throw stillFailure(.tooLarge, "its picture is \(width) × \(height), over \(StillDecoder.pictureLimitPixels) pixels")
        }
        let aspect = usable(containerAspect) ?? usable(picture.frame.pointee.sample_aspect_ratio) ?? 1
        var (shownWidth, shownHeight) = (Double(width), Double(height))
        if aspect >= 1 { shownHeight /= aspect } else { shownWidth *= aspect }
        if let widthPixels, Double(widthPixels) < shownWidth {
            (shownWidth, shownHeight) = (Double(widthPixels), shownHeight * Double(widthPixels) / shownWidth)
        }
        return StillSize(width: even(shownWidth), height: even(shownHeight))
    }

    /// A ratio that can be meant: cameras write 0/0 and worse.
    private static func usable(_ aspect: AVRational) -> Double? {
        guard aspect.num > 0, aspect.den > 0 else { return nil }
        let ratio = Double(aspect.num) / Double(aspect.den)
        return (0.1...10).contains(ratio) ? ratio : nil
    }

    private static func even(_ length: Double) -> Int { max(2, Int((length / 2 + 0.001).rounded(.down)) * 2) }
}
