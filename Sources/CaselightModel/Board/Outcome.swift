/// How an incident ended.
public struct Outcome: Hashable, Sendable, Codable {
    public var result: OutcomeResult
    public var text: String

    public init(result: OutcomeResult, text: String = "") {
        self.result = result
        self.text = text
    }
}

/// The ways in which one ends.
public enum OutcomeResult: String, Hashable, Sendable, Codable, CaseIterable {
    case solved, unsolved
    /// There was no offence.
    case unfounded
    /// Another number is about the same.
    case duplicate
}
