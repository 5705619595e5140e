public import CaselightModel

/// The rows of the consultation log: written once, in order, never changed. Knows nothing of what they mean; `ConsultationLog` does.
public protocol LogStore: Sendable {
    /// Appends rows and replaces or drops viewings in one durable write: all or none.
    ///
    /// - Throws: `conflict` where the first row's sequence is not the log's count; `diskFull`, `diskFailed`.
    func append(_ rows: [LogRow], viewings: [ViewingChange]) async throws
    /// The last row; `nil` in an empty log.
    func lastRow() async throws -> LogRow?
    /// Rows from `sequence` on, in order.
    func rows(from sequence: Int64, limit: Int) async throws -> [LogRow]
    /// Rows that pass the filter, newest first, below `before` where given.
    func rows(_ filter: LogFilter, before: Int64?, limit: Int) async throws -> [LogRow]
    /// Viewings not sealed into the log: what a crash left.
    func viewings() async throws -> [(id: String, state: [UInt8])]
    /// How many rows there are.
    func count() async throws -> Int64
}

/// One row: an entry's bytes and their RFC 6962 leaf hash.
public struct LogRow: Hashable, Sendable {
    public var sequence: Int64
    /// The entry's JSON as it was hashed.
    public var body: [UInt8]
    /// 32 bytes.
    public var leafHash: [UInt8]

    public init(sequence: Int64, body: [UInt8], leafHash: [UInt8]) {
        self.sequence = sequence
        self.body = body
        self.leafHash = leafHash
    }
}

/// What becomes of a viewing under way.
public enum ViewingChange: Hashable, Sendable {
    case put(id: String, state: [UInt8])
    case drop(id: String)
}

/// Writes down what is done with footage and rights. **No entry, no access**: what throws here must not be done.
public protocol ConsultationLog: Sendable {
    /// Appends entries, in order, and returns once they survive a power cut.
    ///
    /// - Returns: the sequence of the first.
    /// - Throws: `CaselightError` with code `logUnwritable`.
    @discardableResult
    func append(_ acts: [LoggedAct]) async throws(CaselightError) -> Int64
}

extension ConsultationLog {
    /// Appends one entry; see `append` of many.
    @discardableResult
    public func append(_ act: LoggedAct) async throws(CaselightError) -> Int64 { try await append([act]) }
}
