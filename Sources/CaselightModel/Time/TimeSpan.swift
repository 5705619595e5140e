/// A half-open interval of time, `start ..< end`; never empty.
public struct TimeSpan: Hashable, Sendable {
    public let start: WallTime
    public let end: WallTime

    /// - Precondition: `start < end`. Input from outside goes through `init(from:to:)`.
    public init(start: WallTime, end: WallTime) {
        precondition(start < end, "a time span runs forward")
        self.start = start
        self.end = end
    }

    /// - Throws: `CaselightError` with code `reversedTimes` unless `start < end`.
    public init(from start: WallTime, to end: WallTime) throws(CaselightError) {
        guard start < end else {
            throw CaselightError(
                .reversedTimes, "use the time span \(start) to \(end)", because: "it ends at or before its start",
                remedy: "Swap the two times.")
        }
        self.init(start: start, end: end)
    }

    /// How long it is: over zero.
    public var duration: Microseconds { end - start }

    /// Whether the moment lies in it; its end does not.
    public func contains(_ time: WallTime) -> Bool { start <= time && time < end }
    /// Whether they share a moment; spans that only meet do not.
    public func overlaps(_ other: TimeSpan) -> Bool { start < other.end && other.start < end }

    /// What they share; `nil` where nothing.
    public func intersection(_ other: TimeSpan) -> TimeSpan? {
        let (first, last) = (max(start, other.start), min(end, other.end))
        return first < last ? TimeSpan(start: first, end: last) : nil
    }

    /// The span with `margin` more on both sides.
    public func widened(by margin: Microseconds) -> TimeSpan { TimeSpan(start: start - margin, end: end + margin) }
    /// The span as long, `offset` later.
    public func shifted(by offset: Microseconds) -> TimeSpan { TimeSpan(start: start + offset, end: end + offset) }

    /// What of this span none of `covered` covers, in order.
    public func subtracting(_ covered: [TimeSpan]) -> [TimeSpan] {
        var rest: [TimeSpan] = []
        var position = start
        for span in covered.sorted(by: { $0.start < $1.start }) where span.end > position {
            guard span.start < end else { break }
            if span.start > position { rest.append(TimeSpan(start: position, end: span.start)) }
            position = max(position, span.end)
        }
        if position < end { rest.append(TimeSpan(start: position, end: end)) }
        return rest
    }
}

extension TimeSpan: Codable {
    private enum CodingKeys: String, CodingKey {
        case start = "startedAt"
        case end = "endedAt"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            from: try container.decode(WallTime.self, forKey: .start), to: try container.decode(WallTime.self, forKey: .end))
    }
}

extension TimeSpan: CustomStringConvertible {
    public var description: String { "\(start)/\(end)" }
}
