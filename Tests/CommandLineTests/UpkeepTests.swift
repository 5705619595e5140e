import Foundation
import TestSupport
import Testing

/// Backup, restoration and the key of the secrets, as an operator works with them while the daemon is stopped.
@Suite struct UpkeepTests {
    private let state: String

    init() throws {
        state = FileManager.default.temporaryDirectory.appending(path: "caselight-upkeep-\(UUID().uuidString)").path
        try run("account", "create", "chen", "--role", "admin", "--no-password", "--token", "first")
    }

    @discardableResult
    private func run(_ arguments: String..., fails: Bool = false) throws -> CaselightRun {
        let settings = ["state.path=\(state)", "archive.reserveGigabytes=0"].flatMap { ["--set", $0] }
        let result = try CaselightRun(arguments + settings, of: "caselightd")
        #expect((result.status == 1) == fails, "\(arguments): \(result.output)\(result.error)")
        return result
    }

    private func text(of name: String) -> String { (try? String(contentsOfFile: "\(state)/\(name)", encoding: .utf8)) ?? "" }
    private func remove(_ names: String...) { for name in names { try? FileManager.default.removeItem(atPath: "\(state)/\(name)") } }
    private func clean() { try? FileManager.default.removeItem(atPath: state) }

    @Test func aLogThatGoesOnIsKept() throws {
        defer { clean() }
        try run("backup", "\(state)/copy")
        try run("account", "create", "wang", "--role", "auditor", "--no-password", "--token", "first")
        let restored = try run("restore", "\(state)/copy")
        #expect(restored.output.contains("The log here was kept"), "\(restored.output)")
        // wang's account is undone, and what was done to make it is still told.
        try run("account", "create", "wang", "--role", "auditor", "--no-password", "--token", "second")
        let names = try FileManager.default.contentsOfDirectory(atPath: state)
        #expect(names.contains { $0.hasPrefix("records.db.before-restore-") } && !names.contains { $0.hasPrefix("log.db.before") })
    }

    /// A log of the backup's age, where a checkpoint of a later one is known, is not taken for whole.
    @Test func lostEntriesAreNotPassedOver() throws {
        defer { clean() }
        try run("backup", "\(state)/copy")
        try run("account", "create", "wang", "--role", "auditor", "--no-password", "--token", "first")
        remove("log.db", "log.db-wal", "log.db-shm")
        let refused = try run("restore", "\(state)/copy", fails: true)
        #expect(refused.error.contains("the log is truncated") && refused.error.contains("--accept-loss"), "\(refused.error)")
        #expect(!FileManager.default.fileExists(atPath: "\(state)/log.db"))
        let taken = try run("restore", "\(state)/copy", "--accept-loss")
        #expect(taken.error.contains("Loss accepted: 2 entries at least are lost"), "\(taken.error)")
        let backup = try run("backup", "\(state)/after", fails: true)
        #expect(backup.error.contains("the consultation log does not hold"), "the loss is told for ever: \(backup.error)")
    }

    /// The checkpoints here were taken away with the log; one that was kept elsewhere tells.
    @Test func aCheckpointFromElsewhereTellsOfALoss() throws {
        defer { clean() }
        try run("backup", "\(state)/copy")
        try run("account", "create", "wang", "--role", "auditor", "--no-password", "--token", "first")
        try text(of: "checkpoints.txt").write(toFile: "\(state)/kept", atomically: true, encoding: .utf8)
        remove("log.db", "log.db-wal", "log.db-shm", "checkpoints.txt")
        let refused = try run("restore", "\(state)/copy", "--checkpoint", "\(state)/kept", fails: true)
        #expect(refused.error.contains("the log is truncated"), "\(refused.error)")
        try run("restore", "\(state)/copy")
    }

    @Test func aDamagedOrForeignBackupChangesNothing() throws {
        defer { clean() }
        try run("backup", "\(state)/copy")
        try run("backup", "\(state)/copy", fails: true)
        let handle = try #require(FileHandle(forUpdatingAtPath: "\(state)/copy/records.db"))
        try handle.seek(toOffset: 8000)
        try handle.write(contentsOf: Data([0x55]))
        try handle.close()
        let before = try Data(contentsOf: URL(filePath: "\(state)/records.db"))
        let damaged = try run("restore", "\(state)/copy", fails: true)
        #expect(damaged.error.contains("records.db is not what it was") && damaged.error.split(separator: "\n").count == 1, "\(damaged.error)")
        let other = try UpkeepTests()
        defer { other.clean() }
        try other.run("backup", "\(other.state)/copy")
        let foreign = try run("restore", "\(other.state)/copy", fails: true)
        #expect(foreign.error.contains("Nothing was changed"), "\(foreign.error)")
        #expect(try Data(contentsOf: URL(filePath: "\(state)/records.db")) == before)
        #expect(try run("restore", "\(state)/nothing", fails: true).error.contains("backup.json"))
    }

    @Test func aNewKeySealsEverythingAndTheOldOneGoes() throws {
        defer { clean() }
        let old = text(of: "secret.key")
        let rotated = try run("rotate-key")
        let new = text(of: "secret.key")
        #expect(rotated.output.contains("2 secrets") && rotated.output.contains(String(new.prefix(16))), "\(rotated.output)")
        #expect(new != old && new.split(separator: "\n").count == 1)
        try run("account", "create", "wang", "--role", "auditor", "--no-password", "--token", "first")
        try old.write(toFile: "\(state)/secret.key", atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(state)/secret.key")
        #expect(try run("account", "create", "li", "--role", "auditor", "--no-password", "--token", "x", fails: true).error.contains("is not among those"))
    }

    @Test func aLostKeyIsGivenUpOnlyWhenAskedTo() throws {
        defer { clean() }
        try run("backup", "\(state)/copy")
        remove("secret.key")
        #expect(try run("rotate-key", fails: true).error.contains("rotate-key --lost"))
        let given = try run("rotate-key", "--lost")
        #expect(given.output.contains("given up: the secret 'signingKey'") && given.output.contains("Publish its fingerprint"), "\(given.output)")
        #expect(text(of: "signing-keys.pem").components(separatedBy: "BEGIN PUBLIC KEY").count == 3)
        // What the former key signed still holds.
        try run("backup", "\(state)/after")
        #expect(try run("rotate-key", "--lost", fails: true).error.contains("nothing is lost"))
        #expect(try run("restore", "\(state)/copy", fails: true).error.contains("--lost-key"))
        try run("restore", "\(state)/copy", "--lost-key")
        try run("backup", "\(state)/last")
    }
}
