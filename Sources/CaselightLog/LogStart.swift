package import CaselightEvidence
package import CaselightModel
package import CaselightStore
package import Logging

extension ConsultationBook {
    /// What a book is made of.
    package struct Parts: Sendable {
        package var store: any LogStore
        package var settings: LogSettings
        package var key: SigningKey
        /// The public halves of keys that signed before this one.
        package var retiredKeys: [VerifyingKey] = []
        package var clock: any WallClock
        package var logger: Logger
        /// Hands a checkpoint to somebody outside this machine; called again until it returns or a newer one is there.
        package var publish: (@Sendable (SignedCheckpoint) async throws -> Void)?

        package init(
            store: any LogStore, settings: LogSettings, key: SigningKey, clock: any WallClock,
            logger: Logger = Logger(label: "caselight.log"),
            publish: (@Sendable (SignedCheckpoint) async throws -> Void)? = nil
        ) {
            self.store = store
            self.settings = settings
            self.key = key
            self.clock = clock
            self.logger = logger
            self.publish = publish
        }
    }

    /// Reads the log's end, holds it against the last checkpoint that was saved, and seals the viewings that a crash left.
    ///
    /// Reads one hash for each 1,024 entries, and the last entries themselves; `inspect` reads all.
    /// - Throws: `evidenceBroken` where the log is not what was signed: then nothing may be added to it; errors of the store.
    package static func open(_ parts: Parts) async throws(CaselightError) -> ConsultationBook {
        do {
            let tail = try await LogStart.tail(of: parts.store)
            let checkpoint = try await LogStart.lastCheckpoint(parts, tail: tail)
            let table = ViewingTable(left: try await LogStart.viewings(in: parts.store))
            if checkpoint == nil, tail.count > 0 {
                parts.logger.critical(
                    "there is no checkpoint in '\(parts.settings.checkpointPath)', and the log has \(tail.count) entries: it was never saved, or was taken away. Hold the log against one that was kept elsewhere: caselight log verify --checkpoint FILE")
            }
            let book = ConsultationBook(parts, tail: tail, table: table, checkpoint: checkpoint)
            // A full disk keeps the log from being written, not the daemon from starting: it is tried again with every tick.
            if !table.left.isEmpty { _ = try? await book.ask(.sealDue) }
            return book
        } catch let error as CaselightError {
            throw error
        } catch {
            throw CaselightError(.internalFailure, "open the consultation log", because: "\(type(of: error))")
        }
    }
}

/// What a start, or a failed write, finds in the store.
package enum LogStart {
    private static let subtreePage = 10_000
    private static let remedy = """
        Keep log.db and the checkpoint file as they are, for the inquiry. Restore the log from a backup that is as new as its checkpoint; \
        where there is none, move both away and start a new log.
        """

    static func broken(_ cause: String, sequence: Int64? = nil) -> CaselightError {
        CaselightError(
            .evidenceBroken, sequence.map { "go on with the consultation log after entry \($0)" } ?? "go on with the consultation log",
            because: cause, remedy: remedy)
    }

    /// The end of the log, its last entries checked one by one.
    static func tail(of store: any LogStore) async throws -> LogTail {
        let last = try await store.lastRow()
        let count = last.map { $0.sequence + 1 } ?? 0
        let subtrees = try await subtrees(of: store)
        guard Int64(subtrees.count) == count >> LogTail.subtreeLevel else {
            throw broken("it has \(count) entries, and the hashes of \(subtrees.count) subtrees; entries are missing")
        }
        let wholeCount = Int64(subtrees.count) << LogTail.subtreeLevel
        // The last full subtree is read even where no entry follows it, so that the end is always one that was seen.
        let known = max(0, subtrees.count - 1)
        let start = Int64(known) << LogTail.subtreeLevel
        var tail = LogTail(subtrees: Array(subtrees[..<known]), lastLeaf: try await leaf(before: start, store))
        while case let rows = try await store.rows(from: tail.count, limit: Int(LogTail.subtreeCount)), !rows.isEmpty {
            try append(rows, to: &tail)
        }
        guard tail.count == count, tail.subtrees == subtrees else {
            throw broken("the entries after \(start) are not those it had: the hash over those up to \(wholeCount) differs", sequence: start)
        }
        return tail
    }

    private static func subtrees(of store: any LogStore) async throws -> [MerkleHash] {
        var subtrees: [MerkleHash] = []
        while case let page = try await store.subtrees(from: Int64(subtrees.count), limit: subtreePage), !page.isEmpty {
            for subtree in page {
                guard subtree.number == subtrees.count, let hash = MerkleHash(subtree.hash) else {
                    throw broken("the hash of subtree \(subtrees.count) is missing")
                }
                subtrees.append(hash)
            }
        }
        return subtrees
    }

    private static func leaf(before sequence: Int64, _ store: any LogStore) async throws -> MerkleHash? {
        guard sequence > 0 else { return nil }
        guard let row = try await store.rows(from: sequence - 1, limit: 1).first, row.sequence == sequence - 1 else {
            throw broken("entry \(sequence - 1) is missing")
        }
        return .leaf(row.body)
    }

    /// Follows the log over more rows. - Throws: `evidenceBroken` where one does not follow the one before.
    static func append(_ rows: [LogRow], to tail: inout LogTail) throws(CaselightError) {
        for row in rows {
            let end = row.body.withUnsafeBytes { LogBodyTail($0) }
            let leaf = MerkleHash.leaf(row.body)
            guard let end, row.sequence == tail.count, end.sequence == tail.count, leaf.bytes == row.leafHash,
                end.previous.hex == tail.lastLeaf?.hex ?? LogEntry.noPrevious
            else { throw broken("entry \(tail.count) is not what was written, or is missing", sequence: tail.count) }
            tail.append(leaf)
        }
    }

    static func viewings(in store: any LogStore) async throws -> [Viewing] {
        try await store.viewings().map { id, state in
            guard let viewing = ViewingState.viewing(state), viewing.id == id else {
                throw broken("the viewing '\(id)' that was under way cannot be read")
            }
            return viewing
        }
    }

    /// Adds a checkpoint by the present key over the log as it lies there, where the last one is another key's.
    ///
    /// - Parameter losesEntries: takes a log that is shorter than what was signed. The older checkpoints stay in the file, so that every
    ///   later `verify` tells of the loss.
    /// - Returns: whether one was needed.
    /// - Throws: `evidenceBroken` where the log is not the one that was signed, whoever signed it; errors of store and file.
    package static func signAnew(_ parts: ConsultationBook.Parts, losesEntries: Bool = false) async throws -> Bool {
        let tail = try await tail(of: parts.store)
        let file = CheckpointFile(path: parts.settings.checkpointPath)
        guard let last = try await withTaskExecutorPreference(ConsultationBook.lane, operation: { try file.last() }) else { return false }
        let checkpoint = last.checkpoint
        let isLoss = checkpoint.size > tail.count
        guard isLoss || last.isSigned(by: parts.key.publicKey) == false else { return false }
        guard checkpoint.origin == parts.settings.origin, !isLoss || losesEntries else {
            throw broken("it has \(tail.count) entries, and the checkpoint in '\(file.path)' is of \(checkpoint.size) entries of '\(checkpoint.origin)'")
        }
        if !isLoss, try await LogProofs(store: parts.store, tail: tail).root(at: checkpoint.size) != checkpoint.root {
            throw broken("its first \(checkpoint.size) entries are not those that the checkpoint in '\(file.path)' was signed over")
        }
        let signed = try Checkpoint(origin: parts.settings.origin, size: tail.count, root: tail.root).signed(by: parts.key)
        try await withTaskExecutorPreference(ConsultationBook.lane) { try file.append(signed) }
        return true
    }

    /// The last checkpoint of the file, which the log must contain. - Throws: `evidenceBroken` where it does not.
    static func lastCheckpoint(_ parts: ConsultationBook.Parts, tail: LogTail) async throws -> SignedCheckpoint? {
        let file = CheckpointFile(path: parts.settings.checkpointPath)
        let last = try await withTaskExecutorPreference(ConsultationBook.lane) { try file.last() }
        guard let last else { return nil }
        let (path, checkpoint) = (parts.settings.checkpointPath, last.checkpoint)
        guard checkpoint.origin == parts.settings.origin else {
            throw broken("the checkpoint in '\(path)' is of '\(checkpoint.origin)', and this log is '\(parts.settings.origin)'")
        }
        guard last.isSigned(by: parts.key.publicKey) else {
            throw CaselightError(
                .evidenceBroken, "go on with the consultation log",
                because: "the last checkpoint in '\(path)' is not signed by this installation's key",
                remedy: "Put records.db and the key file back from the backup they belong to. Where the key is lost for good: caselightd rotate-key --lost.")
        }
        guard checkpoint.size <= tail.count else {
            throw broken("it has \(tail.count) entries, and had \(checkpoint.size) when the checkpoint in '\(path)' was signed: it was cut or is an older copy")
        }
        guard try await LogProofs(store: parts.store, tail: tail).root(at: checkpoint.size) == checkpoint.root else {
            throw broken("its first \(checkpoint.size) entries are not those that the checkpoint in '\(path)' was signed over")
        }
        return last
    }
}
