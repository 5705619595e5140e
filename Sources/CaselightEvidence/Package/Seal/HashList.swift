internal import CaselightModel

/// `SHA256SUMS` as `sha256sum` writes and checks it: a hash, two blanks, a path.
package struct HashList: Sendable {
    package struct Line: Hashable, Sendable {
        package let path: PackagePath
        /// Lower-case hexadecimal.
        package let sha256: String
    }

    static let byteLimit = 64 << 20

    package private(set) var lines: [Line] = []

    package init() {}

    mutating func append(_ path: PackagePath, sha256: String) { lines.append(Line(path: path, sha256: sha256)) }

    package var text: String { lines.map { "\($0.sha256)  \($0.path)\n" }.joined() }

    /// Reads what `text` gives, and nothing that differs from it by a byte.
    ///
    /// - Throws: `evidenceBroken` with what is wrong.
    init(bytes: [UInt8]) throws(CaselightError) {
        guard let text = String(validating: bytes, as: UTF8.self), text.hasSuffix("\n") else { throw Self.problem("it does not end with a line's end") }
        var known: Set<PackagePath> = []
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            let (hash, rest) = (line.utf8.prefix(64), line.utf8.dropFirst(64))
            guard hash.count == 64, hash.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
                rest.starts(with: "  ".utf8), let name = String(rest.dropFirst(2)), let path = try? PackagePath(name)
            else { throw Self.problem("line \(lines.count + 1) is not a hash and a path") }
            guard known.insert(path).inserted else { throw Self.problem("it lists '\(path)' twice") }
            guard !PackageLayout.unlisted.contains(path) else { throw Self.problem("it lists itself") }
            append(path, sha256: String(decoding: hash, as: UTF8.self))
        }
    }

    private static func problem(_ what: String) -> CaselightError { CaselightError(.evidenceBroken, "read SHA256SUMS", because: what) }
}
