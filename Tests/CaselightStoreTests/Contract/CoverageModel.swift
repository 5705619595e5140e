import CaselightModel
import CaselightStore

/// What coverage should be, computed the slow way: all segments, sorted and joined, from nothing each time.
struct CoverageModel {
    private var segments: [SegmentID: (segment: Segment, isDeleting: Bool)] = [:]
    /// The contract's: a hole no larger than this is no gap.
    static let tolerance: Microseconds = .milliseconds(50)

    mutating func apply(_ change: IndexChange) {
        switch change {
        case .segment(let segment):
            segments[segment.id] = (segment, segments[segment.id]?.isDeleting ?? false)
        case .progress(let id, let end, _, _, _, _):
            guard var known = segments[id], known.segment.isOpen, !known.isDeleting, end > known.segment.span.end else { return }
            known.segment.span = TimeSpan(start: known.segment.span.start, end: end)
            segments[id] = known
        case .deleting(let id): segments[id]?.isDeleting = true
        case .deleted(let id): segments[id] = nil
        case .run, .runEnded, .clockSample: break
        }
    }

    var ids: [SegmentID] { segments.keys.sorted() }

    func segment(_ id: SegmentID) -> Segment? { segments[id]?.segment }

    func coverage(of camera: CameraCode, overlapping window: TimeSpan) -> [Coverage] {
        RecordingPolicy.allCases.flatMap { policy in
            let spans = segments.values.filter { !$0.isDeleting && $0.segment.camera == camera && $0.segment.policy == policy }
                .map(\.segment.span).sorted { $0.start < $1.start }
            var joined: [TimeSpan] = []
            for span in spans {
                if let last = joined.last, span.start <= last.end + Self.tolerance {
                    joined[joined.count - 1] = TimeSpan(start: last.start, end: max(last.end, span.end))
                } else {
                    joined.append(span)
                }
            }
            return joined.filter { $0.overlaps(window) }.map { Coverage(span: $0, policy: policy) }
        }.inOrder
    }
}

extension [Coverage] {
    /// By start, and where two policies start together, by policy.
    var inOrder: [Coverage] { sorted { ($0.span.start, $0.policy.rawValue) < ($1.span.start, $1.policy.rawValue) } }
}
