import CaselightLog
import CaselightModel
import CaselightServer
import CaselightStore
import Foundation

/// The accounts as this machine's administrator changes them: by way of the daemon that runs, or straight where none does.
enum LocalAccounts {
    case daemon(LocalDaemon)
    case direct(AccountDesk, ConsultationBook)

    static func open(_ settings: Settings) async throws -> LocalAccounts {
        if let daemon = LocalDaemon(settings) { return .daemon(daemon) }
        let clock = SystemWallClock()
        let parts = try await Parts.open(settings, clock: clock)
        let log = try await OpenedLog.open(settings, records: parts.records, clock: clock).book
        return .direct(AccountDesk(store: parts.records, log: log, hasher: PasswordHasher(), clock: clock), log)
    }

    /// - Parameter token: the name of a token to make and print.
    func add(_ account: Account, password: String?, token: String?) async throws {
        switch self {
        case .daemon(let daemon):
            _ = try await daemon.send("POST", "/api/v1/accounts", NewAccount(account: account, password: password))
            guard let token else { break }
            let answer = try await daemon.send("POST", "/api/v1/accounts/\(account.name)/tokens", NewToken(name: token))
            print(try JSONDecoder().decode(MadeToken.self, from: answer).token)
        case .direct(let desk, let log):
            try await desk.add(account, password: password, by: .machine)
            if let token {
                print(try await desk.makeToken(for: account.name, name: token, days: AccountDesk.tokenDaysDefault, by: .machine).text)
            }
            await log.close()
        }
        printToStandardError("account '\(account.name)' made: \(account.roles.map(\.rawValue).joined(separator: ", "))")
    }

    func setPassword(_ password: String, of name: AccountName) async throws {
        switch self {
        case .daemon(let daemon): _ = try await daemon.send("PATCH", "/api/v1/accounts/\(name)", NewPassword(password: password))
        case .direct(let desk, let log):
            var change = AccountDesk.Change()
            change.password = password
            _ = try await desk.change(name, change, by: .machine)
            await log.close()
        }
        printToStandardError("account '\(name)' has a new password; its sessions have ended")
    }

    private struct NewAccount: Encodable {
        let name, displayName, unit: String
        let roles: [Role]
        let groups: [String]
        let password: String?

        init(account: Account, password: String?) {
            (name, displayName, unit) = (account.name.text, account.displayName, account.unit)
            (roles, groups, self.password) = (account.roles, account.groups, password)
        }
    }

    private struct NewToken: Encodable { let name: String }
    private struct MadeToken: Decodable { let token: String }
    private struct NewPassword: Encodable { let password: String }
}
