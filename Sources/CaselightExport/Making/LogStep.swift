internal import CaselightEvidence
internal import CaselightLog
internal import CaselightModel
internal import CaselightStore

/// Takes the incident's entries, and those about its cameras' records, out of the consultation log, each with its proof, for the package.
struct LogStep {
    let order: ExportOrder
    let services: ExportServices
    let settings: ExportSettings

    /// - Throws: `evidenceBroken` where the log's rows no longer agree with its tree; errors of the store.
    func excerpt() async throws -> LogExcerpt {
        let checkpoint = try await services.log.checkpoint()
        let size = checkpoint.checkpoint.size
        // The request comes first, however much has been done for the incident since.
        var rows: [Int64: LogRow] = [:]
        for filter in [LogFilter(incident: order.incident, action: .export), LogFilter(incident: order.incident)] {
            for row in try await services.logStore.rows(filter, before: size, limit: settings.logEntryLimit)
            where rows.count < settings.logEntryLimit { rows[row.sequence] = row }
        }
        var leftOutCount = try await count(LogFilter(incident: order.incident), below: size) - rows.count
        for filter in cameraFilters {
            let known = try await services.logStore.rows(filter, before: size, limit: Self.entriesPerCameraAct)
            for row in known { rows[row.sequence] = row }
            if known.count == Self.entriesPerCameraAct { leftOutCount += try await count(filter, below: size) - known.count }
        }
        var entries: [LogExcerpt.Entry] = []
        for row in rows.values.sorted(by: { $0.sequence < $1.sequence }) {
            try Task.checkCancellation()
            entries.append(.init(body: row.body, proof: try await services.log.inclusionProof(of: row.sequence, in: size)))
        }
        return LogExcerpt(entries: entries, checkpoint: checkpoint, leftOutCount: leftOutCount)
    }

    private static let entriesPerCameraAct = 50

    /// What was done to the record of each camera: the manifest gives it as it is now, these as it was when it recorded.
    private var cameraFilters: [LogFilter] {
        Set(order.clips.map(\.camera)).flatMap { camera in
            [LogAction.cameraAdded, .cameraChanged, .cameraRemoved, .clockStated].map { LogFilter(camera: camera, action: $0) }
        }
    }

    private func count(_ filter: LogFilter, below size: Int64) async throws -> Int {
        var (count, before) = (0, size)
        while true {
            let rows = try await services.logStore.rows(filter, before: before, limit: settings.logEntryLimit)
            count += rows.count
            guard rows.count == settings.logEntryLimit, let last = rows.last else { return count }
            before = last.sequence
        }
    }
}
