internal import CaselightModel

/// One package being looked at: finds, in this order, what the container, the signature, the hashes, the manifest and the log say.
struct PackageInspection: Sendable {
    private(set) var verdict = PackageVerdict(
        isVerified: true, isKeyCompared: false, keyFingerprint: nil, id: nil, incident: nil, createdAt: nil, stampedAt: nil, sumsSHA256: nil,
        fileCount: 0, byteCount: 0, checks: [], findings: [])
    /// What the time stamp is about; `nil` where it cannot be looked at.
    private var stamp: (statement: TimestampStatement, response: [UInt8]?, manifestSHA256: String)?

    mutating func pass(_ name: PackageVerdict.Check.Name, _ text: String) {
        verdict.checks.append(.init(name: name, outcome: .passed, text: text))
    }

    mutating func skip(_ name: PackageVerdict.Check.Name, _ text: String) {
        verdict.checks.append(.init(name: name, outcome: .notChecked, text: text))
    }

    mutating func fail(_ name: PackageVerdict.Check.Name, _ findings: [PackageFinding]) {
        let first = findings.first.map { finding in (finding.path.map { "\($0): " } ?? "") + finding.text } ?? "failed"
        let text = findings.count > 1 ? "\(first); and \(findings.count - 1) more" : first
        verdict.checks.append(.init(name: name, outcome: .failed, text: text))
        verdict.findings += findings
        verdict.isVerified = false
    }

    mutating func settle(_ name: PackageVerdict.Check.Name, _ findings: [PackageFinding], else text: @autoclosure () -> String) {
        if findings.isEmpty { pass(name, text()) } else { fail(name, findings) }
    }

    mutating func run(_ content: any PackageContent, key: ExpectedKey?, _ progress: (Int64) -> Void) {
        let signing = checkSignature(content, key)
        let list = readList(content)
        let digests = checkFiles(content, list, progress)
        // Sums are compared while the files are hashed.
        settle(.container, content.faults, else: "\(content.paths.count) files\(content.hasOrder ? ", and nothing else in the zip" : "")")
        guard let manifest = readManifest(content) else {
            skip(.ingest, "needs the manifest")
            skip(.log, "needs the manifest")
            return
        }
        checkManifest(manifest, content, digests)
        checkLog(manifest, content, signing)
        readStamp(content, manifestSHA256: digests[PackageLayout.manifest]?.sha256)
    }

    // MARK: signature and key

    private mutating func checkSignature(_ content: any PackageContent, _ expected: ExpectedKey?) -> VerifyingKey? {
        guard let key = readKey(content) else {
            fail(.signature, [PackageFinding(.signature, "there is no Ed25519 public key in it", PackageLayout.key)])
            skip(.key, "there is none in the package")
            return nil
        }
        verdict.keyFingerprint = key.fingerprint
        do {
            let list = try content.bytes(of: PackageLayout.sums, limit: HashList.byteLimit)
            let signature = try content.bytes(of: PackageLayout.signature, limit: 64)
            verdict.sumsSHA256 = ContentDigest(of: list).sha256
            if signature.count != 64 {
                fail(.signature, [PackageFinding(.changed, "it is no Ed25519 signature of 64 bytes", PackageLayout.signature)])
            } else if key.verifies(signature, of: list) {
                pass(.signature, "Ed25519 over SHA256SUMS")
            } else {
                let text = "the signature over it does not hold: it or SHA256SUMS.sig was changed, or another key has signed"
                fail(.signature, [PackageFinding(.signature, text, PackageLayout.sums)])
            }
        } catch {
            fail(.signature, [PackageFinding(.signature, Self.cause(error), PackageLayout.signature)])
        }
        checkKey(key, expected)
        return key
    }

    private func readKey(_ content: any PackageContent) -> VerifyingKey? {
        guard let bytes = try? content.bytes(of: PackageLayout.key, limit: 4096), let text = String(validating: bytes, as: UTF8.self),
            let key = try? VerifyingKey(pem: text), key.pem == text
        else { return nil }
        return key
    }

    private mutating func checkKey(_ key: VerifyingKey, _ expected: ExpectedKey?) {
        guard let expected else {
            return skip(.key, "not compared with a published one. Compare \(key.fingerprint), or give it with --key")
        }
        verdict.isKeyCompared = true
        if expected.fingerprints.contains(key.fingerprint) {
            pass(.key, "is the one given")
        } else {
            fail(.key, [PackageFinding(.signature, "it is not the key given: its fingerprint is \(key.fingerprint)", PackageLayout.key)])
        }
    }

    // MARK: hashes

    private mutating func readList(_ content: any PackageContent) -> HashList? {
        guard let bytes = try? content.bytes(of: PackageLayout.sums, limit: HashList.byteLimit) else { return nil }
        do { return try HashList(bytes: bytes) } catch {
            verdict.findings.append(PackageFinding(.changed, error.cause, PackageLayout.sums))
            verdict.isVerified = false
            return nil
        }
    }

    /// Hashes every file there is, whether it is listed or not.
    private mutating func checkFiles(
        _ content: any PackageContent, _ list: HashList?, _ progress: (Int64) -> Void
    ) -> [PackagePath: ContentDigest] {
        var digests: [PackagePath: ContentDigest] = [:]
        var findings: [PackageFinding] = []
        let listed = Dictionary(list?.lines.map { ($0.path, $0.sha256) } ?? [], uniquingKeysWith: { first, _ in first })
        for path in content.paths {
            do {
                let digest = try content.digest(of: path)
                digests[path] = digest
                verdict.byteCount += digest.byteCount
                progress(verdict.byteCount)
                if list != nil, !PackageLayout.unlisted.contains(path) { Self.compare(path, digest, listed[path], &findings) }
            } catch {
                findings.append(PackageFinding(.changed, Self.cause(error), path))
            }
        }
        verdict.fileCount = content.paths.count
        let present = Set(content.paths)
        let wanted = (list?.lines.map(\.path) ?? []) + [PackageLayout.sums, PackageLayout.signature]
        findings += wanted.filter { !present.contains($0) }.map { PackageFinding(.missing, "it is missing", $0) }
        if findings.isEmpty, content.hasOrder, list != nil, content.paths != wanted {
            findings.append(PackageFinding(.container, "the files are not in the order of SHA256SUMS", nil))
        }
        if list == nil, findings.isEmpty {
            findings.append(PackageFinding(.changed, "it cannot be read, so no file can be compared", PackageLayout.sums))
        }
        settle(.files, findings, else: "\(digests.count) files, each with the hash that was signed; none added, none missing")
        return digests
    }

    private static func compare(_ path: PackagePath, _ digest: ContentDigest, _ listed: String?, _ findings: inout [PackageFinding]) {
        guard let listed else { return findings.append(PackageFinding(.added, "it was added: SHA256SUMS does not list it", path)) }
        if listed != digest.sha256 { findings.append(PackageFinding(.changed, "it was changed: its SHA-256 is \(digest.sha256)", path)) }
    }

    static func cause(_ error: any Error) -> String { (error as? CaselightError)?.cause ?? "\(error)" }

    mutating func setStamp(_ statement: TimestampStatement, _ response: [UInt8]?, manifestSHA256: String) {
        stamp = (statement, response, manifestSHA256)
    }

    mutating func describe(_ manifest: Manifest) {
        verdict.id = manifest.id
        verdict.incident = manifest.incident.number
        verdict.createdAt = manifest.createdAt
    }

    // MARK: time stamp

    mutating func checkTimestamp(_ trust: TimestampTrust?, late: [UInt8]?) async {
        guard let stamp else {
            if verdict.checks.contains(where: { $0.name == .timestamp }) { return }
            return skip(.timestamp, "needs timestamp.json and the manifest")
        }
        guard stamp.statement.manifestSHA256 == stamp.manifestSHA256 else {
            return fail(.timestamp, [PackageFinding(.timestamp, "it is about another manifest", PackageLayout.timestamp)])
        }
        guard let response = stamp.response ?? late else {
            return stamp.statement.status == .absent
                ? skip(.timestamp, stamp.statement.statement)
                : fail(.timestamp, [PackageFinding(.missing, "the time stamp is missing", PackageLayout.token)])
        }
        let isLate = stamp.response == nil
        do {
            // Whoever asked for a late one compared its nonce; here the package knows of none.
            let nonce: TimestampToken.Nonce = isLate ? .any : .exactly(stamp.statement.nonce)
            let token = try await TimestampToken.verified(response, of: stamp.manifestSHA256, nonce: nonce, trust: trust)
            let said = token.statement(authority: stamp.statement.authority, manifestSHA256: stamp.manifestSHA256)
            guard isLate || said == stamp.statement else {
                return fail(.timestamp, [PackageFinding(.timestamp, "it does not say what the token says", PackageLayout.timestamp)])
            }
            verdict.stampedAt = token.time
            let trusted = trust == nil ? "; whether to trust it was not checked: give its certificate with --tsa-ca" : ", who leads to a certificate given"
            pass(.timestamp, "\(token.time), signed by \(token.signer)\(trusted)\(isLate ? "; it came after the package was sealed" : "")")
        } catch {
            fail(.timestamp, [PackageFinding(.timestamp, Self.cause(error), isLate ? nil : PackageLayout.token)])
        }
    }
}
