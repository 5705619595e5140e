import CaselightEvidence
import CaselightModel
import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite struct ZipWriterTests {
    @Test func stockToolsReadWhatItWrites() throws {
        let folder = try ScratchFolder()
        let long = try folder.write("long", Array((0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }))
        let zip = folder.path("a.zip")
        let digest = try Self.write(zip) { writer in
            try writer.add(PackagePath("empty"), bytes: [])
            let source = try FileDescriptor.open(FilePath(long), .readOnly)
            defer { try? source.close() }
            let digest = try writer.add(PackagePath("native/门/a.mp4"), from: source, byteCount: 5_000_000)
            try writer.add(PackagePath("b.txt"), bytes: Array("b\n".utf8))
            return digest
        }
        let sum = try Program.run("sha256sum", [long]).outputText
        #expect(sum.hasPrefix(digest.sha256))
        #expect(try Program.run("unzip", ["-tq", zip]).status == 0)
        let script = "import sys,zipfile;z=zipfile.ZipFile(sys.argv[1]);assert z.testzip() is None;print(z.namelist())"
        #expect(try Program.run("python3", ["-c", script, zip]).outputText == "['empty', 'native/门/a.mp4', 'b.txt']\n")
    }

    @Test func refusesAFileOfAnotherSize() throws {
        let folder = try ScratchFolder()
        let path = try folder.write("f", [1, 2, 3])
        for byteCount: Int64 in [2, 4] {
            #expect(throws: CaselightError.self) {
                try Self.write(folder.path("\(byteCount).zip")) { writer in
                    let source = try FileDescriptor.open(FilePath(path), .readOnly)
                    defer { try? source.close() }
                    try writer.add(PackagePath("f"), from: source, byteCount: byteCount)
                }
            }
        }
    }

    @Test(arguments: [("a", "a"), ("a/b", "A/B"), ("a", "a/b"), ("a/b", "a"), ("É", "é")])
    func refusesNamesThatCollide(first: String, second: String) throws {
        let folder = try ScratchFolder()
        try Self.write(folder.path("a.zip")) { writer in
            try writer.add(PackagePath(first), bytes: [])
            #expect(throws: CaselightError.self) { try writer.add(PackagePath(second), bytes: []) }
        }
    }

    @discardableResult
    static func write<Value>(_ path: String, _ body: (ZipWriter) throws -> Value) throws -> Value {
        let target = try FileDescriptor.open(
            FilePath(path), .readWrite, options: [.create, .truncate], permissions: [.ownerReadWrite])
        return try target.closeAfter {
            let writer = ZipWriter(target)
            let value = try body(writer)
            let size = try writer.finish()
            #expect(try target.seek(offset: 0, from: .end) == size)
            return value
        }
    }
}
