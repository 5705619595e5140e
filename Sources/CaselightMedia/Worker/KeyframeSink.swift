internal import CaselightModel
internal import CaselightWorkerProtocol
import Synchronization

/// Keeps the first picture handed over, as it stands in a segment, and nothing else.
final class KeyframeSink: SegmentSink {
    private struct Kept {
        var initialization: [UInt8] = []
        var keyframe: [UInt8] = []
    }

    private let kept = Mutex(Kept())

    /// `nil` until there is one.
    var keyframe: ProbedKeyframe? {
        kept.withLock { $0.keyframe.isEmpty ? nil : ProbedKeyframe(initialization: $0.initialization, keyframe: $0.keyframe) }
    }

    func open(_ opening: SegmentOpening) {
        kept.withLock { if $0.initialization.isEmpty { $0.initialization = opening.videoInitialization } }
    }

    func append(_ fragment: RecordedFragment) {
        guard fragment.track == .video, let sample = Self.mediaData(of: fragment.bytes) else { return }
        kept.withLock { if $0.keyframe.isEmpty { $0.keyframe = Array(sample) } }
    }

    func close(_ closing: SegmentClosing) {}

    /// The content of the `mdat` box (ISO/IEC 14496-12, 8.1.1): of a fragment of one picture, that picture.
    static func mediaData(of fragment: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var rest = fragment
        while rest.count >= 8 {
            let header = Array(rest.prefix(8))
            let size = header.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            guard size >= 8, size <= rest.count else { return nil }
            if header[4...].elementsEqual("mdat".utf8) { return rest.dropFirst(8).prefix(size - 8) }
            rest = rest.dropFirst(size)
        }
        return nil
    }
}
