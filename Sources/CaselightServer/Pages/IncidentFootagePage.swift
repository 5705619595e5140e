import CaselightModel
import CaselightQuery
import CaselightStore
import Hummingbird

/// The cameras that could have seen an incident.
extension API {
    var incidentFootagePages: [Route] {
        [
            page(
                "/incidents/{number}/footage", .footage([.investigator]), act: .search, template: "incident-footage", incidentFootage)
        ]
    }

    private struct Candidate {
        let code, name, sees, seesTone, footage, footageTone, distance, clock: String
        let strip: CoverageStrip
        let stills: [StillPlace]
        /// The outline of the bars, as an SVG path; `nil` where nothing is known.
        let bars: String?
        let peaks: [Mark]
        let reviewed: [Reviewed]
        /// For playing: of what was recorded.
        let from, to: String
        /// Where playing begins: at the incident's time, where that was recorded.
        let playsAt: String
        let hasFootage: Bool
        let view: View?
    }

    /// Where it stands and looks; empty texts where that is not known.
    private struct View { let lat, lon, bearing, field, range, kind: String }

    private struct StillPlace { let at, path: String }
    private struct Mark { let x, width, from, to: String }
    private struct Reviewed { let x, width, by, from, to: String }

    /// As many as a person looks through.
    private static let candidateLimit = 60
    private static let stillCount = 6

    private func incidentFootage(_ call: Call, _ viewer: Viewer) async throws -> Page {
        let (number, principal) = (try call.incidentNumber(), try call.principal())
        let incident = try await gate.incident(number, for: principal)
        try await consultations.allow(.search, call, span: incident.span, incident: number, detail: "candidates")
        let options = CandidateOptions(filter: CameraFilter(scope: principal.scope), limit: Self.candidateLimit, includesActivity: true)
        let found = try await search.candidates(of: number, options)
        let reviews = try await reviews(of: number, for: principal)
        let (window, statement) = (found.answer.statement.wanted, found.answer.statement)
        var candidates: [Candidate] = []
        for clips in found.answer.clips {
            let (gaps, reviews) = (found.answer.gaps.filter { $0.camera == clips.camera }, reviews.filter { $0.camera == clips.camera })
            let camera = try await records.lastRegistration(of: clips.camera)
            candidates.append(candidate(clips, gaps, reviews, camera, of: incident, in: window, viewer))
        }
        let values = [
            "cameras": "\(statement.camerasInRange)", "full": "\(statement.withFullFootage)", "gaps": "\(statement.withGaps)",
            "without": "\(statement.withoutFootage)", "seeing": "\(statement.sees.yes)",
        ]
        let model: [String: any Sendable] = [
            "number": number.text, "candidates": candidates, "statement": viewer.say("statementInWords", values),
            "from": window.start.rfc3339(), "to": window.end.rfc3339(),
        ]
        return Page(viewer.say("candidates"), model)
    }

    private func candidate(
        _ clips: CameraClips, _ gaps: [Gap], _ reviews: [CaseStep], _ camera: Camera?, of incident: Incident, in window: TimeSpan, _ viewer: Viewer
    ) -> Candidate {
        let sights: [Sight: String] = [.yes: "good", .partly: "warn", .unknown: "info", .no: "off"]
        let (footage, footageTone) = Self.footage(clips, gaps, at: incident.span, viewer)
        return Candidate(
            code: clips.camera.text, name: clips.name, sees: viewer.say(oneOf: "sight", clips.sees.rawValue), seesTone: sights[clips.sees] ?? "off",
            footage: footage, footageTone: footageTone,
            distance: clips.distanceMeters.map { "\(Int($0.rounded())) m" } ?? "",
            clock: Self.clock(of: clips, viewer), strip: CoverageStrip(of: window, kept: clips.spans, missing: gaps, viewer),
            stills: stills(of: clips, incident.number),
            bars: clips.activityBars.map { Self.outline($0, in: window) },
            peaks: (clips.activityPeaks ?? []).map { peak in
                let (x, width) = Self.place(peak.span, in: window)
                return Mark(x: x, width: width, from: peak.span.start.rfc3339(), to: peak.span.end.rfc3339())
            },
            reviewed: reviews.compactMap { step in
                guard let span = step.span else { return nil }
                let (x, width) = Self.place(span, in: window)
                return Reviewed(x: x, width: width, by: step.by?.text ?? "", from: span.start.rfc3339(), to: span.end.rfc3339())
            },
            from: clips.spans.first?.span.start.rfc3339() ?? "", to: clips.spans.last?.span.end.rfc3339() ?? "",
            playsAt: Self.start(of: clips, at: incident.span.start).rfc3339(), hasFootage: !clips.spans.isEmpty,
            view: camera.flatMap(Self.view))
    }

    /// In words and as a tone: all, some, a gap at the very time of the incident, nothing.
    private static func footage(_ clips: CameraClips, _ gaps: [Gap], at time: TimeSpan, _ viewer: Viewer) -> (String, String) {
        if clips.footage == .partial, gaps.contains(where: { $0.span.intersection(time) != nil }) { return (viewer.say("gapThen"), "bad") }
        let tones: [FootageState: String] = [.full: "good", .partial: "warn", .absent: "off"]
        return (viewer.say(oneOf: "footage", clips.footage.rawValue), tones[clips.footage] ?? "off")
    }

    /// What was taken off its times, how sure they are, and what the clock in its pictures shows.
    private static func clock(of clips: CameraClips, _ viewer: Viewer) -> String {
        let offset = clips.spans.first?.clock.offsetUs ?? .zero
        let uncertainty = hundredths(clips.wideningUs)
        let applied =
            offset == .zero
            ? viewer.say("clockTrue", ["uncertainty": uncertainty])
            : viewer.say("clockApplied", ["offset": signed(offset), "uncertainty": uncertainty])
        guard let own = clips.cameraClock else { return applied }
        return applied + viewer.say("cameraClockShows", ["offset": signed(own.offsetUs)])
    }

    private static func hundredths(_ span: Microseconds) -> String { "\(Double(span.value / 10_000) / 100)" }
    private static func signed(_ span: Microseconds) -> String { (span.value < -9_999 ? "" : "+") + hundredths(span) }

    private static func start(of clips: CameraClips, at time: WallTime) -> WallTime {
        guard let first = clips.spans.first else { return time }
        let span = clips.spans.last { $0.span.start <= time } ?? first
        return span.span.contains(time) ? time : span.span.start
    }

    private static func view(of camera: Camera) -> View? {
        guard let position = camera.position else { return nil }
        return View(
            lat: "\(position.latitude)", lon: "\(position.longitude)", bearing: camera.bearingDegrees.map { "\($0)" } ?? "",
            field: camera.fieldDegrees.map { "\($0)" } ?? "", range: camera.rangeMeters.map { "\($0)" } ?? "", kind: camera.kind.rawValue)
    }

    /// Evenly over what was recorded; each is decoded when the browser comes to it.
    private func stills(of clips: CameraClips, _ number: IncidentNumber) -> [StillPlace] {
        let total = clips.spans.reduce(Microseconds.zero) { $0 + $1.span.duration }
        guard total > .zero else { return [] }
        return (0..<Self.stillCount).compactMap { index in
            var rest = Microseconds(total.value * Int64(2 * index + 1) / Int64(2 * Self.stillCount))
            for span in clips.spans {
                if rest < span.span.duration {
                    let at = (span.span.start + rest).rfc3339()
                    return StillPlace(at: at, path: "/api/v1/cameras/\(clips.camera)/still.jpg?at=\(at)&width=240&incident=\(number)")
                }
                rest = rest - span.span.duration
            }
            return nil
        }
    }

    private static func place(_ span: TimeSpan, in window: TimeSpan) -> (String, String) {
        let scale = 1440 / window.duration.seconds
        let (start, end) = (max(span.start, window.start), min(span.end, window.end))
        return (short((start - window.start).seconds * scale), short(max(0, (end - start).seconds) * scale))
    }

    /// Ten high: how far over its quiet level each bar's busiest second rises, the highest of all to the top.
    private static func outline(_ bars: ActivityBars, in window: TimeSpan) -> String {
        let quiet = bars.quietLevel
        let reach = Double(max(ActivityTable.stepsPerOctave, (bars.levels.max() ?? 0) - quiet))
        let width = bars.barUs.seconds * 1440 / window.duration.seconds
        return bars.levels.enumerated().filter { $0.element > 0 }.map { position, level in
            // What was recorded and quiet has a line to stand on.
            let height = 0.6 + 9.4 * max(0, Double(level - quiet)) / reach
            let x = Double(position) * width
            return "M\(short(x)) 10v\(short(-height))h\(short(min(width, 1440 - x)))v\(short(height))z"
        }.joined()
    }

    private static func short(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}
