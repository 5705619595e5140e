@testable import CaselightEvidence
import CaselightModel
import Foundation
import TestSupport
import Testing

/// What `VERIFY.txt` tells people to type, typed: it must come to the same verdict as we do.
@Suite struct VerifyTextTests {
    /// What changes a file's content, a name or the list of files; what only the container holds, stock tools pass over.
    private static let kinds: [PackageMutation] = [
        .flipInFile, .addFile, .dropFile, .renameFile, .swapContents, .emptyFile, .editManifest, .editManifestAndList, .replaceFileAndList,
        .addFileAndList, .dropFileAndList, .otherKey, .otherKeyKeptChecked, .truncateZip,
    ]

    @Test func theCommandsReachTheSameVerdict() async throws {
        let folder = try ScratchFolder()
        let clean = try (1...5).map { try CleanPackage(seed: $0, in: folder) }
        for package in clean {
            let path = try package.copy(to: "FILE.zip")
            #expect(try Self.accepts(path, package), "a clean package")
            #expect(try await PackageVerifier(expectedKey: package.key).verify(path).isVerified)
        }
        for seed: UInt64 in 0..<98 {
            var random = SeededGenerator(seed: 9000 + seed)
            let (kind, package) = (Self.kinds[Int(seed) % Self.kinds.count], clean[Int(seed / 3) % clean.count])
            let path = try package.copy(to: "FILE.zip")
            _ = try kind.apply(to: path, &random)
            let ours = try await PackageVerifier(expectedKey: package.key).verify(path).isVerified
            #expect(try Self.accepts(path, package) == ours, "\(kind), seed \(seed)")
            #expect(ours == (try Data(contentsOf: URL(filePath: path)) == package.bytes))
        }
    }

    @Test func anUnpackedPackageIsJudgedAlike() async throws {
        let folder = try ScratchFolder()
        let package = try CleanPackage(seed: 6, in: folder)
        let commands = Self.commands(package)
        for seed: UInt64 in 0..<20 {
            var random = SeededGenerator(seed: 100 + seed)
            let unpacked = folder.path("package")
            try? FileManager.default.removeItem(atPath: unpacked)
            try #require(try Program.run("unzip", ["-q", try package.copy(to: "FILE.zip"), "-d", unpacked]).status == 0)
            let isChanged = seed % 5 != 0
            if isChanged { try Self.change(folder: unpacked, package, &random) }
            let ours = try await PackageVerifier(expectedKey: package.key).verify(unpacked).isVerified
            #expect(ours == !isChanged, "seed \(seed)")
            // Everything but the unpacking.
            let script = (["cd \(folder.url.path)", "export LC_ALL=C.UTF-8", "cd package"] + commands.dropFirst(3)).joined(separator: "\n")
            #expect(try Program.run("bash", ["-e", "-c", script]).status == (ours ? 0 : 1), "seed \(seed)")
        }
    }

    private static func change(folder: String, _ package: CleanPackage, _ random: inout SeededGenerator) throws {
        let file = package.sample.files.randomElement(using: &random).map { "\(folder)/\($0.path)" } ?? folder
        switch Int.random(in: 0..<4, using: &random) {
        case 0: try Data([1]).write(to: URL(filePath: file))
        case 1: try FileManager.default.removeItem(atPath: file)
        case 2: try Data([1]).write(to: URL(filePath: file + ".extra"))
        default: try FileManager.default.createSymbolicLink(atPath: file + ".link", withDestinationPath: file)
        }
    }

    /// The lines to be typed, of steps 1 to 5; the last compares the key with the published one.
    private static func commands(_ package: CleanPackage) -> [String] {
        let statement = PackageTimestamp.absent("none", manifest: []).statement
        let text = VerifyText(manifest: package.sample.manifest, timestamp: statement).text
        let lines = text.split(separator: "\n").map(String.init).filter { $0.hasPrefix("    ") }.map { $0.trimmingCharacters(in: .whitespaces) }
        return lines.map { line in
            line.hasPrefix("openssl pkey ") ? "test \"$(\(line) | cut -c -64)\" = \(package.sample.key.publicKey.fingerprint)" : line
        }
    }

    private static func accepts(_ path: String, _ package: CleanPackage) throws -> Bool {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        let script = (["cd \(folder)", "rm -rf package listed present"] + commands(package)).joined(separator: "\n")
        #expect(script.contains("unzip -q FILE.zip") && script.contains("sha256sum --check"))
        return try Program.run("bash", ["-e", "-o", "pipefail", "-c", script]).status == 0
    }
}
