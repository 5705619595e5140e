internal import CaselightModel

// What the manifest and the log say, against what is there.
extension PackageInspection {
    mutating func readManifest(_ content: any PackageContent) -> Manifest? {
        do {
            let manifest = try Manifest(json: try content.bytes(of: PackageLayout.manifest, limit: Manifest.byteLimit))
            describe(manifest)
            return manifest
        } catch {
            fail(.manifest, [PackageFinding(.manifest, Self.cause(error), PackageLayout.manifest)])
            return nil
        }
    }

    mutating func checkManifest(_ manifest: Manifest, _ content: any PackageContent, _ digests: [PackagePath: ContentDigest]) {
        var findings = ManifestFaults(manifest).list.map { PackageFinding(.manifest, $0.text, $0.path) }
        let listed = Set(manifest.files.map(\.path))
        for file in manifest.files {
            guard let digest = digests[file.path] else {
                findings.append(PackageFinding(.missing, "the manifest lists it, and it is not here", file.path))
                continue
            }
            if digest.sha256 != file.sha256 || digest.byteCount != file.byteCount {
                findings.append(PackageFinding(.changed, "its size or hash is not the manifest's", file.path))
            }
        }
        let sealing = Set(PackageLayout.sealing)
        for path in content.paths where !listed.contains(path) && !sealing.contains(path) {
            findings.append(PackageFinding(.added, "the manifest does not list it", path))
        }
        settle(.manifest, findings, else: "\(manifest.files.count) files as listed; \(manifest.clips.count) clips; the coverage statement adds up")
        let originals = manifest.files.filter { $0.category == .original }
        let known = originals.filter { $0.sha256AtIngest != nil }
        if known.isEmpty {
            skip(.ingest, "no file has a hash taken at ingest")
        } else {
            // One that differs is a fault of the manifest's.
            let wrong = known.filter { $0.sha256AtIngest != digests[$0.path]?.sha256 }
            settle(
                .ingest, wrong.map { PackageFinding(.changed, "its hash is not the one taken at ingest", $0.path) },
                else: "\(known.count) of \(originals.count) originals have the hash taken at ingest"
                    + (known.count == originals.count ? "" : "; for the others the manifest says why there is none"))
        }
    }

    mutating func checkLog(_ manifest: Manifest, _ content: any PackageContent, _ key: VerifyingKey?) {
        let excerpt: LogExcerpt
        do {
            excerpt = try LogExcerpt(
                lines: try content.bytes(of: PackageLayout.logEntries, limit: LogExcerpt.byteLimit),
                proofs: try content.bytes(of: PackageLayout.logProofs, limit: LogExcerpt.byteLimit),
                checkpoint: try content.bytes(of: PackageLayout.logCheckpoint, limit: LogExcerpt.byteLimit),
                leftOutCount: manifest.log.leftOutCount)
        } catch {
            return fail(.log, [PackageFinding(.log, Self.cause(error))])
        }
        var findings: [PackageFinding] = []
        if let key {
            if !excerpt.checkpoint.isSigned(by: key) {
                findings.append(PackageFinding(.log, "the package's key has not signed it", PackageLayout.logCheckpoint))
            }
            if excerpt.entries.count != manifest.log.entryCount {
                findings.append(PackageFinding(.log, "the manifest names \(manifest.log.entryCount) entries", PackageLayout.logEntries))
            } else if excerpt.manifestLog(key: key) != manifest.log {
                findings.append(PackageFinding(.log, "it is not the checkpoint that the manifest names", PackageLayout.logCheckpoint))
            }
        }
        if let sequence = excerpt.firstUnproved() {
            findings.append(PackageFinding(.log, "entry \(sequence) is not proved to be in the log", PackageLayout.logEntries))
        }
        if !excerpt.allows(export: manifest.id) {
            findings.append(PackageFinding(.log, "no entry allows the export \(manifest.id)", PackageLayout.logEntries))
        }
        let tree = excerpt.checkpoint.checkpoint
        settle(.log, findings, else: "\(excerpt.entries.count) entries, proved to be in the log \(tree.origin) at \(tree.size) entries")
    }

    mutating func readStamp(_ content: any PackageContent, manifestSHA256: String?) {
        guard let manifestSHA256 else { return }
        do {
            let statement = try TimestampStatement(json: try content.bytes(of: PackageLayout.timestamp, limit: TimestampStatement.byteLimit))
            let hasToken = content.paths.contains(PackageLayout.token)
            if hasToken, statement.status == .absent {
                return fail(.timestamp, [PackageFinding(.added, "timestamp.json says there is none", PackageLayout.token)])
            }
            let response = hasToken ? try content.bytes(of: PackageLayout.token, limit: TimestampToken.byteLimit) : nil
            setStamp(statement, response, manifestSHA256: manifestSHA256)
        } catch {
            fail(.timestamp, [PackageFinding(.timestamp, Self.cause(error), PackageLayout.timestamp)])
        }
    }
}
