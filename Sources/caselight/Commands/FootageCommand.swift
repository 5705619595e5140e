import ArgumentParser
import CaselightModel
import Foundation

struct FootageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "footage", abstract: "Hand over recorded files.",
        discussion: """
            Example:
              caselight footage import --camera shop-269 --starts-at 2026-03-02T06:30:00+08:00 shop.mp4
            """,
        subcommands: [FootageImportCommand.self])
}

struct FootageImportCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Hand over recordings of a camera: kept byte for byte, indexed and playable.",
        discussion: """
            Folders are searched through, in the order of names. A file that is refused is told in one line, the next one follows, and
            the exit status is 1 at the end.

            Times are the recorder's. When its clock is wrong, hand the files over as they are and say so with 'caselight camera clock'.

            Example, a recorder's export:
              caselight footage import --camera shop-269 --from-name %Y%m%d_%H%M%S --utc-offset +08:00 export/
            Example, one file:
              caselight footage import --camera shop-269 --starts-at 2026-03-02T06:30:00+08:00 shop.mp4
            """)

    @Option(help: ArgumentHelp("The camera that made them.", valueName: "code"), transform: ArgumentForm.code)
    var camera: CameraCode

    @Option(help: ArgumentHelp("When the recording begins; for one file.", valueName: "time"), transform: ArgumentForm.time)
    var startsAt: WallTime?

    @Option(
        help: ArgumentHelp("The start stands in the file's name: %Y %m %d %H %M %S, and %z for the offset.", valueName: "pattern"),
        transform: ArgumentForm.pattern)
    var fromName: TimePattern?

    @Flag(help: "The start stands in the file itself.")
    var fromMetadata = false

    @Option(
        parsing: .unconditional, help: ArgumentHelp("The offset from UTC of times in names: +08:00.", valueName: "offset"),
        transform: ArgumentForm.offsetSeconds)
    var utcOffset: Int?

    @Argument(help: ArgumentHelp("Files and folders.", valueName: "file"), completion: .file())
    var files: [String]

    @OptionGroup var session: SessionOptions

    func validate() throws {
        guard [startsAt != nil, fromName != nil, fromMetadata].count(where: { $0 }) == 1 else {
            throw ValidationError("Say when they begin: one of --starts-at TIME, --from-name PATTERN and --from-metadata.")
        }
        if let fromName {
            guard fromName.namesOffset != (utcOffset != nil) else {
                throw ValidationError(
                    fromName.namesOffset
                        ? "The pattern has %z; --utc-offset does not go with it."
                        : "Give --utc-offset, or %z in the pattern: without an offset a time is not known.")
            }
        } else if utcOffset != nil {
            throw ValidationError("--utc-offset goes with --from-name.")
        }
        if files.isEmpty { throw ValidationError("Give files or folders.") }
    }

    func run(_ client: DaemonClient) async throws {
        let found = try RecordedFiles.found(files)
        if startsAt != nil, found.files.count > 1 {
            throw ClientFailure(.usage, "cannot use --starts-at for \(found.files.count) files: they do not all begin at once. Use --from-name.")
        }
        var handover = Handover(client: client, camera: camera, session: session)
        for (path, detail) in found.refused { handover.refuse(path, detail, nil) }
        for file in found.files {
            try await handover.take(file) { name throws(CaselightError) in
                if let startsAt { return startsAt }
                return try fromName?.time(in: name, utcOffsetSeconds: utcOffset ?? 0)
            }
        }
        try handover.finish()
    }
}

/// Hands files over one after the other, and remembers how it went.
struct Handover {
    let client: DaemonClient
    let camera: CameraCode
    let session: SessionOptions
    private let bar = ProgressBar()
    private var imported: [JSON] = []
    private var refused: [JSON] = []

    init(client: DaemonClient, camera: CameraCode, session: SessionOptions) {
        (self.client, self.camera, self.session) = (client, camera, session)
    }

    /// - Throws: only what ends the whole: a daemon that cannot be reached, or that does not let us in.
    mutating func take(_ file: URL, startsAt: (String) throws(CaselightError) -> WallTime?) async throws {
        do {
            let outcome = try await send(file, startsAt: try startsAt(file.lastPathComponent))
            bar.clear()
            imported.append(outcome)
            if !session.json { print(Self.line(outcome, session.style)) }
        } catch let failure as ClientFailure {
            bar.clear()
            if failure.status != .refused || failure.code == "unauthenticated" { throw failure }
            refuse(file.relativePath, failure.message ?? "refused", failure.code)
        } catch let error as CaselightError {
            refuse(file.relativePath, error.description, error.code.rawValue)
        }
    }

    /// - Throws: `ClientFailure` with `refused` where a file was.
    func finish() throws {
        if session.json {
            print(try JSON.object(["imported": .list(imported), "refused": .list(refused)]).document())
        } else if imported.count + refused.count > 1 {
            let bad = refused.isEmpty ? "" : ", \(refused.count) refused"
            print("\(Quantity.count(imported.count, "file")) taken over\(bad).")
        }
        if !refused.isEmpty { throw ClientFailure(.refused, nil) }
    }

    private func send(_ file: URL, startsAt: WallTime?) async throws -> JSON {
        let (bar, name) = (bar, file.lastPathComponent)
        bar.begin(name)
        let pieces = try FilePieces(file) { bar.advance("sending", doneBytes: $0, totalBytes: $1) }
        var last = JSON.null
        let query: Query = [("name", name), ("startsAt", startsAt?.rfc3339())]
        try await client.upload(pieces, "/api/v1/cameras/\(camera)/footage", query, type: "application/octet-stream") { line in
            last = line
            if let done = line["doneBytes"].whole, let total = line["totalBytes"].whole {
                bar.advance("indexing", doneBytes: Int64(done), totalBytes: Int64(total))
            }
        }
        if let detail = last["detail"].text { throw ClientFailure(.refused, detail, code: last["code"].text) }
        guard last["run"].text != nil else {
            throw ClientFailure(
                .refused, "cannot tell whether '\(name)' was taken over: the daemon's answer broke off. Look at its coverage.")
        }
        var outcome = last.fields
        outcome["file"] = .text(file.relativePath)
        return .object(outcome)
    }

    mutating func refuse(_ path: String, _ detail: String, _ code: String?) {
        Terminal.note("\(path): \(detail)")
        var entry: [String: JSON] = ["file": .text(path), "detail": .text(detail)]
        if let code { entry["code"] = .text(code) }
        refused.append(.object(entry))
    }

    private static func line(_ outcome: JSON, _ style: ShowStyle) -> String {
        let span = outcome.span.map { " \(style.times.sentence($0)), \(Quantity.duration($0.duration))," } ?? ""
        let count = Quantity.count(outcome["segmentCount"].whole ?? 0, "segment")
        return TextWidth.printable("\(outcome["file"].text ?? ""): taken over,\(span) \(count), run \(outcome["run"].text ?? "")")
    }
}
