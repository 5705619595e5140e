package import CaselightModel

/// HLS media playlists (RFC 8216) over the archive's own files.
package enum Playlist {
    /// One entry a segment, `EXT-X-MAP` and `EXT-X-BYTERANGE` into its file, `EXT-X-PROGRAM-DATE-TIME`, `EXT-X-DISCONTINUITY`
    /// between runs; an open segment counts up to its last whole fragment.
    ///
    /// - Parameters:
    ///   - segments: in the order of their starts.
    ///   - isLive: leaves out `EXT-X-ENDLIST`.
    ///   - address: the address of a segment's file, relative to the playlist's.
    package static func media(
        _ segments: [Segment], track: SegmentTrack, isLive: Bool, address: (Segment) -> String
    ) -> String {
        fatalError("drawn, not built yet")
    }
}
