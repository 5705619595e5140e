import CaselightModel

/// The one place where an error's code becomes an HTTP status and a title.
enum ProblemTable {
    struct Entry: Sendable {
        let status: Int
        let title: String
    }

    static func entry(for code: CaselightError.Code) -> Entry {
        entries[code] ?? Entry(status: 500, title: "Failed")
    }

    static let entries: [CaselightError.Code: Entry] = [
        // What was sent cannot be used.
        .invalidTime: Entry(status: 400, title: "Not a time"),
        .reversedTimes: Entry(status: 400, title: "Times in the wrong order"),
        .invalidCoordinates: Entry(status: 400, title: "Not a place"),
        .unknownDatum: Entry(status: 400, title: "Unknown datum"),
        .invalidShape: Entry(status: 400, title: "Not a searchable place"),
        .invalidCode: Entry(status: 400, title: "Not an identifier"),
        .invalidValue: Entry(status: 400, title: "Value out of range"),
        .invalidURL: Entry(status: 400, title: "Not a feed address"),
        .unknownScheme: Entry(status: 400, title: "Unknown scheme"),
        .playlistRefused: Entry(status: 400, title: "Playlists are refused"),
        .unsupportedMedia: Entry(status: 415, title: "Unsupported media"),
        .damagedMedia: Entry(status: 422, title: "Damaged media"),
        .importRefused: Entry(status: 422, title: "List refused"),
        .tooLarge: Entry(status: 413, title: "Too large"),
        // Who asks, and for what.
        .unauthenticated: Entry(status: 401, title: "Not signed in"),
        .purposeRequired: Entry(status: 403, title: "Incident or purpose required"),
        .forbidden: Entry(status: 403, title: "Refused"),
        .notFound: Entry(status: 404, title: "Not found"),
        .methodNotAllowed: Entry(status: 405, title: "Method not allowed"),
        .duplicate: Entry(status: 409, title: "Exists already"),
        .conflict: Entry(status: 409, title: "Conflict"),
        .rangeNotSatisfiable: Entry(status: 416, title: "Range not satisfiable"),
        // The address that was given leads to nothing usable: no fault of this server, nor of a gateway, so no 5xx.
        .unauthorized: Entry(status: 422, title: "The camera refused the login"),
        .unreachable: Entry(status: 422, title: "The camera cannot be reached"),
        .endOfStream: Entry(status: 422, title: "The stream ended"),
        // What stands behind us failed.
        .workerFailed: Entry(status: 503, title: "The media worker failed"),
        .timedOut: Entry(status: 503, title: "Timed out"),
        .busy: Entry(status: 503, title: "Busy"),
        .overload: Entry(status: 503, title: "Overloaded"),
        .interrupted: Entry(status: 503, title: "Interrupted"),
        .wrongVolume: Entry(status: 503, title: "Wrong archive volume"),
        .newerSchema: Entry(status: 503, title: "Newer database"),
        .lockedOut: Entry(status: 429, title: "Locked out"),
        .logUnwritable: Entry(status: 503, title: "The log cannot be written"),
        .evidenceBroken: Entry(status: 409, title: "Evidence does not verify"),
        .diskFull: Entry(status: 507, title: "Disk full"),
        .damagedDatabase: Entry(status: 500, title: "Damaged database"),
        .diskFailed: Entry(status: 500, title: "Disk failed"),
        .invalidConfiguration: Entry(status: 500, title: "Invalid configuration"),
        .internalFailure: Entry(status: 500, title: "Internal failure"),
    ]
}

extension CaselightError.Code {
    /// Rows of a list cannot be used, and none was written.
    static let importRefused = Self("importRefused")
    static let methodNotAllowed = Self("methodNotAllowed")
    static let rangeNotSatisfiable = Self("rangeNotSatisfiable")
}
