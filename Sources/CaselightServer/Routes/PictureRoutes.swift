import CaselightArchive
import CaselightModel
import CaselightQuery
import CaselightStore
import HTTPTypes
import Hummingbird
import NIOCore

extension API {
    /// What shows footage: a still, a playlist, and the segments it names.
    var pictureRoutes: [Route] {
        [
            Route(.get, "/api/v1/cameras/{code}/still.jpg", access: .footage, query: ["at", "width"], required: ["at"], handler: still),
            Route(
                .get, "/api/v1/cameras/{code}/playlist.m3u8", access: .footage, query: ["from", "to", "track"], required: ["from", "to"],
                handler: playlist),
            Route(.get, "/api/v1/cameras/{code}/segments/{file}", access: .footage, handler: segmentFile),
        ]
    }

    private func still(_ call: Call) async throws -> Response {
        let camera = try await footageCamera(call)
        let at = try call.query.requiredTime("at")
        let width = try call.query.whole("width", in: 16...8192)
        let (segment, keyframe, takenAt) = try await keyframe(of: camera, at: at)
        consultations.shown(call, what: "still", camera: camera, span: try TimeSpan(from: takenAt, to: takenAt + Microseconds(1)))
        let picture = try await stills.picture(of: segment, keyframe, widthPixels: width)
        return Response(
            status: .ok, headers: [.contentType: "image/jpeg", .keyframeAt: takenAt.rfc3339()], body: .init(byteBuffer: picture))
    }

    /// The last keyframe at or before the moment, and when it was taken; the segment's first where its first comes later.
    private func keyframe(of camera: CameraCode, at moment: WallTime) async throws -> (Segment, Keyframe, takenAt: WallTime) {
        let span = TimeSpan(start: moment, end: moment + Microseconds(1))
        guard let found = try await search.segments(of: camera, in: span).first else {
            throw Missing.footage(camera, "a picture at \(moment)", "there is no footage of that moment")
        }
        let all = found.segment.keyframes.keyframes(from: found.segment.span.start)
        guard let keyframe = all.last(where: { $0.time - found.clock.offsetUs <= moment }) ?? all.first else {
            throw Missing.footage(camera, "a picture at \(moment)", "its segment has no keyframe yet")
        }
        return (found.segment, keyframe, keyframe.time - found.clock.offsetUs)
    }

    private enum PlaylistTrack: String, CaseIterable { case video, audio, all }

    private func playlist(_ call: Call) async throws -> Response {
        let camera = try await footageCamera(call)
        let span = try call.query.span(limit: playlistSpan)
        let track = try call.query.choice("track", of: PlaylistTrack.self) ?? .video
        var segments = try await segments(of: camera, in: span, detailed: false).filter { $0.policy != .metadata && $0.byteCount > Int64($0.initializationByteCount) }
        if track == .audio { segments = segments.filter { $0.audio?.codec == "aac" } }
        guard !segments.isEmpty else {
            throw Missing.footage(camera, "\(span)", track == .audio ? "nothing playable was heard then" : "nothing was recorded then")
        }
        let disclosure = call.disclosure?.queryText ?? ""
        consultations.shown(call, what: "playlist", camera: camera, span: span)
        let text: String
        switch track {
        case .all:
            let query = "from=\(QueryText.encode("\(span.start)"))&to=\(QueryText.encode("\(span.end)"))&\(disclosure)"
            text = Playlist.master(segments, video: "playlist.m3u8?track=video&\(query)", audio: "playlist.m3u8?track=audio&\(query)")
        case .video, .audio:
            let isLive = segments.last?.isOpen == true && span.end > services.clock.now()
            text = Playlist.media(segments, track: track == .audio ? .audio : .video, isLive: isLive) { segment in
                "segments/\(SegmentFile.name(segment, track == .audio ? .audio : .video))?\(disclosure)"
            }
        }
        return Response(
            status: .ok, headers: [.contentType: "application/vnd.apple.mpegurl"], body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
