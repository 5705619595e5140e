import CaselightEvidence
import CaselightModel
import Foundation
import SystemPackage
import Testing

/// `caselight verify`, as a shell sees it, without a daemon.
@Suite struct VerifyCommandTests {
    @Test func aCleanPackageIsNought() throws {
        let made = try SealedFile()
        let result = try CaselightRun(["verify", made.path, "--key", made.fingerprint])
        #expect(result.status == 0, "\(result.output)\(result.error)")
        #expect(result.error.isEmpty)
        #expect(result.output.contains("VERIFIED: nothing was changed"))
        #expect(result.output.contains("incident A2026-0302-17"))
        #expect(!result.output.contains("not compared"))
    }

    @Test func withoutTheKeyItSaysSoAndPrintsTheFingerprint() throws {
        let made = try SealedFile()
        let result = try CaselightRun(["verify", made.path])
        #expect(result.status == 0)
        #expect(result.output.contains("The key was not compared with a published one"))
        #expect(result.output.contains(made.fingerprint))
    }

    @Test func aChangedPackageIsOneAndNamesTheFile() throws {
        let made = try SealedFile()
        var bytes = try Data(contentsOf: URL(filePath: made.path))
        let place = try #require(bytes.firstRange(of: Data("<h1>".utf8))?.lowerBound)
        bytes[place] ^= 1
        try bytes.write(to: URL(filePath: made.path))
        let result = try CaselightRun(["verify", made.path, "--key", made.fingerprint])
        #expect(result.status == 1)
        #expect(result.output.contains("changed  report.html: it was changed"))
        #expect(result.output.contains("NOT VERIFIED"))
        let json = try CaselightRun(["verify", made.path, "--json"])
        #expect(json.status == 1)
        let verdict = try JSONDecoder().decode(PackageVerdict.self, from: Data(json.output.utf8))
        #expect(!verdict.isVerified && !verdict.isKeyCompared)
        #expect(verdict.paths.map(\.text) == ["report.html"])
    }

    @Test func anotherKeyIsOne() throws {
        let made = try SealedFile()
        let result = try CaselightRun(["verify", made.path, "--key", SigningKey().publicKey.fingerprint])
        #expect(result.status == 1)
        #expect(result.output.contains("it is not the key given"))
    }

    @Test(arguments: [["no-such.zip"], [".", "--key", "3f5a"], [".", "--tsa-ca", "no-such.pem"]])
    func whatCannotBeReadIsOne(arguments: [String]) throws {
        let result = try CaselightRun(["verify"] + arguments)
        #expect(result.status == 1)
        #expect(result.output.isEmpty)
        #expect(result.error.split(separator: "\n").count == 1)
    }
}

/// The smallest package there is: nothing was wanted, and nothing is in it.
private final class SealedFile {
    let path: String
    let fingerprint: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "package-\(UUID().uuidString).zip").path
        let (key, id, now) = (SigningKey(), "00112233445566aa", WallTime(microseconds: 1_772_424_300_000_000))
        fingerprint = key.publicKey.fingerprint
        let number = try IncidentNumber("A2026-0302-17")
        let act = LoggedAct(.export, by: LogActor(who: "officer.1"), incident: number, purpose: "test", object: id)
        let body = try LogBody.bytes(of: LogEntry(sequence: 0, at: now, previous: LogEntry.noPrevious, act: act))
        let tree = MerkleTree([.leaf(body)])
        let proof = try #require(tree.inclusionProof(of: 0, in: 1))
        let checkpoint = try Checkpoint(origin: "caselight/test", size: 1, root: tree.root).signed(by: key)
        let log = LogExcerpt(entries: [.init(body: body, proof: proof)], checkpoint: checkpoint)
        let incident = Incident(number: number, category: "theft", span: TimeSpan(start: now, end: now + .seconds(60)), postedAt: now)
        let person = ManifestPerson(account: try AccountName("officer.1"), displayName: "", unit: "")
        let request = ManifestRequest(
            reason: "test", requestedAt: now, requester: person, approver: nil, approverStatement: "exports need no approval here")
        let manifest = Manifest(
            id: id, createdAt: now, incident: ManifestIncident(incident), request: request, cameras: [], clips: [], files: [],
            log: log.manifestLog(key: key.publicKey))
        let target = try FileDescriptor.open(FilePath(path), .readWrite, options: [.create, .truncate], permissions: [.ownerReadWrite])
        try target.closeAfter {
            let stamp = PackageTimestamp.absent("none is configured", manifest: try manifest.encoded())
            _ = try PackageBuilder(target).seal(manifest, log: log, timestamp: stamp, key: key)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
