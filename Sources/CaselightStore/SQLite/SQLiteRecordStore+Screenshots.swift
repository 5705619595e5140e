public import CaselightModel
import Foundation
import GRDB

extension SQLiteRecordStore {
    public func addScreenshot(_ screenshot: Screenshot, bytes: [UInt8]) async throws -> Screenshot {
        let operation = "add a screenshot to incident '\(screenshot.incident)'"
        return try await file.write(operation) { db in
            guard let incident = try Self.id(of: screenshot.incident, db) else { throw Self.unknownIncident(screenshot.incident, operation) }
            guard try !db.finds("SELECT 1 FROM screenshots WHERE incident_id = ? AND sha256 = ?", [incident, screenshot.sha256]) else {
                throw CaselightError(.duplicate, operation, because: "it has this very picture")
            }
            let count = try db.first("SELECT count(*) FROM screenshots WHERE incident_id = ?", [incident]) { $0[0] as Int } ?? 0
            guard count < Screenshot.countLimit else {
                throw CaselightError(.tooLarge, operation, because: "it has \(count) of them, which is the most of one incident")
            }
            try db.run(
                """
                INSERT INTO screenshots (incident_id, media_type, byte_count, sha256, camera_text, account, at_us)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    incident, screenshot.mediaType.rawValue, bytes.count, screenshot.sha256, screenshot.cameraText, screenshot.by?.text,
                    screenshot.at.microseconds,
                ])
            var stored = screenshot
            stored.id = db.lastInsertedRowID
            try db.run("INSERT INTO screenshot_bytes (screenshot_id, bytes) VALUES (?, ?)", [stored.id, Data(bytes)])
            try self.steps.add(
                CaseStep(
                    incident: screenshot.incident, kind: .screenshotAdded, at: screenshot.at, by: screenshot.by, object: "\(stored.id)"), db)
            return stored
        }
    }

    public func readScreenshot(_ screenshot: Screenshot, by account: AccountName, at time: WallTime) async throws {
        let operation = "note what screenshot \(screenshot.id) of incident '\(screenshot.incident)' says"
        try checkText(screenshot.cameraText, operation: operation)
        try await file.write(operation) { db in
            try db.run(
                """
                UPDATE screenshots SET camera_text = ?, clock_read_us = ?
                WHERE id = ? AND incident_id = (SELECT id FROM incidents WHERE number = ?)
                """, [screenshot.cameraText, screenshot.clockRead?.microseconds, screenshot.id, screenshot.incident.text])
            guard db.changesCount > 0 else {
                throw CaselightError(.notFound, operation, because: "the incident has no such screenshot")
            }
            let clock = screenshot.clockRead.map { " \($0.rfc3339())" } ?? ""
            try self.steps.add(
                CaseStep(
                    incident: screenshot.incident, kind: .screenshotRead, at: time, by: account, object: "\(screenshot.id)",
                    text: screenshot.cameraText + clock), db)
        }
    }

    public func screenshots(of incident: IncidentNumber) async throws -> [Screenshot] {
        try await file.readOnce("read the screenshots of incident '\(incident)'") { db in
            try db.all(
                """
                SELECT s.id, s.media_type, s.byte_count, s.sha256, s.account, s.at_us, s.camera_text, s.clock_read_us
                FROM incidents i JOIN screenshots s ON s.incident_id = i.id WHERE i.number = ? ORDER BY s.id
                """, [incident.text]
            ) { row in
                var screenshot = Screenshot(
                    id: row[0], incident: incident, mediaType: try row.choice(1, "screenshots.media_type"), byteCount: row[2],
                    sha256: row[3], by: try row.account(4), at: row.time(5))
                screenshot.cameraText = row[6]
                screenshot.clockRead = row.optionalTime(7)
                return screenshot
            }
        }
    }

    public func screenshotBytes(_ id: Int64, of incident: IncidentNumber) async throws -> [UInt8]? {
        try await file.readOnce("read screenshot \(id) of incident '\(incident)'") { db in
            try db.first(
                """
                SELECT b.bytes FROM incidents i JOIN screenshots s ON s.incident_id = i.id JOIN screenshot_bytes b ON b.screenshot_id = s.id
                WHERE i.number = ? AND s.id = ?
                """, [incident.text, id]
            ) { try $0.bytes(0) }
        }
    }
}
