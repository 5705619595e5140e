@testable import CaselightEvidence
import CaselightModel
import Foundation
import TestSupport
import Testing

@Suite struct PackageVerifierTests {
    @Test func acceptsTwoHundredCleanPackages() async throws {
        let folder = try ScratchFolder()
        for seed: UInt64 in 1...200 {
            let sample = try SamplePackage(seed: seed)
            let path = folder.path("\(seed).zip")
            let sealed = try sample.write(to: path)
            let key = try ExpectedKey(sample.key.publicKey.fingerprint)
            let verdict = try await PackageVerifier(expectedKey: key).verify(path)
            #expect(verdict.isVerified, "seed \(seed): \(verdict.findings)")
            #expect(verdict.isKeyCompared)
            #expect(verdict.findings.isEmpty)
            #expect(verdict.id == sample.id)
            #expect(verdict.fileCount == sealed.fileCount)
            #expect(verdict.sumsSHA256 == sealed.sumsSHA256)
            #expect(!verdict.checks.contains { $0.outcome == .failed })
        }
    }

    @Test func theSameInputGivesTheSameBytes() throws {
        let folder = try ScratchFolder()
        for name in ["a", "b"] { try SamplePackage(seed: 7).write(to: folder.path(name)) }
        #expect(try Data(contentsOf: folder.url.appending(path: "a")) == Data(contentsOf: folder.url.appending(path: "b")))
    }

    /// Flip, add, drop, rename, swap, truncate, edited manifest, other key: each noticed and, where a file changed, named.
    @Test func noticesEveryForgery() async throws {
        let (folder, kinds) = (try ScratchFolder(), PackageMutation.allCases)
        let total: UInt64 = isTorture ? 2000 : 500
        let clean = try (1...20).map { try CleanPackage(seed: $0, in: folder) }
        var wrong: [String] = []
        for seed in 0..<total {
            var random = SeededGenerator(seed: seed)
            let kind = kinds[Int(seed) % kinds.count]
            let package = clean[Int(seed / 7) % clean.count]
            let path = try package.copy(to: "mutant.zip")
            let named = try kind.apply(to: path, &random)
            // A flip made good by the list that was made again, or two equal files swapped.
            guard try Data(contentsOf: URL(filePath: path)) != package.bytes else { continue }
            let verdict = try await PackageVerifier(expectedKey: package.key).verify(path)
            if verdict.isVerified { wrong.append("\(kind), seed \(seed): not noticed") }
            if !named.isSubset(of: verdict.paths) { wrong.append("\(kind), seed \(seed): \(named) not in \(verdict.paths)") }
        }
        #expect(wrong.isEmpty, "\(wrong.prefix(20))")
    }

    @Test func everyBitOfASmallPackageCounts() async throws {
        let folder = try ScratchFolder()
        let sample = try SamplePackage(seed: 3)
        let path = folder.path("a.zip")
        try sample.write(to: path)
        let clean = Array(try Data(contentsOf: URL(filePath: path)))
        let content = try ZippedPackage(path: path)
        let dataBytes = try content.paths.reduce(0) { $0 + (try content.bytes(of: $1, limit: 1 << 24).count) }
        // All of the container's own bytes: the directory, and each header's, whose places a scan for signatures finds.
        var places = Array(clean.count - (clean.count - dataBytes) / 2..<clean.count)
        places += clean.indices.dropLast(30).filter { clean[$0...].starts(with: [0x50, 0x4B, 3, 4]) }.flatMap { $0..<$0 + 30 }
        var unnoticed: [Int] = []
        // Every one with the long proofs.
        for (index, place) in places.enumerated() where isTorture || index % 5 == 0 {
            var bytes = clean
            bytes[place] ^= 1 << UInt8(index % 8)
            try Data(bytes).write(to: URL(filePath: path))
            if (try? ZippedPackage(path: path))?.faults.isEmpty == true { unnoticed.append(place) }
        }
        #expect(places.count > 1500)
        #expect(unnoticed.isEmpty, "flips at \(unnoticed.prefix(20))")
    }

    @Test func withoutAKeyItSaysSo() async throws {
        let folder = try ScratchFolder()
        let sample = try SamplePackage(seed: 1)
        try sample.write(to: folder.path("a.zip"))
        let verdict = try await PackageVerifier().verify(folder.path("a.zip"))
        #expect(verdict.isVerified)
        #expect(!verdict.isKeyCompared)
        let check = try #require(verdict.checks.first { $0.name == .key })
        #expect(check.outcome == .notChecked)
        #expect(check.text.contains(sample.key.publicKey.fingerprint))
    }

    @Test func readsAnUnpackedFolder() async throws {
        let folder = try ScratchFolder()
        let sample = try SamplePackage(seed: 5)
        try sample.write(to: folder.path("a.zip"))
        let unpacked = folder.path("package")
        #expect(try Program.run("unzip", ["-q", folder.path("a.zip"), "-d", unpacked]).status == 0)
        let verifier = PackageVerifier(expectedKey: try ExpectedKey(sample.key.publicKey.pem))
        #expect(try await verifier.verify(unpacked).isVerified)
        try FileManager.default.createSymbolicLink(atPath: unpacked + "/native/link.mp4", withDestinationPath: "/etc/hostname")
        let verdict = try await verifier.verify(unpacked)
        #expect(verdict.findings.map(\.kind) == [.added])
        #expect(verdict.paths.map(\.text) == ["native/link.mp4"])
    }

    @Test func aPackageThatWouldNotPassIsNotSealed() throws {
        let folder = try ScratchFolder()
        let sample = try SamplePackage(seed: 1)
        var spoilt: [(String, (inout Manifest) -> Void)] = [
            ("a file's hash", { $0.files[0].sha256 = String(repeating: "0", count: 64) }),
            ("a hash at ingest", { $0.files[0].sha256AtIngest = String(repeating: "0", count: 64) }),
            ("the sum", { $0.coverage.gapUs = .zero }), ("a gap left out", { $0.clips[0].gaps = [] }),
            ("another checkpoint", { $0.log.size += 1 }), ("another export", { $0.id = "0000000000000000" }),
            ("a file left out", { $0.files.removeLast() }), ("a camera left out", { $0.cameras.removeLast() }),
        ]
        spoilt.append(("an original among the derived", { $0.files[0].category = .derived }))
        for (what, spoil) in spoilt {
            var manifest = sample.manifest
            spoil(&manifest)
            #expect(throws: CaselightError.self, "\(what)") {
                try sample.write(to: folder.path("c.zip"), manifest: manifest)
            }
        }
    }
}

/// Whether the long proofs are wanted too.
let isTorture = ProcessInfo.processInfo.environment["CASELIGHT_TORTURE"] != nil

/// A package as it was sealed, to be copied and changed.
struct CleanPackage {
    let bytes: Data
    let key: ExpectedKey
    let sample: SamplePackage
    private let folder: ScratchFolder

    init(seed: UInt64, in folder: ScratchFolder) throws {
        self.folder = folder
        sample = try SamplePackage(seed: seed)
        key = try ExpectedKey(sample.key.publicKey.fingerprint)
        try sample.write(to: folder.path("clean.zip"))
        bytes = try Data(contentsOf: folder.url.appending(path: "clean.zip"))
    }

    func copy(to name: String) throws -> String {
        try bytes.write(to: folder.url.appending(path: name))
        return folder.path(name)
    }
}
