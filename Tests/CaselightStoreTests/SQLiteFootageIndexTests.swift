import CaselightModel
import CaselightStore
import Testing

@Suite struct SQLiteFootageIndexTests {
    @Test(arguments: FootageIndexContract.clauses) func fulfilsTheContract(_ clause: FootageIndexContract.Clause) async throws {
        try await clause.check(in: SQLiteIndexHome())
    }
}

struct SQLiteIndexHome: StoreHome {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func open() throws -> any FootageIndex { try SQLiteFootageIndex.open(path: folder.file("index.db")) }

    func close(_ store: any FootageIndex) throws { try (store as? SQLiteFootageIndex)?.close() }
}
