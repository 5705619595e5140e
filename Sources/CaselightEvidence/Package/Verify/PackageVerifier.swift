package import CaselightModel
import Foundation

/// Checks a package, in its zip or unpacked, with nothing but what is in it and what it is given.
package struct PackageVerifier: Sendable {
    /// What the package's key must be; `nil` compares it with nothing.
    package var expectedKey: ExpectedKey?
    /// Certificates in PEM that a time stamp's authority must lead to; `nil` compares it with nothing.
    package var timestampTrust: TimestampTrust?

    /// An authority's answer that came after the package was sealed, for one that has none in it.
    package var lateTimestamp: [UInt8]?

    package init(expectedKey: ExpectedKey? = nil, timestampTrust: TimestampTrust? = nil, lateTimestamp: [UInt8]? = nil) {
        self.expectedKey = expectedKey
        self.timestampTrust = timestampTrust
        self.lateTimestamp = lateTimestamp
    }

    /// Reads all of it, on a thread of its own.
    ///
    /// - Parameters:
    ///   - path: of the zip, or of a folder it was unpacked into.
    ///   - progress: called from that thread with the bytes hashed so far.
    /// - Throws: `notFound`, `diskFailed` where it cannot be read at all. Whatever is wrong with it is in the verdict.
    package func verify(_ path: String, progress: @escaping @Sendable (Int64) -> Void = { _ in }) async throws -> PackageVerdict {
        var inspection = try await Self.onOwnThread { [expectedKey] in try Self.inspect(path, expectedKey, progress) }
        await inspection.checkTimestamp(timestampTrust, late: lateTimestamp)
        return inspection.verdict
    }

    private static func inspect(_ path: String, _ key: ExpectedKey?, _ progress: (Int64) -> Void) throws -> PackageInspection {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw CaselightError(.notFound, "verify '\(path)'", because: "there is no such file or folder")
        }
        var inspection = PackageInspection()
        do {
            let content: any PackageContent = isFolder.boolValue ? try UnpackedPackage(path: path) : try ZippedPackage(path: path)
            inspection.run(content, key: key, progress)
        } catch let error as CaselightError where error.code == .evidenceBroken {
            inspection.fail(.container, [.container(error.cause, nil)])
        }
        return inspection
    }

    /// Hashing waits for the disk for minutes.
    private static func onOwnThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread { continuation.resume(with: Result { try body() }) }
            thread.name = "verify"
            thread.start()
        }
    }
}

/// How the key was published: the key itself, or its fingerprint.
package struct ExpectedKey: Hashable, Sendable {
    /// More than one where the installation has had several keys.
    package let fingerprints: [String]

    /// - Parameter text: 64 hexadecimal digits, colons and blanks between them do not matter; or public keys in PEM.
    /// - Throws: `invalidValue`.
    package init(_ text: String) throws(CaselightError) {
        let digits = text.lowercased().filter { !":\n\r\t ".contains($0) }
        if digits.utf8.count == 64, HexText.bytes(digits) != nil {
            fingerprints = [digits]
        } else if let keys = try? VerifyingKey.all(inPEM: text), !keys.isEmpty {
            fingerprints = keys.map(\.fingerprint)
        } else {
            throw CaselightError(
                .invalidValue, "use the key given", because: "it is neither 64 hexadecimal digits nor an Ed25519 public key in PEM",
                remedy: "Give the fingerprint as it was published, or the file signing-key.pem as it was published.")
        }
    }
}
