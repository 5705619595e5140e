public import CaselightModel
import GRDB
import Synchronization

/// `records.db`: the records in one SQLite file, for installations of one machine.
///
/// A call that returns has its change on disk (`synchronous=FULL`). Calls may come from any task; writes happen one after another.
public final class SQLiteRecordStore: RecordStore, AccountStore, CaseStore {
    let file: SQLiteFile
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

    /// Whether this opening found no records: a new file, or an empty one.
    public var isNew: Bool { file.isNew }

    /// Closes the file; later calls fail. Blocks.
    public func close() throws(CaselightError) { try file.close() }
}
