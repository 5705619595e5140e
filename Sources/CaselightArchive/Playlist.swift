package import CaselightModel

/// HLS media playlists (RFC 8216) over the archive's own files.
package enum Playlist {
    /// Segments of a run whose times are further apart than this do not follow each other: something between them is missing.
    private static let joinTolerance = Microseconds.milliseconds(500)

    /// One entry a segment, `EXT-X-MAP` and `EXT-X-BYTERANGE` into its file, `EXT-X-PROGRAM-DATE-TIME`, `EXT-X-DISCONTINUITY`
    /// between runs; an open segment counts up to its last whole fragment.
    ///
    /// Segments that keep no footage, or have no sound where `track` is audio, are left out.
    /// - Parameters:
    ///   - segments: in the order of their starts.
    ///   - isLive: leaves out `EXT-X-ENDLIST`.
    ///   - address: the address of a segment's file, relative to the playlist's.
    package static func media(
        _ segments: [Segment], track: SegmentTrack, isLive: Bool, address: (Segment) -> String
    ) -> String {
        let longest = segments.reduce(0) { extent(of: $1, track) == nil ? $0 : max($0, $1.span.duration.value) }
        var text = PlaylistText(capacityBytes: 400 + segments.count * 320)
        // A player rounds a duration before it compares it with the target; rounded up it is never below.
        text.add("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:")
        text.add(max(1, (longest + 999_999) / 1_000_000))
        text.add("\n#EXT-X-MEDIA-SEQUENCE:0\n")
        if !isLive { text.add("#EXT-X-PLAYLIST-TYPE:VOD\n") }
        text.add("#EXT-X-INDEPENDENT-SEGMENTS\n")
        var previous: (segment: Segment, extent: Extent)?
        for segment in segments {
            guard let extent = extent(of: segment, track) else { continue }
            if let previous, !follows(segment, extent, previous) { text.add("#EXT-X-DISCONTINUITY\n") }
            add(segment, extent, at: address(segment), to: &text)
            previous = (segment, extent)
        }
        if !isLive { text.add("#EXT-X-ENDLIST\n") }
        return text.string
    }

    private static func add(_ segment: Segment, _ extent: Extent, at address: String, to text: inout PlaylistText) {
        let initializationByteCount = Int64(extent.initializationByteCount)
        text.add("#EXT-X-MAP:URI=\"")
        text.add(address)
        text.add("\",BYTERANGE=\"")
        text.add(initializationByteCount)
        text.add("@0\"\n#EXT-X-PROGRAM-DATE-TIME:")
        text.add(segment.span.start)
        text.add("\n#EXTINF:")
        text.add(seconds: segment.span.duration)
        text.add(",\n#EXT-X-BYTERANGE:")
        text.add(extent.byteCount - initializationByteCount)
        text.add("@")
        text.add(initializationByteCount)
        text.add("\n")
        text.add(address)
        text.add("\n")
    }

    /// A playlist of playlists: the pictures, and beside them the sound where some segment has it as AAC, which players take.
    ///
    /// - Parameters:
    ///   - video: the address of the media playlist of the pictures.
    ///   - audio: that of the sound.
    package static func master(_ segments: [Segment], video: String, audio: String) -> String {
        let hasAudio = segments.contains { isPlayable($0.audio) && extent(of: $0, .audio) != nil }
        let peak = segments.reduce(0.0) { peak, segment in
            guard let extent = extent(of: segment, .video) else { return peak }
            let bytes = extent.byteCount + (segment.audio?.byteCount ?? 0)
            return max(peak, Double(bytes) * 8 / max(0.001, segment.span.duration.seconds))
        }
        var lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
        var attributes = "BANDWIDTH=\(max(1, Int64(peak.rounded(.up))))"
        if hasAudio {
            lines.append(
                "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"sound\",DEFAULT=YES,AUTOSELECT=YES,URI=\"\(audio)\"")
            attributes += ",AUDIO=\"sound\""
        }
        lines += ["#EXT-X-STREAM-INF:\(attributes)", video]
        return lines.joined(separator: "\n") + "\n"
    }

    /// How much of a track's file there is to play.
    private struct Extent {
        let initializationByteCount: Int
        let byteCount: Int64
    }

    /// `nil` where there is no footage.
    private static func extent(of segment: Segment, _ track: SegmentTrack) -> Extent? {
        guard segment.policy != .metadata else { return nil }
        let extent: Extent? =
            switch track {
            case .video: Extent(initializationByteCount: segment.initializationByteCount, byteCount: segment.byteCount)
            case .audio:
                segment.audio.map { Extent(initializationByteCount: $0.initializationByteCount, byteCount: $0.byteCount) }
            }
        guard let extent, extent.byteCount > Int64(extent.initializationByteCount) else { return nil }
        return extent
    }

    private static func isPlayable(_ audio: AudioSibling?) -> Bool { audio?.codec == "aac" }

    private static func follows(_ next: Segment, _ extent: Extent, _ previous: (segment: Segment, extent: Extent)) -> Bool {
        let last = previous.segment
        let distance = (next.span.start - last.span.end).value.magnitude
        return next.id.run == last.id.run && distance <= joinTolerance.value.magnitude
            && last.endReason != .streamChanged && extent.initializationByteCount == previous.extent.initializationByteCount
    }
}
