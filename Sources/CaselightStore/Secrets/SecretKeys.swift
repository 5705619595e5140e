import CaselightModel
import Crypto
import Foundation

/// The keys that secrets are sealed with: AES of 256 bits, the newest first. The newest seals; the others only open what it has not
/// sealed anew yet. Never printed.
///
/// As text, and so in a file, a line for each: 16 hexadecimal digits that name the key, a space, and its 32 bytes in base64. Empty
/// lines and those that begin with `#` say nothing.
public struct SecretKeys: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    struct Entry: Sendable {
        let id: [UInt8]
        let key: SymmetricKey
    }

    static let idByteCount = 8
    static let keyByteCount = 32
    /// A rotation needs two; more are there where one was interrupted.
    static let countLimit = 16

    /// Never empty, no id twice.
    let entries: [Entry]
    /// Where they are kept, for those who look for a missing one.
    let origin: String

    private init(entries: [Entry], origin: String) {
        self.entries = entries
        self.origin = origin
    }

    /// One new key of the system's generator, kept nowhere yet.
    public static func random() -> SecretKeys { SecretKeys(entries: [newEntry()], origin: "memory") }

    /// Reads keys as `text` gives them.
    ///
    /// - Parameter origin: the file they stand in, for errors.
    /// - Throws: `invalidConfiguration`, without a word of the text.
    public init(text: String, origin: String) throws(CaselightError) {
        var entries: [Entry] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let entry = Self.entry(line) else {
                throw Self.refusal(origin, "line \(index + 1) is not 16 hexadecimal digits, a space and 32 bytes in base64")
            }
            guard !entries.contains(where: { $0.id == entry.id }) else {
                throw Self.refusal(origin, "line \(index + 1) names a key that a line before it names")
            }
            entries.append(entry)
        }
        guard (1...Self.countLimit).contains(entries.count) else {
            throw Self.refusal(origin, "it holds \(entries.count) keys and should hold 1 to \(Self.countLimit)")
        }
        self.init(entries: entries, origin: origin)
    }

    /// What `init(text:origin:)` reads. For the file that keeps them, and nothing else.
    var text: String {
        entries.map { entry in
            let bytes = entry.key.withUnsafeBytes { Data($0) }
            return "\(Self.hexadecimal(entry.id)) \(bytes.base64EncodedString())\n"
        }.joined()
    }

    /// The name of the key that seals: 16 hexadecimal digits.
    public var newestID: String { Self.hexadecimal(entries[0].id) }

    /// How many there are.
    public var count: Int { entries.count }

    /// These, and a new one before them.
    public func withNewKey() -> SecretKeys { SecretKeys(entries: [Self.newEntry()] + entries, origin: origin) }

    /// These, and after them those of `others` that are not among them.
    func followed(by others: SecretKeys) -> SecretKeys {
        let known = Set(entries.map(\.id))
        return SecretKeys(entries: entries + others.entries.filter { !known.contains($0.id) }, origin: origin)
    }

    /// The newest alone.
    public var newestOnly: SecretKeys { SecretKeys(entries: [entries[0]], origin: origin) }

    public var description: String { "<\(entries.count) keys>" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func newEntry() -> Entry {
        // The default generator is the system's, which is fit for secrets.
        Entry(id: (0..<idByteCount).map { _ in .random(in: .min ... .max) }, key: SymmetricKey(size: .bits256))
    }

    private static func entry(_ line: String) -> Entry? {
        let parts = line.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].utf8.count == 2 * idByteCount, let number = UInt64(parts[0], radix: 16),
            !parts[0].hasPrefix("+"), let key = Data(base64Encoded: String(parts[1])), key.count == keyByteCount
        else { return nil }
        let id = (0..<idByteCount).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64(idByteCount - 1 - $0))) }
        return Entry(id: id, key: SymmetricKey(data: key))
    }

    private static func refusal(_ origin: String, _ cause: String) -> CaselightError {
        CaselightError(
            .invalidConfiguration, "use the keys in \(origin)", because: cause,
            remedy: "Put the file back from its backup; without its keys the secrets in records.db cannot be read.")
    }
}
