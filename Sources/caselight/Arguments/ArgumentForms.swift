import ArgumentParser
import CaselightModel
import Foundation

/// How values are written on the command line. Each form's error says what is wrong and shows an example.
enum ArgumentForm {
    static func time(_ text: String) throws -> WallTime { try WallTime(rfc3339: text) }

    /// `latitude,longitude`.
    static func point(_ text: String) throws -> GeoPoint {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0.trimmingCharacters(in: .whitespaces)) }
        guard parts.count == 2, let latitude = parts[0], let longitude = parts[1] else {
            throw CaselightError(
                .invalidCoordinates, "use '\(text.prefix(60))' as a place", because: "it is not latitude,longitude in degrees",
                remedy: "Example: 29.8683,121.5440")
        }
        return try GeoPoint(latitude: latitude, longitude: longitude)
    }

    /// `latitude,longitude;latitude,longitude;…`, of at least `count` points.
    static func line(_ text: String, atLeast count: Int) throws -> [GeoPoint] {
        let points = try text.split(separator: ";").map { try point(String($0)) }
        guard points.count >= count else {
            throw CaselightError(
                .invalidShape, "use these points", because: "there are \(points.count) and must be at least \(count)",
                remedy: "Write them as latitude,longitude;latitude,longitude and quote the whole.")
        }
        return points
    }

    /// Seconds: `452`, `7m32s`, `1h02m`, `0.5`, `7:32`.
    static func seconds(_ text: String) throws -> Double {
        if let plain = Double(text), plain.isFinite, plain >= 0 { return plain }
        let clock = text.split(separator: ":", omittingEmptySubsequences: false)
        if (2...3).contains(clock.count) {
            let parts = clock.map { Double($0) }
            if parts.allSatisfy({ $0.map { $0 >= 0 && $0.isFinite } ?? false }) { return parts.reduce(0) { $0 * 60 + ($1 ?? 0) } }
        }
        var (total, digits, isWhole) = (0.0, "", !text.isEmpty)
        for character in text {
            if character.isNumber || character == "." {
                digits.append(character)
            } else if let unit = unitSeconds[character], let value = Double(digits) {
                total += value * unit
                digits = ""
            } else {
                isWhole = false
            }
        }
        guard isWhole, digits.isEmpty else {
            throw CaselightError(
                .invalidTime, "use '\(text.prefix(40))' as a length of time", because: "it is not seconds or hours, minutes and seconds",
                remedy: "Examples: 452, 7m32s, 7:32, 1h05m")
        }
        return total
    }

    private static let unitSeconds: [Character: Double] = ["d": 86_400, "h": 3600, "m": 60, "s": 1]

    /// Seconds east of UTC: `+08:00`, `-0530`, `Z`.
    static func offsetSeconds(_ text: String) throws -> Int {
        guard let (seconds, rest) = TimePattern.offset(Array(text.utf8)[...]), rest.isEmpty else {
            throw CaselightError(
                .invalidTime, "use '\(text.prefix(20))' as an offset from UTC", because: "it is not hours and minutes",
                remedy: "Examples: +08:00, -05:00, Z")
        }
        return seconds
    }

    /// A number that is one: not `nan`, not `inf`.
    static func measure(_ text: String) throws -> Double {
        guard let value = Double(text), value.isFinite else {
            throw CaselightError(.invalidValue, "use '\(text.prefix(40))' as a number", because: "it is none", remedy: "Example: 121.544")
        }
        return value
    }

    static func pattern(_ text: String) throws -> TimePattern { try TimePattern(text) }

    static func code(_ text: String) throws -> CameraCode { try CameraCode(text) }
    static func number(_ text: String) throws -> IncidentNumber { try IncidentNumber(text) }
}

extension CameraKind: ExpressibleByArgument {}
extension CameraClass: ExpressibleByArgument {}
extension RecordingPolicy: ExpressibleByArgument {}
extension FeedTransport: ExpressibleByArgument {}
extension Datum: ExpressibleByArgument {}
extension LinkRole: ExpressibleByArgument {}
extension IncidentState: ExpressibleByArgument {}
extension OutcomeResult: ExpressibleByArgument {}

/// What footage is wanted for: an incident, or a purpose where there is none yet.
struct DisclosureOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The incident that the footage is wanted for.", valueName: "number"), transform: ArgumentForm.number)
    var incident: IncidentNumber?

    @Option(help: ArgumentHelp("What it is wanted for, where no incident exists. Logged.", valueName: "text"))
    var purpose: String?

    func validate() throws {
        if incident == nil, purpose == nil {
            throw ValidationError("Say what the footage is for: --incident NUMBER, or --purpose TEXT where no incident exists.")
        }
        if incident != nil, purpose != nil { throw ValidationError("Give --incident or --purpose, not both.") }
    }

    var query: Query { [("incident", incident?.text), ("purpose", purpose)] }
}

/// A place as it is given on the command line.
struct PlaceOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: ArgumentHelp("Latitude, degrees.", valueName: "degrees"), transform: ArgumentForm.measure)
    var lat: Double?

    @Option(parsing: .unconditional, help: ArgumentHelp("Longitude, degrees.", valueName: "degrees"), transform: ArgumentForm.measure)
    var lon: Double?

    @Option(help: "What the position was read from: wgs84 (GPS), gcj02 (Amap, Tencent), bd09 (Baidu).")
    var datum: Datum?

    func validate() throws {
        guard (lat == nil) == (lon == nil) else { throw ValidationError("--lat and --lon go together.") }
        if datum != nil, lat == nil { throw ValidationError("--datum needs --lat and --lon.") }
    }

    func set(_ fields: inout RequestFields) {
        fields.set("lat", lat)
        fields.set("lon", lon)
        fields.set("datum", datum?.rawValue)
    }
}
