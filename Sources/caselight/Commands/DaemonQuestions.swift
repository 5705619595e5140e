import ArgumentParser
import CaselightModel
import Foundation
import NIOHTTP1

struct StatusCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show how the daemon is: feeds, footage, space, problems.",
        discussion: """
            Example:
              caselight status
            """)

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        let status = try await client.get("/api/v1/status")
        try show(status) { StatusReport.lines(status, address: client.address.base, $0) }
    }
}

/// The daemon's state for people to read.
enum StatusReport {
    private static let states = ["recording", "connecting", "waiting", "disabled", "stopped"]

    static func lines(_ status: JSON, address: String, _ style: ShowStyle) -> [String] {
        let isReady = status["isReady"].flag ?? false
        let version = status["version"].text.map { " \($0)" } ?? ""
        var lines = [style.heading("caselightd\(version) at \(address) is \(isReady ? "ready." : "not ready.")")]
        for problem in status["problems"].list {
            lines.append("  " + style.terminal.tinted(TextWidth.printable(text(of: problem)), .bad))
        }
        var fields = FieldList()
        fields.add("cameras", status["cameraCount"].whole.map(String.init))
        fields.add("feeds", feeds(status["feedCounts"]))
        fields.add("incidents", status["incidentCount"].whole.map(String.init))
        fields.add("footage", footage(status["footage"], style))
        fields.add("archive", space(status["archive"]))
        fields.add("its time", status["at"].time.map { style.times.full($0) })
        return lines + fields.lines(style.terminal)
    }

    private static func text(of problem: JSON) -> String {
        if let text = problem.text { return text }
        return ["part", "detail"].compactMap { problem[$0].text }.joined(separator: ": ")
    }

    private static func feeds(_ counts: JSON) -> String? {
        let parts = states.compactMap { state in counts[state].whole.flatMap { $0 > 0 ? "\($0) \(state)" : nil } }
        return counts.isNull ? nil : parts.isEmpty ? "none" : parts.joined(separator: ", ")
    }

    private static func footage(_ footage: JSON, _ style: ShowStyle) -> String? {
        guard let count = footage["segmentCount"].whole else { return nil }
        var text = Quantity.count(count, "segment")
        if let bytes = footage["byteCount"].number { text += ", \(Quantity.bytes(bytes))" }
        if let oldest = footage["oldestAt"].time, let newest = footage["newestAt"].time {
            text += ", from \(style.times.full(oldest)) to \(style.times.full(newest))"
        }
        return text
    }

    private static func space(_ archive: JSON) -> String? {
        guard let free = archive["freeBytes"].number, let total = archive["totalBytes"].number, total > 0 else { return nil }
        return "\(Quantity.bytes(free)) free of \(Quantity.bytes(total)) (\(Quantity.decimal(free / total * 100, 0)) %)"
            + (archive["volume"].text.map { ", volume \($0)" } ?? "")
    }
}

struct OpenAPICommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi", abstract: "Print the daemon's OpenAPI description.",
        discussion: """
            Example:
              caselight openapi > caselight.yaml
            """)

    @OptionGroup var session: SessionOptions

    func validate() throws {
        if session.json { throw ValidationError("The description is YAML; --json does not go with it.") }
    }

    func run(_ client: DaemonClient) async throws {
        FileHandle.standardOutput.write(try await client.data(.GET, "/api/v1/openapi.yaml"))
    }
}

struct AreaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "area", abstract: "Take in grids, districts and other areas.",
        discussion: """
            Example:
              caselight area import grids.geojson
            """,
        subcommands: [AreaImport.self])
}

struct AreaImport: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Take in areas from GeoJSON; those known already are replaced.",
        discussion: """
            Example:
              caselight area import grids.geojson --datum gcj02 --map code:GRID_ID --map name:GRID_NAME
            """)

    @Argument(help: ArgumentHelp("The GeoJSON.", valueName: "file"), completion: .file(extensions: ["geojson", "json"]))
    var file: String

    @OptionGroup var list: ListOptions
    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        try await ListImport(client: client, session: session, path: "/api/v1/areas/import", query: list.query, noun: ("area", "areas"))
            .run(file: file)
    }
}
