public import CaselightModel
import GRDB
import Synchronization

/// `records.db`: the records in one SQLite file, for installations of one machine.
///
/// A call that returns has its change on disk (`synchronous=FULL`). Calls may come from any task; writes happen one after another.
public final class SQLiteRecordStore: RecordStore {
    let file: SQLiteFile
    /// Asked with every question about a place, and changed only with a camera.
    let unlocatedCounts = Mutex(UnlocatedCounts())

    private init(file: SQLiteFile) { self.file = file }

    /// Opens the file, makes it where it is missing, and brings its schema up to date. Blocks; call it at start.
    ///
    /// - Throws: `CaselightError`: `newerSchema`, `damagedDatabase`, `diskFull`, `diskFailed`, `busy`.
    public static func open(path: String) throws(CaselightError) -> SQLiteRecordStore {
        SQLiteRecordStore(file: try SQLiteFile(path: path, form: .records))
    }

    /// Whether this opening found no records: a new file, or an empty one.
    public var isNew: Bool { file.isNew }

    /// Closes the file; later calls fail. Blocks.
    public func close() throws(CaselightError) { try file.close() }
}
