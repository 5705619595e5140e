package import CaselightArchive
package import CaselightEvidence
package import CaselightLog
package import CaselightModel
package import CaselightStore
package import Logging

/// What exports stand on. `caselightd` composes it; nothing here is global.
package struct ExportServices: Sendable {
    package var records: any RecordStore
    package var cases: any CaseStore
    package var accounts: any AccountStore
    package var index: any FootageIndex
    package var archive: Archive
    package var clips: any ClipMaker
    package var stills: any StillMaker
    package var holds: any HoldKeeper
    package var log: ConsultationBook
    package var logStore: any LogStore
    /// Signs packages, and the log's checkpoints.
    package var key: SigningKey
    /// Has the time of a manifest's bytes attested, or says why nobody does: what fails here ends no export.
    package var timestamp: @Sendable (_ manifest: [UInt8]) async -> PackageTimestamp
    /// Whether `timestamp` asks somebody.
    package var hasAuthority = false
    package var clock: any WallClock
    package var logger: Logger

    package init(
        records: any RecordStore, cases: any CaseStore, accounts: any AccountStore, index: any FootageIndex, archive: Archive,
        clips: any ClipMaker, stills: any StillMaker, holds: any HoldKeeper, log: ConsultationBook, logStore: any LogStore,
        key: SigningKey, clock: any WallClock, logger: Logger,
        timestamp: @Sendable @escaping ([UInt8]) async -> PackageTimestamp = { .absent("no authority is configured", manifest: $0) }
    ) {
        self.records = records
        self.cases = cases
        self.accounts = accounts
        self.index = index
        self.archive = archive
        self.clips = clips
        self.stills = stills
        self.holds = holds
        self.log = log
        self.logStore = logStore
        self.key = key
        self.timestamp = timestamp
        self.clock = clock
        self.logger = logger
    }
}
