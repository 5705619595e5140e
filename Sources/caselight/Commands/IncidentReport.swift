import CaselightModel

/// Incidents for people to read.
enum IncidentReport {
    static func table(_ incidents: [JSON], hasMore: Bool, _ style: ShowStyle) -> [String] {
        guard !incidents.isEmpty else { return ["No incidents."] }
        var table = Table([
            .left("NUMBER"), .left("STATE"), .flexible("CATEGORY"), .left("HAPPENED"), .flexible("ADDRESS"), .flexible("WHAT"),
        ])
        for incident in incidents {
            table.add([
                .init(incident["number"].text), .init(incident["state"].text), .init(incident["category"].text),
                .init(incident.span.map { style.times.full($0.start) }), .init(incident["address"].text), .init(incident["text"].text),
            ])
        }
        return table.lines(style.terminal) + [
            "", Quantity.count(incidents.count, "incident") + (hasMore ? ", and more: raise --limit." : "."),
        ]
    }

    static func full(_ incident: JSON, links: [JSON], steps: [JSON], _ style: ShowStyle) -> [String] {
        let number = incident["number"].text ?? ""
        var lines = [style.heading("Incident \(number)  \(incident["category"].text ?? "")")] + record(incident, style)
        lines += ["", style.heading("Clips")] + (links.isEmpty ? ["  None tied to it yet."] : linkTable(links, style, indent: 2))
        lines += ["", style.heading("What was done")] + (steps.isEmpty ? ["  Nothing yet."] : stepTable(steps, style))
        return lines + ["", "Next: caselight find --incident \(number)"]
    }

    static func record(_ incident: JSON, _ style: ShowStyle) -> [String] {
        var fields = FieldList()
        fields.add("state", incident["state"].text)
        fields.add("happened", incident.span.map { style.times.sentence($0) })
        fields.add("place", place(incident))
        fields.add("address", incident["address"].text)
        fields.add("grid", incident["grid"].text)
        fields.add("what", incident["text"].text)
        fields.add("unit", incident["unit"].text)
        fields.add("posted", incident["postedAt"].time.map { style.times.full($0) })
        fields.add("claimed by", incident["claimedBy"].text)
        fields.add("outcome", outcome(incident["outcome"]))
        return fields.lines(style.terminal)
    }

    static func linkTable(_ links: [JSON], _ style: ShowStyle, indent: Int = 0) -> [String] {
        var table = Table([.right("ID"), .left("ROLE"), .left("CAMERA"), .left("FROM"), .left("TO"), .flexible("NOTE")])
        for link in links {
            let span = link.span
            table.add([
                .init(link["id"].whole.map(String.init)), .init(link["role"].text), .init(link["camera"].text),
                .init(span.map { style.times.full($0.start) }), .init(span.map { style.times.full($0.end) }), .init(link["note"].text),
            ])
        }
        return table.lines(style.terminal, indent: indent)
    }

    private static func outcome(_ outcome: JSON) -> String? {
        outcome["result"].text.map { result in [result, outcome["text"].text ?? ""].filter { !$0.isEmpty }.joined(separator: ": ") }
    }

    private static func stepTable(_ steps: [JSON], _ style: ShowStyle) -> [String] {
        var table = Table([.left("WHEN"), .left("WHO"), .left("WHAT"), .left("CAMERA"), .flexible("TEXT")])
        for step in steps {
            table.add([
                .init(step["at"].time.map { style.times.full($0) }), .init(step["by"].text), .init(step["kind"].text),
                .init(step["camera"].text), .init(step["text"].text),
            ])
        }
        return table.lines(style.terminal, indent: 2)
    }

    private static func place(_ incident: JSON) -> String? {
        guard let latitude = incident["position"]["latitude"].number, let longitude = incident["position"]["longitude"].number else {
            return nil
        }
        return "\(Quantity.decimal(latitude, 6)),\(Quantity.decimal(longitude, 6))"
    }
}
