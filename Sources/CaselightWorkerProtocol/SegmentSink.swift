package import CaselightModel

/// Where recorded footage goes: the seam between the demuxer, which knows media, and the archive, which knows files.
///
/// Called from a feed's own thread, in order, and never blocks: writing, hashing and syncing happen on the disk's threads.
package protocol SegmentSink: Sendable {
    /// Begins a segment's files. The bytes are `ftyp` and `moov` of each.
    func open(_ opening: SegmentOpening)

    /// Appends whole fragments (`prft`, `moof`, `mdat`), or only activity where the policy keeps nothing.
    ///
    /// - Throws: `CaselightError` with code `overload`, `diskFull` or `diskFailed`: the segment has ended at its last whole
    ///   fragment, and the feed goes on with the next.
    func append(_ fragment: RecordedFragment) throws(CaselightError)

    /// Ends a segment: trailer, sync, hash, `segmentClosed`.
    func close(_ closing: SegmentClosing)
}

package struct SegmentOpening: Sendable {
    package var header: SegmentHeader
    package var videoInitialization: [UInt8]
    package var audio: AudioOpening?

    package init(header: SegmentHeader, videoInitialization: [UInt8], audio: AudioOpening?) {
        self.header = header
        self.videoInitialization = videoInitialization
        self.audio = audio
    }
}

package struct AudioOpening: Sendable {
    package var codec: String
    package var initialization: [UInt8]

    package init(codec: String, initialization: [UInt8]) {
        self.codec = codec
        self.initialization = initialization
    }
}

package struct RecordedFragment: Sendable {
    package enum Track: Sendable { case video, audio }

    package var segment: SegmentID
    package var track: Track
    /// Whole boxes; empty where the policy kept nothing of this stretch.
    package var bytes: ArraySlice<UInt8>
    /// When the fragment's last sample ends.
    package var endsAt: WallTime
    /// Non-key frames that the policy dropped: they count as activity all the same.
    package var dropped: [DroppedFrame]

    package init(segment: SegmentID, track: Track, bytes: ArraySlice<UInt8>, endsAt: WallTime, dropped: [DroppedFrame]) {
        self.segment = segment
        self.track = track
        self.bytes = bytes
        self.endsAt = endsAt
        self.dropped = dropped
    }
}

package struct DroppedFrame: Hashable, Sendable {
    package var time: WallTime
    package var byteCount: Int
    /// The mean of its slices; `nil` where it cannot be read.
    package var quantizer: Double?

    package init(time: WallTime, byteCount: Int, quantizer: Double? = nil) {
        self.time = time
        self.byteCount = byteCount
        self.quantizer = quantizer
    }
}

package struct SegmentClosing: Sendable {
    package var segment: SegmentID
    /// When the last frame ends.
    package var endedAt: WallTime
    package var reason: EndReason
    /// The stream as measured by now.
    package var stream: StreamMetadata
    /// The clock samples taken during this segment.
    package var clockSamples: [ClockSample]

    package init(segment: SegmentID, endedAt: WallTime, reason: EndReason, stream: StreamMetadata, clockSamples: [ClockSample]) {
        self.segment = segment
        self.endedAt = endedAt
        self.reason = reason
        self.stream = stream
        self.clockSamples = clockSamples
    }
}
