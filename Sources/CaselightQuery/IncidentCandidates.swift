public import CaselightModel
public import CaselightStore

/// The clips that an incident's own place and time imply, and what is tied to it already.
public struct IncidentCandidates: Hashable, Sendable, Codable {
    /// The incident as it stands.
    public var incident: Incident
    /// The place that was searched: around its position, else its grid, else its address.
    public var place: ClipPlace
    /// The clips, gaps and the statement.
    public var answer: ClipAnswer
    /// Clips tied to the incident, of cameras that the asker may know of.
    public var links: [ClipLink]

    /// Makes candidates of their parts.
    public init(incident: Incident, place: ClipPlace, answer: ClipAnswer, links: [ClipLink]) {
        self.incident = incident
        self.place = place
        self.answer = answer
        self.links = links
    }
}

/// How far around an incident to look.
public struct CandidateOptions: Hashable, Sendable {
    /// Around the incident's position.
    public var radiusMeters: Double
    /// Before the incident's time: who came, and how.
    public var before: Microseconds
    /// After the incident's time: who left, and where to.
    public var after: Microseconds
    /// Which cameras are asked at all.
    public var filter: CameraFilter
    /// How many cameras a page lists.
    public var limit: Int
    /// Where the page before ended.
    public var cursor: String?
    /// Whether the answer tells when something moved.
    public var includesActivity: Bool

    /// A street corner: who stands farther off seldom sees it.
    public static let defaultRadiusMeters = 150.0
    /// Ten minutes.
    public static let defaultBefore = Microseconds.seconds(600)
    /// Twenty minutes.
    public static let defaultAfter = Microseconds.seconds(1200)

    /// Looks 150 m around, from 10 minutes before to 20 minutes after, unless told otherwise.
    public init(
        radiusMeters: Double = Self.defaultRadiusMeters, before: Microseconds = Self.defaultBefore,
        after: Microseconds = Self.defaultAfter, filter: CameraFilter = CameraFilter(), limit: Int = ClipQuery.defaultLimit,
        cursor: String? = nil, includesActivity: Bool = false
    ) {
        self.radiusMeters = radiusMeters
        self.before = before
        self.after = after
        self.filter = filter
        self.limit = limit
        self.cursor = cursor
        self.includesActivity = includesActivity
    }
}

extension FootageSearch {
    /// The clips tied to an incident, of cameras that somebody of this scope may know of, in the order of their starts.
    public func links(of number: IncidentNumber, in scope: CameraScope) async throws -> [ClipLink] {
        let links = try await records.links(of: number)
        guard scope != .all else { return links }
        var known: Set<CameraCode> = []
        for camera in Set(links.map(\.camera)) where try await records.isCamera(camera, in: scope) { known.insert(camera) }
        return links.filter { known.contains($0.camera) }
    }

    /// Asks what an incident's own place and time imply.
    ///
    /// - Throws: `CaselightError`: `notFound` for an unknown incident, `invalidValue` for one without position, grid and address,
    ///   and what ``clips(_:)`` throws.
    public func candidates(of number: IncidentNumber, _ options: CandidateOptions = CandidateOptions()) async throws -> IncidentCandidates {
        guard let incident = try await records.incident(number) else {
            throw CaselightError(
                .notFound, "find candidates of incident '\(number)'", because: "there is no such incident", remedy: "Check its number.")
        }
        guard options.before >= .zero, options.after >= .zero else {
            throw CaselightError(
                .invalidValue, "find candidates of incident '\(number)'", because: "the margins before and after must not be negative")
        }
        let scope = options.filter.scope
        let place = try await place(of: incident, radiusMeters: options.radiusMeters, scope: scope)
        let span = TimeSpan(start: incident.span.start - options.before, end: incident.span.end + options.after)
        guard span.duration <= ClipQuery.spanLimit else {
            throw CaselightError(
                .tooLarge, "find candidates of incident '\(number)'",
                because: "with its margins it lasts \(span), longer than \(ClipQuery.spanLimit.value / Microseconds.days(1).value) days",
                remedy: "Narrow the incident's time down, or search a part of it: caselight find --incident \(number) --from … --to …")
        }
        let query = ClipQuery(
            place: place, span: span, filter: options.filter, limit: options.limit, cursor: options.cursor,
            includesActivity: options.includesActivity)
        async let links = links(of: number, in: scope)
        return IncidentCandidates(incident: incident, place: place, answer: try await clips(query), links: try await links)
    }

    private func place(of incident: Incident, radiusMeters: Double, scope: CameraScope) async throws -> ClipPlace {
        if let position = incident.position { return .shape(.circle(center: position, radiusMeters: radiusMeters)) }
        if let grid = incident.grid, !grid.isEmpty, try await isKnown(grid: grid, to: scope) { return .grid(grid) }
        if incident.address.contains(where: { !$0.isWhitespace }) { return .address(incident.address) }
        throw CaselightError(
            .invalidValue, "find candidates of incident '\(incident.number)'",
            because: "it has no position, no address and no grid that is known", remedy: "Give the incident a place, or search near one.")
    }
}
