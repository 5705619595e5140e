public import CaselightModel

/// The rows of the consultation log: written once, in order, never changed. Knows nothing of what they mean; `ConsultationLog` does.
public protocol LogStore: Sendable {
    /// Appends rows and replaces or drops viewings in one durable write: all or none.
    ///
    /// - Parameter subtrees: those that the rows complete, so that a start and a proof need not read every row.
    /// - Throws: `conflict` where the first row's sequence is not the one after the last row's; `diskFull`, `diskFailed`.
    func append(_ rows: [LogRow], viewings: [ViewingChange], subtrees: [LogSubtree]) async throws
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
    /// In the order of numbers, from `number` on.
    func subtrees(from number: Int64, limit: Int) async throws -> [LogSubtree]
    /// What is wrong with the store itself, one line each: its form changed, its parts disagree. Reads all of it; rows are the caller's.
    func faults() async throws -> [String]
}

/// The RFC 6962 hash over a full run of rows, all runs of one length: a shortcut for reading, that the rows can always be held against.
public struct LogSubtree: Hashable, Sendable {
    /// Counts from 0.
    public var number: Int64
    /// 32 bytes.
    public var hash: [UInt8]

    public init(number: Int64, hash: [UInt8]) {
        self.number = number
        self.hash = hash
    }
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
