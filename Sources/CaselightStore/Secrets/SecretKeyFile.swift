public import CaselightModel
import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The file that keeps the keys: for the daemon's user alone (mode 0600), or handed over by systemd as a credential.
public struct SecretKeyFile: Hashable, Sendable {
    /// Where it stands.
    public let path: String
    /// Whether systemd hands it over: then it is not ours to change, and the service's group may read it by systemd's own way.
    public let isCredential: Bool

    /// Larger than any number of keys.
    private static let byteLimit = 64 << 10

    /// Names a file; touches nothing.
    public init(path: String, isCredential: Bool = false) {
        self.path = path
        self.isCredential = isCredential
    }

    /// Whether something stands at the path.
    public var isThere: Bool {
        var status = stat()
        return lstat(path, &status) == 0 || errno != ENOENT
    }

    /// Reads the keys.
    ///
    /// - Throws: `CaselightError`: `notFound`; `invalidConfiguration` where others may read the file, it is a link, or it holds no keys.
    public func keys() throws(CaselightError) -> SecretKeys {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT:
                throw CaselightError(
                    .notFound, "read the keys in \(path)", because: "there is no such file", remedy: "Put it back from its backup.")
            case ELOOP: throw refusal("it is a symbolic link", remedy: "Put the file itself there.")
            case let code: throw failure(code, "read")
            }
        }
        defer { close(descriptor) }
        try checkKeeping(descriptor)
        var bytes = [UInt8](repeating: 0, count: Self.byteLimit + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress?.advanced(by: count), $0.count - count) }
            guard got >= 0 else { throw failure(errno, "read") }
            if got == 0 { break }
            count += got
        }
        guard count <= Self.byteLimit, let text = String(validating: bytes[..<count], as: UTF8.self) else {
            throw refusal("it is no list of keys", remedy: "Put the file back from its backup.")
        }
        return try SecretKeys(text: text, origin: path)
    }

    /// Makes the file with one new key; returns once file and folder are on disk.
    ///
    /// - Throws: `CaselightError`: `duplicate` where something stands at the path, `diskFull`, `diskFailed`.
    public func make() throws(CaselightError) -> SecretKeys {
        guard !isThere else {
            throw CaselightError(.duplicate, "make the keys in \(path)", because: "there is a file already")
        }
        let keys = try SecretKeys(text: SecretKeys.random().text, origin: path)
        try put(keys, replacing: false)
        return keys
    }

    /// Puts these keys in the place of those in the file, at once: a crash leaves the one or the other.
    ///
    /// - Throws: `CaselightError`: `forbidden` for a credential, `diskFull`, `diskFailed`.
    public func replace(with keys: SecretKeys) throws(CaselightError) {
        guard !isCredential else {
            throw CaselightError(
                .forbidden, "change the keys in \(path)", because: "systemd hands them over", remedy: "Change the credential itself.")
        }
        try put(keys, replacing: true)
    }

    private func put(_ keys: SecretKeys, replacing: Bool) throws(CaselightError) {
        try DurableFile.put(Array(keys.text.utf8), at: path, mode: 0o600, replacing: replacing, doing: "write the keys in \(path)")
    }

    private func checkKeeping(_ descriptor: Int32) throws(CaselightError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(errno, "read") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw refusal("it is not a file", remedy: "Put the file itself there.") }
        guard status.st_uid == geteuid() || status.st_uid == 0 || geteuid() == 0 else {
            throw refusal("it belongs to another user", remedy: "chown it to the daemon's user.")
        }
        // Where systemd gives the service's user leave by an access list, the list's mask shows as the group's reading.
        let foreign: mode_t = isCredential ? 0o037 : 0o077
        guard status.st_mode & foreign == 0 else { throw refusal("others may read or write it", remedy: "chmod 600 \(path)") }
    }

    private func refusal(_ cause: String, remedy: String) -> CaselightError {
        CaselightError(.invalidConfiguration, "use the keys in \(path)", because: cause, remedy: remedy)
    }

    private func failure(_ code: Int32, _ verb: String) -> CaselightError {
        StoreFailure.systemError(code, doing: "\(verb) the keys in \(path)", path: path)
    }
}
