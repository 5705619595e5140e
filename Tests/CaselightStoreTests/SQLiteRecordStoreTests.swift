import CaselightModel
import CaselightStore
import Testing

@Suite struct SQLiteRecordStoreTests {
    @Test(arguments: RecordStoreContract.clauses) func fulfilsTheContract(_ clause: RecordStoreContract.Clause) async throws {
        try await clause.check(in: SQLiteRecordHome())
    }
}

struct SQLiteRecordHome: StoreHome {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func open() throws -> any RecordStore { try SQLiteRecordStore.open(path: folder.file("records.db"), sealer: .forTests) }

    func close(_ store: any RecordStore) throws { try (store as? SQLiteRecordStore)?.close() }
}
