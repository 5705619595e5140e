import CaselightModel
import Foundation

/// What somebody needs footage for. No route shows footage, or where it is for a case, without one.
enum Disclosure: Hashable, Sendable {
    case incident(IncidentNumber)
    case purpose(String)

    static let purposeLengths = 3...200
    static let queryNames = ["incident", "purpose"]

    /// The query that states it again: what a playlist gives its segments along.
    var queryText: String {
        switch self {
        case .incident(let number): "incident=\(number)"
        case .purpose(let text): "purpose=\(QueryText.encode(text))"
        }
    }

    var incident: IncidentNumber? { if case .incident(let number) = self { number } else { nil } }
    var purpose: String? { if case .purpose(let text) = self { text } else { nil } }

    /// Reads the disclosure a request states; `pathIncident` is the incident its path names.
    ///
    /// - Throws: `purposeRequired` where none is stated, or an incident that the asker knows nothing of; `invalidValue` for a purpose that
    ///   says nothing.
    static func stated(
        in query: QueryReader, pathIncident: IncidentNumber?, gate: Gate, principal: Principal
    ) async throws -> Disclosure {
        let purpose = try Self.purpose(in: query)
        let stated = try query.given("incident").map { try IncidentNumber($0) }
        if let number = pathIncident ?? stated {
            do {
                _ = try await gate.incident(number, for: principal)
            } catch let error as CaselightError where error.code == .notFound && pathIncident == nil {
                throw CaselightError(
                    .purposeRequired, "show footage for incident '\(number)'", because: "there is no such incident",
                    remedy: "Post the incident first, or state a purpose.")
            }
            return .incident(number)
        }
        guard let purpose else {
            throw CaselightError(
                .purposeRequired, "show footage", because: "neither an incident nor a purpose is stated",
                remedy: "Add incident=NUMBER, or purpose=TEXT where no incident exists.")
        }
        return .purpose(purpose)
    }

    /// Judged also where an incident goes before it.
    private static func purpose(in query: QueryReader) throws(CaselightError) -> String? {
        guard let purpose = query.text("purpose") else { return nil }
        let trimmed = purpose.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard purposeLengths.contains(trimmed.count) else {
            throw CaselightError(
                .invalidValue, "show footage", because: "the purpose must be \(purposeLengths.lowerBound) to \(purposeLengths.upperBound) characters")
        }
        return trimmed
    }
}

/// Text as a value in a query.
enum QueryText {
    private static let allowed = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:")

    static func encode(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
    }
}

/// Errors for what is not there, said alike everywhere.
enum Missing {
    static func camera(_ code: CameraCode) -> CaselightError {
        CaselightError(.notFound, "find camera '\(code)'", because: "no camera in service has this code", remedy: "GET /api/v1/cameras lists them.")
    }

    static func incident(_ number: IncidentNumber) -> CaselightError {
        CaselightError(.notFound, "find incident '\(number)'", because: "there is no incident of this number")
    }

    static func footage(_ code: CameraCode, _ what: String, _ cause: String) -> CaselightError {
        CaselightError(
            .notFound, "show \(what) of camera '\(code)'", because: cause, remedy: "GET /api/v1/cameras/\(code)/coverage tells what there is.")
    }
}
