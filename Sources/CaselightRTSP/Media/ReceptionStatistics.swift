/// What came of one medium so far.
package struct ReceptionStatistics: Equatable, Sendable {
    /// A camera's statement of which moment of its clock a timestamp of the stream means.
    package struct SenderReport: Equatable, Sendable {
        /// Microseconds since 1970 by the camera's clock.
        package var ntpUs: Int64
        package var rtpTime: UInt32
        /// When it was read here, by the clock that never steps.
        package var atMonotonicUs: Int64
    }

    package enum Kind: Equatable, Sendable { case video, audio }

    package var kind: Kind
    package var payloadType: Int
    /// Packets, duplicates included.
    package var received = 0
    /// Packets that the sequence numbers say were sent and that did not come (RFC 3550, A.3); never negative.
    package var lost = 0
    /// Mean deviation of the packets' spacing (RFC 3550, A.8), as far as it exceeds what reading in batches hides.
    package var jitterUs: Int64 = 0
    package var duplicates = 0
    /// Packets that came after a later one.
    package var reordered = 0
    package var senderReport: SenderReport?
    /// Microseconds since 1970: ONVIF's absolute time of the last packet that carried one.
    package var absoluteTimeUs: Int64?

    package init(kind: Kind, payloadType: Int) {
        self.kind = kind
        self.payloadType = payloadType
    }
}

/// What came and was not handed on, or could not be sent.
package struct RTSPOddities: Equatable, Sendable {
    /// Bytes between packets that were neither packet nor answer.
    package var garbageBytes = 0
    /// Packets on channels nobody set up.
    package var unknownChannelPackets = 0
    /// Packets larger than the caller's buffer.
    package var oversizedPackets = 0
    /// Packets whose head does not fit into them.
    package var malformedPackets = 0
    /// RTP of a payload type that was not asked for.
    package var strangePayloadPackets = 0
    /// RTCP that cannot be told to be of one medium.
    package var unassignedReports = 0
    /// Datagrams from another address than the camera's.
    package var foreignDatagrams = 0
    /// Receiver reports that could not be sent.
    package var unsentReports = 0
    /// Packets that came before PLAY was answered and did not fit into what is kept of them.
    package var earlyPacketsDropped = 0
}
