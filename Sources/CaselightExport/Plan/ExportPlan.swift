internal import CaselightArchive
internal import CaselightEvidence
internal import CaselightModel
import CaselightQuery

/// All that goes into a package, found before the first byte of it is written.
struct ExportPlan: Sendable {
    let order: ExportOrder
    let incident: Incident
    let requester: ManifestPerson
    /// In the order in which the clips name them.
    let cameras: [PlannedCamera]
    /// In the order asked for.
    let clips: [PlannedClip]

    /// Of the segments and of the recordings as handed over.
    var originalByteCount: Int64 { cameras.reduce(0) { $0 + $1.byteCount } }
    /// What the clips cannot exceed by much: they are made of nothing else.
    var clipByteCount: Int64 { clips.reduce(0) { $0 + $1.byteCount } }
    var largestClipByteCount: Int64 { clips.reduce(0) { max($0, $1.byteCount) } }
    /// Clips count when they are made and when they are packed.
    var workByteCount: Int64 { originalByteCount + 2 * clipByteCount }
    /// An upper bound, with room for stills and what describes it all.
    var packageByteCount: Int64 { originalByteCount + clipByteCount + clipByteCount / 16 + (64 << 20) }
}

/// A camera's share of a package.
struct PlannedCamera: Sendable {
    let camera: Camera
    /// Its folder's name in the package.
    let folder: String
    /// Without repeats, in the order of true time.
    let segments: [TimedSegment]
    let runs: [RunID: Run]
    /// Recordings that segments were made of, as they were handed over.
    let originals: [KeptOriginal]
    let corrections: [ClockCorrection]

    var byteCount: Int64 { segments.reduce(0) { $0 + $1.segment.totalByteCount } + originals.reduce(0) { $0 + $1.byteCount } }
}

/// A clip of an order, and what there is for it.
struct PlannedClip: Sendable {
    let clip: ExportClip
    let coverage: CameraCoverage
    /// Of the camera's segments those that the clip is made of, in order.
    let segments: [TimedSegment]
    let clockSamples: [ClockSample]
    /// Where its files go in the package: `clips/gate-3`. Clips of one camera share it.
    let folder: String

    var byteCount: Int64 { segments.reduce(0) { $0 + $1.segment.totalByteCount } }

    /// From the first to the last moment of its segments, in true time.
    var delivered: TimeSpan? {
        let spans = segments.map(\.inTrueTime.span)
        guard let start = spans.map(\.start).min(), let end = spans.map(\.end).max() else { return nil }
        return TimeSpan(start: start, end: end)
    }
}

extension Segment {
    /// Pictures and sound.
    var totalByteCount: Int64 { byteCount + (audio?.byteCount ?? 0) }
    /// Whether its file has footage in it.
    var hasFootage: Bool { policy != .metadata && byteCount > Int64(initializationByteCount) }
}
