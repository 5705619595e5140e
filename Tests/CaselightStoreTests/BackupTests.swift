import CaselightModel
import Foundation
import GRDB
import Testing

@testable import CaselightStore

@Suite struct BackupTests {
    let folder: TemporaryFolder
    let path: String
    let target: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("records.db")
        target = folder.file("copy.db")
    }

    private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }

    @Test func copiesWhatWasCommittedIntoOneFileThatOpensByItself() async throws {
        let store = try SQLiteRecordStore.open(path: path, sealer: .forTests)
        for index in 0..<300 { try await store.addCamera(try fullCamera("c\(index)"), credentials: FeedCredentials(user: "u", password: "p")) }
        let byteCount = try await store.backup(to: target)
        try await store.addCamera(try camera("later"), credentials: nil)
        #expect(try names() == ["copy.db", "records.db", "records.db-shm", "records.db-wal"])
        let attributes = try FileManager.default.attributesOfItem(atPath: target)
        #expect(attributes[.posixPermissions] as? Int == 0o640)
        #expect(attributes[.size] as? Int64 == byteCount && byteCount > 100_000)
        // Not a file that needs a log beside it: what other tools open is the whole.
        let head = try Data(contentsOf: URL(fileURLWithPath: target))
        #expect(head[18] == 1 && head[19] == 1)
        try store.close()

        let restored = try SQLiteRecordStore.open(path: target, sealer: .forTests)
        #expect(!restored.isNew)
        #expect(try await restored.cameraCount() == 300)
        #expect(try await restored.credentials(of: code("c7")) == FeedCredentials(user: "u", password: "p"))
        try restored.close()
    }

    @Test func theIndexGoesTheSameWay() async throws {
        let index = try SQLiteFootageIndex.open(path: folder.file("index.db"))
        try await index.apply([.run(try run(1, "a")), .segment(try segment(1, 0, "a", 0, 60))])
        _ = try await index.backup(to: target)
        try index.close()
        let restored = try SQLiteFootageIndex.open(path: target)
        #expect(try await restored.statistics().segmentCount == 1)
        try restored.close()
    }

    /// Each write makes two records at once; a copy of one moment has both or none.
    @Test func theWriterGoesOnAndEveryCopyIsOfOneMoment() async throws {
        let store = try SQLiteRecordStore.open(path: path, sealer: .forTests)
        let writer = Task {
            var count = 0
            while !Task.isCancelled {
                _ = try await store.importCameras([(try camera("a\(count)"), nil), (try camera("b\(count)"), nil)], replacing: false)
                count += 1
            }
            return count
        }
        var counts: [Int] = []
        for round in 0..<12 {
            let copy = folder.file("copy-\(round).db")
            _ = try SQLiteRecordStore.backup(of: path, to: copy)
            let queue = try DatabaseQueue(path: copy)
            let count = try await queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM cameras") ?? -1 }
            #expect(count % 2 == 0)
            counts.append(count)
            try queue.close()
        }
        writer.cancel()
        let written = try await writer.value
        #expect(counts == counts.sorted() && (counts.last ?? 0) > (counts.first ?? 0))
        #expect(try await store.cameraCount() == 2 * written)
        try store.close()
    }

    @Test func refusesATargetThatIsThereAndLeavesNothingHalf() async throws {
        let store = try SQLiteRecordStore.open(path: path, sealer: .forTests)
        try Data("mine".utf8).write(to: URL(fileURLWithPath: target))
        await expect(.duplicate) { _ = try await store.backup(to: target) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: target)) == Data("mine".utf8))
        try FileManager.default.removeItem(atPath: target)
        try FileManager.default.createSymbolicLink(atPath: target, withDestinationPath: folder.file("elsewhere"))
        await expect(.duplicate) { _ = try await store.backup(to: target) }
        await expect(.diskFailed) { _ = try await store.backup(to: folder.file("none/copy.db")) }
        await expect(.notFound) { _ = try SQLiteRecordStore.backup(of: folder.file("none.db"), to: folder.file("x.db")) }
        // What an interrupted one left is no hindrance.
        try Data("half".utf8).write(to: URL(fileURLWithPath: folder.file("again.db.part")))
        _ = try await store.backup(to: folder.file("again.db"))
        #expect(try names() == ["again.db", "copy.db", "records.db", "records.db-shm", "records.db-wal"])
        try store.close()
    }

    @Test func aDamagedSourceMakesNoCopy() async throws {
        let store = try SQLiteRecordStore.open(path: path, sealer: .forTests)
        let name = String(repeating: "n", count: 500)
        for index in 0..<200 { try await store.addCamera(try camera("c\(index)", name: name), credentials: nil) }
        try store.close()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let middle = bytes.count / 2 / 4096 * 4096
        bytes.replaceSubrange(middle..<middle + 8192, with: Data(repeating: 0xA5, count: 8192))
        try bytes.write(to: URL(fileURLWithPath: path))
        await expect(.damagedDatabase) { _ = try SQLiteRecordStore.backup(of: path, to: target) }
        #expect(!FileManager.default.fileExists(atPath: target) && !FileManager.default.fileExists(atPath: target + ".part"))
        let foreign = folder.file("foreign.db")
        let queue = try DatabaseQueue(path: foreign)
        try await queue.write { try $0.execute(sql: "CREATE TABLE cameras (id)") }
        try queue.close()
        await expect(.damagedDatabase) { _ = try SQLiteRecordStore.backup(of: foreign, to: target) }
    }

    @Test func whoOnlyReadsNeitherWritesNorCheckpointsNorUpgrades() async throws {
        await expect(.notFound) { _ = try SQLiteRecordStore.openForReading(path: path, sealer: .forTests) }
        #expect(try names() == [])
        let store = try SQLiteRecordStore.open(path: path, sealer: .forTests)
        try await store.addCamera(try camera("a"), credentials: nil)
        let reader = try SQLiteRecordStore.openForReading(path: path, sealer: .forTests)
        #expect(try await reader.cameraCount() == 1)
        await expect(.diskFailed) { try await reader.addCamera(try camera("b"), credentials: nil) }
        try await store.addCamera(try camera("c"), credentials: nil)
        #expect(try await reader.cameraCount() == 2)
        func log() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path + "-wal")) }
        let before = (try log(), try Data(contentsOf: URL(fileURLWithPath: path)))
        #expect(!before.0.isEmpty)
        try reader.close()
        #expect(try log() == before.0)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before.1)
        try store.close()

        let first = SQLiteForm(
            applicationID: SQLiteForm.records(.forTests).applicationID, synchronous: .full, isRebuildable: false,
            steps: Array(SQLiteForm.records(.forTests).steps.prefix(1)), remedy: "")
        let old = folder.file("old.db")
        try SQLiteFile(path: old, form: first).close()
        let error = #expect(throws: CaselightError.self) { try SQLiteRecordStore.openForReading(path: old, sealer: .forTests) }
        #expect(error?.code == .conflict)
        // Before an upgrade is when one wants a copy.
        _ = try SQLiteRecordStore.backup(of: old, to: target)
        try SQLiteRecordStore.open(path: target, sealer: .forTests).close()
    }
}
