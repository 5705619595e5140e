import CaselightArchive
import CaselightModel
import CaselightStore
import Logging
import Metrics

/// The one place where holds are placed, released and end, and where it is decided what may be deleted.
///
/// A hold stands twice: as a row of the records and as a file beside the footage. Either is enough to keep the footage, so that neither
/// records lost or restored from an older backup, nor an archive that was moved, frees it; where they contradict each other, footage
/// stays. What makes a hold stronger is written to the file first, what ends it to the row first: a crash between leaves it in force.
///
/// All changes and all decisions to delete take their turn at one gate. Any task may call anything.
package actor HoldBook {
    /// More in force at once are refused: a check before each deletion reads them all.
    static let holdLimit = 100_000
    /// The most that a measured uncertainty widens what is held; what it is for questions.
    static let widestMargin = Microseconds.seconds(3600)

    nonisolated let store: any CaseStore
    nonisolated let records: any RecordStore
    nonisolated let index: any FootageIndex
    nonisolated let archive: Archive
    nonisolated let log: any ConsultationLog
    nonisolated let clock: any WallClock
    nonisolated let logger: Logger
    /// For all that places a hold or deletes footage.
    nonisolated let gate = HoldGate()
    /// How long a hold goes on after its incident was closed.
    var daysAfterClose: Int
    /// Whether rows and files may differ: before the first comparison, and after a write that failed halfway.
    var mayDiffer = true
    /// Holds that only the archive knows: the records do not take them, most often for want of their incident.
    var withoutRow: Set<String> = []
    let holdGauge = Gauge(label: "caselight_holds")
    let heldBytesGauge = Gauge(label: "caselight_held_bytes")
    let damagedGauge = Gauge(label: "caselight_hold_files_damaged")

    package init(
        store: any CaseStore, records: any RecordStore, index: any FootageIndex, archive: Archive, log: any ConsultationLog,
        clock: any WallClock, logger: Logger, daysAfterClose: Int
    ) {
        self.store = store
        self.records = records
        self.index = index
        self.archive = archive
        self.log = log
        self.clock = clock
        self.logger = logger
        self.daysAfterClose = daysAfterClose
    }

    /// Takes over a changed setting. Ends that were set stay.
    func adopt(daysAfterClose days: Int) { daysAfterClose = days }

    /// Runs a decision on what to delete while no hold is placed: what it marks is unheld, and stays so until it is marked.
    ///
    /// - Throws: where it cannot be told what is held; then nothing may be deleted.
    nonisolated func deciding<Value: Sendable>(_ body: @Sendable (HoldShield) async throws -> Value) async throws -> Value {
        try await gate.during { try await body(try await shield()) }
    }

    /// What is held now, by rows or files.
    nonisolated func shield() async throws -> HoldShield {
        let holds = try await keeping()
        let cameras = Array(Set(holds.map(\.camera)))
        guard !cameras.isEmpty else { return HoldShield([]) }
        let margins = try await index.latestClockSamples(of: cameras).mapValues { min($0.uncertaintyUs, Self.widestMargin) }
        let handedOver = try await index.importedRuns(of: cameras).map(\.id)
        return HoldShield(holds, margins: margins, handedOver: Set(handedOver))
    }

    /// Every hold that keeps footage: rows in force, and files. A file keeps until it is gone, whatever its row says.
    nonisolated func keeping() async throws -> [Hold] {
        let content = try await archive.holds.content()
        var holds = Array(content.holds.values)
        for row in try await store.holdsInForce(at: clock.now()) where content.holds[row.id] != row { holds.append(row) }
        for damaged in content.damaged {
            // Its row tells what it keeps, and that it keeps it: what else the file said nobody knows.
            guard let id = damaged.id, let row = try await store.hold(id) else { throw Self.unreadable(damaged) }
            holds.append(row)
        }
        return holds
    }

    private static func unreadable(_ damaged: DamagedHold) -> CaselightError {
        CaselightError(
            .evidenceBroken, "tell what may be deleted",
            because: "the hold file '\(damaged.fileName)' in the archive's folder of holds is damaged (\(damaged.cause)) and the records do not know it",
            remedy: "Nothing is deleted until it is restored from a backup, or taken out of the folder once it is known what it kept.")
    }
}

extension HoldBook: HoldKeeper {
    package nonisolated func hold(_ id: String) async throws -> Hold? {
        if let row = try await store.hold(id) { return row }
        return try await archive.holds.content().holds[id]
    }

    package func holds(of incident: IncidentNumber?, camera: CameraCode?, after: String?, limit: Int) async throws -> [Hold] {
        let filed = try await archive.holds.content().holds
        let onlyFiled = withoutRow.compactMap { filed[$0] }.filter { hold in
            (incident == nil || hold.incident == incident) && (camera == nil || hold.camera == camera)
        }.sorted { ($0.placedAt, $0.id) < ($1.placedAt, $1.id) }
        if let after, let position = onlyFiled.firstIndex(where: { $0.id == after }) {
            return Array(onlyFiled[(position + 1)...].prefix(max(0, limit)))
        }
        let rows = try await store.holds(of: incident, camera: camera, after: after, limit: limit)
        return rows + onlyFiled.prefix(max(0, limit - rows.count))
    }
}
