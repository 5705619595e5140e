/// A medium that was set up, and what came of it.
struct PlayedMedium {
    let chosen: ChosenMedium
    /// Of RTP; RTCP has one of its own. With UDP they mark datagrams.
    let channels: TransportHeader.Pair
    let ports: DatagramPair?
    var reception: Reception
    var senderReport: ReceptionStatistics.SenderReport?
    var absoluteTime: UInt64?

    init(_ chosen: ChosenMedium, channels: TransportHeader.Pair, ports: DatagramPair?) {
        (self.chosen, self.channels, self.ports) = (chosen, channels, ports)
        reception = Reception(clockRate: chosen.clockRate)
    }

    var statistics: ReceptionStatistics {
        var result = ReceptionStatistics(kind: chosen.kind == .video ? .video : .audio, payloadType: chosen.payloadType)
        result.received = reception.received
        result.lost = reception.lost
        result.jitterUs = reception.jitterUs
        result.duplicates = reception.duplicates
        result.reordered = reception.reordered
        result.senderReport = senderReport
        result.absoluteTimeUs = absoluteTime.map { NTPTime.microseconds($0, nowUs: Monotonic.wallUs) }
        return result
    }
}
