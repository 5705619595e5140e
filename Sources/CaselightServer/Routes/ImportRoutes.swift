import CaselightModel
import CaselightStore
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

extension API {
    var areaRoutes: [Route] { [
        Route(.get, "/api/v1/areas", .roles([.investigator, .dispatcher, .cameraAdmin]), query: ["limit"], handler: listAreas),
        Route(.post, "/api/v1/areas/import", .roles([.cameraAdmin, .admin]), act: .listImported, query: ImportOptions.areaQuery, handler: importAreas)
    ] }

    private struct AreaList: Encodable { let areas: [Area] }

    private func listAreas(_ call: Call) async throws -> Response {
        try JSONReply.response(AreaList(areas: try await records.areas(limit: try call.query.limit(limits))))
    }

    func importCameras(_ call: Call) async throws -> Response {
        try await importSlots.during {
            try checkIsUnlimited(call, "cameras")
            let options = try ImportOptions(call.query, fields: ImportedCamera.fields)
            let (text, limits, now) = (try await listText(call, options), limits, services.clock.now())
            var batch = try await ImportLane.run { try Self.cameras(text, options, limits, now) }
            guard batch.errorCount == 0 || !options.isStrict else { return try ImportProblem(batch).response() }
            for index in batch.records.indices {
                let camera = batch.records[index].0
                if let days = camera.retentionDays { try settings.retention.check(days, for: "camera '\(camera.code)'") }
                batch.records[index].0 = try await inItsGrid(camera)
            }
            try await consultations.allow(.listImported, call, detail: "\(batch.records.count) cameras")
            let count = try await records.importCameras(batch.records, replacing: options.isReplacing)
            logger.notice("cameras imported", metadata: ["added": "\(count.added)", "updated": "\(count.updated)", "refused": "\(batch.errorCount)"])
            for (camera, _) in batch.records where camera.feed != nil || options.isReplacing { await services.feeds.cameraChanged(camera.code) }
            return try JSONReply.response(ImportReply(count, batch.errorCount, batch.errors))
        }
    }

    func importIncidents(_ call: Call) async throws -> Response {
        try await importSlots.during {
            try checkIsUnlimited(call, "incidents")
            let options = try ImportOptions(call.query, fields: ImportedIncident.fields)
            let (text, limits, now) = (try await listText(call, options), limits, services.clock.now())
            var batch = try await ImportLane.run { try Self.incidents(text, options, limits, now) }
            guard batch.errorCount == 0 || !options.isStrict else { return try ImportProblem(batch).response() }
            for index in batch.records.indices { batch.records[index] = try await inItsGrid(batch.records[index]) }
            try await consultations.allow(.listImported, call, detail: "\(batch.records.count) incidents")
            let count = try await records.importIncidents(batch.records, replacing: options.isReplacing)
            logger.notice("incidents imported", metadata: ["added": "\(count.added)", "updated": "\(count.updated)", "refused": "\(batch.errorCount)"])
            return try JSONReply.response(ImportReply(count, batch.errorCount, batch.errors))
        }
    }

    private func importAreas(_ call: Call) async throws -> Response {
        try await importSlots.during {
            try checkIsUnlimited(call, "areas")
            let options = try ImportOptions(call.query, fields: ImportedArea.fields)
            let (text, limits) = (try await listText(call, options), limits)
            let batch = try await ImportLane.run { try Self.areas(text, options, limits) }
            guard batch.errorCount == 0 || !options.isStrict else { return try ImportProblem(batch).response() }
            try await consultations.allow(.listImported, call, detail: "\(batch.records.count) areas")
            let count = try await records.importAreas(batch.records)
            logger.notice("areas imported", metadata: ["added": "\(count.added)", "updated": "\(count.updated)", "refused": "\(batch.errorCount)"])
            return try JSONReply.response(ImportReply(count, batch.errorCount, batch.errors))
        }
    }

    /// A list names whatever records it likes; who is limited to some of them changes them one by one.
    private func checkIsUnlimited(_ call: Call, _ what: String) throws {
        guard try call.principal().scope != .all else { return }
        throw CaselightError(
            .forbidden, "import a list of \(what)", because: "your account is limited to camera groups",
            remedy: "Add or change them one by one, or ask somebody without limits.")
    }

    private func listText(_ call: Call, _ options: ImportOptions) async throws -> String {
        let buffer = try await call.body(limitBytes: limits.importBodyBytes, what: "list")
        let encoding = options.encoding
        return try await ImportLane.run { try TextEncoding.decode(Data(buffer.readableBytesView), as: encoding) }
    }

    private static func cameras(
        _ text: String, _ options: ImportOptions, _ limits: ServerLimits, _ now: WallTime
    ) throws -> ImportBatch<(Camera, FeedCredentials?)> {
        var (batch, codes, seen) = (ImportBatch<(Camera, FeedCredentials?)>(), DerivedCodes(prefix: options.codePrefix), Set<CameraCode>())
        for row in try ImportTable.rows(text, format: options.format, rowLimit: limits.importRowCount) {
            do throws(CaselightError) {
                let record = try ImportedCamera.camera(row, options: options, codes: &codes, at: now)
                guard seen.insert(record.0.code).inserted else { throw repeated(record.0.code.text) }
                batch.records.append(record)
            } catch {
                batch.refuse(row.number, error, hiding: ImportedCamera.secrets(in: row, options: options), limit: limits.importErrorCount)
            }
        }
        return batch
    }

    private static func incidents(
        _ text: String, _ options: ImportOptions, _ limits: ServerLimits, _ now: WallTime
    ) throws -> ImportBatch<Incident> {
        var (batch, codes, seen) = (ImportBatch<Incident>(), DerivedCodes(prefix: options.codePrefix), Set<IncidentNumber>())
        for row in try ImportTable.rows(text, format: options.format, rowLimit: limits.importRowCount) {
            do throws(CaselightError) {
                let incident = try ImportedIncident.incident(row, options: options, codes: &codes, at: now)
                guard seen.insert(incident.number).inserted else { throw repeated(incident.number.text) }
                batch.records.append(incident)
            } catch {
                batch.refuse(row.number, error, limit: limits.importErrorCount)
            }
        }
        return batch
    }

    private static func areas(_ text: String, _ options: ImportOptions, _ limits: ServerLimits) throws -> ImportBatch<Area> {
        var (batch, seen) = (ImportBatch<Area>(), Set<String>())
        let entries = try ImportTable.entries(try JSONValue.parse(Data(text.utf8), what: "list of areas"))
        guard !entries.isEmpty else { throw CaselightError(.invalidValue, "read the list of areas", because: "it has no entries") }
        for (index, entry) in entries.enumerated() {
            do throws(CaselightError) {
                let area = try ImportedArea.area(entry, number: index + 1, options: options)
                guard seen.insert(area.code).inserted else { throw repeated(area.code) }
                batch.records.append(area)
            } catch {
                batch.refuse(index + 1, error, limit: limits.importErrorCount)
            }
        }
        return batch
    }

    private static func repeated(_ code: String) -> CaselightError {
        CaselightError(.duplicate, "take in the row", because: "'\(code.prefix(70))' stands in the list already")
    }
}
