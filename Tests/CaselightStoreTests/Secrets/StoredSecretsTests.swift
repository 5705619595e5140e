import CaselightModel
import Foundation
import GRDB
import Testing

@testable import CaselightStore

/// What is sealed in a file, and that nothing of it stands there plain.
@Suite struct StoredSecretsTests {
    let folder: TemporaryFolder
    let path: String
    private let canary = "c4n4ry-p@ss/word"

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("records.db")
    }

    /// Which of the database's files hold the text, raw, percent-encoded or in base64.
    private func traces(of text: String, in folder: TemporaryFolder? = nil) throws -> [String] {
        let folder = folder ?? self.folder
        let percent = text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
        let forms = [text, percent, Data(text.utf8).base64EncodedString()].map { Data($0.utf8) }
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { name in
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file(name)))
            return forms.contains { bytes.firstRange(of: $0) != nil }
        }.sorted()
    }

    private func copy(_ names: [String]) throws -> TemporaryFolder {
        let copy = try TemporaryFolder()
        for name in names { try FileManager.default.copyItem(atPath: folder.file(name), toPath: copy.file(name)) }
        return copy
    }

    private func withFeed(_ text: String) throws -> Camera {
        var camera = try camera(text)
        camera.feed = Feed(url: try FeedURL.parse("rtsp://10.0.4.14:554/1").url)
        return camera
    }

    private static let everyFile = ["records.db", "records.db-wal", "records.db-shm"]

    /// A file of the first schema with plain passwords, the last of them in the log only, as a crash leaves it.
    private func makeFirstSchema() throws {
        let form = SQLiteForm.records(.forTests)
        let first = SQLiteForm(
            applicationID: form.applicationID, synchronous: .full, isRebuildable: false, steps: Array(form.steps.prefix(1)), remedy: "")
        let file = try SQLiteFile(path: path, form: first)
        try file.pool.write { db in
            for index in 0..<50 {
                try db.execute(
                    sql: """
                        INSERT INTO cameras (id, code, name, kind, class, address, owner, grid_source, policy, feed_url, feed_transport,
                        is_enabled, search_text, created_at_us, updated_at_us, removed_at_us)
                        VALUES (?, ?, 'n', 'fixed', 9, '', '', 'derived', 'full', ?, 'automatic', 1, 'n', 1, 1, ?)
                        """,
                    arguments: [index, "c\(index)", "rtsp://10.0.4.14:554/1" + (index > 46 ? "?password=\(canary)" : ""), index == 49 ? 7 : nil])
                try db.execute(
                    sql: "INSERT INTO feed_credentials (camera_id, user, password) VALUES (?, ?, ?)",
                    arguments: [index, "admin\(index)", "\(canary)\(index)"])
            }
        }
        try file.pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        try file.pool.write { try $0.execute(sql: "UPDATE feed_credentials SET password = ? || 'new' WHERE camera_id = 3", arguments: [canary]) }
        let crashed = try copy(Self.everyFile)
        try file.close()
        for name in Self.everyFile { try? FileManager.default.removeItem(atPath: folder.file(name)) }
        for name in Self.everyFile { try FileManager.default.moveItem(atPath: crashed.file(name), toPath: folder.file(name)) }
    }

    @Test func plainCredentialsAreSealedAndLeaveNoTrace() async throws {
        try makeFirstSchema()
        #expect(try traces(of: canary) == ["records.db", "records.db-wal"])
        let store = try SQLiteRecordStore.open(path: path, sealer: .forTests)
        #expect(!store.isNew)
        #expect(try traces(of: canary) == [])
        #expect(try await store.file.pool.read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == SQLiteForm.records(.forTests).newestSchema)
        for index in 0..<49 {
            let expected = FeedCredentials(user: "admin\(index)", password: index == 3 ? canary + "new" : "\(canary)\(index)")
            #expect(try await store.credentials(of: code("c\(index)")) == expected)
        }
        #expect(try await store.camera(code("c5"))?.feed?.hasCredentials == true)
        #expect(try await store.camera(code("c5"))?.feed?.url.text == "rtsp://10.0.4.14:554/1")
        #expect(try await store.camera(code("c47"))?.feed?.url.text == "rtsp://10.0.4.14:554/1?password=\(canary)")
        #expect(try await store.lastRegistration(of: code("c49"))?.feed?.url.text == "rtsp://10.0.4.14:554/1?password=***")
        try store.close()
        #expect(try traces(of: canary) == [])
        #expect(try traces(of: "admin1") == [])
    }

    @Test func aCrashBeforeTheWipeIsMadeUpForAtTheNextStart() async throws {
        try makeFirstSchema()
        // As far as the step itself goes: its transaction, and nothing after it.
        let migrated = try DatabasePool(path: path)
        try await migrated.write { db in
            let step = try #require(SQLiteForm.records(.forTests).steps.dropFirst().first)
            try db.execute(sql: "PRAGMA secure_delete = ON")
            try db.execute(sql: step.sql)
            try step.change?(db)
            try db.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('2 \(step.name)'); PRAGMA user_version = 2")
            try SQLiteFile.markRemains(db)
        }
        let crashed = try copy(["records.db", "records.db-wal"])
        try migrated.close()
        #expect(try !traces(of: canary, in: crashed).isEmpty, "else there was nothing to wipe")
        let store = try SQLiteRecordStore.open(path: crashed.file("records.db"), sealer: .forTests)
        #expect(try traces(of: canary, in: crashed) == [])
        #expect(try await store.credentials(of: code("c0"))?.password == canary + "0")
        try store.close()
    }

    @Test func aPasswordStandsInNoFile() async throws {
        let store = try SQLiteRecordStore.open(path: path, sealer: .forTests)
        for name in ["a", "b", "c"] {
            try await store.addCamera(try withFeed(name), credentials: FeedCredentials(user: canary + "-user", password: canary))
        }
        try await store.updateCamera(try withFeed("a"), credentials: .set(FeedCredentials(user: "u", password: canary + "2")))
        try await store.removeCamera(code("b"), at: at(1))
        try await store.setSecret(Array(canary.utf8), named: "seed")
        _ = try await store.backup(to: folder.file("backup.db"))
        #expect(try traces(of: canary) == [])
        #expect(try await store.credentials(of: code("a"))?.password == canary + "2")
        #expect(try await store.credentials(of: code("b")) == nil)
        try store.close()
        #expect(try traces(of: canary) == [])
    }

    @Test func aLoginInAnAddressStandsInNoFile() async throws {
        let store = try SQLiteRecordStore.open(path: path, sealer: .forTests)
        let (old, new) = ("rtsp://10.0.4.14/user=admin&password=c4n4ry-1&channel=1", "rtsp://10.0.4.14/x?pwd=c4n4ry-2&ch=2")
        func put(_ text: String, in camera: inout Camera) throws { camera.feed = Feed(url: try FeedURL.parse(text).url) }
        func kept(_ name: String) async throws -> String? { try await store.camera(code(name))?.feed?.url.text }
        for name in ["a", "b", "c"] {
            var camera = try camera(name)
            try put(old, in: &camera)
            try await store.addCamera(camera, credentials: nil)
        }
        #expect(try await kept("a") == old)
        #expect(try await store.cameras(CameraFilter(), after: nil, limit: 9).map { $0.feed?.url.text } == [old, old, old])
        var changed = try #require(try await store.camera(code("a")))
        try put(new, in: &changed)
        try await store.updateCamera(changed, credentials: .keep)
        #expect(try await kept("a") == new)
        // As it is shown, given back: nothing changes. Elsewhere it is another address, whose secret nobody knows.
        try put("rtsp://10.0.4.14/x?pwd=***&ch=2", in: &changed)
        try await store.updateCamera(changed, credentials: .keep)
        #expect(try await kept("a") == new)
        try put("rtsp://10.0.4.99/x?pwd=***&ch=2", in: &changed)
        try await store.updateCamera(changed, credentials: .keep)
        #expect(try await kept("a") == "rtsp://10.0.4.99/x?pwd=***&ch=2")
        try await store.removeCamera(code("b"), at: at(1))
        #expect(try await store.rotateSecrets(to: .random()) == 2)
        #expect(try await kept("c") == old)
        _ = try await store.backup(to: folder.file("backup.db"))
        for text in ["c4n4ry-1", "c4n4ry-2"] { #expect(try traces(of: text) == []) }
        try store.close()
        for text in ["c4n4ry-1", "c4n4ry-2"] { #expect(try traces(of: text) == []) }
    }

    @Test func sealedRowsCannotBeSwapped() async throws {
        let store = try SQLiteRecordStore.open(path: path, sealer: .forTests)
        for name in ["a", "b"] {
            try await store.addCamera(try withFeed(name), credentials: FeedCredentials(user: name, password: name))
            try await store.setSecret(Array(name.utf8), named: name)
        }
        try await store.file.pool.write { db in
            try db.execute(sql: "UPDATE sealed_credentials SET sealed = (SELECT sealed FROM sealed_credentials WHERE camera_id = 1)")
            try db.execute(sql: "UPDATE secrets SET sealed = (SELECT sealed FROM secrets WHERE name = 'a')")
        }
        #expect(try await store.credentials(of: code("a"))?.user == "a")
        await expect(.damagedDatabase) { _ = try await store.credentials(of: code("b")) }
        #expect(try await store.secret(named: "a") == Array("a".utf8))
        await expect(.damagedDatabase) { _ = try await store.secret(named: "b") }
        try store.close()
    }

    @Test func keepsSecretsByName() async throws {
        var store = try SQLiteRecordStore.open(path: path, sealer: .forTests)
        #expect(try !SQLiteRecordStore.holdsSealedSecrets(path: path))
        #expect(try await store.secret(named: "seed") == nil)
        try await store.setSecret([1, 2, 0], named: "seed")
        try await store.setSecret([], named: "empty")
        try await store.setSecret([3], named: "seed")
        try store.close()
        #expect(try SQLiteRecordStore.holdsSealedSecrets(path: path))
        store = try SQLiteRecordStore.open(path: path, sealer: .forTests)
        #expect(try await store.secret(named: "seed") == [3])
        #expect(try await store.secret(named: "empty") == [])
        try store.close()
        #expect(try !SQLiteRecordStore.holdsSealedSecrets(path: folder.file("none.db")))
    }

    @Test func withoutTheKeyNothingIsLostAndTheRestWorks() async throws {
        var store = try SQLiteRecordStore.open(path: path, sealer: .forTests)
        try await store.addCamera(try withFeed("a"), credentials: FeedCredentials(user: "u", password: "p"))
        try await store.setSecret([7], named: "seed")
        try store.close()

        let other = SecretSealer(.random())
        store = try SQLiteRecordStore.open(path: path, sealer: other)
        await expect(.invalidConfiguration) { _ = try await store.credentials(of: code("a")) }
        await expect(.invalidConfiguration) { _ = try await store.secret(named: "seed") }
        #expect(try await store.unreadableSecrets() == ["the credentials of camera 'a'", "the secret 'seed'"])
        #expect(try await store.camera(code("a"))?.feed?.hasCredentials == true)
        var renamed = try withFeed("a")
        renamed.name = "new"
        try await store.updateCamera(renamed, credentials: .keep)
        try await store.addCamera(try withFeed("b"), credentials: FeedCredentials(user: "v", password: "q"))
        try store.close()

        // With the lost key found again and the new one beside it, all is there.
        let both = try SecretKeys(text: SecretSealer.forTests.keys.text + other.keys.text, origin: "test")
        store = try SQLiteRecordStore.open(path: path, sealer: SecretSealer(both))
        #expect(try await store.credentials(of: code("a")) == FeedCredentials(user: "u", password: "p"))
        #expect(try await store.credentials(of: code("b")) == FeedCredentials(user: "v", password: "q"))
        #expect(try await store.unreadableSecrets().isEmpty)
        try store.close()

        // Lost for good: only what cannot be read goes.
        store = try SQLiteRecordStore.open(path: path, sealer: other)
        #expect(try await store.forgetUnreadableSecrets() == ["the credentials of camera 'a'", "the secret 'seed'"])
        #expect(try await store.camera(code("a"))?.feed?.hasCredentials == false)
        #expect(try await store.credentials(of: code("b"))?.user == "v")
        #expect(try await store.unreadableSecrets().isEmpty)
        try store.close()
    }

    @Test func aRecipientWhoseKeyIsLostIsThereAndGetsANewAddress() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("records.db")
        let recipient = Recipient(name: "platform", role: .platform, place: "https://platform.example")
        let webhook = Webhook(url: "https://platform.example/in", secret: "sixteen characters")
        #expect("\(webhook)" == "<webhook>" && String(reflecting: webhook) == "<webhook>")
        var store = try SQLiteRecordStore.open(path: path, sealer: SecretSealer(.random()))
        try await store.putRecipient(recipient, webhook: webhook)
        try store.close()
        store = try SQLiteRecordStore.open(path: path, sealer: SecretSealer(.random()))
        await expect(.invalidConfiguration) { _ = try await store.webhook(of: "platform") }
        #expect(try await store.forgetUnreadableSecrets() == ["the secret 'webhook of platform'"])
        await expect(.conflict) { _ = try await store.webhook(of: "platform") }
        #expect(try await store.recipients() == [recipient])
        try await store.putRecipient(recipient, webhook: webhook)
        #expect(try await store.webhook(of: "platform") == webhook)
        try store.close()
    }
}
