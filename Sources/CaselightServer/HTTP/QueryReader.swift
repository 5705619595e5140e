import CaselightModel
import Foundation

/// A request's query, decoded and checked against what its route knows.
struct QueryReader: Sendable {
    private let values: [String: [String]]

    /// Names under which people put secrets into addresses, where logs and histories keep them.
    private static let secretNames: Set<String> = [
        "token", "access_token", "accesstoken", "apikey", "api_key", "auth", "authorization", "bearer", "password", "caselight_token",
    ]
    /// May stand more than once.
    private static let repeatable: Set<String> = ["tag"]

    /// - Throws: `invalidValue` for a parameter the route does not know, one given twice, or bytes that are not UTF-8.
    init(_ query: String?, known: [String], required: [String] = []) throws(CaselightError) {
        var values: [String: [String]] = [:]
        for pair in (query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.decoded(parts[0])
            if Self.secretNames.contains(name.lowercased()) { throw Self.secretInAddress }
            guard known.contains(name) else {
                let list = known.isEmpty ? "This route takes none." : "Known are: \(known.sorted().joined(separator: " "))."
                throw CaselightError(.invalidValue, "read the query", because: "there is no parameter '\(name.prefix(60))'", remedy: list)
            }
            guard values[name] == nil || Self.repeatable.contains(name) else {
                throw CaselightError(.invalidValue, "read the query", because: "'\(name)' is given twice")
            }
            let value = parts.count > 1 ? try Self.decoded(parts[1]) : ""
            values[name, default: []].append(try TextRule.check(value, named: name, limit: 20_000))
        }
        for name in required where (values[name]?.first ?? "").isEmpty {
            throw CaselightError(.invalidValue, "read the query", because: "'\(name)' is missing")
        }
        self.values = values
    }

    static let secretInAddress = CaselightError(
        .invalidValue, "use this address", because: "it carries a token or password, and addresses are kept in logs and histories",
        remedy: "Send the header 'Authorization: Bearer …', or sign in at /api/v1/session.")

    /// `nil` where it is absent or empty.
    func text(_ name: String) -> String? {
        values[name]?.first.flatMap { $0.isEmpty ? nil : $0 }
    }

    func texts(_ name: String) -> [String] { (values[name] ?? []).filter { !$0.isEmpty } }

    /// What narrows to one thing must not vanish because its value did: that would widen what is asked for.
    ///
    /// - Throws: `invalidValue` where it is given and empty.
    func given(_ name: String) throws(CaselightError) -> String? {
        guard let text = values[name]?.first else { return nil }
        guard !text.isEmpty else {
            throw CaselightError(.invalidValue, "read the query", because: "'\(name)' is given without a value", remedy: "Leave it out, or say which.")
        }
        return text
    }

    /// A `+` that was not percent-encoded arrives as a space; in a time it can only have been the offset's sign.
    func time(_ name: String) throws(CaselightError) -> WallTime? {
        guard let text = try given(name) else { return nil }
        guard let space = text.lastIndex(of: " "), text.distance(from: text.startIndex, to: space) > 12 else {
            return try WallTime(rfc3339: text)
        }
        return try WallTime(rfc3339: text[..<space] + "+" + text[text.index(after: space)...])
    }

    /// A place in the log, from 0.
    func sequence(_ name: String) throws(CaselightError) -> Int64? {
        guard let text = try given(name) else { return nil }
        guard let value = Int64(text), value >= 0 else {
            throw CaselightError(.invalidValue, "read the query", because: "'\(name)' is '\(text.prefix(40))' and must be a whole number from 0")
        }
        return value
    }

    func requiredTime(_ name: String) throws(CaselightError) -> WallTime {
        guard let time = try time(name) else { throw missing(name) }
        return time
    }

    /// The span `from` … `to`.
    func span(limit: Microseconds) throws(CaselightError) -> TimeSpan {
        let span = try TimeSpan(from: try requiredTime("from"), to: try requiredTime("to"))
        guard span.duration <= limit else {
            throw CaselightError(
                .invalidValue, "answer for \(span)", because: "the span is longer than \(limit.value / 3_600_000_000) hours",
                remedy: "Ask in parts.")
        }
        return span
    }

    func optionalSpan() throws(CaselightError) -> TimeSpan? {
        let (from, to) = (try time("from"), try time("to"))
        guard from != nil || to != nil else { return nil }
        return try TimeSpan(from: from ?? .distantPast, to: to ?? .distantFuture)
    }

    func number(_ name: String) throws(CaselightError) -> Double? {
        guard let text = try given(name) else { return nil }
        guard let value = Double(text), value.isFinite else { throw wrong(name, text, "a number") }
        return value
    }

    func whole(_ name: String, in range: ClosedRange<Int>) throws(CaselightError) -> Int? {
        guard let text = try given(name) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw wrong(name, text, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func flag(_ name: String) throws(CaselightError) -> Bool? {
        guard let text = try given(name) else { return nil }
        switch text {
        case "true", "1": return true
        case "false", "0": return false
        default: throw wrong(name, text, "true or false")
        }
    }

    func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, of _: Choice.Type) throws(CaselightError) -> Choice?
    where Choice.RawValue == String {
        guard let text = try given(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw wrong(name, text, "one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    func cameraClass() throws(CaselightError) -> CameraClass? {
        guard let text = try given("class") else { return nil }
        guard let number = Int(text), let value = CameraClass(rawValue: number) else { throw wrong("class", text, "one of 1, 2, 3, 9") }
        return value
    }

    /// `latitude,longitude`.
    func point(_ name: String) throws(CaselightError) -> GeoPoint? {
        guard let text = try given(name) else { return nil }
        return try Self.point(text[...], named: name)
    }

    /// `latitude,longitude;latitude,longitude;…`.
    func line(_ name: String) throws(CaselightError) -> [GeoPoint]? {
        guard let text = try given(name) else { return nil }
        var points: [GeoPoint] = []
        for part in text.split(separator: ";", omittingEmptySubsequences: true) { points.append(try Self.point(part, named: name)) }
        return points
    }

    private static func point(_ text: Substring, named name: String) throws(CaselightError) -> GeoPoint {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }
        guard parts.count == 2, let latitude = Double(parts[0]), let longitude = Double(parts[1]) else {
            throw CaselightError(
                .invalidCoordinates, "use '\(text.prefix(60))' as \(name)", because: "it is not latitude,longitude in degrees",
                remedy: "Example: 31.2304,121.4737")
        }
        return try GeoPoint(latitude: latitude, longitude: longitude)
    }

    func limit(_ limits: ServerLimits) throws(CaselightError) -> Int {
        try whole("limit", in: 1...limits.pageLimitCount) ?? limits.pageDefaultCount
    }

    func missing(_ name: String) -> CaselightError {
        CaselightError(.invalidValue, "read the query", because: "'\(name)' is missing")
    }

    private func wrong(_ name: String, _ text: String, _ rule: String) -> CaselightError {
        CaselightError(.invalidValue, "read the query", because: "'\(name)' is '\(text.prefix(60))' and must be \(rule)")
    }

    /// Percent-decoding of a form's query: `+` is a space.
    private static func decoded(_ text: Substring) throws(CaselightError) -> String {
        guard let result = text.replacing("+", with: " ").removingPercentEncoding else {
            throw CaselightError(.invalidValue, "read the query", because: "it is not percent-encoded UTF-8")
        }
        return result
    }
}
