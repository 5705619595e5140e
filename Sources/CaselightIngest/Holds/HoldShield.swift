import CaselightArchive
import CaselightModel

/// What holds keep at one moment: asked of every segment before it is marked for deletion.
struct HoldShield: Sendable {
    private let cameras: [CameraCode: HeldSpans]
    /// Footage that was handed over. Its times follow other clocks than ours, and retention is not its rule: it stays as it is.
    private let handedOver: Set<RunID>
    /// How many holds there are.
    let holdCount: Int
    /// The same for the same holds, in whatever order, within this process.
    let signature: Int

    /// - Parameters:
    ///   - holds: those that keep footage.
    ///   - margins: how far the times of a camera's live footage may be off, where that was measured.
    ///   - handedOver: runs of these cameras that came as files.
    init(_ holds: [Hold], margins: [CameraCode: Microseconds] = [:], handedOver: Set<RunID> = []) {
        cameras = Dictionary(grouping: holds, by: \.camera).mapValues { held in
            HeldSpans(held.map(\.span), margin: margins[held[0].camera] ?? HeldSpans.leastMargin)
        }
        self.handedOver = handedOver
        holdCount = Set(holds.map(\.id)).count
        signature = holds.reduce(0) { $0 ^ $1.hashValue }
    }

    var heldCameras: [CameraCode: HeldSpans] { cameras }

    func keeps(_ segment: Segment) -> Bool { stretch(of: segment) != nil || handedOver.contains(segment.id.run) }

    /// The stretch that keeps the segment: whatever of the camera begins within it is kept too.
    func stretch(of segment: Segment) -> TimeSpan? { cameras[segment.camera]?.stretch(overlapping: segment.span) }
}
