@testable import CaselightEvidence
import CaselightModel
import Foundation
import SystemPackage
import TestSupport
import Testing

/// Where 32 and 16 bits end.
@Suite struct LargeZipTests {
    /// Gigabytes of files with holes for bytes: headers, directory and ends as they must be, read by Python, by unzip and by us.
    @Test(arguments: [[5_000_000_000, 0xFFFF_FFFE, 0, 4], [0xFFFF_FFFF, 4]] as [[Int64]])
    func packagesBeyondFourGigabytesAreRead(sizes: [Int64]) throws {
        let folder = try ScratchFolder()
        var layout = ZipLayout()
        let last: [UInt8] = Array("last".utf8)
        for (number, size) in sizes.enumerated() {
            let sum = size == 4 ? ContentDigest(of: last).crc32 : 0
            try layout.append(ZipEntry(path: PackagePath("f\(number)"), byteCount: size, crc32: sum))
        }
        let path = folder.path("a.zip")
        let file = try FileDescriptor.open(FilePath(path), .readWrite, options: .create, permissions: .ownerReadWrite)
        try file.closeAfter {
            for (entry, offset) in Swift.zip(layout.entries, layout.headerOffsets) {
                try file.writeAll(toAbsoluteOffset: offset, ZipFormat.localHeader(entry))
            }
            try file.writeAll(toAbsoluteOffset: layout.contentOffset(of: sizes.count - 1), last)
            try file.writeAll(toAbsoluteOffset: layout.endOffset, layout.tail)
        }
        let package = try ZippedPackage(path: path)
        #expect(package.faults.isEmpty)
        let end = "f\(sizes.count - 1)"
        #expect(package.paths.map(\.text) == sizes.indices.map { "f\($0)" })
        #expect(try package.bytes(of: PackagePath(end), limit: 4) == last)
        let script = "import sys,zipfile;z=zipfile.ZipFile(sys.argv[1]);print([i.file_size for i in z.infolist()],z.read('\(end)'),z.open('f0').read(1))"
        #expect(try Program.run("python3", ["-c", script, path]).outputText == "\(sizes) b'last' b'\\x00'\n")
        // UnZip 6.0 takes a size of 2^32 - 1 for one that stands elsewhere, in Python's packages too.
        guard !sizes.contains(0xFFFF_FFFF) else { return }
        #expect(try Program.run("unzip", ["-p", path, end]).outputText == "last")
        #expect(try Program.run("unzip", ["-l", path]).outputText.contains("5000000000"))
    }

    @Test func moreThan65535FilesAreRead() throws {
        let folder = try ScratchFolder()
        try ZipWriterTests.write(folder.path("a.zip")) { writer in
            for number in 0..<66_000 { try writer.add(PackagePath("\(number)"), bytes: []) }
        }
        let package = try ZippedPackage(path: folder.path("a.zip"))
        #expect(package.faults.isEmpty)
        #expect(package.paths.count == 66_000)
        let script = "import sys,zipfile;print(len(zipfile.ZipFile(sys.argv[1]).namelist()))"
        #expect(try Program.run("python3", ["-c", script, folder.path("a.zip")]).outputText == "66000\n")
        #expect(try Program.run("unzip", ["-tqq", folder.path("a.zip")]).status == 0)
    }
}
