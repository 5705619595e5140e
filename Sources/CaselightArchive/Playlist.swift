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
        let entries = segments.compactMap { entry($0, track) }
        let longest = entries.map(\.segment.span.duration.value).max() ?? 0
        var text = PlaylistText(capacityBytes: 400 + entries.count * 320)
        // A player rounds a duration before it compares it with the target; rounded up it is never below.
        text.add("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:")
        text.add(max(1, (longest + 999_999) / 1_000_000))
        text.add("\n#EXT-X-MEDIA-SEQUENCE:0\n")
        if !isLive { text.add("#EXT-X-PLAYLIST-TYPE:VOD\n") }
        text.add("#EXT-X-INDEPENDENT-SEGMENTS\n")
        var previous: Entry?
        for entry in entries {
            if let previous, !follows(entry, previous) { text.add("#EXT-X-DISCONTINUITY\n") }
            add(entry, at: address(entry.segment), to: &text)
            previous = entry
        }
        if !isLive { text.add("#EXT-X-ENDLIST\n") }
        return text.string
    }

    private static func add(_ entry: Entry, at address: String, to text: inout PlaylistText) {
        let initializationByteCount = Int64(entry.initializationByteCount)
        text.add("#EXT-X-MAP:URI=\"")
        text.add(address)
        text.add("\",BYTERANGE=\"")
        text.add(initializationByteCount)
        text.add("@0\"\n#EXT-X-PROGRAM-DATE-TIME:")
        text.add(entry.segment.span.start)
        text.add("\n#EXTINF:")
        text.add(seconds: entry.segment.span.duration)
        text.add(",\n#EXT-X-BYTERANGE:")
        text.add(entry.byteCount - initializationByteCount)
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
        let played = segments.compactMap { entry($0, .video) }
        let hasAudio = segments.contains { isPlayable($0.audio) && entry($0, .audio) != nil }
        let peak =
            played.map { entry in
                let bytes = entry.byteCount + (entry.segment.audio?.byteCount ?? 0)
                return Double(bytes) * 8 / max(0.001, entry.segment.span.duration.seconds)
            }.max() ?? 0
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

    private struct Entry {
        let segment: Segment
        let initializationByteCount: Int
        let byteCount: Int64
    }

    private static func entry(_ segment: Segment, _ track: SegmentTrack) -> Entry? {
        guard segment.policy != .metadata else { return nil }
        let entry: Entry? =
            switch track {
            case .video:
                Entry(segment: segment, initializationByteCount: segment.initializationByteCount, byteCount: segment.byteCount)
            case .audio:
                segment.audio.map {
                    Entry(segment: segment, initializationByteCount: $0.initializationByteCount, byteCount: $0.byteCount)
                }
            }
        guard let entry, entry.byteCount > Int64(entry.initializationByteCount) else { return nil }
        return entry
    }

    private static func isPlayable(_ audio: AudioSibling?) -> Bool { audio?.codec == "aac" }

    private static func follows(_ entry: Entry, _ previous: Entry) -> Bool {
        let (next, last) = (entry.segment, previous.segment)
        let distance = (next.span.start - last.span.end).value.magnitude
        return next.id.run == last.id.run && distance <= joinTolerance.value.magnitude
            && last.endReason != .streamChanged && entry.initializationByteCount == previous.initializationByteCount
    }
}
