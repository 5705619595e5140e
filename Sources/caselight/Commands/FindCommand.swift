import ArgumentParser
import CaselightModel

struct FindCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "find", abstract: "Find the clips that could have seen a place in a time, and what was not recorded.",
        discussion: """
            With --incident alone the incident's own place and time are searched, from 10 minutes before to 20 minutes after.
            What is given goes before what the incident says.

            Example, an incident:
              caselight find --incident A2026-0302-17
            Example, a place and a time:
              caselight find --purpose 'missing child' --near 29.8683,121.5440 --radius 200 \\
                --from 2026-03-02T06:50:00+08:00 --to 2026-03-02T07:20:00+08:00
            """)

    @OptionGroup var disclosure: DisclosureOptions
    @OptionGroup var place: SearchPlaceOptions

    @Option(help: ArgumentHelp("From this time on.", valueName: "time"), transform: ArgumentForm.time)
    var from: WallTime?

    @Option(help: ArgumentHelp("Until this time.", valueName: "time"), transform: ArgumentForm.time)
    var to: WallTime?

    @OptionGroup var search: SearchOptions
    @OptionGroup var session: SessionOptions

    func validate() throws {
        guard (from == nil) == (to == nil) else { throw ValidationError("--from and --to go together.") }
        if let from, let to, to <= from { throw ValidationError("--to is at or before --from. Swap the two times.") }
        if disclosure.incident == nil, from == nil { throw ValidationError("Without --incident, give --from and --to.") }
        if disclosure.incident == nil, !place.isGiven {
            throw ValidationError("Without --incident, give a place: --near, --polygon, --corridor, --grid or --address.")
        }
        if from != nil || place.isGiven, search.before != nil || search.after != nil {
            throw ValidationError("--before and --after widen an incident's own place and time; here the question gives its own.")
        }
    }

    func run(_ client: DaemonClient) async throws {
        if let incident = disclosure.incident, from == nil, !place.isGiven {
            try await CandidatesCommand.run(client, incident, radius: place.radius, search, session)
            return
        }
        let (query, span) = try await question(client)
        let answer = try await client.get("/api/v1/clips", disclosure.query + query + search.query)
        try show(answer) { style in
            FindReport(
                answer: answer, asked: span, incident: disclosure.incident?.text, purpose: disclosure.purpose, address: client.address
            )
            .lines(style)
        }
    }

    /// The place and time asked for; what is not given comes from the incident.
    private func question(_ client: DaemonClient) async throws -> (Query, TimeSpan) {
        var (placeQuery, span) = (place.query, try from.flatMap { start in try to.map { try TimeSpan(from: start, to: $0) } })
        if let number = disclosure.incident, span == nil || placeQuery.isEmpty {
            let incident = try await client.get("/api/v1/incidents/\(number)")
            span = span ?? incident.span
            if placeQuery.isEmpty {
                guard let latitude = incident["position"]["latitude"].number, let longitude = incident["position"]["longitude"].number
                else {
                    throw ClientFailure(
                        .refused, "cannot search around incident '\(number)': it has no position. Give a place, such as --near LAT,LON.")
                }
                placeQuery = [
                    ("near", "\(latitude),\(longitude)"), ("radius", "\(place.radius ?? SearchPlaceOptions.defaultRadiusMeters)"),
                ]
            }
        }
        guard let span else { throw ClientFailure(.refused, "cannot search: the incident tells no time. Give --from and --to.") }
        return (placeQuery + [("from", span.start.rfc3339()), ("to", span.end.rfc3339())], span)
    }
}

/// Where to search.
struct SearchPlaceOptions: ParsableArguments {
    @Option(
        parsing: .unconditional, help: ArgumentHelp("Around a point: latitude,longitude.", valueName: "place"),
        transform: ArgumentForm.point)
    var near: GeoPoint?

    @Option(help: ArgumentHelp("How far around; 150 where not given.", valueName: "metres"), transform: ArgumentForm.measure)
    var radius: Double?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("In a polygon: 'lat,lon;lat,lon;lat,lon…'.", valueName: "points"),
        transform: { try ArgumentForm.line($0, atLeast: 3) })
    var polygon: [GeoPoint]?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Along a road: 'lat,lon;lat,lon…'.", valueName: "points"),
        transform: { try ArgumentForm.line($0, atLeast: 2) })
    var corridor: [GeoPoint]?

    @Option(help: ArgumentHelp("How far to either side of the road; 30 where not given.", valueName: "metres"), transform: ArgumentForm.measure)
    var halfWidth: Double?

    @Option(help: ArgumentHelp("In a grid, district or other area.", valueName: "code"))
    var grid: String?

    @Option(help: ArgumentHelp("Cameras whose address, name or code contains it.", valueName: "text"))
    var address: String?

    static let defaultRadiusMeters = 150.0
    static let defaultHalfWidthMeters = 30.0

    var isGiven: Bool { near != nil || polygon != nil || corridor != nil || grid != nil || address != nil }

    func validate() throws {
        let count = [near != nil, polygon != nil, corridor != nil, grid != nil, address != nil].count { $0 }
        if count > 1 { throw ValidationError("Give one place: --near, --polygon, --corridor, --grid or --address.") }
        if halfWidth != nil, corridor == nil { throw ValidationError("--half-width needs --corridor.") }
        if radius != nil, count == 1, near == nil { throw ValidationError("--radius goes with --near.") }
        for length in [radius, halfWidth].compactMap({ $0 }) where !(length > 0 && length <= GeoShape.radiusLimitMeters) {
            throw ValidationError("--radius and --half-width must be over 0 and at most \(Int(GeoShape.radiusLimitMeters)) metres.")
        }
    }

    /// Empty where no place is given.
    var query: Query {
        if let near { return [("near", "\(near)"), ("radius", "\(radius ?? Self.defaultRadiusMeters)")] }
        if let polygon { return [("polygon", Self.text(polygon))] }
        if let corridor { return [("corridor", Self.text(corridor)), ("halfWidth", "\(halfWidth ?? Self.defaultHalfWidthMeters)")] }
        if let grid { return [("grid", grid)] }
        return address.map { [("address", $0)] } ?? []
    }

    private static func text(_ points: [GeoPoint]) -> String { points.map(\.description).joined(separator: ";") }
}

/// Which cameras are asked, and how many are shown.
struct SearchOptions: ParsableArguments {
    @Option(name: .customLong("class"), help: "Only cameras of this class.")
    var cameraClass: CameraClass?

    @Option(help: ArgumentHelp("Only cameras of this owner.", valueName: "text"))
    var owner: String?

    @Option(name: .customLong("tag"), help: ArgumentHelp("Only cameras with this tag; may be given more than once.", valueName: "text"))
    var tags: [String] = []

    @Option(
        help: ArgumentHelp("An incident's search begins so long before it; 10m where not given.", valueName: "time"),
        transform: ArgumentForm.seconds)
    var before: Double?

    @Option(
        help: ArgumentHelp("An incident's search ends so long after it; 20m where not given.", valueName: "time"),
        transform: ArgumentForm.seconds)
    var after: Double?

    @Flag(help: "Tell when something moved, too.")
    var activity = false

    @Option(help: ArgumentHelp("At most so many cameras, the best first.", valueName: "count"))
    var limit = 100

    func validate() throws {
        guard (1...1000).contains(limit) else { throw ValidationError("--limit must be 1 to 1000.") }
    }

    var query: Query {
        [
            ("class", cameraClass.map { "\($0.rawValue)" }), ("owner", owner), ("activity", activity ? "true" : nil), ("limit", "\(limit)"),
        ] + tags.map { ("tag", $0) }
    }
}

struct CandidatesCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "candidates", abstract: "Find the clips that an incident's own place and time imply.",
        discussion: """
            Example, wider than usual:
              caselight candidates A2026-0302-17 --radius 300 --after 1h
            """)

    @Argument(help: "The incident's number.", transform: ArgumentForm.number)
    var number: IncidentNumber

    @Option(help: ArgumentHelp("How far around; 150 where not given.", valueName: "metres"), transform: ArgumentForm.measure)
    var radius: Double?

    @OptionGroup var search: SearchOptions
    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        try await Self.run(client, number, radius: radius, search, session)
    }

    static func run(
        _ client: DaemonClient, _ number: IncidentNumber, radius: Double?, _ search: SearchOptions, _ session: SessionOptions
    ) async throws {
        let query: Query = [
            ("radius", radius.map { "\($0)" }), ("before", search.before.map { "\(Int($0.rounded(.up)))" }),
            ("after", search.after.map { "\(Int($0.rounded(.up)))" }),
        ]
        let answer = try await client.get("/api/v1/incidents/\(number)/candidates", query + search.query)
        if session.json { return print(try answer.document()) }
        let report = FindReport(answer: answer, asked: nil, incident: number.text, purpose: nil, address: client.address)
        for line in report.lines(session.style) { print(line) }
    }
}
