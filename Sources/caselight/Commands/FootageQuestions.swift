import ArgumentParser
import CaselightModel
import Foundation

struct CoverageCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "coverage", abstract: "Show what a camera recorded in a time, and what not and why.",
        discussion: """
            Example, the last 24 hours:
              caselight coverage gate-3
            Example, a morning:
              caselight coverage gate-3 --from 2026-03-02T06:00:00+08:00 --to 2026-03-02T09:00:00+08:00
            """)

    @Argument(help: "The camera's code.", transform: ArgumentForm.code)
    var code: CameraCode

    @Option(help: ArgumentHelp("From this time on; a day before --to where not given.", valueName: "time"), transform: ArgumentForm.time)
    var from: WallTime?

    @Option(help: ArgumentHelp("Until this time; now where not given.", valueName: "time"), transform: ArgumentForm.time)
    var to: WallTime?

    @OptionGroup var session: SessionOptions

    func validate() throws {
        if let from, let to, to <= from { throw ValidationError("--to is at or before --from. Swap the two times.") }
    }

    func run(_ client: DaemonClient) async throws {
        let end = to ?? SystemWallClock().now()
        let start = from ?? end - .days(1)
        let reply = try await client.get("/api/v1/cameras/\(code)/coverage", [("from", start.rfc3339()), ("to", end.rfc3339())])
        try show(reply) { CoverageReport.lines(reply, $0) }
    }
}

/// Coverage for people to read.
enum CoverageReport {
    static func lines(_ reply: JSON, _ style: ShowStyle) -> [String] {
        let coverage = reply["coverage"].list
        guard let span = reply.span else { return ["The daemon did not say for when."] }
        let recorded = coverage.compactMap { $0.span?.duration.value }.reduce(0, +)
        let share = Quantity.decimal(Double(recorded) / Double(span.duration.value) * 100, 2)
        var table = Table([.left("TIME"), .right("LENGTH"), .left("WHAT"), .flexible("DETAIL")])
        // Of one day the heading tells the date.
        let day = style.times.day(span.start) == style.times.day(span.end) ? style.times.day(span.start) : nil
        let parts = coverage.map { ($0, false) } + reply["gaps"].list.map { ($0, true) }
        for (part, isGap) in parts.sorted(by: { ($0.0.span?.start ?? .distantPast) < ($1.0.span?.start ?? .distantPast) }) {
            guard let partSpan = part.span else { continue }
            let what =
                isGap
                ? "gap: \(part["cause"].text ?? "unknown")"
                : "recorded" + (part["policy"].text == "full" ? "" : ", \(part["policy"].text ?? "")")
            table.add([
                .init(style.times.short(partSpan, on: day)), .init(Quantity.duration(partSpan.duration)), .init(what, isGap ? .bad : .good),
                .init(part["detail"].text),
            ])
        }
        let headline = "\(reply["camera"].text ?? "") recorded \(share) % of \(style.times.sentence(span))."
        return [style.heading(headline)] + (table.isEmpty ? [] : [""] + table.lines(style.terminal))
    }
}

struct StillCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "still", abstract: "Fetch a picture of a moment: the last keyframe at or before it, as JPEG.",
        discussion: """
            Example:
              caselight still gate-3 --at 2026-03-02T07:02:10+08:00 --incident A2026-0302-17 -o gate-3.jpg
            """)

    @Argument(help: "The camera's code.", transform: ArgumentForm.code)
    var code: CameraCode

    @Option(help: ArgumentHelp("The moment.", valueName: "time"), transform: ArgumentForm.time)
    var at: WallTime

    @OptionGroup var disclosure: DisclosureOptions

    @Option(help: ArgumentHelp("Scaled down to this width.", valueName: "pixels"))
    var width: Int?

    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write; - is standard output.", valueName: "file"), completion: .file())
    var output: String

    @OptionGroup var session: SessionOptions

    func validate() throws {
        if output == "-", session.json { throw ValidationError("--json and -o - both want standard output.") }
        if output.isEmpty { throw ValidationError("-o needs a file's name.") }
    }

    func run(_ client: DaemonClient) async throws {
        if output == "-", isatty(STDOUT_FILENO) == 1 {
            throw ClientFailure(.usage, "cannot show a picture on a terminal. Give -o FILE, or send standard output elsewhere.")
        }
        let query: Query = [("at", at.rfc3339()), ("width", width.map(String.init))] + disclosure.query
        let (picture, keyframeAt) = try await client.picture("/api/v1/cameras/\(code)/still.jpg", query, header: "Caselight-Keyframe-At")
        let time = keyframeAt.flatMap { try? WallTime(rfc3339: $0) }
        if output == "-" {
            FileHandle.standardOutput.write(picture)
            return
        }
        do {
            try picture.write(to: URL(filePath: output), options: .atomic)
        } catch {
            throw ClientFailure(.refused, "cannot write '\(output)': does its folder exist, and may you write there?")
        }
        var document = RequestFields()
        document.set("file", output)
        document.set("byteCount", picture.count)
        document.set("keyframeAt", time)
        try show(document.json) { style in
            [
                "Wrote \(output), \(Quantity.bytes(Double(picture.count)))"
                    + (time.map { ", the picture of \(style.times.full($0))." } ?? ".")
            ]
        }
    }
}
