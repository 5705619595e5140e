import CaselightModel
import Foundation
import GRDB
import Testing

@testable import CaselightStore

/// What only a file can do: be missing, damaged, newer, another's or full.
@Suite struct SQLiteFileTests {
    let folder: TemporaryFolder
    let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("records.db")
    }

    private func pragma(_ name: String, _ db: Database) throws -> Int { try Int.fetchOne(db, sql: "PRAGMA \(name)") ?? -1 }

    @Test func pressesRecordsToDiskFullyAndTheIndexNormally() throws {
        let files = [
            (try SQLiteFile(path: path, form: .records(.forTests)), 2), (try SQLiteFile(path: folder.file("index.db"), form: .index), 1),
        ]
        for (file, synchronous) in files {
            try file.pool.writeWithoutTransaction { db throws in
                #expect(try pragma("synchronous", db) == synchronous)
                #expect(try String.fetchOne(db, sql: "PRAGMA journal_mode") == "wal")
                #expect(try pragma("foreign_keys", db) == 1)
                #expect(try pragma("wal_autocheckpoint", db) == SQLiteFile.checkpointPageCount)
                #expect(try pragma("journal_size_limit", db) == SQLiteFile.logByteLimit)
            }
            try file.close()
        }
    }

    @Test func readersNeitherWriteNorCheckpoint() throws {
        let file = try SQLiteFile(path: path, form: .records(.forTests))
        try file.pool.read { db throws in
            #expect(try pragma("query_only", db) == 1)
            #expect(try pragma("wal_autocheckpoint", db) == 0)
            #expect(throws: DatabaseError.self) { try db.execute(sql: "DELETE FROM cameras") }
            #expect(throws: DatabaseError.self) { try db.checkpoint(.passive) }
        }
        try file.close()
    }

    @Test func isNewOnceAndReadableByItsGroupOnly() throws {
        for isFirst in [true, false] {
            let store = try SQLiteRecordStore.open(path: path, sealer: .forTests)
            #expect(store.isNew == isFirst)
            for name in [path, path + "-wal"] {
                let mode = try FileManager.default.attributesOfItem(atPath: name)[.posixPermissions] as? Int
                #expect(mode == 0o640, "\(name)")
            }
            try store.close()
        }
    }

    @Test func refusesANewerSchemaAndLeavesItAlone() throws {
        try SQLiteRecordStore.open(path: path, sealer: .forTests).close()
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('14 what is to come')") }
        try queue.close()
        let error = #expect(throws: CaselightError.self) { try SQLiteRecordStore.open(path: path, sealer: .forTests) }
        #expect(error?.code == .newerSchema)
        let known = SQLiteForm.records(.forTests).newestSchema
        #expect(
            error?.description == """
                cannot open records.db: records.db is at schema 14, written by a newer caselightd; this one knows up to \(known). \
                Upgrade, or restore a backup.
                """)
    }

    @Test func refusesWhatIsNoDatabaseOfOursAndLeavesItAlone() throws {
        let garbage = Data("this is a letter, not a database, and it is long enough to be read as a header. ".utf8) + Data(count: 5000)
        try garbage.write(to: URL(fileURLWithPath: path))
        #expect(throws: CaselightError.self) { try SQLiteRecordStore.open(path: path, sealer: .forTests) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == garbage)

        let index = folder.file("index.db")
        try SQLiteFootageIndex.open(path: index).close()
        let swapped = #expect(throws: CaselightError.self) { try SQLiteRecordStore.open(path: index, sealer: .forTests) }
        #expect(swapped?.code == .damagedDatabase)

        let foreign = folder.file("foreign.db")
        let queue = try DatabaseQueue(path: foreign)
        try queue.write { try $0.execute(sql: "CREATE TABLE cameras (id)") }
        try queue.close()
        let error = #expect(throws: CaselightError.self) { try SQLiteRecordStore.open(path: foreign, sealer: .forTests) }
        #expect(error?.code == .damagedDatabase)
        #expect(error?.remedy == "Check the path in the configuration.")
    }

    @Test func saysSoWhenPagesAreDamaged() async throws {
        let store = try SQLiteRecordStore.open(path: path, sealer: .forTests)
        let name = String(repeating: "n", count: 500)
        for index in 0..<200 { try await store.addCamera(try camera("c\(index)", name: name), credentials: nil) }
        try store.close()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes.replaceSubrange(8192..<bytes.count, with: Data(repeating: 0xA5, count: bytes.count - 8192))
        try bytes.write(to: URL(fileURLWithPath: path))
        await expect(.damagedDatabase) {
            let damaged = try SQLiteRecordStore.open(path: path, sealer: .forTests)
            defer { try? damaged.close() }
            _ = try await damaged.cameras(CameraFilter(), after: nil, limit: 1000)
        }
    }

    @Test func aMissingFolderIsNamed() {
        let missing = folder.file("none/records.db")
        let error = #expect(throws: CaselightError.self) { try SQLiteRecordStore.open(path: missing, sealer: .forTests) }
        #expect(error?.code == .diskFailed)
        #expect(error?.description.contains(missing) == true)
    }

    @Test func aLogWithoutItsRecordsIsNotThrownAway() throws {
        try Data(count: 4096).write(to: URL(fileURLWithPath: path + "-wal"))
        let error = #expect(throws: CaselightError.self) { try SQLiteRecordStore.open(path: path, sealer: .forTests) }
        #expect(error?.code == .damagedDatabase)
        #expect(FileManager.default.fileExists(atPath: path + "-wal"))
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func anIndexDeletedUnderItsLogBeginsAnew() async throws {
        let index = folder.file("index.db")
        let before = try SQLiteFootageIndex.open(path: index)
        try await before.apply([.run(try run(1, "a"))])
        let log = try Data(contentsOf: URL(fileURLWithPath: index + "-wal"))
        try before.close()
        try FileManager.default.removeItem(atPath: index)
        try log.write(to: URL(fileURLWithPath: index + "-wal"))
        let after = try SQLiteFootageIndex.open(path: index)
        #expect(after.isNew)
        #expect(try await after.camerasWithFootage().isEmpty)
        try after.close()
    }

    @Test func aFullDiskRefusesTheChangeAndLosesNothing() async throws {
        let store = try SQLiteRecordStore.open(path: path, sealer: .forTests)
        try await store.addCamera(try camera("before"), credentials: nil)
        try await store.file.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1") }
        let large = try camera("large", name: String(repeating: "x", count: 200_000))
        await expect(.diskFull) { try await store.addCamera(large, credentials: nil) }
        #expect(try await store.camera(large.code) == nil)
        #expect(try await store.cameraCount() == 1)
        try await store.file.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
        try await store.addCamera(large, credentials: nil)
        #expect(try await store.camera(large.code) == large)
        try store.close()
    }

    /// What a process that is killed leaves: the file and its log, as they stand when the call has returned.
    @Test func whatWasAcknowledgedIsThereAfterAKill() async throws {
        let store = try SQLiteRecordStore.open(path: path, sealer: .forTests)
        let index = try SQLiteFootageIndex.open(path: folder.file("index.db"))
        try await index.apply([.run(try run(1, "a"))])
        for count in 1...20 {
            try await store.addCamera(try camera("c\(count)"), credentials: nil)
            try await index.apply([.segment(try segment(1, UInt32(count), "a", Double(count) * 60, Double(count) * 60 + 60))])
            let copy = try TemporaryFolder()
            for name in ["records.db", "records.db-wal", "index.db", "index.db-wal"] {
                try FileManager.default.copyItem(atPath: folder.file(name), toPath: copy.file(name))
            }
            let (recovered, index) = (
                try SQLiteRecordStore.open(path: copy.file("records.db"), sealer: .forTests), try SQLiteFootageIndex.open(path: copy.file("index.db"))
            )
            #expect(try await recovered.cameraCount() == count)
            #expect(try await index.statistics().segmentCount == count)
            try recovered.close()
            try index.close()
        }
        try store.close()
        try index.close()
    }

    @Test func finishesAWriteWhoseTaskIsCancelled() async throws {
        let store = try SQLiteRecordStore.open(path: path, sealer: .forTests)
        let gate = try camera("gate")
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await store.addCamera(gate, credentials: nil)
        }
        try await task.value
        #expect(try await store.camera(gate.code) == gate)
        try store.close()
        await expect(.internalFailure) { _ = try await store.camera(gate.code) }
    }

    @Test func noErrorRepeatsWhatWasToBeStored() async throws {
        let store = try SQLiteRecordStore.open(path: path, sealer: .forTests)
        try await store.file.pool.writeWithoutTransaction { try $0.execute(sql: "DROP TABLE sealed_credentials") }
        do {
            try await store.addCamera(try fullCamera("gate"), credentials: FeedCredentials(user: "admin", password: "hunter2"))
            Issue.record("it went through")
        } catch {
            #expect(!"\(error)".contains("hunter2") && !"\(error)".contains("admin") && !"\(error)".contains("INSERT"))
        }
        try store.close()
    }
}
