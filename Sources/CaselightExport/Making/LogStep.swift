internal import CaselightEvidence
internal import CaselightLog
internal import CaselightModel
internal import CaselightStore

/// Takes the incident's entries out of the consultation log, each with its proof, for the package.
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
        var entries: [LogExcerpt.Entry] = []
        for row in rows.values.sorted(by: { $0.sequence < $1.sequence }) {
            try Task.checkCancellation()
            entries.append(.init(body: row.body, proof: try await services.log.inclusionProof(of: row.sequence, in: size)))
        }
        return LogExcerpt(entries: entries, checkpoint: checkpoint, leftOutCount: try await count(below: size) - entries.count)
    }

    /// How many entries concern the incident.
    private func count(below size: Int64) async throws -> Int {
        var (count, before) = (0, size)
        while true {
            let rows = try await services.logStore.rows(LogFilter(incident: order.incident), before: before, limit: settings.logEntryLimit)
            count += rows.count
            guard rows.count == settings.logEntryLimit, let last = rows.last else { return count }
            before = last.sequence
        }
    }
}
