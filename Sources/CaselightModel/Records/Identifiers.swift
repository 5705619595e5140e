/// A camera's identifier: the 20-digit code of GB/T 28181, or 1 to 64 of `A-Z a-z 0-9 . _ -`, not dots alone.
///
/// Safe as a folder's name and in a URL.
public struct CameraCode: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let text: String

    /// - Throws: `CaselightError` with code `invalidCode`.
    public init(_ text: String) throws(CaselightError) {
        try checkIdentifier(text, what: "camera code", limit: 64, extra: "._-")
        self.text = text
    }

    public var description: String { text }
    public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

/// An incident's number as the police register gives it: 1 to 64 of `A-Z a-z 0-9 . _ -`, not dots alone.
public struct IncidentNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let text: String

    /// - Throws: `CaselightError` with code `invalidCode`.
    public init(_ text: String) throws(CaselightError) {
        try checkIdentifier(text, what: "incident number", limit: 64, extra: "._-")
        self.text = text
    }

    public var description: String { text }
    public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

/// One unbroken connection to a feed, or one import. Drawn at random; 16 hexadecimal digits as text.
public struct RunID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let value: UInt64

    public init(_ value: UInt64) { self.value = value }

    /// A run that no other has, but for a chance of one in 2^64.
    public static func random() -> RunID { RunID(.random(in: 1...(.max))) }

    /// Reads 16 lower-case hexadecimal digits; `nil` for anything else.
    public init?(text: some StringProtocol) {
        guard text.utf8.count == 16, text.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) }),
            let value = UInt64(text, radix: 16)
        else { return nil }
        self.value = value
    }

    public var description: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// A recorded file's identity: its run and its place in it. Survives a rebuild of the index. `5f0c2a91b3d4e6f7-000012` as text.
public struct SegmentID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let run: RunID
    /// Counts from 0 within the run.
    public let sequence: UInt32

    public init(run: RunID, sequence: UInt32) {
        self.run = run
        self.sequence = sequence
    }

    /// Reads a run, a dash and at least six digits; `nil` for anything else.
    public init?(text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let run = RunID(text: parts[0]), (6...10).contains(parts[1].utf8.count),
            parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let sequence = UInt32(parts[1])
        else { return nil }
        self.init(run: run, sequence: sequence)
    }

    public var description: String { "\(run)-\(padded(Int(sequence), 6))" }
    public static func < (left: Self, right: Self) -> Bool { (left.run, left.sequence) < (right.run, right.sequence) }
}

func checkIdentifier(_ text: String, what: String, limit: Int, extra: String) throws(CaselightError) {
    let allowed = text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || extra.utf8.contains(byte)
    }
    guard (1...limit).contains(text.utf8.count), allowed, text.contains(where: { $0 != "." }) else {
        throw CaselightError(
            .invalidCode, "use '\(text.clipped(70))' as the \(what)",
            because: "it must be 1 to \(limit) of A-Z a-z 0-9 . _ - and not dots alone")
    }
}

/// Identifiers are their text in JSON, and as keys.
public protocol TextIdentifier: Codable {
    /// Reads an identifier as its description writes it.
    static func parse(_ text: String) throws -> Self
}

extension TextIdentifier where Self: CustomStringConvertible {
    public init(from decoder: any Decoder) throws {
        self = try Self.parse(try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension CameraCode: TextIdentifier {
    public static func parse(_ text: String) throws -> Self { try Self(text) }
}

extension IncidentNumber: TextIdentifier {
    public static func parse(_ text: String) throws -> Self { try Self(text) }
}

extension RunID: TextIdentifier {
    public static func parse(_ text: String) throws -> Self {
        guard let id = Self(text: text) else { throw notAnIdentifier(text, "run id") }
        return id
    }
}

extension SegmentID: TextIdentifier {
    public static func parse(_ text: String) throws -> Self {
        guard let id = Self(text: text) else { throw notAnIdentifier(text, "segment id") }
        return id
    }
}

private func notAnIdentifier(_ text: String, _ what: String) -> CaselightError {
    CaselightError(.invalidCode, "use '\(text.clipped(70))' as the \(what)", because: "it has another form")
}
