import CFFmpeg
internal import CaselightModel

/// Empty packets to use again, so that a frame costs no allocation of ours. Belongs to one thread.
final class PacketPool {
    private var free: [UnsafeMutablePointer<AVPacket>] = []

    deinit {
        for packet in free {
            var pointer: UnsafeMutablePointer<AVPacket>? = packet
            av_packet_free(&pointer)
        }
    }

    /// An empty packet. Goes back through `giveBack`, or is lost.
    func take() -> UnsafeMutablePointer<AVPacket> {
        if let packet = free.popLast() { return packet }
        guard let packet = av_packet_alloc() else { fatalError("memory ran out") }
        return packet
    }

    func giveBack(_ packet: UnsafeMutablePointer<AVPacket>) {
        av_packet_unref(packet)
        free.append(packet)
    }
}
