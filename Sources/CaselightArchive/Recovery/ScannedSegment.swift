package import CaselightModel

/// A closed segment as its files tell of it: all the index knows of it, and of its run.
package struct ScannedSegment: Hashable, Sendable {
    package let header: SegmentHeader
    package let trailer: SegmentTrailer
    package let segment: Segment

    /// The run as far as this segment knows it: up to its own end, with the stream as measured by then.
    package var run: Run {
        Run(
            id: header.id.run, camera: header.camera, origin: header.origin, startedAt: header.runStartedAt, endedAt: segment.span.end,
            stream: trailer.stream)
    }

    package var clockSamples: [ClockSample] { trailer.clockSamples }
}

/// A run put together from its segments' files.
package struct RebuiltRun: Hashable, Sendable {
    /// Ended where its last segment ends.
    package let run: Run
    /// In their order in the run.
    package let segments: [Segment]
    package let clockSamples: [ClockSample]

    /// - Parameter scanned: all of one run, in any order; `nil` when there are none.
    package init?(_ scanned: [ScannedSegment]) {
        let ordered = scanned.sorted { $0.segment.id < $1.segment.id }
        guard let last = ordered.last else { return nil }
        var run = last.run
        run.endedAt = ordered.map(\.segment.span.end).max()
        self.run = run
        segments = ordered.map(\.segment)
        clockSamples = ordered.flatMap(\.clockSamples)
    }
}

/// What became of a segment's files in recovery or in a walk of the archive.
package enum SegmentOutcome: Hashable, Sendable {
    /// It was complete, or has been closed at its last whole fragment.
    case whole(ScannedSegment)
    /// It held no whole fragment, or its files were gone; they are gone now.
    case removed(SegmentID)
    /// It cannot be read and is left as it stands, for a person to look at.
    case damaged(SegmentID, CaselightError)
}
