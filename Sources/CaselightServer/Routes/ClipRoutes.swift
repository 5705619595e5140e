import CaselightModel
import CaselightQuery
import CaselightStore
import HTTPTypes
import Hummingbird

extension API {
    /// The query: who could have seen it, what was recorded, and what was not.
    var clipRoutes: [Route] {
        let filters = ["class", "owner", "tag", "text", "activity", "limit", "cursor"]
        return [
            Route(
                .get, "/api/v1/clips", .footage([.investigator]), act: .search,
                query: ["near", "radius", "polygon", "corridor", "halfWidth", "grid", "address", "from", "to", "margin"] + filters,
                required: ["from", "to"], handler: clips),
            Route(
                .get, "/api/v1/incidents/{number}/candidates", .footage([.investigator]), act: .search, query: ["radius", "before", "after", "grid"] + filters,
                handler: candidates),
        ]
    }

    var search: FootageSearch { FootageSearch(records: records, index: index, clock: services.clock) }

    private func clips(_ call: Call) async throws -> Response {
        let query = call.query
        let place = try place(query)
        let span = try TimeSpan(from: try query.requiredTime("from"), to: try query.requiredTime("to"))
        var filter = try cameraFilter(call)
        // As a place the grid is a polygon; a camera's record need not name it.
        filter.grid = nil
        let question = try ClipQuery(
            place: place, span: span, filter: filter, limit: try query.limit(limits), cursor: query.text("cursor"),
            wideningMargin: Microseconds(Int64((try query.number("margin") ?? 0) * 1e6)),
            includesActivity: try query.flag("activity") ?? false
        ).checked()
        try await consultations.allow(.search, call, span: span, detail: "clips \(placeText(query))")
        return try JSONReply.response(try await search.clips(question))
    }

    private func candidates(_ call: Call) async throws -> Response {
        let query = call.query
        let seconds = { (name: String) throws -> Microseconds? in
            try query.whole(name, in: 0...Self.marginLimitSeconds).map { .seconds(Int64($0)) }
        }
        let options = CandidateOptions(
            radiusMeters: try query.number("radius") ?? CandidateOptions.defaultRadiusMeters,
            before: try seconds("before") ?? CandidateOptions.defaultBefore, after: try seconds("after") ?? CandidateOptions.defaultAfter,
            filter: try cameraFilter(call), limit: try query.limit(limits), cursor: query.text("cursor"),
            includesActivity: try query.flag("activity") ?? false)
        let number = try call.incidentNumber()
        let incident = try await gate.incident(number, for: try call.principal())
        try await consultations.allow(.search, call, span: incident.span, detail: "candidates")
        let candidates = try await search.candidates(of: number, options)
        let reviews = try await reviews(of: number, for: try call.principal())
        return try JSONReply.response(CandidateReply(candidates: candidates, reviews: reviews))
    }

    /// A day before and after an incident: more is another question.
    private static let marginLimitSeconds = 86_400

    /// The answer's parts stand beside the incident, its links and what was watched for it, as `clips` gives them.
    private struct CandidateReply: Encodable {
        let candidates: IncidentCandidates
        let reviews: [CaseStep]

        private enum CodingKeys: String, CodingKey { case incident, links, reviews }

        func encode(to encoder: any Encoder) throws {
            try candidates.answer.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(candidates.incident, forKey: .incident)
            try container.encode(candidates.links, forKey: .links)
            try container.encode(reviews, forKey: .reviews)
        }
    }

    private func place(_ query: QueryReader) throws -> ClipPlace {
        let given = ["near", "polygon", "corridor", "grid", "address"].filter { query.text($0) != nil }
        guard given.count == 1 else {
            throw CaselightError(
                .invalidShape, "search for clips", because: given.isEmpty ? "no place is given" : "\(given.joined(separator: " and ")) are given at once",
                remedy: "Give one of near=LAT,LON, polygon=…, corridor=…, grid=CODE, address=TEXT.")
        }
        try refuseStray("radius", with: "near", query)
        try refuseStray("halfWidth", with: "corridor", query)
        if let center = try query.point("near") {
            return .shape(.circle(center: center, radiusMeters: try query.number("radius") ?? CandidateOptions.defaultRadiusMeters))
        }
        if let corners = try query.line("polygon") { return .shape(.polygon(corners)) }
        if let line = try query.line("corridor") {
            return .shape(.corridor(line: line, halfWidthMeters: try query.number("halfWidth") ?? Self.defaultHalfWidthMeters))
        }
        if let grid = query.text("grid") { return .grid(grid) }
        return .address(query.text("address") ?? "")
    }

    /// The place as it was asked for, in one line of at most so many characters.
    private func placeText(_ query: QueryReader) -> String {
        let names = ["near", "radius", "polygon", "corridor", "halfWidth", "grid", "address"]
        let text = names.compactMap { name in query.text(name).map { "\(name)=\($0)" } }.joined(separator: " ")
        return String(text.replacing("\n", with: " ").prefix(200))
    }

    private func refuseStray(_ name: String, with place: String, _ query: QueryReader) throws {
        guard query.text(name) != nil, query.text(place) == nil else { return }
        throw CaselightError(.invalidValue, "search for clips", because: "'\(name)' belongs to '\(place)', which is not given")
    }

    /// A street and its pavements.
    private static let defaultHalfWidthMeters = 30.0
}
