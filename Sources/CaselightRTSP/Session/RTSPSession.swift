internal import CaselightModel

/// An RTSP 1.0 session with one camera (RFC 2326): opened, it hands out RTP and RTCP packets until it ends.
///
/// Belongs to the thread that opened it: every call is made there, and blocks no longer than the order says. The socket is not
/// waited on but read at intervals, in batches: that is what makes many cameras cheap. No call is made for a packet, and nothing
/// is allocated for one.
package final class RTSPSession {
    let order: RTSPOrder
    let patience: Patience
    let socket: SystemSocket
    let peer: SocketAddress
    var login: Login
    var keepAlive = KeepAlive()

    /// What came on the connection; with UDP what came in datagrams is in `datagrams`, in the same form.
    var stream = ReceiveBuffer()
    var datagrams = ReceiveBuffer(capacity: 0)
    var media: [PlayedMedium] = []
    /// Where pieces of units may be joined: the pictures' channel of a connection.
    var pieces: (channel: UInt8, codec: UnitPiece.Codec)?
    /// Which channels were set up.
    var knownChannels = [Bool](repeating: false, count: 256)

    var lastSequence = 0
    var sessionID: String?
    /// Of requests for all media.
    var aggregateAddress = ""
    /// What the connection did not take yet.
    var unsent: [UInt8] = []

    package internal(set) var sessionDescription: [UInt8] = []
    /// The clock that never steps, when the batch that holds the last packet given was read.
    package internal(set) var drainedAtUs: Int64
    /// When the batch before was read: the packet came between the two.
    package internal(set) var drainedBeforeUs: Int64
    /// What the camera's clock showed, in microseconds since 1970, where the last packet given says so itself (ONVIF's header extension).
    package internal(set) var absoluteTimeUs: Int64?
    /// When something last came that is of this session.
    var heardAtUs: Int64
    /// The last reading left something in the socket, or there was none yet.
    var hasMore = true
    /// The camera has closed the connection; what it sent before is still to be taken.
    var isEnded = false
    /// Between readings, before chance has its share.
    var pauseLimitUs: Int64
    var jitter: UInt64
    var noted = RTSPOddities()
    var isOpen = true

    init(_ order: RTSPOrder, socket: SystemSocket, peer: SocketAddress, patience: Patience) {
        (self.order, self.socket, self.peer, self.patience) = (order, socket, peer, patience)
        login = Login(order.credentials)
        pauseLimitUs = order.drainInterval.value
        let now = Monotonic.nowUs
        (drainedAtUs, drainedBeforeUs, heardAtUs) = (now, now, now)
        var generator = SystemRandomNumberGenerator()
        jitter = generator.next() | 1
    }

    /// Connects, asks what there is, sets video and sound up and lets them play.
    ///
    /// - Parameter isInterrupted: asked at least every 100 ms while something is waited for.
    package static func open(_ order: RTSPOrder, isInterrupted: @escaping () -> Bool) throws(RTSPFailure) -> RTSPSession {
        let patience = Patience(isInterrupted: isInterrupted)
        let (socket, peer) = try SystemSocket.connect(
            host: order.url.host, port: order.url.port ?? 554, timeoutUs: order.answerTimeout.value, patience: patience)
        let session = RTSPSession(order, socket: socket, peer: peer, patience: patience)
        try session.play()
        session.pieces = session.joinable
        return session
    }

    /// Datagrams may come in another order, which is the depacketiser's to mend.
    private var joinable: (channel: UInt8, codec: UnitPiece.Codec)? {
        guard let video = media.first(where: { $0.chosen.kind == .video }), video.ports == nil,
            let channel = UInt8(exactly: video.channels.media)
        else { return nil }
        switch video.chosen.encoding?.split(separator: "/").first?.uppercased() {
        case "H264": return (channel, .h264)
        case "H265", "HEVC": return (channel, .h265)
        default: return nil
        }
    }

    package var mediaCount: Int { media.count }
    var usesDatagrams: Bool { order.transport == .udp }

    package var statistics: [ReceptionStatistics] { media.map(\.statistics) }

    package var oddities: RTSPOddities {
        var all = noted
        all.garbageBytes = stream.garbageBytes
        all.foreignDatagrams = media.reduce(0) { $0 + ($1.ports?.foreignCount ?? 0) }
        return all
    }

    /// Ends the session: a farewell, at most half a second of waiting for its answer, and the sockets are closed.
    package func close() {
        guard isOpen else { return }
        isOpen = false
        sayFarewell()
        for medium in media { medium.ports?.close() }
        socket.close()
    }
}
