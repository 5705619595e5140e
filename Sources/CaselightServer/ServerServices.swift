import CaselightArchive
import CaselightLog
import CaselightModel
import CaselightStore

/// What the server stands on. `caselightd` composes it; nothing here is global.
package struct ServerServices: Sendable {
    package let records: any RecordStore
    package let board: any BoardStore
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
    package let push: any PushStore
    package let pushTester: any PushTester
    package let keys: any KeyRotation
    package let clock: any WallClock
    /// What keeps the daemon from being ready; empty when it is.
    package let readiness: @Sendable () async -> [ReadinessProblem]

    package init(
        records: any RecordStore, board: any BoardStore, accounts: any AccountStore, book: ConsultationBook,
        logRows: any LogStore, cases: any CaseStore, holds: any HoldKeeper, exports: any ExportDesk, index: any FootageIndex, archive: Archive, feeds: any LiveFeeds, stills: any StillMaker,
        push: any PushStore, pushTester: any PushTester, keys: any KeyRotation, clock: any WallClock, readiness: @escaping @Sendable () async -> [ReadinessProblem]
    ) {
        self.records = records
        self.board = board
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
        self.push = push
        self.pushTester = pushTester
        self.keys = keys
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

/// Gives the installation's secrets a new key.
package protocol KeyRotation: Sendable {
    /// Seals every secret anew with a new key, and drops the old one from where the keys are kept.
    ///
    /// - Throws: `CaselightError`, and nothing is lost: `busy` while another rotation is under way, `forbidden` where systemd keeps the
    ///   key, `invalidConfiguration` for a secret whose key is missing, what the disk says.
    func rotate() async throws -> RotatedKey
}

/// What came of a rotation.
package struct RotatedKey: Hashable, Sendable, Codable {
    /// 16 hexadecimal digits: names the key, and tells nothing of it.
    package var keyID: String
    /// How many secrets were sealed anew.
    package var secretCount: Int

    package init(keyID: String, secretCount: Int) {
        self.keyID = keyID
        self.secretCount = secretCount
    }
}
