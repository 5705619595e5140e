import ArgumentParser
import AsyncHTTPClient
import CaselightEvidence
import CaselightModel
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

struct LogVerify: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Prove that the log is whole, unchanged, and goes on from what was signed before.",
        discussion: """
            Reads every entry, here and not on the daemon's machine, and holds the log against the checkpoints given, those that the \
            daemon has saved and the one it signs now. A checkpoint that was kept elsewhere shows what even the machine's administrator took away.

            Example:
              caselight log verify --checkpoint checkpoint-2026-03-02 --key signing-key.pem
            Example, of files and without a daemon:
              caselight log verify --file log.jsonl --checkpoint checkpoint-2026-03-02 --key signing-key.pem
            """)

    @Option(help: ArgumentHelp("A checkpoint that was saved, or a file of many; once for each.", valueName: "file"), completion: .file())
    var checkpoint: [String] = []

    @Option(help: ArgumentHelp("The public key as it was published; asked of the daemon where not given.", valueName: "file"), completion: .file())
    var key: String?

    @Option(help: ArgumentHelp("Read the entries from this file and ask no daemon.", valueName: "file"), completion: .file())
    var file: String?

    @OptionGroup var session: SessionOptions

    func validate() throws {
        if file != nil, key == nil || checkpoint.isEmpty { throw ValidationError("--file needs --key and --checkpoint: there is no daemon to ask.") }
    }

    func run(_ client: DaemonClient) async throws {
        var notes: [String] = []
        for path in checkpoint { notes.append(try Self.text(of: path)) }
        var pem = try key.map(Self.text)
        if file == nil {
            notes.append(String(decoding: try await client.data(.GET, "/api/v1/consultations/checkpoint", [("saved", "true")]), as: UTF8.self))
            if pem == nil { pem = String(decoding: try await client.data(.GET, "/api/v1/signing-key.pem"), as: UTF8.self) }
        }
        let published = try Self.keys(pem ?? "")
        let checkpoints = try zip(notes, checkpoint + ["the daemon"]).flatMap { try Self.checkpoints($0, from: $1) }
        var verifier = LogVerifier(checkpoints: checkpoints, keys: published)
        if let file { try Self.read(file, into: &verifier) } else { try await Self.read(client, into: &verifier) }
        let verdict = verifier.finish()
        let report = LogVerdictReport(verdict: verdict, keys: published, wasKeyGiven: key != nil, checkpointCount: checkpoints.count)
        try show(report.document) { report.lines($0) }
        guard report.isSound else { throw ClientFailure(.refused, nil) }
    }

    private static func text(of path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ClientFailure(.refused, "cannot read '\(path)': there is no such file, or it may not be read.")
        }
        return String(decoding: data, as: UTF8.self)
    }

    private static func keys(_ pem: String) throws -> [VerifyingKey] {
        guard let keys = try? VerifyingKey.all(inPEM: pem), !keys.isEmpty else {
            throw ClientFailure(.refused, "cannot read the public key: it is no Ed25519 key in PEM form.")
        }
        return keys
    }

    private static func checkpoints(_ text: String, from source: String) throws -> [SignedCheckpoint] {
        let all = SignedCheckpoint.all(in: text)
        guard !all.isEmpty else { throw ClientFailure(.refused, "cannot read a checkpoint from \(source): it holds no signed note.") }
        return all
    }

    private static func read(_ path: String, into verifier: inout LogVerifier) throws {
        guard let file = FileHandle(forReadingAtPath: path) else { throw ClientFailure(.refused, "cannot read '\(path)'.") }
        defer { try? file.close() }
        var lines = LineCutter()
        while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { for line in lines.take(piece) { verifier.take(line) } }
        if let rest = lines.rest { verifier.take(rest) }
    }

    private static func read(_ client: DaemonClient, into verifier: inout LogVerifier) async throws {
        var lines = LineCutter()
        var current = verifier
        try await client.download("/api/v1/consultations/log.jsonl") { response in
            for try await piece in response.body {
                for body in lines.take(Data(buffer: piece)) { current.take(body) }
            }
        }
        if let rest = lines.rest { current.take(rest) }
        verifier = current
    }
}

/// Cuts bytes that come in pieces into lines, without their ends.
struct LineCutter {
    private var kept: [UInt8] = []

    mutating func take(_ piece: Data) -> [[UInt8]] {
        kept += piece
        var lines: [[UInt8]] = []
        var start = 0
        while let end = kept[start...].firstIndex(of: UInt8(ascii: "\n")) {
            lines.append(Array(kept[start..<end]))
            start = end + 1
        }
        kept.removeFirst(start)
        return lines
    }

    /// What came after the last line's end; `nil` where nothing did.
    var rest: [UInt8]? { kept.isEmpty ? nil : kept }
}

/// What came of it, for people and for programs.
struct LogVerdictReport {
    let verdict: LogVerdict
    /// The newest first.
    let keys: [VerifyingKey]
    /// Whether the key came from the reader and not from the daemon that is being checked.
    let wasKeyGiven: Bool
    let checkpointCount: Int

    var isSound: Bool { verdict.isIntact && checkpointCount > 0 }

    var document: JSON {
        let data = (try? JSONEncoder().encode(verdict)) ?? Data()
        let fields = (try? JSONDecoder().decode(JSON.self, from: data))?.fields ?? [:]
        return .object(fields.merging([
            "isIntact": .flag(isSound), "keyFingerprints": .list(keys.map { .text($0.fingerprint) }), "isKeyGiven": .flag(wasKeyGiven),
        ]) { _, new in new })
    }

    func lines(_ style: ShowStyle) -> [String] {
        let count = Quantity.count(Int(verdict.count), "entry", "entries")
        var lines = [style.heading(isSound ? "The log is whole and unchanged: \(count)." : "The log does not hold: \(count) read.")]
        for fault in verdict.faults {
            lines.append("  " + style.terminal.tinted((fault.sequence.map { "entry \($0): " } ?? "") + fault.cause, .bad))
        }
        if verdict.faultCount > verdict.faults.count { lines.append("  and \(verdict.faultCount - verdict.faults.count) more faults") }
        for checkpoint in verdict.checkpoints {
            let text = checkpoint.problem ?? "holds"
            lines.append("  checkpoint of \(checkpoint.size): " + style.terminal.tinted(text, checkpoint.problem == nil ? .good : .bad))
        }
        if verdict.clockStepCount > 0 { lines.append("  the clock ran back \(verdict.clockStepCount) times: worth a look, and no sign of forgery by itself") }
        for (index, key) in keys.enumerated() { lines.append("  signed by the key \(key.fingerprint)\(index == 0 ? "" : ", retired")") }
        if !wasKeyGiven { lines.append("  the key is the daemon's own word: compare its fingerprint with the published one, or give --key") }
        return lines
    }
}
