public import CaselightModel
import GRDB
import Synchronization

/// `index.db`: the index of one archive in one SQLite file, which can be deleted and rebuilt.
///
/// A power cut may take the last changes (`synchronous=NORMAL`), never the file's wholeness. Calls may come from any task; changes
/// are applied one call after another.
public final class SQLiteFootageIndex: FootageIndex {
    let file: SQLiteFile
    private let writer = FootageWriter()
    /// The cameras of the last committed change, so that readers need not look up their ids.
    private let cameras: Mutex<[CameraCode: IndexedCamera]>
    let clocks = Mutex(LatestClocks())

    private init(file: SQLiteFile) throws {
        self.file = file
        cameras = Mutex(try file.pool.read(FootageWriter.allCameras))
    }

    /// Opens the file, makes it where it is missing, and brings its schema up to date. Blocks; call it at start.
    ///
    /// - Throws: `CaselightError`: `newerSchema`, `damagedDatabase`, `diskFull`, `diskFailed`, `busy`.
    public static func open(path: String) throws(CaselightError) -> SQLiteFootageIndex {
        let file = try SQLiteFile(path: path, form: .index)
        do { return try SQLiteFootageIndex(file: file) } catch {
            throw StoreFailure.error(error, doing: "open \(file.name)", path: path, remedy: SQLiteForm.index.remedy)
        }
    }

    /// Opens the file of an installation whose daemon may be running, to read it: nothing is made, brought up to date or checkpointed,
    /// and what would change it fails. Blocks.
    ///
    /// - Throws: `CaselightError`: `notFound`, `conflict` for an older schema, and as `open(path:)`.
    public static func openForReading(path: String) throws(CaselightError) -> SQLiteFootageIndex {
        let file = try SQLiteFile(forReading: path, form: .index)
        do { return try SQLiteFootageIndex(file: file) } catch {
            throw StoreFailure.error(error, doing: "read \(file.name)", path: path, remedy: SQLiteForm.index.remedy)
        }
    }

    /// Whether this opening found no index: a new file, or an empty one. Then the archive may hold what it does not know.
    public var isNew: Bool { file.isNew }

    /// The threads that read the files of this process.
    public var readExecutor: (any TaskExecutor)? { ReadLane.shared }

    /// Closes the file; later calls fail. Blocks.
    public func close() throws(CaselightError) { try file.close() }

    public func apply(_ changes: [IndexChange]) async throws {
        guard !changes.isEmpty else { return }
        try await file.write("index \(changes.count) changes") { [self] db in
            db.afterNextTransaction(
                onCommit: { [self] _ in publish() }, onRollback: { [self] _ in writer.forget() })
            try writer.apply(changes, db)
        }
    }

    /// On the writing connection's queue, before the one who made the change is told.
    private func publish() {
        let news = writer.news
        if !news.cameras.isEmpty { cameras.withLock { $0.merge(news.cameras) { _, new in new } } }
        if !news.clocks.isEmpty { clocks.withLock { $0.change(news.clocks) } }
    }

    func indexed(_ code: CameraCode) -> IndexedCamera? { cameras.withLock { $0[code] } }

    /// Each camera once, those unknown left out.
    func indexed(_ codes: [CameraCode]) -> [(code: CameraCode, camera: IndexedCamera)] {
        let codes = codes.count > 1 ? Array(Set(codes)) : codes
        return cameras.withLock { known in codes.compactMap { code in known[code].map { (code, $0) } } }
    }
}
