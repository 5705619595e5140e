import CaselightModel
import GRDB

extension SQLiteLogStore {
    public func faults() async throws -> [String] {
        try await file.read("check the log's database") { db in
            try Self.changesOfForm(db) + Self.disagreements(db)
        }
    }

    /// Tables, indexes and triggers that are not those this program makes: a dropped guard, an index over something else.
    private static func changesOfForm(_ db: Database) throws -> [String] {
        let expected = try DatabaseQueue().write { fresh in
            for step in SQLiteForm.log.steps { try fresh.execute(sql: step.sql) }
            return try form(fresh)
        }
        let found = try form(db)
        return expected.keys.sorted().compactMap { name in
            switch found[name] {
            case nil: "'\(name)' is missing from the database"
            case expected[name]: nil
            default: "'\(name)' is not as this program made it"
            }
        } + found.keys.filter { expected[$0] == nil }.sorted().map { "'\($0)' was added to the database" }
    }

    private static func form(_ db: Database) throws -> [String: String] {
        let parts = try db.all("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!' AND name NOT LIKE 'grdb!_%' ESCAPE '!'") {
            ($0[0] as String, $0[1] as String? ?? "")
        }
        return Dictionary(parts) { first, _ in first }
    }

    /// Pages that are damaged, and indexes that do not say what the rows say.
    private static func disagreements(_ db: Database) throws -> [String] {
        try db.all("PRAGMA integrity_check(20)") { $0[0] as String }.filter { $0 != "ok" }
    }
}
