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
            Route(
                .get, "/api/v1/cameras/{code}/still.jpg", .footage([.investigator, .cameraAdmin]), act: .still, query: ["at", "width"],
                required: ["at"], handler: still),
            Route(
                .get, "/api/v1/cameras/{code}/playlist.m3u8", .footage([.investigator]), act: .playback, query: ["from", "to", "track"],
                required: ["from", "to"], handler: playlist),
            Route(.get, "/api/v1/cameras/{code}/segments/{file}", .footage([.investigator]), act: .playback, handler: segmentFile),
        ]
    }

    private func still(_ call: Call) async throws -> Response {
        let at = try call.query.requiredTime("at")
        let width = try call.query.whole("width", in: 16...8192)
        let grant = try await footageGrant(call)
        try checkAlignment(grant, at)
        let (segment, keyframe, takenAt) = try await keyframe(of: grant.camera, at: at)
        try await consultations.allow(.still, call, camera: grant.camera, span: TimeSpan(start: takenAt, end: takenAt + Microseconds(1)))
        let picture = try await stills.picture(of: segment, keyframe, widthPixels: width, grant)
        return Response(
            status: .ok, headers: [.contentType: "image/jpeg", .keyframeAt: takenAt.rfc3339()], body: .init(byteBuffer: picture))
    }

    /// What the choke point lets the asker see of the camera that the path names.
    func footageGrant(_ call: Call) async throws -> FootageGrant {
        let (principal, disclosure, code) = (try call.principal(), try Self.disclosure(of: call), try call.cameraCode())
        return try await gate.footage(of: code, for: principal, disclosure)
    }

    private static func disclosure(of call: Call) throws -> Disclosure {
        guard let disclosure = call.disclosure else {
            throw CaselightError(.purposeRequired, "show footage", because: "neither an incident nor a purpose is stated")
        }
        return disclosure
    }

    /// Whoever keeps cameras and investigates nothing sees where one looks now, and no more.
    private func checkAlignment(_ grant: FootageGrant, _ at: WallTime) throws {
        guard !grant.principal.has(.investigator) else { return }
        let age = services.clock.now() - at
        guard grant.disclosure.purpose == Self.alignmentPurpose, age <= Self.alignmentAge else {
            throw CaselightError(
                .forbidden, "show a still of camera '\(grant.camera)'",
                because: "the role cameraAdmin sees one for alignment alone: of the last \(Int(Self.alignmentAge.seconds / 60)) minutes, with purpose=\(Self.alignmentPurpose)")
        }
    }

    static let alignmentPurpose = "alignment"
    /// Long enough to turn a camera and look again, too short to look back.
    private static let alignmentAge = Microseconds.seconds(15 * 60)

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
        let span = try call.query.span(limit: playlistSpan)
        let track = try call.query.choice("track", of: PlaylistTrack.self) ?? .video
        let grant = try await footageGrant(call)
        let camera = grant.camera
        var segments = try await segments(of: camera, in: span, detailed: false).filter { $0.policy != .metadata && $0.byteCount > Int64($0.initializationByteCount) }
        if track == .audio { segments = segments.filter { $0.audio?.codec == "aac" } }
        guard !segments.isEmpty else {
            throw Missing.footage(camera, "\(span)", track == .audio ? "nothing playable was heard then" : "nothing was recorded then")
        }
        let disclosure = grant.disclosure.queryText
        try await consultations.allow(.playback, call, camera: camera, span: span, detail: "playlist of \(track.rawValue)")
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
