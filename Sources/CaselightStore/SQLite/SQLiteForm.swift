import GRDB

/// What one of our databases is: whose file, how durable, which schema.
struct SQLiteForm: Sendable {
    /// SQLite's names for how hard a commit is pressed to disk in WAL mode.
    enum Synchronous: Int, Sendable {
        /// Survives a crash of the program; a power cut may take the last commits, and leaves the file whole.
        case normal = 1
        /// Survives a power cut.
        case full = 2
    }

    /// In the file's header, so that one database is never taken for the other, nor another program's for ours.
    let applicationID: Int32
    let synchronous: Synchronous
    /// Whether the archive holds all of it.
    let isRebuildable: Bool
    /// In order; a step once shipped never changes.
    let steps: [SchemaStep]
    /// What to do when the file is damaged or of no use.
    let remedy: String

    var newestSchema: Int { steps.count }
}

/// One change of a schema. Its number is its place in the form's list, from 1.
struct SchemaStep: Sendable {
    /// What it brings, for the one who reads the table of migrations.
    let name: String
    let sql: String
    /// What SQL alone cannot do, after `sql` and in the same transaction.
    var change: (@Sendable (Database) throws -> Void)?
    /// Whether secrets stood in what it replaced, so that the file must be written anew and its log emptied.
    var leavesSecrets = false
}
