import CaselightModel
import Foundation
import GRDB
import TestSupport
import Testing

@testable import CaselightStore

@Suite struct RotationTests {
    let folder: TemporaryFolder
    let keyFile: SecretKeyFile

    init() throws {
        folder = try TemporaryFolder()
        keyFile = SecretKeyFile(path: folder.file("secret.key"))
        _ = try keyFile.make()
    }

    private func open() throws -> SQLiteRecordStore {
        try SQLiteRecordStore.open(path: folder.file("records.db"), sealer: SecretSealer(try keyFile.keys()))
    }

    private func fill(_ store: SQLiteRecordStore, cameras: Int) async throws {
        _ = try await store.importCameras(
            (0..<cameras).map { index in
                var camera = try camera("c\(index)")
                camera.feed = Feed(url: try FeedURL.parse("rtsp://10.0.4.14:554/1").url)
                return (camera, FeedCredentials(user: "u\(index)", password: "p\(index)"))
            }, replacing: false)
        try await store.setSecret(Array("seed".utf8), named: "signing key")
        try await store.putRecipient(Recipient(name: "platform", role: .platform, place: "https://platform.example"), webhook: Self.webhook)
    }

    private static let webhook = Webhook(url: "https://platform.example/in?key=7", secret: "sixteen characters")

    private func expectAll(_ store: SQLiteRecordStore, cameras: Int, _ note: Comment? = nil) async throws {
        for index in 0..<cameras {
            #expect(try await store.credentials(of: code("c\(index)")) == FeedCredentials(user: "u\(index)", password: "p\(index)"), note)
        }
        #expect(try await store.secret(named: "signing key") == Array("seed".utf8), note)
        #expect(try await store.webhook(of: "platform") == Self.webhook, note)
        #expect(try await store.unreadableSecrets().isEmpty, note)
    }

    private func sealedBytes(_ store: SQLiteRecordStore) async throws -> [Data] {
        try await store.file.pool.read { db in
            try Data.fetchAll(db, sql: "SELECT sealed FROM sealed_credentials UNION ALL SELECT sealed FROM secrets")
        }
    }

    @Test func sealsAThousandCamerasAnewAndWipesWhatTheOldKeyOpens() async throws {
        var store = try open()
        try await fill(store, cameras: 1000)
        let (old, oldID) = (try await sealedBytes(store), try keyFile.keys().newestID)
        let start = ContinuousClock.now
        #expect(try await store.rotateSecrets(keptIn: keyFile) == 1002)
        let taken = ContinuousClock.now - start
        print("rotation of 1,001 secrets: \(taken)")
        #expect(taken < .seconds(60))
        let keys = try keyFile.keys()
        #expect(keys.count == 1 && keys.newestID != oldID)
        try await expectAll(store, cameras: 1000)
        try expectWiped(old)
        try store.close()
        store = try open()
        try await expectAll(store, cameras: 1000)
        try store.close()
        try expectWiped(old)
    }

    private func expectWiped(_ old: [Data]) throws {
        // The key's id is the same in all of them, the nonce is nowhere else.
        let nonces = Set(old.map { $0.dropFirst(8).prefix(12) })
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasPrefix("records.db") {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file(name)))
            for nonce in nonces.prefix(50) { #expect(bytes.firstRange(of: nonce) == nil, "\(name)") }
        }
    }

    /// Every state that a crash can leave: each is opened with the key file as it stands, and rotated again from there.
    @Test(arguments: ["new key kept", "half resealed and rolled back", "resealed, old key kept", "resealed, not wiped"])
    func aCrashAtAnyPointLosesNothing(state: String) async throws {
        var store = try open()
        try await fill(store, cameras: 30)
        let both = try keyFile.keys().withNewKey()
        try keyFile.replace(with: both)
        switch state {
        case "half resealed and rolled back":
            // A row whose key is nowhere stops the rotation in its middle.
            try await store.file.pool.write { db in
                try db.execute(sql: "UPDATE sealed_credentials SET sealed = zeroblob(60) WHERE camera_id = 20")
            }
            await expect(.invalidConfiguration) { _ = try await store.rotateSecrets(to: both) }
            #expect(try await sealedBytes(store).allSatisfy { !SecretSealer(both).isOfNewestKey([UInt8]($0)) })
            try await store.updateCamera(try #require(try await store.camera(code("c19"))), credentials: .set(.init(user: "u19", password: "p19")))
        case "resealed, old key kept": _ = try await store.rotateSecrets(to: both)
        case "resealed, not wiped":
            _ = try await store.rotateSecrets(to: both)
            try await store.file.pool.write(SQLiteFile.markRemains)
        default: break
        }
        let files = ["records.db", "records.db-wal"]
        let crashed = try TemporaryFolder()
        for name in files + ["secret.key"] { try FileManager.default.copyItem(atPath: folder.file(name), toPath: crashed.file(name)) }
        try store.close()

        let file = SecretKeyFile(path: crashed.file("secret.key"))
        store = try SQLiteRecordStore.open(path: crashed.file("records.db"), sealer: SecretSealer(try file.keys()))
        try await expectAll(store, cameras: 30, Comment(rawValue: state))
        #expect(try await store.file.pool.read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == SQLiteForm.records(.forTests).newestSchema)
        _ = try await store.rotateSecrets(keptIn: file)
        try await expectAll(store, cameras: 30, Comment(rawValue: state))
        try store.close()
        #expect(try file.keys().count == 1)
        store = try SQLiteRecordStore.open(path: crashed.file("records.db"), sealer: SecretSealer(try file.keys()))
        try await expectAll(store, cameras: 30, Comment(rawValue: state))
        try store.close()
    }

    @Test func goesOnWhileCamerasAreChangedAndRead() async throws {
        let store = try open()
        try await fill(store, cameras: 200)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for _ in 0..<3 { _ = try await store.rotateSecrets(keptIn: keyFile) } }
            for worker in 0..<3 {
                group.addTask {
                    for index in stride(from: worker, to: 200, by: 3) {
                        let stored = try #require(try await store.camera(code("c\(index)")))
                        try await store.updateCamera(stored, credentials: .set(FeedCredentials(user: "u\(index)", password: "p\(index)")))
                        #expect(try await store.credentials(of: stored.code)?.password == "p\(index)")
                    }
                }
            }
            try await group.waitForAll()
        }
        try store.close()
        let again = try open()
        #expect(try keyFile.keys().count == 1)
        try await expectAll(again, cameras: 200)
        try again.close()
    }

    @Test func leavesKeysAloneThatSystemdHandsOver() async throws {
        let store = try open()
        try await fill(store, cameras: 2)
        let before = try await sealedBytes(store)
        let credential = SecretKeyFile(path: keyFile.path, isCredential: true)
        await expect(.forbidden) { _ = try await store.rotateSecrets(keptIn: credential) }
        #expect(try await sealedBytes(store) == before)
        // Once the credential has a new key in its first line, that is what all is sealed with.
        let handed = try keyFile.keys().withNewKey()
        #expect(try await store.rotateSecrets(to: handed) == 4)
        #expect(try await store.rotateSecrets(to: handed) == 0)
        try await expectAll(store, cameras: 2)
        try store.close()
        let again = try SQLiteRecordStore.open(path: folder.file("records.db"), sealer: SecretSealer(handed.newestOnly))
        try await expectAll(again, cameras: 2)
        try again.close()
    }

    @Test func namesTheCameraWhoseKeyIsMissingAndChangesNothing() async throws {
        let store = try open()
        try await fill(store, cameras: 3)
        let strange = try SecretSealer(.random()).seal(FeedCredentials(user: "u", password: "p"), of: code("c1"))
        try await store.file.pool.write { db in
            try db.execute(
                sql: "UPDATE sealed_credentials SET sealed = ? WHERE camera_id = (SELECT id FROM cameras WHERE code = 'c1')",
                arguments: [Data(strange)])
        }
        let before = try await sealedBytes(store)
        let error = await #expect(throws: CaselightError.self) { try await store.rotateSecrets(keptIn: keyFile) }
        #expect(error?.description.contains("'c1'") == true)
        #expect(try await sealedBytes(store) == before)
        #expect(try keyFile.keys().count == 2, "the new key stays: what was sealed meanwhile may need it")
        #expect(try await store.credentials(of: code("c2"))?.user == "u2")
        try store.close()
    }
}
