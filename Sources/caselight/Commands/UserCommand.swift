import ArgumentParser
import CaselightModel
import Foundation
import NIOHTTP1

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Keep accounts, their roles, tokens and camera groups.",
        discussion: """
            The first account is made on the daemon's machine: caselightd account create NAME --role admin.
            Example, an investigator who sees the cameras of one group:
              caselight user group put old-town --grid 330205001 --grid 330205002
              caselight user add chen --role investigator --unit 'Video team' --group old-town
            Example, a token for one's own scripts, made with one's password:
              caselight user token chen --name laptop
            """,
        subcommands: [
            UserAdd.self, UserList.self, UserShow.self, UserSet.self, UserRemove.self, UserUnlock.self, UserToken.self, UserTokens.self,
            UserRevoke.self, GroupCommand.self,
        ])
}

/// What may be said of an account when it is made and when it is changed.
struct AccountFields: ParsableArguments {
    @Option(help: ArgumentHelp("A role, once for each: \(Role.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "role"))
    var role: [Role] = []

    @Option(help: ArgumentHelp("The person, as reports name them.", valueName: "text"))
    var displayName: String?

    @Option(help: ArgumentHelp("The person's unit, as the log names it.", valueName: "text"))
    var unit: String?

    @Option(help: ArgumentHelp("A camera group the account is limited to, once for each.", valueName: "code"))
    var group: [String] = []

    @Flag(help: "Ask for a password at the terminal; from a pipe its first line is read.")
    var password = false

    func set(_ request: inout RequestFields, for name: String) throws {
        if !role.isEmpty { request.set("roles", role.map(\.rawValue)) }
        request.set("displayName", displayName)
        request.set("unit", unit)
        if !group.isEmpty { request.set("groups", group) }
        if password { request.set("password", try Secret.newPassword(for: name)) }
    }
}

struct UserAdd: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Make an account.",
        discussion: """
            Example:
              caselight user add chen --role investigator --unit 'Video team' --password
            """)

    @Argument(help: "The name to sign in with.")
    var name: String

    @OptionGroup var account: AccountFields
    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        var request = RequestFields()
        request.set("name", name)
        try account.set(&request, for: name)
        let made = try await client.send(.POST, "/api/v1/accounts", [], request.json)
        try show(made) { UserReport.lines(made, $0) }
    }
}

struct UserList: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the accounts.",
        discussion: """
            Example:
              caselight user list
            """)

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        let document = try await client.get("/api/v1/accounts")
        try show(document) { UserReport.table(document["accounts"].list, $0) }
    }
}

struct UserShow: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one account.",
        discussion: """
            Example:
              caselight user show chen
            """)

    @Argument(help: "The account's name.")
    var name: String

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        let account = try await client.get("/api/v1/accounts/\(DaemonAddress.encoded(name))")
        try show(account) { UserReport.lines(account, $0) }
    }
}

struct UserSet: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change an account; what is given takes the place of what was.",
        discussion: """
            Example, roles:
              caselight user set chen --role investigator --role dispatcher
            Example, one's own password:
              caselight user set chen --password --current-password
            """)

    @Argument(help: "The account's name.")
    var name: String

    @OptionGroup var account: AccountFields

    @Flag(help: "Ask for the password you have, as you must to change your own.")
    var currentPassword = false

    @Flag(help: "Lift the limit to camera groups: the account sees every camera.")
    var allCameras = false

    @Flag(inversion: .prefixedEnableDisable, help: "Let the account in, or keep it out.")
    var access: Bool?

    @OptionGroup var session: SessionOptions

    func validate() throws {
        if allCameras, !account.group.isEmpty { throw ValidationError("--all-cameras and --group exclude each other.") }
    }

    func run(_ client: DaemonClient) async throws {
        var request = RequestFields()
        if currentPassword { request.set("currentPassword", try Secret.password("Current password for \(name): ")) }
        try account.set(&request, for: name)
        if allCameras { request.set("groups", [String]()) }
        request.set("isEnabled", access)
        let changed = try await client.send(.PATCH, "/api/v1/accounts/\(DaemonAddress.encoded(name))", [], request.json)
        try show(changed) { UserReport.lines(changed, $0) }
    }
}

struct UserRemove: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove an account and its tokens. The log keeps its name.",
        discussion: """
            Example:
              caselight user remove chen
            """)

    @Argument(help: "The account's name.")
    var name: String

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        try await client.send(.DELETE, "/api/v1/accounts/\(DaemonAddress.encoded(name))")
        try show(.object(["name": .text(name), "isRemoved": .flag(true)])) { _ in ["Account \(name) is removed."] }
    }
}

struct UserUnlock: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlock", abstract: "Let an account sign in again that failed sign-ins locked out.",
        discussion: """
            Example:
              caselight user unlock chen
            """)

    @Argument(help: "The account's name.")
    var name: String

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        let account = try await client.send(.POST, "/api/v1/accounts/\(DaemonAddress.encoded(name))/unlock")
        try show(account) { UserReport.lines(account, $0) }
    }
}
