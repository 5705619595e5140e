import ArgumentParser
import CaselightModel
import Foundation
import NIOHTTP1

struct UserToken: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Make a token for oneself, with one's password, and print it: it is shown this once.",
        discussion: """
            Example:
              caselight user token chen --name laptop
            """)

    @Argument(help: "Your account's name.")
    var name: String

    @Option(name: .customLong("name"), help: ArgumentHelp("What the token is called.", valueName: "text"))
    var tokenName: String

    @Option(help: ArgumentHelp("How many days it lasts, 1 to 366.", valueName: "days"))
    var days: Int = 90

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        var signIn = RequestFields()
        signIn.set("name", name)
        signIn.set("password", try Secret.password("Password for \(name): "))
        let signedIn = try await client.signedIn(signIn.json)
        var request = RequestFields()
        request.set("name", tokenName)
        request.set("days", days)
        let made = try await signedIn.send(.POST, "/api/v1/accounts/\(DaemonAddress.encoded(name))/tokens", [], request.json)
        try await signedIn.send(.DELETE, "/api/v1/session")
        try show(made) { _ in [made["token"].text ?? ""] }
    }
}

struct UserTokens: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokens", abstract: "List an account's tokens, without their secrets.",
        discussion: """
            Example:
              caselight user tokens chen
            """)

    @Argument(help: "The account's name.")
    var name: String

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        let document = try await client.get("/api/v1/accounts/\(DaemonAddress.encoded(name))/tokens")
        try show(document) { style in
            var table = Table([.left("ID"), .flexible("NAME"), .left("MADE"), .left("EXPIRES")])
            for token in document["tokens"].list {
                table.add([
                    .init(token["id"].text), .init(token["name"].text), .init(token["createdAt"].time.map { style.times.full($0) }),
                    .init(token["expiresAt"].time.map { style.times.full($0) }),
                ])
            }
            return table.isEmpty ? ["Account \(name) has no tokens."] : table.lines(style.terminal)
        }
    }
}

struct UserRevoke: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Revoke a token, at once.",
        discussion: """
            Example:
              caselight user revoke chen 5f0c2a91b3d4e6f7
            """)

    @Argument(help: "The account's name.")
    var name: String

    @Argument(help: "The token's id, as 'caselight user tokens' shows it.")
    var id: String

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        try await client.send(.DELETE, "/api/v1/accounts/\(DaemonAddress.encoded(name))/tokens/\(DaemonAddress.encoded(id))")
        try show(.object(["id": .text(id), "isRevoked": .flag(true)])) { _ in ["Token \(id) is revoked."] }
    }
}

struct GroupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group", abstract: "Keep camera groups, to which accounts are limited.",
        discussion: """
            Example:
              caselight user group put old-town --grid 330205001 --class 1
            """,
        subcommands: [GroupPut.self, GroupList.self, GroupRemove.self])
}

struct GroupPut: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "put", abstract: "Make or replace a group: cameras of one of the classes, grids and owners given.",
        discussion: """
            Example:
              caselight user group put old-town --name 'Old town' --grid 330205001 --grid 330205002
            """)

    @Argument(help: "The group's code.")
    var code: String

    @Option(help: ArgumentHelp("Its name.", valueName: "text"))
    var name: String?

    @Option(name: .customLong("class"), help: ArgumentHelp("A class, once for each: 1, 2, 3 or 9.", valueName: "class"))
    var classes: [Int] = []

    @Option(help: ArgumentHelp("A grid's code, once for each.", valueName: "code"))
    var grid: [String] = []

    @Option(help: ArgumentHelp("An owner, once for each.", valueName: "text"))
    var owner: [String] = []

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        var request = RequestFields()
        request.set("name", name)
        request.set("classes", classes)
        request.set("grids", grid)
        request.set("owners", owner)
        let group = try await client.send(.PUT, "/api/v1/groups/\(DaemonAddress.encoded(code))", [], request.json)
        try show(group) { _ in ["Group \(code) holds \(UserReport.conditions(group))."] }
    }
}

struct GroupList: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the camera groups.",
        discussion: """
            Example:
              caselight user group list
            """)

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        let document = try await client.get("/api/v1/groups")
        try show(document) { style in
            var table = Table([.left("CODE"), .flexible("NAME"), .flexible("HOLDS")])
            for group in document["groups"].list {
                table.add([.init(group["code"].text), .init(group["name"].text), .init(UserReport.conditions(group))])
            }
            return table.isEmpty ? ["There are no camera groups: every account sees every camera."] : table.lines(style.terminal)
        }
    }
}

struct GroupRemove: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a group that no account is limited to.",
        discussion: """
            Example:
              caselight user group remove old-town
            """)

    @Argument(help: "The group's code.")
    var code: String

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        try await client.send(.DELETE, "/api/v1/groups/\(DaemonAddress.encoded(code))")
        try show(.object(["code": .text(code), "isRemoved": .flag(true)])) { _ in ["Group \(code) is removed."] }
    }
}
