import CFFmpeg
internal import CaselightModel
internal import CaselightRTSP

/// libavformat's depacketiser behind our own RTSP session: RTP packets go in as the socket gives them, frames come out.
///
/// It is libavformat's `sdp` demuxer with custom I/O. That wants a context it can write to as well, for it answers with receiver reports:
/// then it reads one packet a call, straight into its own buffer. The first read is the session description.
final class RTPInput {
    private static let bufferBytes: Int32 = 4096

    private let session: RTSPSession
    private var io: UnsafeMutablePointer<AVIOContext>?
    private var description: ArraySlice<UInt8>?
    /// Why reading ended.
    private(set) var failure: RTSPFailure?
    /// Of the packet read last.
    private(set) var arrival = Arrival.now

    /// Connects and has the camera play. Blocks; call it from the source's own thread.
    init(_ order: RTSPOrder, interrupt: Interrupt) throws(RTSPFailure) {
        session = try RTSPSession.open(order) { interrupt.isTripped }
        description = session.sessionDescription[...]
    }

    deinit {
        if let io { av_freep(&io.pointee.buffer) }
        avio_context_free(&io)
    }

    /// Has `context` read from here. This must outlive the context.
    func attach(to context: UnsafeMutablePointer<AVFormatContext>) {
        let buffer = av_malloc(Int(Self.bufferBytes))?.assumingMemoryBound(to: UInt8.self)
        io = avio_alloc_context(
            buffer, Self.bufferBytes, 1, Unmanaged.passUnretained(self).toOpaque(),
            { opaque, bytes, count in
                guard let opaque, let bytes else { return FFmpegStatus.exit }
                let input = Unmanaged<RTPInput>.fromOpaque(opaque).takeUnretainedValue()
                return input.read(into: UnsafeMutableRawBufferPointer(start: bytes, count: Int(count)))
            },
            { opaque, bytes, count in
                guard let opaque, let bytes else { return FFmpegStatus.exit }
                let input = Unmanaged<RTPInput>.fromOpaque(opaque).takeUnretainedValue()
                input.session.sendReport(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
                return count
            }, nil)
        io?.pointee.direct = 1
        context.pointee.pb = io
        context.pointee.flags |= AVFMT_FLAG_CUSTOM_IO
    }

    /// The description has been read to its end, which for libavformat is the end of all, unless told.
    func begin() {
        io?.pointee.eof_reached = 0
        io?.pointee.error = 0
        description = nil
    }

    /// Takes leave of the camera.
    func close() { session.close() }

    /// What the network did to the pictures' packets.
    var reception: ReceptionStatistics? { session.statistics.first }

    private func read(into buffer: UnsafeMutableRawBufferPointer) -> Int32 {
        if let rest = description {
            // libavformat looks for a tag in the first bytes, and then takes what is left at once.
            let part = rest.prefix(buffer.count)
            buffer.copyBytes(from: part)
            description = rest.dropFirst(part.count)
            return part.isEmpty ? FFmpegStatus.endOfFile : Int32(part.count)
        }
        do {
            let count = try session.next(into: buffer)
            if session.drainedAtUs != arrival.monotonicUs { noteDrain() }
            arrival.cameraUs = session.absoluteTimeUs
            return Int32(count)
        } catch {
            failure = error
            return error == .interrupted ? FFmpegStatus.exit : FFmpegStatus.endOfFile
        }
    }

    private func noteDrain() {
        let now = Arrival.now
        let drainedUs = session.drainedAtUs
        arrival = Arrival(
            wall: now.wall - Microseconds(now.monotonicUs - drainedUs), monotonicUs: drainedUs,
            spreadUs: max(0, drainedUs - session.drainedBeforeUs))
    }
}
