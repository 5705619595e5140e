internal import CaselightEvidence
internal import CaselightModel
import CaselightQuery

/// Says what a package holds, and of what was wanted what it does not.
struct ManifestStep {
    let plan: ExportPlan
    let files: [ManifestFile]
    let packed: OriginalsStep.Packed
    /// For each of the plan's clips.
    let clipPaths: [[PackagePath]]
    let stillPaths: [PackagePath?]

    func manifest(log: ManifestLog, at now: WallTime) -> Manifest {
        let order = plan.order
        let request = ManifestRequest(
            reason: order.reason, requestedAt: order.requestedAt, requester: plan.requester, approver: nil,
            approverStatement: "no second person was asked: the requester's right to export for this incident was checked, and entered in the log")
        return Manifest(
            id: order.id, createdAt: now, incident: ManifestIncident(plan.incident), request: request,
            cameras: plan.cameras.map { ManifestCamera($0.camera) }, clips: plan.clips.indices.map(clip), files: files, log: log)
    }

    private func clip(_ index: Int) -> ManifestClip {
        let clip = plan.clips[index]
        let camera = plan.cameras.first { $0.camera.code == clip.clip.camera }
        let runs = clip.segments.map(\.segment.id.run).withoutRepeats
        let paths = clip.segments.flatMap { packed.paths[$0.segment.id] ?? [] } + runs.compactMap { packed.handedOver[$0] }
        return ManifestClip(
            camera: clip.clip.camera, role: clip.clip.role, note: clip.clip.note, wanted: clip.clip.span, delivered: clip.delivered,
            covered: clip.coverage.spans.map { Coverage(span: $0.span, policy: $0.policy) }, gaps: clip.gaps,
            clock: ClipClock(clip, corrections: camera?.corrections ?? []).manifest,
            files: paths + clipPaths[index] + [stillPaths[index]].compactMap { $0 })
    }
}

extension PlannedClip {
    /// What of the wanted span no footage covers, all of it, with the causes that are known.
    var gaps: [ManifestGap] {
        clip.span.subtracting(coverage.spans.map(\.span)).flatMap { missing -> [ManifestGap] in
            let known = coverage.gaps.compactMap { gap in
                gap.span.intersection(missing).map { ManifestGap(span: $0, cause: gap.cause, detail: gap.detail) }
            }
            let rest = missing.subtracting(known.map(\.span)).map { span in
                let isYoung = coverage.judged.map { span.end > $0.end } ?? true
                return ManifestGap(
                    span: span, cause: .unknown,
                    detail: isYoung ? "not recorded yet, or not findable yet, when the package was made" : "no cause was noted")
            }
            return (known + rest).sorted { $0.startedAt < $1.startedAt }
        }
    }
}

/// How the clocks of a clip's footage stood.
struct ClipClock {
    private let clip: PlannedClip
    private let corrections: [ClockCorrection]

    init(_ clip: PlannedClip, corrections: [ClockCorrection]) {
        self.clip = clip
        self.corrections = corrections
    }

    var manifest: ManifestClock {
        let recorders = clip.segments.filter { $0.clock.basis != .receiver }
        guard let first = recorders.first else { return .feed(clip.clockSamples) }
        let isFeedToo = recorders.count < clip.segments.count
        var clock = isFeedToo ? ManifestClock.feed(clip.clockSamples) : ManifestClock.recorder(correction(of: first.segment.id.run))
        let clocks = Set(clip.segments.map { isFeedToo && $0.clock.basis == .receiver ? nil : Optional($0.clock) })
        if clocks.count > 1 {
            let others = recorders.map(\.segment.id.run).withoutRepeats.map { run in
                let offset = recorders.first { $0.segment.id.run == run }?.clock.offsetUs ?? .zero
                return "run \(run): \(offset.seconds) s were taken off the recorder's times"
            }
            clock.statement += "; footage of several clocks is in this clip: \(others.joined(separator: "; "))"
        }
        return clock
    }

    /// The newest statement about the run, else about all that was handed over for the camera: as times were corrected.
    private func correction(of run: RunID) -> ClockCorrection? {
        corrections.last { $0.run == run } ?? corrections.last { $0.run == nil }
    }
}
