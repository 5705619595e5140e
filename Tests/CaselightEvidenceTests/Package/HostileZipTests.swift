@testable import CaselightEvidence
import CaselightModel
import Foundation
import SystemPackage
import TestSupport
import Testing

/// Containers made to hurt: each is refused with a reason, and nothing is read twice, written or believed.
@Suite struct HostileZipTests {
    /// Python's `zipfile` makes them, around the files of a sealed package.
    @Test(arguments: [
        "z.writestr('../../etc/passwd', b'x')", "z.writestr('/etc/passwd', b'x')", "z.writestr('native/../x', b'x')",
        "z.writestr('C:\\\\x', b'x')", "z.writestr('a' * 60000, b'x')", "z.writestr('manifest.json', b'{}')", "z.writestr('MANIFEST.JSON', b'{}')",
        "z.writestr('manifest.json/x', b'{}')", "z.comment = b'hello'", "z.mkdir('empty')",
        "i = zipfile.ZipInfo('link'); i.external_attr = 0o120777 << 16; z.writestr(i, '/etc/passwd')",
        "i = zipfile.ZipInfo('x'); i.compress_type = zipfile.ZIP_DEFLATED; z.writestr(i, b'0' * 1000000)",
        "[z.writestr(str(n), b'') for n in range(101000)]",
    ])
    func whatAnotherProgramAddsIsNoticed(line: String) async throws {
        let folder = try ScratchFolder()
        let package = try CleanPackage(seed: 2, in: folder)
        let path = try package.copy(to: "a.zip")
        let script = "import sys, zipfile, warnings\nwarnings.simplefilter('ignore')\nwith zipfile.ZipFile(sys.argv[1], 'a') as z:\n    \(line)\n"
        let made = try Program.run("python3", ["-c", script, path])
        try #require(made.status == 0, "\(made.errorText)")
        let verdict = try await PackageVerifier(expectedKey: package.key).verify(path)
        #expect(!verdict.isVerified)
        #expect(verdict.findings.contains { $0.kind == .container }, "\(verdict.findings)")
    }

    /// Packed again by another program, with nothing changed: said so, and no file accused.
    @Test func aPackageThatWasPackedAgainIsNamedAsThat() async throws {
        let folder = try ScratchFolder()
        let package = try CleanPackage(seed: 2, in: folder)
        let path = try package.copy(to: "a.zip")
        let script = """
            import sys, zipfile
            old = zipfile.ZipFile(sys.argv[1])
            with zipfile.ZipFile(sys.argv[2], 'w') as new:
                for name in old.namelist(): new.writestr(name, old.read(name))
            """
        #expect(try Program.run("python3", ["-c", script, path, folder.path("b.zip")]).status == 0)
        let verdict = try await PackageVerifier(expectedKey: package.key).verify(folder.path("b.zip"))
        #expect(!verdict.isVerified)
        #expect(verdict.findings.map(\.kind) == [.container])
        #expect(verdict.findings.allSatisfy { $0.text.contains("packed again by another program") })
        #expect(verdict.checks.first { $0.name == .files }?.outcome == .passed)
    }

    /// Two records that share one file's bytes would have a reader hash them as often as there are records.
    @Test func filesThatLieOverEachOtherAreReadOnce() throws {
        let folder = try ScratchFolder()
        var (directory, count) = ([UInt8](), 0)
        let content = [UInt8](repeating: 7, count: 100_000)
        let entry = { (number: Int) in try ZipEntry(path: PackagePath("f\(number)"), byteCount: Int64(content.count), crc32: 0) }
        for number in 0..<1000 {
            directory += ZipFormat.centralHeader(try entry(number), at: 0)
            count += 1
        }
        let head = ZipFormat.localHeader(try entry(0)) + content
        let end = ZipFormat.end(count: count, directoryOffset: Int64(head.count), directoryByteCount: Int64(directory.count))
        let zip = try ZippedPackage(path: try folder.write("bomb.zip", head + directory + end))
        #expect(zip.paths.count <= 1)
        #expect(zip.faults.contains { $0.text.contains("lie over each other") })
    }

    @Test func randomDirectoriesAreSurvived() throws {
        let folder = try ScratchFolder()
        let clean = [UInt8](try CleanPackage(seed: 4, in: folder).bytes)
        var random = SeededGenerator(seed: 77)
        for _ in 0..<500 {
            var bytes = clean
            for _ in 0..<Int.random(in: 1...40, using: &random) {
                // Toward the end, where the directory is, and with extremes.
                let place = bytes.count - 1 - Int.random(in: 0..<min(bytes.count, 3000), using: &random)
                bytes[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
            }
            let path = try folder.write("a.zip", bytes)
            guard let zip = try? ZippedPackage(path: path) else { continue }
            for name in zip.paths { _ = try? zip.digest(of: name) }
            #expect(bytes == clean || !zip.faults.isEmpty)
        }
    }

    /// Whoever holds the key can sign what he likes; numbers at their ends must be read like any others.
    @Test func extremeNumbersInASignedManifestAreSurvived() async throws {
        let folder = try ScratchFolder()
        let package = try CleanPackage(seed: 1, in: folder)
        let text = String(decoding: try package.sample.manifest.encoded(), as: UTF8.self)
        let numbers = text.ranges(of: /: -?[0-9]+(?=[,\n])/)
        #expect(numbers.count > 40)
        let extremes = ["9223372036854775807", "-9223372036854775808", "-1", "0", "1e300"]
        let path = try package.copy(to: "a.zip")
        for (index, range) in numbers.enumerated() {
            var open = try OpenPackage(zip: try package.copy(to: "b.zip"))
            let other = text.replacingCharacters(in: range, with: ": " + extremes[index % extremes.count])
            guard other != text else { continue }
            open[PackageLayout.manifest] = Array(other.utf8)
            open.listAgain()
            open[PackageLayout.signature] = try package.sample.key.signature(for: open[PackageLayout.sums])
            try open.write(zip: path)
            let verdict = try await PackageVerifier(expectedKey: package.key).verify(path)
            #expect(!verdict.isVerified, "the time stamp's statement is about another manifest")
        }
    }
}
