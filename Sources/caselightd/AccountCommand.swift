import ArgumentParser
import CaselightLog
import CaselightModel
import CaselightServer
import CaselightStore
import Foundation
import Glibc

/// Accounts from the machine itself: the first one, and the way back in when nobody can sign in any more.
struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Makes accounts on this machine: the first one, or a way back in.",
        discussion: """
            Asks the running daemon, or where none runs opens the records itself. Everything is logged as done by 'machine'. Accounts are \
            otherwise kept with 'caselight user', by an account with the role admin.
            """,
        subcommands: [Create.self, Password.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes an account.",
            discussion: """
                Example: caselightd account create chen --role admin --unit "Video team"
                """)

        @OptionGroup var options: SettingsOptions
        @OptionGroup var secret: PasswordOptions
        @Argument(help: "The name to sign in with.") var name: String
        @Option(help: "A role, once for each: \(Role.allCases.map(\.rawValue).joined(separator: ", ")).") var role: [Role] = []
        @Option(help: "The person, as reports name them.") var displayName: String = ""
        @Option(help: "The person's unit, as the log names it.") var unit: String = ""
        @Option(help: "A camera group the account is limited to, once for each; without it sees every camera.") var group: [String] = []
        @Option(help: "Makes a personal token of this name too, and prints it: it is shown this once.") var token: String?
        @Flag(help: "No password: only tokens speak for the account.") var noPassword = false

        func validate() throws {
            guard !role.isEmpty else { throw ValidationError("Give at least one --role; without one the account may do nothing.") }
            guard !noPassword || token != nil else { throw ValidationError("Without a password and without --token nobody could use the account.") }
        }

        func run() async throws {
            try await reporting {
                var account = Account(name: try AccountName(name), roles: role, createdAt: SystemWallClock().now())
                (account.displayName, account.unit, account.groups) = (displayName, unit, group)
                let desk = try await LocalAccounts.open(try await options.read())
                try await desk.add(account, password: noPassword ? nil : try secret.read(for: name), token: token)
            }
        }
    }

    struct Password: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Gives an account a new password, and ends its sessions.")

        @OptionGroup var options: SettingsOptions
        @OptionGroup var secret: PasswordOptions
        @Argument(help: "The account's name.") var name: String

        func run() async throws {
            try await reporting {
                let desk = try await LocalAccounts.open(try await options.read())
                try await desk.setPassword(try secret.read(for: name), of: try AccountName(name))
            }
        }
    }
}

/// A password is never an argument: arguments are everybody's to read.
struct PasswordOptions: ParsableArguments {
    @Option(help: "Reads the password from the first line of this file; '-' is standard input. Asked for at the terminal without.")
    var passwordFile: String?

    func read(for name: String) throws -> String {
        if let passwordFile {
            guard passwordFile != "-" else { return try firstLine(readLine(strippingNewline: true)) }
            guard let data = FileManager.default.contents(atPath: passwordFile) else {
                throw CommandFailure(text: "cannot read the password from '\(passwordFile)': there is no such file, or it may not be read")
            }
            return try firstLine(String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init))
        }
        guard isatty(STDIN_FILENO) == 1 else {
            throw CommandFailure(text: "cannot ask for a password: there is no terminal. Use --password-file FILE, or '-' for standard input.")
        }
        let (first, second) = (try asked("Password for \(name): "), try asked("The same again: "))
        guard first == second else { throw CommandFailure(text: "cannot set the password: the two differ.") }
        return first
    }

    private func firstLine(_ line: String?) throws -> String {
        guard let line, !line.isEmpty else { throw CommandFailure(text: "cannot read the password: its first line is empty.") }
        return line
    }

    private func asked(_ prompt: String) throws -> String {
        guard let typed = getpass(prompt) else { throw CommandFailure(text: "cannot read from the terminal.") }
        return String(cString: typed)
    }
}

extension Role: ExpressibleByArgument {}

/// Prints what failed in one line, and exits with 1.
func reporting(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let error as ExitCode {
        throw error
    } catch {
        printToStandardError("\(error)")
        throw ExitCode(1)
    }
}
