import CaselightModel
import Foundation
import GRDB

/// A camera in the columns of `cameras`.
enum CameraRow {
    /// What `camera(_:)` reads, of cameras named `c`.
    static let columns = """
        c.code, c.name, c.latitude_deg, c.longitude_deg, c.given_datum, c.given_latitude_deg, c.given_longitude_deg, c.bearing_deg,
        c.field_deg, c.range_m, c.kind, c.class, c.address, c.owner, c.grid, c.policy, c.retention_days, c.feed_url, c.feed_transport,
        c.is_enabled, c.created_at_us, c.updated_at_us, EXISTS (SELECT 1 FROM sealed_credentials s WHERE s.camera_id = c.id),
        (SELECT json_group_array(tag) FROM (SELECT tag FROM camera_tags t WHERE t.camera_id = c.id ORDER BY t.position)),
        CASE WHEN instr(c.feed_url, '***') > 0 AND c.removed_at_us IS NULL
          THEN (SELECT sealed FROM secrets a WHERE a.name = '\(SealedAddress.namePrefix)' || c.code) END
        """

    static func camera(_ row: Row, _ sealer: SecretSealer) throws -> Camera {
        var camera = Camera(code: try row.code(0), name: row[1], createdAt: row.time(20))
        camera.position = row.point(2)
        camera.givenPosition = try row.givenPosition(4)
        camera.bearingDegrees = row[7]
        camera.fieldDegrees = row[8]
        camera.rangeMeters = row[9]
        camera.kind = try row.choice(10, "cameras.kind")
        camera.cameraClass = try row.choice(11, "cameras.class")
        camera.address = row[12]
        camera.owner = row[13]
        camera.grid = row[14]
        camera.policy = try row.choice(15, "cameras.policy")
        camera.retentionDays = row[16]
        if let url = row[17] as String? {
            let shown = try FeedURL.parse(url).url
            camera.feed = Feed(
                url: try SealedAddress.address(in: row, 24, of: camera.code, shown: shown, sealer) ?? shown, transport: try row.choice(18, "cameras.feed_transport"), hasCredentials: row[22])
        }
        camera.isEnabled = row[19]
        camera.updatedAt = row.time(21)
        let tags: String = row[23]
        if tags != "[]" { camera.tags = try JSONDecoder().decode([String].self, from: Data(tags.utf8)) }
        return camera
    }

    /// What an update changes: all but the code and the time of registration.
    static let fields = [
        "name", "latitude_deg", "longitude_deg", "given_datum", "given_latitude_deg", "given_longitude_deg", "bearing_deg", "field_deg",
        "range_m", "kind", "class", "address", "owner", "grid", "grid_source", "policy", "retention_days", "feed_url", "feed_transport",
        "is_enabled", "search_text", "updated_at_us",
    ]

    /// The values of `fields`, in their order.
    static func values(_ camera: Camera, grid: (code: String?, source: String)) -> [(any DatabaseValueConvertible)?] {
        [
            camera.name, camera.position?.latitude, camera.position?.longitude, camera.givenPosition?.datum.rawValue,
            camera.givenPosition?.latitude, camera.givenPosition?.longitude, camera.bearingDegrees, camera.fieldDegrees,
            camera.rangeMeters, camera.kind.rawValue, camera.cameraClass.rawValue, camera.address, camera.owner, grid.code, grid.source,
            camera.policy.rawValue, camera.retentionDays, camera.feed?.url.masked.text, camera.feed?.transport.rawValue, camera.isEnabled,
            "\(camera.code)\n\(camera.name)\n\(camera.address)".lowercased(), camera.updatedAt.microseconds,
        ]
    }

    static let insertSQL = """
        INSERT INTO cameras (code, created_at_us, \(fields.joined(separator: ", ")))
        VALUES (?, ?, \(fields.map { _ in "?" }.joined(separator: ", ")))
        """
    static let updateSQL = "UPDATE cameras SET \(fields.map { "\($0) = ?" }.joined(separator: ", ")) WHERE id = ?"

    /// - Throws: `invalidValue` for what a row cannot hold as it is: SQLite keeps no NaN, and cuts a text at a NUL.
    static func check(_ camera: Camera, operation: String) throws(CaselightError) {
        try checkText(camera.name, camera.address, camera.owner, camera.grid, operation: operation)
        for tag in camera.tags { try checkText(tag, operation: operation) }
        let numbers = [
            camera.position?.latitude, camera.position?.longitude, camera.givenPosition?.latitude, camera.givenPosition?.longitude,
            camera.bearingDegrees, camera.fieldDegrees, camera.rangeMeters,
        ]
        guard numbers.allSatisfy({ $0?.isFinite ?? true }) else {
            throw CaselightError(.invalidValue, operation, because: "a number in it is not finite", remedy: "Leave out what is unknown.")
        }
    }
}

extension Camera {
    /// The position, unless it is 0,0: what devices send that do not know theirs.
    var knownPosition: GeoPoint? { position.flatMap { $0.latitude == 0 && $0.longitude == 0 ? nil : $0 } }
}
