import ArgumentParser
import CaselightEvidence
import CaselightLog
import CaselightModel
import CaselightServer
import CaselightStore
import Foundation
import Logging

struct RotateKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-key", abstract: "Seals every secret at rest with a new key.",
        discussion: """
            The secrets are the feeds' credentials and the signing key's private half. Asks the running daemon, or where none runs does it \
            itself; feeds go on. The old key is dropped from its file, so keep a copy of it as long as backups from before are kept.
            Example: caselightd rotate-key
            Example, where the key's file is lost for good; then what it sealed is given up, a new signing key is drawn, and every feed's \
            password must be given anew:
              caselightd rotate-key --lost
            """)

    @OptionGroup var options: SettingsOptions
    @Flag(help: "Give up what cannot be read for want of a key that is lost for good. The daemon must not be running.") var lost = false

    func run() async throws {
        try await reporting {
            let settings = try await options.read()
            try Parts.checkRecordsAreThere(settings)
            if lost { return try await giveUpLostKey(settings) }
            let rotated = try await rotate(settings)
            print("\(rotated.secretCount) secrets are sealed with the new key \(rotated.keyID).")
            print("Copy \(settings.keyFile.path) to where you keep it, and keep the older copy as long as backups from before today.")
        }
    }

    private struct Nothing: Encodable {}

    private func rotate(_ settings: Settings) async throws -> RotatedKey {
        if let daemon = LocalDaemon(settings) {
            return try JSONDecoder().decode(RotatedKey.self, from: try await daemon.send("POST", "/api/v1/key-rotations", Nothing()))
        }
        let clock = SystemWallClock()
        let parts = try await Parts.open(settings, clock: clock)
        let log = try await OpenedLog.open(settings, records: parts.records, clock: clock).book
        try await log.append(LoggedAct(.keyRotated, by: .machine, outcome: .allowed, detail: "every secret is sealed anew"))
        let rotated = try await KeyKeeper(file: settings.keyFile, records: parts.records, logger: Logger(label: "keys")).rotate()
        await log.close()
        return rotated
    }

    /// May be cut short at any point and begun again.
    private func giveUpLostKey(_ settings: Settings) async throws {
        guard LocalDaemon(settings) == nil else {
            throw CommandFailure(text: "cannot give up the lost key: caselightd is running, and has it in memory. Run caselightd rotate-key without --lost.")
        }
        try Parts.becomeOwner(of: settings.statePath)
        let (records, forgotten) = try await LocalRecords.openGivingUpLostKey(settings)
        let clock = SystemWallClock()
        let (parts, _) = try await OpenedLog.bookParts(settings, records: records, clock: clock)
        let isSignedAnew = try await LogStart.signAnew(parts)
        guard !forgotten.isEmpty || isSignedAnew else {
            throw CommandFailure(text: "nothing is lost: every secret can be read with the keys in \(settings.keyFile.path). To change the key: caselightd rotate-key.")
        }
        let book = try await ConsultationBook.open(parts)
        try await book.append(
            LoggedAct(
                .keyRotated, by: .machine, outcome: .done,
                detail: "the key was lost; \(forgotten.count) secrets given up; now signed by \(parts.key.publicKey.fingerprint)"))
        await book.close()
        for secret in forgotten { print("given up: \(secret)") }
        if isSignedAnew {
            print("The signing key is a new one. Publish its fingerprint: \(parts.key.publicKey.fingerprint)")
            print("What the former key signed stays valid; \(settings.signingKeysPath) keeps its public half.")
        }
        print("Copy \(settings.keyFile.path) to where you keep it. Give each camera above its credentials: caselight camera set CODE --user NAME --password-stdin")
    }
}
