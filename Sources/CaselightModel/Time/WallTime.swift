/// A moment: microseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// The only form of time inside Caselight. `Date` and seconds as `Double` stay at the edges.
/// In JSON it is an RFC 3339 string.
public struct WallTime: Hashable, Comparable, Sendable {
    /// Microseconds since the epoch; negative before 1970.
    public let microseconds: Int64

    public init(microseconds: Int64) { self.microseconds = microseconds }

    public static let distantPast = WallTime(microseconds: .min / 4)
    public static let distantFuture = WallTime(microseconds: .max / 4)

    public static func < (left: WallTime, right: WallTime) -> Bool { left.microseconds < right.microseconds }

    public static func + (time: WallTime, span: Microseconds) -> WallTime {
        WallTime(microseconds: time.microseconds + span.value)
    }

    public static func - (time: WallTime, span: Microseconds) -> WallTime {
        WallTime(microseconds: time.microseconds - span.value)
    }

    public static func - (later: WallTime, earlier: WallTime) -> Microseconds {
        Microseconds(later.microseconds - earlier.microseconds)
    }
}

/// A length of time in microseconds; negative where something runs behind.
public struct Microseconds: Hashable, Comparable, Sendable, Codable {
    public let value: Int64

    public init(_ value: Int64) { self.value = value }

    public static let zero = Microseconds(0)
    /// A length in whole seconds.
    public static func seconds(_ seconds: Int64) -> Microseconds { Microseconds(seconds * 1_000_000) }
    /// A length in whole milliseconds.
    public static func milliseconds(_ milliseconds: Int64) -> Microseconds { Microseconds(milliseconds * 1000) }
    /// A length in days of 24 hours.
    public static func days(_ days: Int64) -> Microseconds { .seconds(days * 86_400) }

    /// The same length in seconds, for people and for floating-point formulas.
    public var seconds: Double { Double(value) / 1_000_000 }

    public init(from decoder: any Decoder) throws { value = try decoder.singleValueContainer().decode(Int64.self) }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }

    public static func < (left: Microseconds, right: Microseconds) -> Bool { left.value < right.value }
    public static func + (left: Microseconds, right: Microseconds) -> Microseconds { Microseconds(left.value + right.value) }
    public static func - (left: Microseconds, right: Microseconds) -> Microseconds { Microseconds(left.value - right.value) }
    public static prefix func - (span: Microseconds) -> Microseconds { Microseconds(-span.value) }
}

/// Tells the time. Injected wherever time decides something, so that tests can step it.
public protocol WallClock: Sendable {
    /// What the clock shows.
    func now() -> WallTime
}
