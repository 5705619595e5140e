import CaselightModel
import CaselightStore
import Testing

@Suite struct SQLiteRecordStoreTests {
    @Test(arguments: RecordStoreContract.clauses) func fulfilsTheContract(_ clause: RecordStoreContract.Clause) async throws {
        try await clause.check(in: SQLiteRecordHome())
    }

    @Test(arguments: AccountStoreContract.clauses) func fulfilsTheContractOfAccounts(_ clause: AccountStoreContract.Clause) async throws {
        try await clause.check(in: SQLiteAccountHome())
    }

    @Test(arguments: CaseStoreContract.clauses) func fulfilsTheContractOfCases(_ clause: CaseStoreContract.Clause) async throws {
        try await clause.check(in: SQLiteCaseHome())
    }

    @Test(arguments: BoardStoreContract.clauses) func fulfilsTheContractOfTheBoard(_ clause: BoardStoreContract.Clause) async throws {
        try await clause.check(in: SQLiteBoardHome())
    }

    @Test(arguments: PushStoreContract.clauses) func fulfilsTheContractOfPush(_ clause: PushStoreContract.Clause) async throws {
        try await clause.check(in: SQLitePushHome())
    }
}

struct SQLiteBoardHome: StoreHome {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func open() throws -> any BoardStore & CaseStore & RecordStore {
        try SQLiteRecordStore.open(path: folder.file("records.db"), sealer: .forTests)
    }

    func close(_ store: any BoardStore & CaseStore & RecordStore) throws { try (store as? SQLiteRecordStore)?.close() }
}

struct SQLitePushHome: StoreHome {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func open() throws -> any PushStore & RecordStore & BoardStore {
        try SQLiteRecordStore.open(path: folder.file("records.db"), sealer: .forTests)
    }

    func close(_ store: any PushStore & RecordStore & BoardStore) throws { try (store as? SQLiteRecordStore)?.close() }
}

struct SQLiteAccountHome: StoreHome {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func open() throws -> any AccountStore { try SQLiteRecordStore.open(path: folder.file("records.db"), sealer: .forTests) }

    func close(_ store: any AccountStore) throws { try (store as? SQLiteRecordStore)?.close() }
}

struct SQLiteCaseHome: StoreHome {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func open() throws -> any CaseStore & RecordStore { try SQLiteRecordStore.open(path: folder.file("records.db"), sealer: .forTests) }

    func close(_ store: any CaseStore & RecordStore) throws { try (store as? SQLiteRecordStore)?.close() }
}

struct SQLiteRecordHome: StoreHome {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func open() throws -> any RecordStore { try SQLiteRecordStore.open(path: folder.file("records.db"), sealer: .forTests) }

    func close(_ store: any RecordStore) throws { try (store as? SQLiteRecordStore)?.close() }
}
