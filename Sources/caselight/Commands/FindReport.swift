import CaselightModel

/// What could have seen it: the statement in words, the clips, what was not recorded and why, and how to go on.
struct FindReport {
    let answer: JSON
    /// The span asked for; the statement's where `nil`.
    let asked: TimeSpan?
    let incident: String?
    let purpose: String?
    let address: DaemonAddress

    /// Spans of one camera shown in the table.
    private static let shownSpans = 4

    private var span: TimeSpan? { answer["statement"]["wanted"].span ?? asked }

    func lines(_ style: ShowStyle) -> [String] {
        let day = span.map { style.times.day($0.start) }
        var lines = [style.heading(headline)]
        lines += context(style)
        lines += clipTable(style, day)
        lines += section("Not recorded", gapTable(style, day), style)
        lines += section("Tied to the incident already", links(style), style)
        lines += section("Next", next(style), style)
        return lines
    }

    /// `6 cameras in range: 4 with full footage, 1 with gaps, 1 without.`
    private var headline: String {
        let statement = answer["statement"]
        let count = statement["camerasInRange"].whole ?? answer["clips"].list.count
        guard count > 0 else { return "No cameras in range." }
        let full = statement["withFullFootage"].whole ?? 0
        let gaps = statement["withGaps"].whole ?? 0
        let none = statement["withoutFootage"].whole ?? 0
        return "\(Quantity.count(count, "camera")) in range: \(full) with full footage, \(gaps) with gaps, \(none) without."
    }

    private func context(_ style: ShowStyle) -> [String] {
        let statement = answer["statement"]
        var parts: [String] = []
        if let span { parts.append("From \(style.times.sentence(span))") }
        let sees = statement["sees"]
        if let yes = sees["yes"].whole, statement["camerasInRange"].whole ?? 0 > 0 {
            parts.append(
                "\(yes) could see the place, \(sees["partly"].whole ?? 0) part of it, \(sees["unknown"].whole ?? 0) perhaps, "
                    + "\(sees["no"].whole ?? 0) not")
        }
        var lines = parts.isEmpty ? [] : [parts.joined(separator: ": ") + "."]
        if let widening = statement["wideningUs"].whole, widening > 0 {
            lines.append("Spans reach up to \(Quantity.duration(Microseconds(Int64(widening)))) beyond, for clocks are uncertain.")
        }
        if let judged = statement["judged"].span, let span, judged.end < span.end {
            lines.append("What is younger than \(style.times.full(judged.end)) could not be judged yet.")
        } else if !statement.isNull, statement["judged"].isNull, answer["statement"]["wanted"].span != nil {
            lines.append("None of it is old enough to be judged.")
        }
        if let count = statement["unlocatedCameras"].whole, count > 0 {
            lines.append("\(Quantity.count(count, "camera")) without a position \(count == 1 ? "was" : "were") not considered.")
        }
        return lines
    }

    private func clipTable(_ style: ShowStyle, _ day: String?) -> [String] {
        var table = Table([
            .left("SEES"), .left("CAMERA"), .flexible("NAME"), .right("DISTANCE"), .flexible("RECORDED"), .flexible("MOST MOVED"),
            .flexible("CLOCK"),
        ])
        for clip in answer["clips"].list {
            let sees = clip["sees"].text ?? ""
            let spans = clip["spans"].list
            table.add([
                .init(sees, Self.tint(sees)), .init(clip["camera"].text), .init(clip["name"].text),
                .init(clip["distanceMeters"].number.map(Quantity.meters)),
                spans.isEmpty ? .init("nothing", .bad) : .init(Self.spansText(spans, style, day)),
                .init(
                    clip["activityPeaks"].list.prefix(3).compactMap { $0.span.map { style.times.short($0, on: day) } }.joined(
                        separator: ", ")),
                .init(Self.clock(clip)),
            ])
        }
        return table.isEmpty ? [] : [""] + table.lines(style.terminal)
    }

    private static func spansText(_ clips: [JSON], _ style: ShowStyle, _ day: String?) -> String {
        let texts = clips.prefix(shownSpans).compactMap { clip in
            clip.span.map { style.times.short($0, on: day) + (clip["policy"].text == "keyframes" ? " (keyframes)" : "") }
        }
        let more = clips.count - texts.count
        return texts.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }

    /// How well a camera's times are known, and what the clock in its pictures shows.
    private static func clock(_ clip: JSON) -> String {
        var parts: [String] = []
        let clocks = clip["spans"].list.map { $0["clock"] }
        if let worst = clocks.max(by: { $0["uncertaintyUs"].whole ?? 0 < $1["uncertaintyUs"].whole ?? 0 }) {
            let uncertainty = "±\(Quantity.duration(Microseconds(Int64(worst["uncertaintyUs"].whole ?? 0))))"
            switch worst["basis"].text {
            case "corrected": parts.append("recorder's, \(ClockText.offset(worst)), corrected")
            case "stated": parts.append("recorder's, unchecked, \(uncertainty)")
            default: parts.append(uncertainty)
            }
        }
        let own = clip["cameraClock"]
        if let offset = own["offsetUs"].whole, abs(offset) >= 1_000_000 { parts.append("picture shows \(ClockText.offset(own))") }
        return parts.joined(separator: "; ")
    }

    private func gapTable(_ style: ShowStyle, _ day: String?) -> [String] {
        var table = Table([.left("CAMERA"), .left("TIME"), .right("LENGTH"), .left("CAUSE"), .flexible("DETAIL")])
        for gap in answer["gaps"].list {
            let span = gap.span
            table.add([
                .init(gap["camera"].text), .init(span.map { style.times.short($0, on: day) }),
                .init(span.map { Quantity.duration($0.duration) }),
                .init(gap["cause"].text, .bad), .init(gap["detail"].text),
            ])
        }
        return table.isEmpty ? [] : table.lines(style.terminal, indent: 2)
    }

    private func links(_ style: ShowStyle) -> [String] {
        let links = answer["links"].list
        return links.isEmpty ? [] : IncidentReport.linkTable(links, style, indent: 2)
    }

    private func section(_ title: String, _ lines: [String], _ style: ShowStyle) -> [String] {
        lines.isEmpty ? [] : ["", style.heading(title)] + lines
    }

    private static func tint(_ sees: String) -> Tint? {
        switch sees {
        case "yes": .good
        case "partly", "unknown": .doubtful
        default: .quiet
        }
    }
}

/// How to go on from an answer.
extension FindReport {
    private func next(_ style: ShowStyle) -> [String] {
        var lines: [String] = []
        if let more = answer["statement"]["notListed"].whole, more > 0 {
            lines.append("  \(Quantity.count(more, "more camera")): raise --limit.")
        }
        guard let best = answer["clips"].list.first(where: { !$0["spans"].list.isEmpty }), let camera = best["camera"].text,
            let clip = bestSpan(best["spans"].list), let shown = clip.span
        else { return lines + ["  No footage: search wider with --radius, or longer with --from and --to."] }
        let offset = Microseconds(Int64(clip["clock"]["offsetUs"].whole ?? 0))
        let moment = focus.map { max(shown.start, min($0.start, shown.end - .seconds(1))) } ?? shown.start
        let part = focus.flatMap { shown.intersection($0) } ?? shown
        let reason = incident.map { "--incident \($0)" } ?? "--purpose \(Self.quoted(purpose ?? ""))"
        var steps = FieldList()
        steps.add("see a picture", "caselight still \(camera) --at \(style.times.full(moment + offset)) \(reason) -o \(camera).jpg")
        steps.add("play it", play(camera, part.shifted(by: offset)))
        if let incident {
            let times = "--from \(style.times.full(part.start)) --to \(style.times.full(part.end))"
            steps.add("tie it", "caselight link --incident \(incident) --camera \(camera) \(times) --role event")
        }
        return lines + steps.lines(style.terminal)
    }

    /// When it happened, where an incident tells; else the time asked for.
    private var focus: TimeSpan? { answer["incident"].span ?? span }

    /// Of a camera's spans, the one in which that begins, else the longest.
    private func bestSpan(_ clips: [JSON]) -> JSON? {
        if let start = focus?.start, let clip = clips.first(where: { $0.span?.contains(start) == true }) { return clip }
        return clips.max { ($0.span?.duration ?? .zero) < ($1.span?.duration ?? .zero) }
    }

    private func play(_ camera: String, _ span: TimeSpan) -> String {
        let query: Query = [
            ("from", span.start.rfc3339()), ("to", span.end.rfc3339()), ("incident", incident),
            ("purpose", incident == nil ? purpose : nil),
        ]
        let url = address.url("/api/v1/cameras/\(DaemonAddress.encoded(camera))/playlist.m3u8", query)
        return "ffplay -headers \"Authorization: Bearer $CASELIGHT_TOKEN\" '\(url)'"
    }

    /// For a shell.
    private static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
}
