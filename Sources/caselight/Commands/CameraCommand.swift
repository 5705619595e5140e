import ArgumentParser
import CaselightModel
import Foundation
import NIOHTTP1

struct CameraCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "camera", abstract: "Register cameras, see how they are, and keep their records true.",
        discussion: """
            Example, all cameras and what their feeds do:
              caselight camera list
            """,
        subcommands: [
            CameraAdd.self, CameraList.self, CameraShow.self, CameraSet.self, CameraRemove.self, CameraImport.self, CameraProbe.self,
            CameraClock.self,
        ])
}

struct CameraAdd: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Register a camera; its feed is recorded from then on.",
        discussion: """
            A camera without --url is one whose recordings are handed over as files.

            Example:
              caselight camera add --code gate-3 --name 'Qianjin Road, gate' --url rtsp://10.0.4.14/stream1 --user viewer \\
                --password-file gate-3.password --lat 29.8683 --lon 121.5440 --bearing 120 --field 70 --range 80
            """)

    @Option(
        help: ArgumentHelp("Its identifier: 20 digits of GB/T 28181, or 1 to 64 of A-Z a-z 0-9 . _ -", valueName: "code"),
        transform: ArgumentForm.code)
    var code: CameraCode

    @OptionGroup var fields: CameraFields
    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        var request = try fields.request()
        request.set("code", code.text)
        let camera = try await client.send(.POST, "/api/v1/cameras", [], request.json)
        try show(camera) { style in ["Camera \(code) is registered."] + CameraReport.record(camera, style) }
    }
}

struct CameraSet: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change a camera's record: what is given, and nothing else.",
        discussion: """
            Tags given replace those there are. --clear takes a value away.

            Example:
              caselight camera set gate-3 --bearing 135 --policy keyframes --clear grid
            """)

    /// A value that can be taken away, by the name of its option.
    enum Clearable: String, ExpressibleByArgument, CaseIterable {
        case position, bearing, field, range, address, owner, grid, tags, retention, url, user

        var requestName: String {
            switch self {
            case .bearing: "bearingDegrees"
            case .field: "fieldDegrees"
            case .range: "rangeMeters"
            case .retention: "retentionDays"
            default: rawValue
            }
        }
    }

    @Argument(help: "The camera's code.", transform: ArgumentForm.code)
    var code: CameraCode

    @OptionGroup var fields: CameraFields

    @Option(help: ArgumentHelp("A value to take away; may be given more than once.", valueName: "what"))
    var clear: [Clearable] = []

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        var request = try fields.request()
        for value in clear { request.clear(value.requestName) }
        guard !request.isEmpty else { throw ValidationError("Say what to change, such as --name TEXT.") }
        let camera = try await client.send(.PATCH, "/api/v1/cameras/\(code)", [], request.json)
        try show(camera) { style in ["Camera \(code) is changed."] + CameraReport.record(camera, style) }
    }
}

struct CameraList: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List cameras and what their feeds do right now.",
        discussion: """
            Example, private cameras along a road:
              caselight camera list --text Qianjin --class 3
            """)

    @OptionGroup var filter: CameraFilterOptions

    @Option(help: ArgumentHelp("In its name, code or address.", valueName: "text"))
    var text: String?

    @Option(help: ArgumentHelp("At most so many; all where not given.", valueName: "count"))
    var limit: Int?

    @OptionGroup var session: SessionOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
    }

    func run(_ client: DaemonClient) async throws {
        let query: Query = filter.query + [("text", text)]
        let (document, hasMore) = try await pages(client, "/api/v1/cameras", query, named: "cameras", limit: limit)
        try show(document) { CameraReport.table(document["cameras"].list, hasMore: hasMore, $0) }
    }
}

/// Which cameras are meant.
struct CameraFilterOptions: ParsableArguments {
    @Option(name: .customLong("class"), help: "Of this class.")
    var cameraClass: CameraClass?

    @Option(help: ArgumentHelp("Of this owner.", valueName: "text"))
    var owner: String?

    @Option(name: .customLong("tag"), help: ArgumentHelp("With this tag; where given more than once, with all of them.", valueName: "text"))
    var tags: [String] = []

    @Option(help: ArgumentHelp("In this grid.", valueName: "code"))
    var grid: String?

    var query: Query {
        [("class", cameraClass.map { "\($0.rawValue)" }), ("owner", owner), ("grid", grid)] + tags.map { ("tag", $0) }
    }
}

struct CameraShow: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a camera: its record, its feed, its stream and its clocks.",
        discussion: """
            Example:
              caselight camera show gate-3
            """)

    @Argument(help: "The camera's code.", transform: ArgumentForm.code)
    var code: CameraCode

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        let camera = try await client.get("/api/v1/cameras/\(code)")
        try show(camera) { CameraReport.full(camera, $0) }
    }
}

struct CameraRemove: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Take a camera out of service. Its footage stays until its retention ends.",
        discussion: """
            Example:
              caselight camera remove gate-3
            """)

    @Argument(help: "The camera's code.", transform: ArgumentForm.code)
    var code: CameraCode

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        try await client.send(.DELETE, "/api/v1/cameras/\(code)")
        try show(.object(["code": .text(code.text), "isRemoved": .flag(true)])) { _ in
            ["Camera \(code) is out of service. Its footage stays until its retention ends."]
        }
    }
}

struct CameraImport: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Register many cameras from a list: CSV, JSON, JSON lines or GeoJSON.",
        discussion: """
            All or none, unless --skip-bad-rows. Columns with well-known names are found; --map names the others.

            Example:
              caselight camera import cameras.csv --datum gcj02 --map code:CAMERA_ID --map name:LOCATION
            """)

    @Argument(help: ArgumentHelp("The list.", valueName: "file"), completion: .file())
    var file: String

    @OptionGroup var rows: RowListOptions
    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        try await ListImport(
            client: client, session: session, path: "/api/v1/cameras/import", query: rows.query, noun: ("camera", "cameras")
        ).run(file: file)
    }
}

struct CameraProbe: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe", abstract: "Have the daemon look at a feed without registering it.",
        discussion: """
            Example:
              caselight camera probe --url rtsp://10.0.4.14/stream1 --user viewer --password-stdin < gate-3.password
            """)

    @Option(help: ArgumentHelp("The feed's address.", valueName: "address"))
    var url: String

    @Option(help: "How to read an RTSP feed; compatible is FFmpeg's own reader.")
    var transport: FeedTransport?

    @OptionGroup var credentials: CredentialOptions
    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        var request = RequestFields()
        request.set("url", url)
        request.set("transport", transport?.rawValue)
        try credentials.set(&request, url: url)
        let reply = try await client.send(.POST, "/api/v1/cameras/probe", [], request.json)
        try show(reply) { ["The feed answers."] + CameraReport.stream(reply["stream"], $0) }
    }
}

struct CameraClock: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "clock", abstract: "State how wrong a recorder's clock is. A new dated statement; old ones stay.",
        discussion: """
            It applies to recordings that were handed over as files: searches take the offset off their times and widen by the
            uncertainty. Live feeds follow the daemon's own clock.

            Example, a recorder that shows 7 min 32 s too much:
              caselight camera clock shop-269 --fast 7m32s --uncertainty 2 --note 'compared with a phone at the shop'
            """)

    @Argument(help: "The camera's code.", transform: ArgumentForm.code)
    var code: CameraCode

    @Option(help: ArgumentHelp("It shows so much more than the true time.", valueName: "time"), transform: ArgumentForm.seconds)
    var fast: Double?

    @Option(help: ArgumentHelp("It shows so much less than the true time.", valueName: "time"), transform: ArgumentForm.seconds)
    var slow: Double?

    @Option(parsing: .unconditional, help: ArgumentHelp("Its time minus the true time.", valueName: "seconds"), transform: ArgumentForm.measure)
    var offset: Double?

    @Option(help: ArgumentHelp("How far the offset may be wrong, either way.", valueName: "time"), transform: ArgumentForm.seconds)
    var uncertainty: Double = 1

    @Option(help: ArgumentHelp("How it was found out.", valueName: "text"))
    var note: String?

    @Option(name: .customLong("run"), help: ArgumentHelp("Only for this import; all of the camera's where not given.", valueName: "id"))
    var runID: String?

    @OptionGroup var session: SessionOptions

    func validate() throws {
        guard [fast, slow, offset].count(where: { $0 != nil }) == 1 else {
            throw ValidationError("Give one of --fast, --slow and --offset.")
        }
    }

    func run(_ client: DaemonClient) async throws {
        var request = RequestFields()
        request.set("offsetSeconds", fast ?? slow.map { -$0 } ?? offset)
        request.set("uncertaintySeconds", uncertainty)
        request.set("note", note)
        request.set("run", runID)
        let statement = try await client.send(.POST, "/api/v1/cameras/\(code)/clock", [], request.json)
        try show(statement) { _ in ["The clock of \(code) is stated: \(ClockText.offset(statement)). Searches apply it from now on."] }
    }
}
