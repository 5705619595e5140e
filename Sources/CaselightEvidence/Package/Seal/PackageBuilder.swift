internal import CaselightModel
package import SystemPackage

/// Makes a package: first its files, then all that describes and seals them.
///
/// ```swift
/// let builder = PackageBuilder(target)
/// let digest = try builder.add(path, from: segmentFile, byteCount: segment.byteCount) { … }   // for each file
/// let json = try manifest.encoded()                                                           // with the digests
/// let timestamp = await TimestampAuthority(…).timestamp(of: json)
/// let sealed = try builder.seal(manifest, log: excerpt, timestamp: timestamp, key: key)
/// ```
/// The same input gives the same bytes. Blocks, and stays on one thread at a time, as `ZipWriter`.
package final class PackageBuilder {
    private let writer: ZipWriter
    private var sums = HashList()

    /// - Parameter target: an empty file, open for writing; syncing and closing it stays the caller's.
    package init(_ target: FileDescriptor) { writer = ZipWriter(target) }

    /// Bytes written so far.
    package var byteCount: Int64 { writer.byteCount }

    /// Adds a file of the evidence that is in memory.
    @discardableResult
    package func add(_ path: PackagePath, bytes: [UInt8]) throws -> ContentDigest {
        let digest = try writer.add(path, bytes: bytes)
        sums.append(path, sha256: digest.sha256)
        return digest
    }

    /// Adds a file of the evidence, reading it once; see `ZipWriter.add`.
    @discardableResult
    package func add(
        _ path: PackagePath, from source: FileDescriptor, byteCount: Int64, progress: (Int64) throws -> Void = { _ in }
    ) throws -> ContentDigest {
        let digest = try writer.add(path, from: source, byteCount: byteCount, progress: progress)
        sums.append(path, sha256: digest.sha256)
        return digest
    }

    /// Writes the manifest and everything after it, and ends the package.
    ///
    /// - Throws: `internalFailure` where the manifest does not say what was added, does not add up, or the log's part does not hold: such
    ///   a package would not pass its own verification.
    package func seal(
        _ manifest: Manifest, log: LogExcerpt, timestamp: PackageTimestamp, key: SigningKey
    ) throws -> SealedPackage {
        let json = try manifest.encoded()
        try check(manifest, log, key.publicKey)
        let manifestDigest = try add(PackageLayout.manifest, bytes: json)
        guard manifestDigest.sha256 == timestamp.statement.manifestSHA256 else { throw Self.problem("the time stamp is about another manifest") }
        try add(PackageLayout.schema, bytes: Manifest.schema)
        if let response = timestamp.response { try add(PackageLayout.token, bytes: response) }
        try add(PackageLayout.timestamp, bytes: timestamp.statement.encoded())
        try add(PackageLayout.logEntries, bytes: log.lines)
        try add(PackageLayout.logProofs, bytes: log.proofs())
        try add(PackageLayout.logCheckpoint, bytes: Array(log.checkpoint.note.utf8))
        try add(PackageLayout.key, bytes: Array(key.publicKey.pem.utf8))
        let report = ReportPage(manifest: manifest, manifestSHA256: manifestDigest.sha256, log: log, timestamp: timestamp.statement)
        try add(PackageLayout.report, bytes: Array(report.text.utf8))
        let instructions = VerifyText(manifest: manifest, timestamp: timestamp.statement)
        try add(PackageLayout.instructions, bytes: Array(instructions.text.utf8))
        let list = Array(sums.text.utf8)
        try writer.add(PackageLayout.sums, bytes: list)
        try writer.add(PackageLayout.signature, bytes: try key.signature(for: list))
        return SealedPackage(
            byteCount: try writer.finish(), fileCount: writer.entries.count, manifestSHA256: manifestDigest.sha256,
            sumsSHA256: ContentDigest(of: list).sha256)
    }

    private func check(_ manifest: Manifest, _ log: LogExcerpt, _ key: VerifyingKey) throws {
        let added = Dictionary(uniqueKeysWithValues: sums.lines.map { ($0.path, $0.sha256) })
        let said = Dictionary(manifest.files.map { ($0.path, $0.sha256) }, uniquingKeysWith: { first, _ in first })
        guard added == said, manifest.files.count == added.count else { throw Self.problem("the manifest's files are not those added") }
        if let fault = ManifestFaults(manifest).first { throw Self.problem(fault.text) }
        guard manifest.log == log.manifestLog(key: key) else { throw Self.problem("the manifest names another checkpoint than the log's part") }
        guard log.checkpoint.isSigned(by: key) else { throw Self.problem("the log's checkpoint is not signed by the package's key") }
        if let sequence = log.firstUnproved() { throw Self.problem("the log's entry \(sequence) is not proved") }
        guard log.allows(export: manifest.id) else { throw Self.problem("no entry of the log allows the export \(manifest.id)") }
    }

    private static func problem(_ what: String) -> CaselightError { CaselightError(.internalFailure, "seal the package", because: what) }
}

/// A package that is complete.
package struct SealedPackage: Hashable, Sendable {
    package let byteCount: Int64
    package let fileCount: Int
    package let manifestSHA256: String
    /// Of `SHA256SUMS`. Names the package as a whole: the list holds each file's hash, and names and order decide every other byte.
    package let sumsSHA256: String
}
