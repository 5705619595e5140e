package import CaselightModel

/// What a media worker tells `caselightd`, over its standard output. Its standard error is its log.
package enum WorkerEvent: Sendable, Codable {
    /// The answer to `configure`.
    case ready(protocolVersion: Int)
    /// A feed's streams are known and recording begins.
    case runStarted(feed: FeedNumber, Run)
    /// The stream changed, or more of it was measured.
    case streamChanged(feed: FeedNumber, run: RunID, StreamMetadata)
    case clockSample(feed: FeedNumber, run: RunID, ClockSample)
    /// A segment's file exists and holds its first whole fragment.
    case segmentOpened(Segment)
    /// Segments grew by whole fragments that are in the file; batched, about once a second.
    case progress(ProgressBatch)
    /// A segment is complete and synced to disk.
    case segmentClosed(Segment)
    /// A segment cannot be kept: its disk failed or is full. What its file holds is found by recovery.
    case segmentLost(SegmentID, CameraCode, CaselightError)
    /// A feed's run ended, or never began. The last event of its number.
    case feedEnded(feed: FeedNumber, at: WallTime, reason: EndReason, CaselightError?)
    /// Totals since the worker's start; about every 5 s.
    case feedCounts([FeedCount])
    /// The keyframe is one to decode, as `StillOrder` takes it; `nil` where none was wanted.
    case probeDone(RequestNumber, StreamMetadata, ProbedKeyframe?)
    /// A JPEG.
    case stillDone(RequestNumber, Attachment, widthPixels: Int, heightPixels: Int)
    case importProgress(RequestNumber, doneBytes: Int64, totalBytes: Int64)
    case importDone(RequestNumber, Run)
    case remuxProgress(RequestNumber, doneBytes: Int64, totalBytes: Int64)
    /// The clips in the order of their footage; none where the wanted span has no pictures.
    case remuxDone(RequestNumber, [ClipFile])
    case requestFailed(RequestNumber, CaselightError)
    /// The last event after `drain`.
    case drained
}

/// The first keyframe of a feed that was tried.
package struct ProbedKeyframe: Hashable, Sendable, Codable {
    /// `ftyp` and `moov`.
    package var initialization: Attachment
    package var keyframe: Attachment

    package init(initialization: [UInt8], keyframe: [UInt8]) {
        self.initialization = Attachment(initialization)
        self.keyframe = Attachment(keyframe)
    }
}

package struct SegmentProgress: Hashable, Sendable {
    package var id: SegmentID
    package var endsAt: WallTime
    package var byteCount: Int64
    package var audioByteCount: Int64?
    /// All so far, so that the moment that just passed can be looked at; `nil` where the table is too long to be told every second.
    package var keyframes: KeyframeTable?
    package var activity: ActivityTable?

    package init(
        id: SegmentID, endsAt: WallTime, byteCount: Int64, audioByteCount: Int64?, keyframes: KeyframeTable? = nil,
        activity: ActivityTable? = nil
    ) {
        self.id = id
        self.endsAt = endsAt
        self.byteCount = byteCount
        self.audioByteCount = audioByteCount
        self.keyframes = keyframes
        self.activity = activity
    }
}

package struct FeedCount: Hashable, Sendable, Codable {
    package var feed: FeedNumber
    package var packetCount: Int64
    package var byteCount: Int64
    /// What the network did to the pictures' RTP packets; `nil` where libavformat reads.
    package var reception: FeedReception?

    package init(feed: FeedNumber, packetCount: Int64, byteCount: Int64, reception: FeedReception? = nil) {
        self.feed = feed
        self.packetCount = packetCount
        self.byteCount = byteCount
        self.reception = reception
    }
}
