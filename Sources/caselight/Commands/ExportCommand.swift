import ArgumentParser
import AsyncHTTPClient
import CaselightModel
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

struct ExportCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Make an evidence package of an incident's clips, and fetch it.",
        discussion: """
            Without --clip it holds all clips linked to the incident but those in which nothing was seen. A download that broke off goes on \
            where it was when the same command is given again with --id.

            Example:
              caselight export --incident A2026-0302-17 --reason 'request 2026-117 of the prosecutor' --output A2026-0302-17.zip
            A time stamp that the authority gave only after the package was sealed, for 'caselight verify --token':
              caselight export --id 5f0c2a91b3d4e6f7 --timestamp --output A2026-0302-17.tsr
            Then, on any machine:
              caselight verify A2026-0302-17.zip --key PUBLISHED-FINGERPRINT
            """)

    private static let ends = ["ready", "failed", "expired"]

    @Option(help: ArgumentHelp("The incident.", valueName: "number"), transform: ArgumentForm.number)
    var incident: IncidentNumber?

    @Option(help: ArgumentHelp("Why it leaves the house; it stands in the package and in the log.", valueName: "text"))
    var reason: String?

    @Option(help: ArgumentHelp("A clip in place of the links, once for each: CAMERA,FROM,TO.", valueName: "clip"))
    var clip: [String] = []

    @Option(help: ArgumentHelp("Fetch this export, which was made before.", valueName: "id"))
    var id: String?

    @Flag(help: "Fetch the time stamp of --id that came after its package was sealed.")
    var timestamp = false

    @Option(name: .shortAndLong, help: ArgumentHelp("Where it goes.", valueName: "file"), completion: .file(extensions: ["zip", "tsr"]))
    var output: String

    @OptionGroup var session: SessionOptions

    func validate() throws {
        if id == nil, incident == nil || reason == nil { throw ValidationError("Give --incident and --reason, or --id of an export made before.") }
        if timestamp, id == nil { throw ValidationError("--timestamp needs --id of an export made before.") }
        if id != nil, incident != nil || reason != nil || !clip.isEmpty { throw ValidationError("--id fetches an export; it takes no other option.") }
    }

    func run(_ client: DaemonClient) async throws {
        guard !FileManager.default.fileExists(atPath: output) else {
            throw ClientFailure(.refused, "cannot write '\(output)': there is a file already, and evidence is not overwritten.")
        }
        if timestamp, let id { return try await fetchTimestamp(client, id) }
        var order: JSON = .null
        if let id { order = try await client.get("/api/v1/exports/\(DaemonAddress.encoded(id))") } else { order = try await begin(client) }
        guard let id = order["id"].text else { throw ClientFailure(.refused, "cannot understand the daemon's answer: it names no export") }
        let progress = ProgressBar()
        progress.begin("export \(id)")
        order = try await finished(order, id, client, progress)
        progress.clear()
        guard order["state"].text == "ready" else {
            let isExpired = order["state"].text == "expired"
            throw ClientFailure(
                .refused, isExpired ? "the package of export \(id) has expired. Export its clips again: their hold kept the footage." : "the export \(id) failed: \(order["failure"].text ?? "for no reason given")")
        }
        try await PackageDownload(client: client, id: id, output: output, order: order).run(progress)
        let size = Quantity.bytes(order["byteCount"].number ?? 0)
        try show(order) { _ in ["\(output) holds export \(id), \(size), SHA-256 \(order["sha256"].text ?? "")."] }
    }

    private func fetchTimestamp(_ client: DaemonClient, _ id: String) async throws {
        let token = try await client.data(.GET, "/api/v1/exports/\(DaemonAddress.encoded(id))/timestamp.tsr")
        do { try token.write(to: URL(filePath: output), options: .withoutOverwriting) } catch {
            throw ClientFailure(.refused, "cannot write '\(output)': \(error.localizedDescription)")
        }
        try show(.object(["id": .text(id), "output": .text(output)])) { _ in ["\(output) holds the time stamp of export \(id)."] }
    }

    private func begin(_ client: DaemonClient) async throws -> JSON {
        var request = RequestFields()
        request.set("incident", incident?.text)
        request.set("reason", reason)
        if !clip.isEmpty { request.set("clips", values: try clip.map(Self.clip)) }
        return try await client.send(.POST, "/api/v1/exports", [], request.json)
    }

    private static func clip(_ text: String) throws -> JSON {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else {
            throw ClientFailure(.usage, "cannot read the clip '\(text)': it must be CAMERA,FROM,TO with times such as 2026-03-02T07:02:10+08:00")
        }
        var fields = RequestFields()
        fields.set("camera", parts[0])
        fields.set("startedAt", try WallTime(rfc3339: parts[1]))
        fields.set("endedAt", try WallTime(rfc3339: parts[2]))
        return fields.json
    }

    /// Reads the export's events until it is ready or failed.
    private func finished(_ order: JSON, _ id: String, _ client: DaemonClient, _ progress: ProgressBar) async throws -> JSON {
        var last = order
        guard !Self.ends.contains(last["state"].text ?? "") else { return last }
        try await client.download("/api/v1/exports/\(id)/events", accept: "text/event-stream") { response in
            var rest = ""
            for try await piece in response.body {
                rest += String(buffer: piece)
                while let end = rest.firstRange(of: "\n\n") {
                    let data = rest[..<end.lowerBound].split(separator: "\n").first { $0.hasPrefix("data: ") }?.dropFirst(6)
                    rest.removeSubrange(..<end.upperBound)
                    guard let data, let event = try? JSONDecoder().decode(JSON.self, from: Data(data.utf8)) else { continue }
                    last = event
                    let state = event["progress"]
                    progress.advance(
                        state["phase"].text ?? "working", doneBytes: Int64(state["doneBytes"].whole ?? 0),
                        totalBytes: Int64(state["totalBytes"].whole ?? 0))
                }
            }
        }
        if Self.ends.contains(last["state"].text ?? "") { return last }
        // The stream ended before the export did: a restart, or a proxy.
        return try await client.get("/api/v1/exports/\(id)")
    }
}

/// Fetches a package into a file beside its own name, goes on where an earlier attempt broke off, and compares its hash at the end.
private struct PackageDownload {
    let client: DaemonClient
    let id: String
    let output: String
    let order: JSON

    private var partialPath: String { "\(output).\(id).part" }

    func run(_ progress: ProgressBar) async throws {
        let total = Int64(order["byteCount"].whole ?? 0)
        let manager = FileManager.default
        if !manager.fileExists(atPath: partialPath), !manager.createFile(atPath: partialPath, contents: nil) {
            throw ClientFailure(.refused, "cannot write '\(partialPath)'. May you write there?")
        }
        guard let file = FileHandle(forWritingAtPath: partialPath) else { throw ClientFailure(.refused, "cannot write '\(partialPath)'.") }
        defer { try? file.close() }
        var offset = Int64(try file.seekToEnd())
        if offset > total { offset = 0 }
        if offset < total || total == 0 {
            try await client.download("/api/v1/exports/\(id)/package", from: offset, ifTag: "\"\(order["sha256"].text ?? "")\"") { response in
                if response.status != .partialContent { offset = 0 }
                try file.truncate(atOffset: UInt64(offset))
                for try await piece in response.body {
                    try write(piece, to: file)
                    offset += Int64(piece.readableBytes)
                    progress.advance("fetching", doneBytes: offset, totalBytes: total)
                }
            }
        }
        try file.synchronize()
        progress.clear()
        guard try PackageHash.sha256(ofFile: partialPath) == order["sha256"].text else {
            try? manager.removeItem(atPath: partialPath)
            throw ClientFailure(.refused, "the package that arrived is not the one that was made: its hash differs. Fetch it again.")
        }
        try manager.moveItem(atPath: partialPath, toPath: output)
    }

    private func write(_ piece: ByteBuffer, to file: FileHandle) throws {
        do {
            try file.write(contentsOf: Data(buffer: piece))
        } catch {
            throw ClientFailure(.refused, "cannot write '\(partialPath)': \(error.localizedDescription)")
        }
    }
}
