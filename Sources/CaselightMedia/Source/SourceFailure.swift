import CFFmpeg
internal import CaselightModel
internal import CaselightRTSP
import Glibc

/// What a status of libavformat means for someone who wants the source to work.
struct SourceFailure {
    let code: CaselightError.Code
    let cause: String
    let remedy: String

    func error(_ operation: String) -> CaselightError { CaselightError(code, operation, because: cause, remedy: remedy) }

    /// - Parameter reason: what the interrupt says after the call returned.
    init(opening status: Int32, kind: SourceAddress.Kind, reason: caselight_interrupt_reason) {
        if let interrupted = Self.interrupted(reason, limitText: "no answer came in time") {
            self = interrupted
        } else if status == FFmpegStatus.invalidData || status == FFmpegStatus.endOfFile && kind == .file {
            self.init(.damagedMedia, kind == .file ? "its first bytes are not readable footage" : "what it sends is not readable video")
        } else if status == -EINVAL, kind != .rtsp {
            self.init(
                .unsupportedMedia, "it is none of the formats we take",
                kind == .file
                    ? "Recordings are MP4, MOV, MKV, AVI, FLV, MPEG-TS, MPEG-PS or a raw H.264 or H.265 stream."
                    : "A feed over HTTP, UDP or SRT is MPEG-TS or FLV; a playlist is refused.")
        } else {
            self = Self.network(status)
        }
    }

    /// A read that failed after the source was open.
    init(reading status: Int32, reason: caselight_interrupt_reason) {
        if let interrupted = Self.interrupted(reason, limitText: "nothing came in time") {
            self = interrupted
        } else if status == FFmpegStatus.endOfFile {
            self.init(.endOfStream, "the other side closed the connection")
        } else if status == FFmpegStatus.invalidData {
            self.init(.damagedMedia, "what it sends is not readable video")
        } else {
            self = Self.network(status)
        }
    }

    /// - Parameter limitText: what a passed deadline means here.
    init(_ failure: RTSPFailure, limitText: String) {
        switch failure {
        case .interrupted: self.init(.interrupted, Self.stopText)
        case .timedOut: self.init(.timedOut, limitText, Self.checkText)
        case .closedByPeer: self = Self.network(FFmpegStatus.endOfFile)
        case .unauthorized: self = Self.network(CASELIGHT_AVERROR_HTTP_UNAUTHORIZED.rawValue)
        case .forbidden: self = Self.network(CASELIGHT_AVERROR_HTTP_FORBIDDEN.rawValue)
        case .notFound: self = Self.network(CASELIGHT_AVERROR_HTTP_NOT_FOUND.rawValue)
        case .redirected: self = Self.redirected
        case .refusedByStatus(let status):
            self.init(
                .unreachable, status < 500 ? "it refuses the request (\(status))" : "it is unable to serve the stream (\(status))",
                status < 500 ? "Check the path of the feed's address." : "")
        case .unreachable(let errno): self = Self.network(-errno)
        case .unknownHost: self.init(.unreachable, "the name of its host is unknown", "Check the address.")
        case .malformed(let what):
            self.init(.damagedMedia, "its answer is not RTSP: \(what)", "Set the feed's transport to 'compatible' to read it with FFmpeg's own reader.")
        case .noPlayableMedia: self.init(.unsupportedMedia, "it offers no video we can take", "Caselight records video.")
        case .unsupportedTransport:
            self.init(.unsupportedMedia, "it does not send the way it was asked to", "Set the feed's transport to 'udp', 'tcp' or 'compatible'.")
        }
    }

    private init(_ code: CaselightError.Code, _ cause: String, _ remedy: String = "") {
        (self.code, self.cause, self.remedy) = (code, cause, remedy)
    }

    private static let stopText = "it was told to stop"
    private static let checkText = "Check the camera and the network to it."
    private static let redirected = SourceFailure(
        .unreachable, "it redirects to another address, which we do not follow", "Give the address it redirects to.")

    private static func interrupted(_ reason: caselight_interrupt_reason, limitText: String) -> SourceFailure? {
        switch reason {
        case CASELIGHT_TRIPPED: SourceFailure(.interrupted, stopText)
        case CASELIGHT_DEADLINE_PASSED: SourceFailure(.timedOut, limitText, checkText)
        case CASELIGHT_REDIRECTED: redirected
        default: nil
        }
    }

    private static func network(_ status: Int32) -> SourceFailure {
        switch status {
        case CASELIGHT_AVERROR_HTTP_UNAUTHORIZED.rawValue:
            SourceFailure(.unauthorized, "login refused (401)", "Check the feed's user and password.")
        case CASELIGHT_AVERROR_HTTP_FORBIDDEN.rawValue:
            SourceFailure(.unauthorized, "access forbidden (403)", "Check what the feed's user may see.")
        case CASELIGHT_AVERROR_HTTP_NOT_FOUND.rawValue:
            SourceFailure(.unreachable, "it has no such stream (404)", "Check the path of the feed's address.")
        case CASELIGHT_AVERROR_HTTP_BAD_REQUEST.rawValue, CASELIGHT_AVERROR_HTTP_OTHER_4XX.rawValue:
            SourceFailure(.unreachable, "it refuses the request (4xx)", "Check the path of the feed's address.")
        case CASELIGHT_AVERROR_HTTP_SERVER_ERROR.rawValue:
            SourceFailure(.unreachable, "it is unable to serve the stream (5xx)")
        case CASELIGHT_AVERROR_PROTOCOL_NOT_FOUND.rawValue, CASELIGHT_AVERROR_DEMUXER_NOT_FOUND.rawValue:
            SourceFailure(.unsupportedMedia, "this build of FFmpeg has no reader for it")
        case FFmpegStatus.endOfFile: SourceFailure(.endOfStream, "the other side closed the connection")
        case -ECONNREFUSED: SourceFailure(.unreachable, "connection refused", "Check the address and that the camera is up.")
        case -EHOSTUNREACH, -ENETUNREACH:
            SourceFailure(.unreachable, "there is no route to it", "Check the address and the network.")
        case -ETIMEDOUT, -EAGAIN: SourceFailure(.timedOut, "no answer came in time", checkText)
        case -ENOENT: SourceFailure(.notFound, "there is no such file")
        case -EACCES, -EPERM: SourceFailure(.unreachable, "we may not open it")
        case -ECONNRESET, -EPIPE: SourceFailure(.endOfStream, "the other side reset the connection")
        case -EIO: SourceFailure(.unreachable, "input/output error; the name of its host may be unknown", "Check the address.")
        case -ENOMEM: SourceFailure(.internalFailure, "memory ran out")
        default: SourceFailure(.unreachable, FFmpegStatus.text(status).lowercased())
        }
    }
}
