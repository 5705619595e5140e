internal import CaselightModel
internal import CaselightRTSP
internal import CaselightWorkerProtocol

/// How long a feed is waited for, and how long its packets wait for us.
struct FeedTiming: Sendable {
    let readTimeout: Microseconds
    /// Of an RTSP feed's socket: reading many packets at once costs a fraction.
    let drainInterval: Microseconds
}

extension WorkerSettings {
    var timing: FeedTiming { FeedTiming(readTimeout: readTimeout, drainInterval: drainInterval) }
}

/// What to open and how: the address with credentials in it, the only protocols and formats it may lead to, and FFmpeg's options.
///
/// The address is for libavformat alone. Logs and errors say `shown`.
struct SourceAddress: Sendable {
    enum Kind: Sendable { case rtsp, stream, file }

    let kind: Kind
    /// With credentials, percent-encoded: libavformat takes them nowhere else.
    let url: String
    /// Scheme, host and port; of a file its name.
    let shown: String
    /// What is being done, completing "cannot …": at first, and once it is open.
    let operation: String
    let readOperation: String
    let protocolWhitelist: String
    let formatWhitelist: String
    /// Where the scheme decides it; else libavformat looks at the first bytes, within the whitelist.
    let format: String?
    let options: [(String, String)]
    /// For our own client; `nil` where libavformat connects.
    var rtsp: RTSPOrder?

    static func feed(
        _ url: FeedURL, credentials: FeedCredentials?, transport: FeedTransport, timing: FeedTiming, name: String
    ) -> SourceAddress {
        let isOurs = url.scheme == .rtsp && transport != .compatible
        return SourceAddress(
            kind: url.scheme == .rtsp || url.scheme == .rtsps ? .rtsp : .stream,
            url: text(of: url, credentials: credentials), shown: url.redacted, operation: "open \(name) at \(url.redacted)",
            readOperation: "read \(name) at \(url.redacted)",
            protocolWhitelist: protocols(of: url.scheme), formatWhitelist: formats(of: url.scheme),
            format: url.scheme == .rtsp || url.scheme == .rtsps ? "rtsp" : nil,
            options: isOurs ? depacketiserOptions(transport) : options(of: url.scheme, transport: transport, readTimeout: timing.readTimeout),
            rtsp: !isOurs
                ? nil
                : RTSPOrder(
                    url: url, credentials: credentials, transport: transport == .udp ? .udp : .tcp, answerTimeout: timing.readTimeout,
                    drainInterval: timing.drainInterval))
    }

    static func file(path: String, operation: String) -> SourceAddress {
        SourceAddress(
            kind: .file, url: "file:\(path)", shown: path.split(separator: "/").last.map(String.init) ?? path, operation: operation,
            readOperation: operation,
            protocolWhitelist: "file", formatWhitelist: fileFormats, format: nil,
            // Every packet is kept: an edit list may move the start, and hides nothing.
            options: [("advanced_editlist", "0")])
    }

    /// libavformat's names of what recorders and phones write. Nothing that leads to another file: no playlist, no `concat`, no SDP.
    static let fileFormats = [
        "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "avi", "flv", "mpegts", "mpeg", "mpegvideo", "m4v", "h264", "hevc", "mjpeg", "asf",
        "dhav",
        "ivf", "obu", "av1", "vc1", "ogg", "mxf", "nut", "dv", "rm", "wtv",
    ].joined(separator: ",")

    private static func protocols(of scheme: FeedScheme) -> String {
        switch scheme {
        case .rtsp: "rtsp,rtp,udp,tcp"
        case .rtsps: "rtsps,tls,tcp,rtp,udp"
        case .rtmp: "rtmp,tcp"
        case .http: "http,tcp"
        case .https: "https,tls,tcp"
        case .udp: "udp"
        case .srt: "srt"
        }
    }

    private static func formats(of scheme: FeedScheme) -> String {
        switch scheme {
        case .rtsp, .rtsps: "rtsp"
        case .rtmp: "flv,live_flv"
        case .http, .https: "mpegts,flv,live_flv,mpjpeg"
        case .udp, .srt: "mpegts"
        }
    }

    /// Over TCP packets come in order.
    private static func depacketiserOptions(_ transport: FeedTransport) -> [(String, String)] {
        transport == .udp ? [] : [("reorder_queue_size", "0")]
    }

    private static func options(
        of scheme: FeedScheme, transport: FeedTransport, readTimeout: Microseconds
    ) -> [(String, String)] {
        switch scheme {
        case .rtsp, .rtsps:
            [
                ("rtsp_transport", transport == .udp ? "udp" : "tcp"), ("allowed_media_types", "video+audio"),
                ("timeout", "\(readTimeout.value)"), ("user_agent", "Caselight"), ("buffer_size", "1048576"),
            ]
        // A redirect could lead anywhere the sender likes.
        case .http, .https: [("user_agent", "Caselight"), ("max_redirects", "0"), ("icy", "0"), ("seekable", "0")]
        case .udp: [("overrun_nonfatal", "1"), ("fifo_size", "28672"), ("buffer_size", "1048576")]
        case .srt: [("timeout", "\(readTimeout.value)")]
        case .rtmp: [("rtmp_live", "live")]
        }
    }

    private static func text(of url: FeedURL, credentials: FeedCredentials?) -> String {
        guard let credentials else { return url.text }
        let user = percentEncoded(credentials.user), password = percentEncoded(credentials.password)
        let prefix = "\(url.scheme.rawValue)://"
        return "\(prefix)\(user):\(password)@\(url.text.dropFirst(prefix.count))"
    }

    private static func percentEncoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || "-._~".utf8.contains(byte)
            if isPlain {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }
}

extension SourceAddress: CustomStringConvertible, CustomReflectable {
    var description: String { shown }
    var customMirror: Mirror { Mirror(self, children: []) }
}
