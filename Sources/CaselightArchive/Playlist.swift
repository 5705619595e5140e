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
        var lines = ["#EXTM3U", "#EXT-X-VERSION:7"]
        // A player rounds a duration before it compares it with the target; rounded up it is never below.
        lines.append("#EXT-X-TARGETDURATION:\(max(1, (longest + 999_999) / 1_000_000))")
        lines.append("#EXT-X-MEDIA-SEQUENCE:0")
        if !isLive { lines.append("#EXT-X-PLAYLIST-TYPE:VOD") }
        lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
        var previous: Entry?
        for entry in entries {
            let file = address(entry.segment)
            if let previous, !follows(entry, previous) { lines.append("#EXT-X-DISCONTINUITY") }
            lines.append("#EXT-X-MAP:URI=\"\(file)\",BYTERANGE=\"\(entry.initializationByteCount)@0\"")
            lines.append("#EXT-X-PROGRAM-DATE-TIME:\(milliseconds(entry.segment.span.start))")
            lines.append("#EXTINF:\(seconds(entry.segment.span.duration)),")
            lines.append("#EXT-X-BYTERANGE:\(entry.byteCount - Int64(entry.initializationByteCount))@\(entry.initializationByteCount)")
            lines.append(file)
            previous = entry
        }
        if !isLive { lines.append("#EXT-X-ENDLIST") }
        return lines.joined(separator: "\n") + "\n"
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

    private static func milliseconds(_ time: WallTime) -> String {
        let whole = WallTime(microseconds: floorDivide(time.microseconds, 1_000_000) * 1_000_000)
        let fraction = (time - whole).value / 1000
        return whole.rfc3339().dropLast() + ".\(String(repeating: "0", count: 3 - String(fraction).count))\(fraction)Z"
    }

    private static func seconds(_ span: Microseconds) -> String {
        let fraction = String(span.value % 1_000_000)
        return "\(span.value / 1_000_000).\(String(repeating: "0", count: 6 - fraction.count))\(fraction)"
    }
}
