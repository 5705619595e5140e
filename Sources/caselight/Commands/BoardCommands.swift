import ArgumentParser
import CaselightModel
import NIOHTTP1

struct IncidentClaim: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "claim", abstract: "Take an incident to work on it.",
        discussion: """
            Example:
              caselight incident claim A2026-0302-17
            """)

    @Argument(help: "The incident's number.", transform: ArgumentForm.number)
    var number: IncidentNumber

    @Flag(help: "Take it over from whoever has it.")
    var takeOver = false

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        let incident = try await client.send(.POST, "/api/v1/incidents/\(number)/claim", [], .object(["takeOver": .flag(takeOver)]))
        try show(incident) { _ in ["Incident \(number) is yours.", "", "Next: caselight find --incident \(number)"] }
    }
}

struct IncidentNote: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "note", abstract: "Write a note into an incident's timeline.",
        discussion: """
            Example:
              caselight incident note A2026-0302-17 'the rider wore a yellow helmet'
            """)

    @Argument(help: "The incident's number.", transform: ArgumentForm.number)
    var number: IncidentNumber

    @Argument(help: "What to write.")
    var text: String

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        let step = try await client.send(.POST, "/api/v1/incidents/\(number)/notes", [], .object(["text": .text(text)]))
        try show(step) { _ in ["Noted on incident \(number)."] }
    }
}

struct IncidentClose: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "close", abstract: "Close an incident, with its outcome.",
        discussion: """
            Starts the clock of its holds.

            Example:
              caselight incident close A2026-0302-17 --result solved --text 'met at the market gate'
            """)

    @Argument(help: "The incident's number.", transform: ArgumentForm.number)
    var number: IncidentNumber

    @Option(help: "How it ended.")
    var result: OutcomeResult

    @Option(help: ArgumentHelp("How it came to that.", valueName: "text"))
    var text: String?

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        var request = RequestFields()
        request.set("result", result.rawValue)
        request.set("text", text)
        let incident = try await client.send(.POST, "/api/v1/incidents/\(number)/outcome", [], request.json)
        try show(incident) { _ in ["Incident \(number) is closed: \(result.rawValue)."] }
    }
}

struct IncidentReopen: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "reopen", abstract: "Open a closed incident again.",
        discussion: """
            Example:
              caselight incident reopen A2026-0302-17
            """)

    @Argument(help: "The incident's number.", transform: ArgumentForm.number)
    var number: IncidentNumber

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        let incident = try await client.send(.DELETE, "/api/v1/incidents/\(number)/outcome")
        try show(incident) { _ in ["Incident \(number) is open again: \(incident["state"].text ?? "")."] }
    }
}

struct LeadCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "lead", abstract: "Say where an incident's subject went.",
        discussion: """
            Example:
              caselight lead --incident A2026-0302-17 --camera gate-3 --at 2026-03-02T07:09:00+08:00 --bearing 80 \\
                --toward 'Daotou Road'
            """)

    @Option(help: ArgumentHelp("The incident.", valueName: "number"), transform: ArgumentForm.number)
    var incident: IncidentNumber

    @Option(help: ArgumentHelp("When it was seen.", valueName: "time"), transform: ArgumentForm.time)
    var at: WallTime

    @Option(help: ArgumentHelp("The camera that saw it.", valueName: "code"), transform: ArgumentForm.code)
    var camera: CameraCode?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Where it was seen: latitude,longitude; the camera's place where not given.", valueName: "place"),
        transform: ArgumentForm.point)
    var near: GeoPoint?

    @Option(help: "What the place was read from: wgs84 (GPS), gcj02 (Amap, Tencent), bd09 (Baidu).")
    var datum: Datum?

    @Option(help: ArgumentHelp("Where to, in degrees clockwise from north.", valueName: "degrees"))
    var bearing: Double?

    @Option(help: ArgumentHelp("The street or place it went toward.", valueName: "text"))
    var toward: String?

    @Option(help: ArgumentHelp("What else there is to say.", valueName: "text"))
    var note: String?

    @OptionGroup var session: SessionOptions

    func validate() throws {
        if camera == nil, near == nil { throw ValidationError("Say where it was seen: --camera or --near.") }
        if datum != nil, near == nil { throw ValidationError("--datum needs --near.") }
    }

    func run(_ client: DaemonClient) async throws {
        var request = RequestFields()
        request.set("seenAt", at)
        request.set("camera", camera?.text)
        request.set("lat", near?.latitude)
        request.set("lon", near?.longitude)
        request.set("datum", datum?.rawValue)
        request.set("bearingDegrees", bearing)
        request.set("toward", toward)
        request.set("note", note)
        let lead = try await client.send(.POST, "/api/v1/incidents/\(incident)/leads", [], request.json)
        let id = lead["id"].whole ?? 0
        try show(lead) { _ in ["Lead \(id) is on incident \(incident).", "", "Next: caselight next --incident \(incident) --lead \(id)"] }
    }
}

struct NextCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "next", abstract: "Find the cameras that may have seen where a lead went on, and when.",
        discussion: """
            Example:
              caselight next --incident A2026-0302-17 --lead 3
            """)

    @Option(help: ArgumentHelp("The incident.", valueName: "number"), transform: ArgumentForm.number)
    var incident: IncidentNumber

    @Option(help: ArgumentHelp("The lead's id; the newest where not given.", valueName: "id"))
    var lead: Int64?

    @Option(help: ArgumentHelp("How far around.", valueName: "metres"))
    var radius: Double?

    @Option(help: ArgumentHelp("At most so many.", valueName: "count"))
    var limit = 20

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        var id = lead
        if id == nil {
            let leads = try await client.get("/api/v1/incidents/\(incident)/leads")["leads"].list
            id = (leads.last?["id"].whole as Int?).map(Int64.init)
        }
        guard let id else {
            throw ClientFailure(.refused, "cannot find the next cameras: incident '\(incident)' has no lead. Add one: caselight lead.")
         }
        let query: Query = [("lead", "\(id)"), ("radius", radius.map { "\($0)" }), ("limit", "\(limit)")]
        let found = try await client.get("/api/v1/incidents/\(incident)/next", query)
        try show(found) { NextReport.lines(found, $0) }
    }
}

/// The cameras a lead proposes, for people to read.
enum NextReport {
    static func lines(_ found: JSON, _ style: ShowStyle) -> [String] {
        let cameras = found["cameras"].list
        guard !cameras.isEmpty else { return ["No other camera stands within that distance. Raise --radius."] }
        var table = Table([
            .left("CAMERA"), .flexible("NAME"), .right("METRES"), .right("BEARING"), .left("FOOTAGE"), .left("ON FOOT"), .left("BICYCLE"),
            .left("E-TRICYCLE"), .left("CAR"),
        ])
        for camera in cameras {
            let windows = Dictionary(camera["windows"].list.map { ($0["mode"].text ?? "", $0) }) { first, _ in first }
            let window = { (mode: String) -> Table.Cell in
                guard let start = windows[mode]?["startsAt"].time, let end = windows[mode]?["endsAt"].time else { return .init(nil) }
                return .init(style.times.clock(start) + "\u{2013}" + style.times.clock(end))
            }
            table.add([
                .init(camera["camera"].text), .init(camera["name"].text), .init(camera["distanceMeters"].number.map { Quantity.decimal($0, 0) }),
                .init(camera["bearingDegrees"].number.map { Quantity.decimal($0, 0) + "\u{B0}" }), .init(camera["footage"].text),
                window("walk"), window("bicycle"), window("eTricycle"), window("car"),
            ])
        }
        let factor = Quantity.decimal(found["detourFactor"].number ?? 1, 1)
        return table.lines(style.terminal) + ["", "Straight lines stand in for streets, made \(factor) times longer."]
    }
}
