package import CaselightModel

/// A whole fragment: `prft`, `moof`, `mdat`.
package struct MediaFragment: Hashable, Sendable {
    /// From the start of the file; from `prft` to the end of `mdat`.
    package let range: Range<Int64>
    /// When its first sample was taken, by the recording's clock.
    package let startsAt: WallTime
    /// When its last sample ends.
    package let endsAt: WallTime
    /// In the order of decoding.
    package let samples: [MediaSample]
}

package struct MediaSample: Hashable, Sendable {
    /// When it shows.
    package let time: WallTime
    package let duration: Microseconds
    /// From the start of the file.
    package let offset: Int64
    package let byteCount: Int
    /// Decodable on its own.
    package let isSync: Bool
}
