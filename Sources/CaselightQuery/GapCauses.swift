import CaselightModel

/// Tells of stretches without footage why there is none.
///
/// What was noted as it happened comes first; then whether the camera was in service; then whether its policy kept pictures.
struct GapCauses {
    let camera: CameraCode
    /// In order.
    let service: [ServicePeriod]
    /// In the order of their starts.
    let outages: [Outage]
    /// Stretches whose policy kept no pictures.
    let withoutPictures: [TimeSpan]

    init(camera: CameraCode, service: [ServicePeriod], outages: [Outage], withoutPictures: [TimeSpan]) {
        self.camera = camera
        self.service = service
        self.outages = outages.sorted { ($0.startedAt, $0.endedAt ?? .distantFuture) < ($1.startedAt, $1.endedAt ?? .distantFuture) }
        self.withoutPictures = withoutPictures
    }

    /// The same stretches, cut where the cause changes.
    func gaps(_ missing: [TimeSpan]) -> [Gap] {
        var gaps: [Gap] = []
        for gap in missing.flatMap(split) {
            if let last = gaps.last, last.span.end == gap.span.start, last.cause == gap.cause, last.detail == gap.detail {
                gaps[gaps.count - 1].span = TimeSpan(start: last.span.start, end: gap.span.end)
            } else {
                gaps.append(gap)
            }
        }
        return gaps
    }

    private func split(_ missing: TimeSpan) -> [Gap] {
        var gaps: [Gap] = []
        var position = missing.start
        for outage in outages {
            let end = min(outage.endedAt ?? .distantFuture, missing.end)
            guard outage.startedAt < missing.end, position < missing.end else { break }
            guard end > position else { continue }
            if outage.startedAt > position { gaps += unnoted(TimeSpan(start: position, end: outage.startedAt)) }
            gaps.append(
                Gap(
                    camera: camera, span: TimeSpan(start: max(position, outage.startedAt), end: end), cause: outage.cause,
                    detail: outage.detail))
            position = end
        }
        if position < missing.end { gaps += unnoted(TimeSpan(start: position, end: missing.end)) }
        return gaps
    }

    private func unnoted(_ span: TimeSpan) -> [Gap] {
        var gaps: [Gap] = []
        var rest = [span]
        func take(_ part: TimeSpan, _ cause: GapCause, _ detail: String) {
            gaps += rest.compactMap { $0.intersection(part) }.map { Gap(camera: camera, span: $0, cause: cause, detail: detail) }
            rest = rest.flatMap { $0.subtracting([part]) }
        }
        for (absence, detail) in absences(in: span) { take(absence, .notRegistered, detail) }
        for stretch in withoutPictures { take(stretch, .disabled, "the camera's policy keeps no footage, only metadata") }
        gaps += rest.map { Gap(camera: camera, span: $0, cause: .unknown, detail: "") }
        return gaps.sorted { $0.span.start < $1.span.start }
    }

    /// When the camera was not in service, and how that came.
    private func absences(in span: TimeSpan) -> [(TimeSpan, String)] {
        var absences: [(TimeSpan, String)] = []
        var (position, removal) = (span.start, WallTime?.none)
        for period in service where position < span.end {
            if period.registeredAt > position {
                let away = TimeSpan(start: position, end: min(period.registeredAt, span.end))
                let registered = "the camera was registered \(removal == nil ? "" : "anew ")at \(period.registeredAt)"
                absences.append((away, registered))
            }
            removal = period.removedAt
            position = max(position, period.removedAt ?? .distantFuture)
        }
        if let removal, position < span.end {
            absences.append((TimeSpan(start: position, end: span.end), "the camera was removed at \(removal)"))
        }
        return absences
    }
}
