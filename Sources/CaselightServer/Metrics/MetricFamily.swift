/// All series of one name.
struct MetricFamily: Sendable {
    let name: String
    let kind: MetricKind
    private var members: [String: MetricSeries] = [:]

    init(name: String, kind: MetricKind) {
        self.name = name
        self.kind = kind
    }

    mutating func series(_ dimensions: [(String, String)]) -> MetricSeries {
        let labels = MetricText.labels(dimensions)
        if let known = members[labels] { return known }
        guard members.count < PrometheusRegistry.seriesLimit else {
            let overflow = MetricText.labels(dimensions.map { ($0.0, "other") })
            let series = members[overflow] ?? MetricSeries(kind: kind)
            members[overflow] = series
            return series
        }
        let series = MetricSeries(kind: kind)
        members[labels] = series
        return series
    }

    var text: String {
        let help = MetricHelp.texts[name].map { "# HELP \(name) \(MetricText.escapedHelp($0))\n" } ?? ""
        let body = members.keys.sorted().map { labels in members[labels]?.text(name, labels) ?? "" }.joined()
        return help + "# TYPE \(name) \(kind.typeName)\n" + body
    }
}

enum MetricKind: String, Sendable {
    case counter, gauge, histogram
    /// A histogram of seconds, recorded in nanoseconds.
    case timer

    var typeName: String { self == .timer ? "histogram" : rawValue }
}

/// How names, labels and numbers are written.
enum MetricText {
    /// Names may hold `a-z A-Z 0-9 _ :`; a timer's says its unit.
    static func name(_ label: String, _ kind: MetricKind) -> String {
        var name = cleaned(label)
        if kind == .timer, !name.hasSuffix("_seconds") { name += "_seconds" }
        return name
    }

    static func labels(_ dimensions: [(String, String)]) -> String {
        dimensions.sorted { $0.0 < $1.0 }.map { "\(cleaned($0.0))=\"\(escaped($0.1))\"" }.joined(separator: ",")
    }

    static func number(_ value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return String(value)
    }

    static func escapedHelp(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    private static func escaped(_ value: String) -> String {
        String(value.prefix(200)).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    private static func cleaned(_ label: String) -> String {
        let characters = label.unicodeScalars.map { scalar -> Character in
            let isAllowed = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_" || scalar == ":")
            return isAllowed ? Character(scalar) : "_"
        }
        guard let first = characters.first else { return "_" }
        return first.isNumber ? "_" + String(characters) : String(characters)
    }
}
