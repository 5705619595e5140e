package import CaselightModel
internal import CaselightSlices

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

extension MediaSample {
    /// As much of it as is looked at for its quantizer. - Parameter bytes: what its offset counts from.
    func head(in bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        bytes.dropFirst(Int(offset)).prefix(headByteCount)
    }

    var headByteCount: Int { min(byteCount, SliceQuantizers.headLimitBytes) }
}
