import ArgumentParser
import CaselightEvidence
import CaselightModel
import Foundation

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check an evidence package: signature, hashes, log proofs, time stamp.",
        discussion: """
            Works without the daemon and without a network, on the zip or on a folder it was unpacked into.
            Exit status: 0 verified; 1 not.

            Examples:
              caselight verify A2026-0302-17.zip --key published-key.pem
              caselight verify A2026-0302-17.zip --key 3f5a…c2 --tsa-ca authority.pem
            """)

    @Argument(help: ArgumentHelp("The zip, or the folder.", valueName: "package"), completion: .file(extensions: ["zip"]))
    var package: String

    @Option(
        help: ArgumentHelp(
            "The signing key as it was published: a PEM file, or its fingerprint. Without it nobody can say who signed.",
            valueName: "file|fingerprint"), completion: .file(extensions: ["pem"]))
    var key: String?

    @Option(
        name: .customLong("tsa-ca"),
        help: ArgumentHelp("Certificates that the time stamp's authority must lead to, in PEM.", valueName: "file"),
        completion: .file(extensions: ["pem"]))
    var authority: String?

    @Option(
        help: ArgumentHelp("A time stamp of manifest.json that came after the package was sealed.", valueName: "file"),
        completion: .file(extensions: ["tsr"]))
    var token: String?

    @Flag(help: "Print one JSON document on standard output and nothing else.")
    var json = false

    @Flag(help: "Show times in UTC instead of this machine's offset.")
    var utc = false

    func run() async throws {
        let verdict = try await verdict()
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(verdict), as: UTF8.self))
        } else {
            let style = ShowStyle(terminal: .current(), times: TimeText(zone: utc ? .utc : .local))
            for line in VerdictReport.lines(verdict, package: package, style) { print(line) }
        }
        if !verdict.isVerified { throw ClientFailure(.refused, nil) }
    }

    private func verdict() async throws -> PackageVerdict {
        let bar = ProgressBar()
        defer { bar.clear() }
        do {
            let verifier = PackageVerifier(
                expectedKey: try key.map { try ExpectedKey(try Self.textOrContent($0)) },
                timestampTrust: try authority.map { try TimestampTrust(pem: try Self.text(of: $0)) },
                lateTimestamp: try token.map { Array(try Self.content(of: $0)) })
            let size = (try? FileManager.default.attributesOfItem(atPath: package)[.size] as? Int64) ?? 0
            bar.begin(URL(filePath: package).lastPathComponent)
            return try await verifier.verify(package) { bar.advance("checking", doneBytes: $0, totalBytes: max(size, $0)) }
        } catch let error as CaselightError {
            throw ClientFailure(.refused, error.description, code: error.code.rawValue)
        }
    }

    /// A fingerprint is as long as a hash and no file is called so.
    private static func textOrContent(_ text: String) throws -> String {
        FileManager.default.fileExists(atPath: text) ? try Self.text(of: text) : text
    }

    private static let fileLimitBytes = 4 << 20

    private static func text(of path: String) throws -> String { String(decoding: try content(of: path), as: UTF8.self) }

    private static func content(of path: String) throws -> Data {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw ClientFailure(.refused, "cannot read '\(path)': there is no such file, or it may not be read")
        }
        return try file.read(upToCount: fileLimitBytes) ?? Data()
    }
}

/// A verdict for people to read.
enum VerdictReport {
    /// More findings are counted, not shown.
    static let findingLimit = 200

    static func lines(_ verdict: PackageVerdict, package: String, _ style: ShowStyle) -> [String] {
        var lines = [style.heading(heading(verdict, package, style))]
        var fields = FieldList()
        for check in verdict.checks { fields.add("\(mark(check.outcome)) \(check.name.rawValue)", check.text) }
        lines += fields.lines(style.terminal)
        for finding in verdict.findings.prefix(findingLimit) {
            let subject = finding.path?.text ?? (finding.kind == .container ? "the zip" : "the package")
            lines.append("  " + style.terminal.tinted(TextWidth.printable("\(finding.kind.rawValue)  \(subject): \(finding.text)"), .bad))
        }
        if verdict.findings.count > findingLimit { lines.append("  and \(verdict.findings.count - findingLimit) more") }
        return lines + conclusion(verdict, style)
    }

    private static func heading(_ verdict: PackageVerdict, _ package: String, _ style: ShowStyle) -> String {
        guard let id = verdict.id, let incident = verdict.incident, let made = verdict.createdAt else { return package }
        return "\(package): package \(id) of incident \(incident), made \(style.times.full(made))"
    }

    private static func mark(_ outcome: PackageVerdict.Check.Outcome) -> String {
        switch outcome {
        case .passed: "ok  "
        case .failed: "NO  "
        case .notChecked: "--  "
        }
    }

    private static func conclusion(_ verdict: PackageVerdict, _ style: ShowStyle) -> [String] {
        guard verdict.isVerified else {
            return [style.terminal.tinted("NOT VERIFIED: this is not the package that was sealed.", .bad)]
        }
        var lines = [style.terminal.tinted("VERIFIED: nothing was changed, added or removed since the package was sealed.", .good)]
        if !verdict.isKeyCompared {
            let text = "The key was not compared with a published one: whoever holds the key \(verdict.keyFingerprint ?? "") sealed it."
            lines.append(style.terminal.tinted(text, .doubtful))
        }
        return lines
    }
}
