public import CaselightModel
import GRDB
import Synchronization

/// `records.db`: the records in one SQLite file, for installations of one machine.
///
/// A call that returns has its change on disk (`synchronous=FULL`). Calls may come from any task; writes happen one after another.
public final class SQLiteRecordStore: RecordStore, AccountStore, CaseStore {
    let file: SQLiteFile
    /// What is done for incidents.
    let steps = StepBook()
    /// Changed by a rotation of the keys alone.
    let sealer: Mutex<SecretSealer>
    /// Asked with every question about a place, and changed only with a camera.
    let unlocatedCounts = Mutex(UnlocatedCounts())
    /// As of the last commit that changed a camera.
    let viewpointMap: Mutex<ViewpointMap>

    private init(file: SQLiteFile, sealer: SecretSealer) throws {
        self.file = file
        self.sealer = Mutex(sealer)
        viewpointMap = Mutex(try file.pool.read(Self.viewpointMap))
    }

    /// Opens the file, makes it where it is missing, and brings its schema up to date. Blocks; call it at start.
    ///
    /// - Parameter sealer: seals the feeds' credentials and the installation's own secrets.
    /// - Throws: `CaselightError`: `newerSchema`, `damagedDatabase`, `diskFull`, `diskFailed`, `busy`.
    public static func open(path: String, sealer: SecretSealer) throws(CaselightError) -> SQLiteRecordStore {
        let form = SQLiteForm.records(sealer)
        let file = try SQLiteFile(path: path, form: form)
        do { return try SQLiteRecordStore(file: file, sealer: sealer) } catch {
            throw StoreFailure.error(error, doing: "open \(file.name)", path: path, remedy: form.remedy)
        }
    }

    /// Opens the file of an installation whose daemon may be running, to read it: nothing is made, brought up to date or checkpointed,
    /// and what would change it fails. Blocks.
    ///
    /// - Throws: `CaselightError`: `notFound`, `conflict` for an older schema, and as `open(path:sealer:)`.
    public static func openForReading(path: String, sealer: SecretSealer) throws(CaselightError) -> SQLiteRecordStore {
        let form = SQLiteForm.records(sealer)
        let file = try SQLiteFile(forReading: path, form: form)
        do { return try SQLiteRecordStore(file: file, sealer: sealer) } catch {
            throw StoreFailure.error(error, doing: "read \(file.name)", path: path, remedy: form.remedy)
        }
    }

    /// Whether the file at `path` holds anything that is sealed: then its keys must be found, and no new ones made. Changes nothing. Blocks.
    ///
    /// - Returns: `false` where there is no file, or one of a schema that sealed nothing.
    public static func holdsSealedSecrets(path: String) throws(CaselightError) -> Bool {
        let name = SQLiteFile.name(of: path)
        let form = SQLiteForm.records(SecretSealer(.random()))
        do {
            try SQLiteFile.checkIsThere(path, "read \(name)")
        } catch where error.code == .notFound { return false }
        do {
            var configuration = SQLiteFile.configuration(label: name)
            configuration.readonly = true
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            guard try SQLiteFile.knownSchema(queue, name: name, form) >= 2 else { return false }
            return try queue.read { db in
                try db.finds("SELECT 1 FROM sealed_credentials UNION ALL SELECT 1 FROM secrets", [])
            }
        } catch {
            throw StoreFailure.error(error, doing: "read \(name)", path: path, remedy: form.remedy)
        }
    }

    /// Whether this opening found no records: a new file, or an empty one.
    public var isNew: Bool { file.isNew }

    /// Closes the file; later calls fail. Blocks.
    public func close() throws(CaselightError) { try file.close() }
}
