public import CaselightModel
public import CaselightStore

/// A question: who could have seen this place in this time?
///
/// ```swift
/// let place = ClipPlace.shape(.circle(center: try GeoPoint(latitude: 29.8683, longitude: 121.544), radiusMeters: 150))
/// let answer = try await FootageSearch(records: records, index: index).clips(ClipQuery(place: place, span: span))
/// ```
public struct ClipQuery: Hashable, Sendable {
    /// Where.
    public var place: ClipPlace
    /// When, in true time; at most ``spanLimit``.
    public var span: TimeSpan
    /// Which cameras are asked at all. With a place by address its `text` must be `nil`.
    public var filter: CameraFilter
    /// How many cameras a page lists, 1 to ``limitMaximum``.
    public var limit: Int
    /// Where the page before ended: the `nextCursor` of an answer to this very question.
    public var cursor: String?
    /// How far clips may reach beyond `span` on both sides, on top of each clock's uncertainty; 0 to ``marginMaximum``.
    public var wideningMargin: Microseconds
    /// Whether the answer tells when something moved. Costs a look at every segment of the cameras listed.
    public var includesActivity: Bool

    /// Cameras a page lists where nothing is said.
    public static let defaultLimit = 100
    /// The largest page: some thousand clips are what a page of a browser holds.
    public static let limitMaximum = 1000
    /// The longest span of one question: footage is seldom kept longer, and no one watches more.
    public static let spanLimit = Microseconds.days(31)
    /// The largest margin: beyond it the question is another one.
    public static let marginMaximum = Microseconds.seconds(3600)
    /// The most cameras one question may be about; a whole city is asked district by district.
    public static let cameraLimit = 20_000

    /// Asks for a place and a time. Limits are checked when the question is put.
    public init(
        place: ClipPlace, span: TimeSpan, filter: CameraFilter = CameraFilter(), limit: Int = Self.defaultLimit, cursor: String? = nil,
        wideningMargin: Microseconds = .zero, includesActivity: Bool = false
    ) {
        self.place = place
        self.span = span
        self.filter = filter
        self.limit = limit
        self.cursor = cursor
        self.wideningMargin = wideningMargin
        self.includesActivity = includesActivity
    }

    /// Returns the question where every part of it is within its limits.
    ///
    /// - Throws: `CaselightError`: `invalidShape`, `invalidValue`, `tooLarge`.
    public func checked() throws(CaselightError) -> ClipQuery {
        let operation = "search for clips"
        try place.check()
        guard span.duration <= Self.spanLimit else {
            throw CaselightError(
                .tooLarge, operation, because: "the span \(span) is longer than \(Self.spanLimit.value / 86_400_000_000) days",
                remedy: "Ask for shorter spans one after the other.")
        }
        guard (1...Self.limitMaximum).contains(limit) else {
            throw CaselightError(.invalidValue, operation, because: "the limit is \(limit) and must be 1 to \(Self.limitMaximum)")
        }
        guard (Microseconds.zero...Self.marginMaximum).contains(wideningMargin) else {
            throw CaselightError(
                .invalidValue, operation,
                because: "the widening margin is \(wideningMargin.seconds) s and must be 0 to \(Int(Self.marginMaximum.seconds)) s")
        }
        if case .address = place, filter.text != nil {
            throw CaselightError(
                .invalidValue, operation, because: "an address and a text to filter by are the same condition", remedy: "Give one of them.")
        }
        return self
    }
}

/// The place of a question.
public enum ClipPlace: Hashable, Sendable, Codable {
    /// A circle, a polygon or a corridor along a line.
    case shape(GeoShape)
    /// The area with this code; where no such area is known, the cameras whose record names the grid.
    case grid(String)
    /// Cameras whose address, name or code contains the text.
    case address(String)

    /// The longest grid code or address text.
    public static let textLimit = 200

    func check() throws(CaselightError) {
        switch self {
        case .shape(let shape): _ = try shape.checked()
        case .grid(let text): try Self.check(text, named: "grid")
        case .address(let text): try Self.check(text, named: "address")
        }
    }

    private static func check(_ text: String, named name: String) throws(CaselightError) {
        guard text.contains(where: { !$0.isWhitespace }), text.unicodeScalars.count <= textLimit else {
            throw CaselightError(.invalidValue, "search a place", because: "the \(name) must have 1 to \(textLimit) characters")
        }
    }
}
