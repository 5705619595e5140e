/// The threads that read databases.
enum ReadLane {
    /// One lane for all files: a question asks several of them, one after the other.
    static let shared = ThreadLane(name: "reader", threadCount: SQLiteFile.readerCount)
}
