import CaselightArchive
import CaselightLog
import CaselightModel
import CaselightStore
import HTTPTypes
import Hummingbird
import Metrics
import NIOCore

/// The name of a segment's file in an address: `5f0c2a91b3d4e6f7-000012.mp4`, `….audio.mp4`, `….audio.mov`.
struct SegmentFile {
    let id: SegmentID
    let track: SegmentTrack
    let isQuickTime: Bool

    init?(_ name: String) {
        let forms: [(String, SegmentTrack, Bool)] = [(".audio.mp4", .audio, false), (".audio.mov", .audio, true), (".mp4", .video, false)]
        guard let form = forms.first(where: { name.hasSuffix($0.0) }), let id = SegmentID(text: name.dropLast(form.0.count)) else { return nil }
        (self.id, track, isQuickTime) = (id, form.1, form.2)
    }

    static func name(_ segment: Segment, _ track: SegmentTrack) -> String {
        switch track {
        case .video: "\(segment.id).mp4"
        case .audio: "\(segment.id).audio.\(isQuickTime(segment.audio) ? "mov" : "mp4")"
        }
    }

    /// The MP4 muxer takes no G.711; the QuickTime form does.
    static func isQuickTime(_ audio: AudioSibling?) -> Bool { audio?.codec.hasPrefix("pcm_") == true }
}

extension API {
    func segmentFile(_ call: Call) async throws -> Response {
        let grant = try await footageGrant(call)
        let code = grant.camera
        let name = try call.parameter("file")
        guard let file = SegmentFile(name), let segment = try await index.segment(file.id), segment.camera == code else {
            throw CaselightError(.notFound, "send segment '\(name.prefix(70))' of camera '\(code)'", because: "there is no such segment")
        }
        let (size, digest) = try content(of: segment, file)
        let tag = digest.map { "\"\($0)\"" } ?? "\"\(segment.id)-\(size)\""
        let range = try requestedRange(call.request, size: size, tag: tag)
        var headers: HTTPFields = [
            .contentType: file.track == .video ? "video/mp4" : file.isQuickTime ? "audio/quicktime" : "audio/mp4",
            .acceptRanges: "bytes", .eTag: tag,
        ]
        if call.request.headers[.ifNoneMatch].map({ $0.contains(tag) }) == true { return Response(status: .notModified, headers: headers) }
        try await services.book.watched(segment.span, of: ViewingSubject(
            actor: call.actor, camera: code, incident: grant.disclosure.incident, purpose: grant.disclosure.purpose))
        let sent = range ?? 0..<size
        headers[.contentLength] = String(sent.count)
        if range != nil { headers[.contentRange] = "bytes \(sent.lowerBound)-\(sent.upperBound - 1)/\(size)" }
        if call.request.method == .head { return Response(status: range == nil ? .ok : .partialContent, headers: headers) }
        return Response(
            status: range == nil ? .ok : .partialContent, headers: headers, body: body(of: segment, file.track, sent, grant, call))
    }

    /// How long the file is, and its hash once it is whole.
    private func content(of segment: Segment, _ file: SegmentFile) throws -> (Int64, String?) {
        switch file.track {
        case .video: return (segment.byteCount, segment.sha256)
        case .audio:
            guard let audio = segment.audio, SegmentFile.isQuickTime(audio) == file.isQuickTime else {
                throw CaselightError(.notFound, "send the sound of segment '\(segment.id)'", because: "it has none in this form")
            }
            return (audio.byteCount, audio.sha256)
        }
    }

    /// `nil` sends the whole: no range asked for, several at once, or a file that has changed since (RFC 9110, 13.1.5 and 14.2).
    func requestedRange(_ request: Request, size: Int64, tag: String) throws -> Range<Int64>? {
        guard let text = request.headers[.range] else { return nil }
        if let condition = request.headers[.ifRange], condition != tag { return nil }
        switch ByteRange.parse(text, size: size) {
        case .whole: return nil
        case .part(let range): return range
        case .unsatisfiable:
            throw DetailedError(
                error: CaselightError(.rangeNotSatisfiable, "send '\(text.prefix(60))'", because: "the file has \(size) bytes"),
                headers: [.contentRange: "bytes */\(size)"])
        }
    }

    /// Sends a piece at a time as the client takes them. A file that ends early breaks the connection: the length was promised.
    private func body(of segment: Segment, _ track: SegmentTrack, _ range: Range<Int64>, _ grant: FootageGrant, _ call: Call) -> ResponseBody {
        precondition(segment.camera == grant.camera, "a grant is for its camera's footage alone")
        let archive = services.archive
        return ResponseBody(contentLength: range.count) { [gate, gatekeeper] writer in
            var watch = RightWatch(call, gatekeeper) { principal in
                try await gate.checkFootage(of: grant.camera, for: principal)
                return principal.has(.investigator)
            }
            var position = range.lowerBound
            while position < range.upperBound {
                try await watch.look()
                let bytes = try await archive.bytes(
                    of: segment, track: track, in: position..<min(position + Self.pieceBytes, range.upperBound))
                guard !bytes.isEmpty else {
                    throw CaselightError(.diskFailed, "send segment '\(segment.id)'", because: "its file ends at byte \(position)")
                }
                try await writer.write(ByteBuffer(bytes: bytes))
                ServerMetrics.sentSegmentBytes.increment(by: bytes.count)
                position += Int64(bytes.count)
            }
            try await writer.finish(nil)
        }
    }

    private static let pieceBytes: Int64 = 256 << 10
}
