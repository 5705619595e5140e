import Foundation
import Glibc
import Testing

@testable import caselight

/// What `footage import` finds in a folder, and what it says of the rest.
@Suite struct RecordedFilesTests {
    @Test func passesNothingOverInSilence() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "recorded-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder + "/b", withIntermediateDirectories: true)
        for name in ["b/2.mp4", "1.mp4", ".hidden"] { try Data([1]).write(to: URL(filePath: "\(folder)/\(name)")) }
        try FileManager.default.createSymbolicLink(atPath: folder + "/link.mp4", withDestinationPath: "1.mp4")
        // "大门" as a recorder in GBK writes it.
        let foreign: [UInt8] = Array((folder + "/").utf8) + [0xB4, 0xF3, 0xC3, 0xC5, 0x2E, 0x6D, 0x70, 0x34, 0]
        let descriptor = foreign.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { open($0.baseAddress!, O_CREAT | O_WRONLY, 0o600) }
        }
        try #require(descriptor >= 0)
        close(descriptor)
        let found = try RecordedFiles.found([folder])
        #expect(found.files.map(\.path) == ["\(folder)/1.mp4", "\(folder)/b/2.mp4"])
        #expect(found.refused.count == 2)
        #expect(found.refused.contains { $0.detail.contains("not UTF-8") })
        #expect(found.refused.contains { $0.path == folder + "/link.mp4" })
    }

    @Test func saysThatThereIsNothing() {
        #expect(throws: ClientFailure.self) { try RecordedFiles.found(["/nonexistent-\(UUID().uuidString)"]) }
    }
}
