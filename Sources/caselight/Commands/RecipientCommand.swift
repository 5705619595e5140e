import ArgumentParser
import CaselightModel
import NIOHTTP1

struct RecipientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recipient", abstract: "Who is told of new incidents, by signed webhooks.",
        discussion: """
            Example:
              caselight recipient set platform --role platform --url https://platform.example/incidents --category theft
            """,
        subcommands: [RecipientSet.self, RecipientList.self, RecipientRemove.self, RecipientTest.self])
}

private enum RecipientReport {
    static func table(_ recipients: [JSON], _ style: ShowStyle) -> [String] {
        var table = Table([.left("NAME"), .left("ROLE"), .left("STATE"), .left("AT"), .flexible("INCIDENTS")])
        for recipient in recipients {
            let rules = (recipient["categories"].list + recipient["grids"].list).compactMap { $0.text }.joined(separator: ", ")
            table.add([
                .init(recipient["name"].text), .init(recipient["role"].text), .init(recipient["isEnabled"].flag == true ? "on" : "off"),
                .init(recipient["place"].text), .init(rules.isEmpty ? "all" : rules),
            ])
        }
        return table.lines(style.terminal)
    }

    static func table(deliveries: [JSON], _ style: ShowStyle) -> [String] {
        var table = Table([.right("ID"), .left("STATE"), .left("INCIDENT"), .left("RECIPIENT"), .right("ATTEMPTS"), .flexible("LAST FAILURE")])
        for delivery in deliveries {
            table.add([
                .init(delivery["id"].number.map { "\(Int($0))" }), .init(delivery["state"].text), .init(delivery["incident"].text),
                .init(delivery["recipient"].text), .init(delivery["attemptCount"].number.map { "\(Int($0))" }), .init(delivery["failure"].text),
            ])
        }
        return table.lines(style.terminal)
    }
}

struct RecipientSet: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Make or change a recipient; what is left out stays as it is.",
        discussion: """
            A new recipient gets a secret of ours, which is shown once, unless --secret asks for yours.

            Examples:
              caselight recipient set platform --role platform --url https://platform.example/incidents --category theft
              caselight recipient set platform --off
            """)

    @Argument(help: "The recipient's name.")
    var name: String

    @Option(help: ArgumentHelp("responder, area or platform.", valueName: "role"))
    var role: String?

    @Option(help: ArgumentHelp("Where it listens: http or https. - asks for it, so that a key in it is not among the arguments.", valueName: "url"))
    var url: String?

    @Option(help: ArgumentHelp("Only incidents of this category; repeat it for more.", valueName: "text"))
    var category: [String] = []

    @Option(help: ArgumentHelp("Only incidents in this grid; repeat it for more.", valueName: "code"))
    var grid: [String] = []

    @Flag(help: "Ask for the secret at the terminal; from a pipe its first line is read.")
    var secret = false

    @Flag(help: "Tell it of nothing for now.")
    var off = false

    @Flag(help: "Tell it again.")
    var on = false

    @OptionGroup var session: SessionOptions

    func validate() throws {
        if on && off { throw ValidationError("--on and --off at once. Take one.") }
    }

    func run(_ client: DaemonClient) async throws {
        var request = RequestFields()
        request.set("role", role)
        request.set("url", url == "-" ? try Secret.password("Address of \(name): ") : url)
        if !category.isEmpty { request.set("categories", category) }
        if !grid.isEmpty { request.set("grids", grid) }
        if secret { request.set("secret", try Secret.password("Secret shared with \(name): ")) }
        if on || off { request.set("isEnabled", on) }
        let stored = try await client.send(.PUT, "/api/v1/recipients/\(DaemonAddress.encoded(name))", [], request.json)
        try show(stored) { style in
            let secret = stored["secret"].text.map { ["", "Its secret, shown this once: \($0)"] } ?? []
            return RecipientReport.table([stored], style) + secret + ["", "Next: caselight recipient test \(name)"]
        }
    }
}

struct RecipientList: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List recipients.",
        discussion: """
            Example:
              caselight recipient list
            """)

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        let document = try await client.get("/api/v1/recipients")
        let recipients = document["recipients"].list
        try show(document) { recipients.isEmpty ? ["There are no recipients."] : RecipientReport.table(recipients, $0) }
    }
}

struct RecipientRemove: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a recipient; what waits for it is given up.",
        discussion: """
            Example:
              caselight recipient remove platform
            """)

    @Argument(help: "The recipient's name.")
    var name: String

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        try await client.send(.DELETE, "/api/v1/recipients/\(DaemonAddress.encoded(name))")
        try show(.object(["name": .text(name), "isRemoved": .flag(true)])) { _ in ["Recipient \(name) is removed."] }
    }
}

struct RecipientTest: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Send a recipient a test, and say whether it was taken.",
        discussion: """
            Example:
              caselight recipient test platform
            """)

    @Argument(help: "The recipient's name.")
    var name: String

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        let answer = try await client.send(.POST, "/api/v1/recipients/\(DaemonAddress.encoded(name))/test")
        let failure = answer["failure"].text
        try show(answer) { _ in [failure.map { "The test did not arrive at \(name): \($0)." } ?? "The test arrived at \(name)."] }
        if failure != nil { throw ExitCode(1) }
    }
}

struct DeliveryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delivery", abstract: "What is on its way to recipients, arrived or was given up.",
        discussion: """
            Example:
              caselight delivery list --state dead
            """,
        subcommands: [DeliveryList.self, DeliveryResend.self], defaultSubcommand: DeliveryList.self)
}

struct DeliveryList: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List deliveries, the newest first.",
        discussion: """
            Example:
              caselight delivery list --state dead
            """)

    @Option(help: ArgumentHelp("Only these: waiting, delivered or dead.", valueName: "state"))
    var state: String?

    @Option(help: ArgumentHelp("Only this incident's.", valueName: "number"), transform: ArgumentForm.number)
    var incident: IncidentNumber?

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        let (document, _) = try await pages(
            client, "/api/v1/deliveries", [("state", state), ("incident", incident?.text)], named: "deliveries", limit: nil)
        let deliveries = document["deliveries"].list
        try show(document) { deliveries.isEmpty ? ["There are no deliveries."] : RecipientReport.table(deliveries: deliveries, $0) }
    }
}

struct DeliveryResend: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "resend", abstract: "Send again what was given up.",
        discussion: """
            Example:
              caselight delivery resend 17
            """)

    @Argument(help: "The delivery's id.")
    var id: Int64

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        let delivery = try await client.send(.POST, "/api/v1/deliveries/\(id)/resend")
        try show(delivery) { _ in ["Delivery \(id) waits to be sent again."] }
    }
}
