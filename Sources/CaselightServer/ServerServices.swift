import CaselightArchive
import CaselightLog
import CaselightModel
import CaselightStore

/// What the server stands on. `caselightd` composes it; nothing here is global.
package struct ServerServices: Sendable {
    package let records: any RecordStore
    package let accounts: any AccountStore
    /// The consultation log, and the rows it stands in.
    package let book: ConsultationBook
    package let logRows: any LogStore
    package let cases: any CaseStore
    package let holds: any HoldKeeper
    package let exports: any ExportDesk
    package let index: any FootageIndex
    package let archive: Archive
    package let feeds: any LiveFeeds
    package let stills: any StillMaker
    package let clock: any WallClock
    /// What keeps the daemon from being ready; empty when it is.
    package let readiness: @Sendable () async -> [ReadinessProblem]

    package init(
        records: any RecordStore, accounts: any AccountStore, book: ConsultationBook,
        logRows: any LogStore, cases: any CaseStore, holds: any HoldKeeper, exports: any ExportDesk, index: any FootageIndex, archive: Archive, feeds: any LiveFeeds, stills: any StillMaker,
        clock: any WallClock, readiness: @escaping @Sendable () async -> [ReadinessProblem]
    ) {
        self.records = records
        self.accounts = accounts
        self.book = book
        self.logRows = logRows
        self.cases = cases
        self.holds = holds
        self.exports = exports
        self.index = index
        self.archive = archive
        self.feeds = feeds
        self.stills = stills
        self.clock = clock
        self.readiness = readiness
    }
}

/// One reason why the daemon cannot do its whole work yet, or any more.
package struct ReadinessProblem: Hashable, Sendable, Encodable {
    /// The part concerned: `archive`, `records`, `index`, `worker`.
    package let part: String
    /// One line, without credentials.
    package let detail: String

    package init(part: String, detail: String) {
        self.part = part
        self.detail = detail
    }
}
