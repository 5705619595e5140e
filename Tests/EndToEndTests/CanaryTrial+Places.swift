import CaselightModel
import Foundation
import TestSupport
import Testing

/// Where secrets are looked for.
extension CanaryTrial {
    /// What every user of the machine may see of our processes, and what they hand on. Cores stay unwritten.
    func lookAtProcesses() throws {
        #expect(!installation.workers.isEmpty)
        for process in [installation.daemon.processIdentifier] + installation.workers {
            for part in ["cmdline", "environ", "comm", "limits"] {
                let data = FileManager.default.contents(atPath: "/proc/\(process)/\(part)")
                // A worker's are root's alone.
                #expect(data != nil || part != "cmdline", "\(part) of \(process) cannot be read")
                keep("\(part) of process \(process)", data)
            }
            let limits = String(decoding: FileManager.default.contents(atPath: "/proc/\(process)/limits") ?? Data(), as: UTF8.self)
            #expect(limits.contains(#/Max core file size +0 +0 /#), "process \(process) would leave a core: \(limits)")
        }
    }

    /// A package of what the camera with a login recorded, made while the timestamp authority answers with an error.
    func export() throws {
        var end = now()
        try waitFor("footage to link") {
            end = now() - .seconds(3)
            return try !coverage(of: "beside", to: end).isEmpty
        }
        let number = "A3302050000002026030001"
        let receiver = "http://127.0.0.1:\(stranger.port)/push/\(Self.recipientKey.text)?key=\(Self.recipientKey.text)"
        try ask("PUT", "/api/v1/recipients/platform", ["role": "platform", "url": receiver, "secret": Self.recipientSecret.text])
        try ask("POST", "/api/v1/recipients/platform/test", [:])
        try ask("POST", "/api/v1/incidents", ["number": number, "category": "theft", "startedAt": (end - .seconds(3)).rfc3339(), "endedAt": end.rfc3339()])
        let linked = try ask(
            "POST", "/api/v1/incidents/\(number)/links",
            ["camera": "beside", "startedAt": (end - .seconds(3)).rfc3339(), "endedAt": end.rfc3339(), "role": "event"])
        #expect(linked.status == 201, "\(linked.text)")
        let package = folder.appending(path: "package.zip")
        run("caselight", ["export", "--incident", number, "--reason", "a search for secrets", "--output", package.path])
        let unpacked = Workshop.run("/usr/bin/python3", ["-m", "zipfile", "-e", package.path, folder.appending(path: "package").path])
        #expect(unpacked.status == 0, "\(unpacked.error)")
        run("caselight", ["verify", package.path])
    }

    private func coverage(of code: String, to end: WallTime) throws -> [Any] {
        (try installation.about(code, "coverage", from: end - .seconds(3), to: end)["coverage"] as? [Any]) ?? []
    }

    /// Every route that reads, as every role and as nobody; for what is there and for what is not.
    func readAllRoutes() throws {
        let description = try installation.get("/api/v1/openapi.yaml").text
        // What happens goes on for ever; an incident's timeline tells the same.
        let paths = description.matches(of: #/(?m)^  (/\S+):\n(?:    parameters.*\n)?    get:/#).map { String($0.output.1) }
            .filter { $0 != "/api/v1/events" }
        #expect(paths.count > 25, "\(paths)")
        let holds = (try installation.json("/api/v1/holds")["holds"] as? [[String: Any]])?.first?["id"] as? String ?? ""
        let exports = (try installation.json("/api/v1/exports")["exports"] as? [[String: Any]])?.first?["id"] as? String ?? ""
        let span = "from=\((now() - .seconds(60)).rfc3339())&to=\(now().rfc3339())"
        let (file, roles) = (installation.segments(of: "beside").first?.lastPathComponent ?? "", ["investigator", "dispatcher", "cameraAdmin", "auditor", "admin"])
        for role in roles + ["nobody"] {
            let token = role == "nobody" ? "csl_0" : try installation.account("only-\(role)", roles: [role])
            canaries += role == "nobody" ? [] : [Self.canary(ofToken: token, "the token of \(role)")]
            for path in paths {
                let code = path.contains("still") || path.contains("segments") || path.contains("playlist") ? "beside" : "query"
                let filled = path.replacingOccurrences(of: "{code}", with: code).replacingOccurrences(of: "{file}", with: file)
                    .replacingOccurrences(of: "{number}", with: "A3302050000002026030001").replacingOccurrences(of: "{name}", with: "chen")
                    .replacingOccurrences(of: "{sequence}", with: "0").replacingOccurrences(of: "{id}", with: path.contains("holds") ? holds : exports)
                try ask("GET", filled + Self.query(of: path, span), token: token)
            }
            for code in ["inside", "path", "wrong", "echo-compatible"] { try ask("GET", "/api/v1/cameras/\(code)", token: token) }
        }
    }

    private static func query(of path: String, _ span: String) -> String {
        switch path {
        case "/api/v1/clips": "?near=30,120&\(span)&purpose=testing"
        case let path where path.hasSuffix("still.jpg"): "?at=\((now() - .seconds(5)).rfc3339())&purpose=alignment"
        case let path where path.hasSuffix("playlist.m3u8"): "?\(span)&purpose=testing"
        case let path where path.contains("segments"): "?purpose=testing"
        case let path where path.hasSuffix("candidates"): ""
        case let path where path.contains("/cameras/{code}/"): "?\(span)"
        case let path where path.hasSuffix("/proof"): "?size=2"
        case let path where path.hasSuffix("/consistency"): "?first=1&second=2"
        default: ""
        }
    }

    /// Workers and a daemon that crash or are killed; what replaces them records again.
    func killProcesses() throws {
        func recordAgain() throws {
            try waitFor("both to record again") { ["inside", "beside"].allSatisfy { state(of: $0, in: installation) == "recording" } }
        }
        for signal in [SIGKILL, SIGSEGV] {
            let workers = installation.workers
            for worker in workers { kill(worker, signal) }
            try waitFor("other workers") { !installation.workers.isEmpty && Set(installation.workers).isDisjoint(with: workers) }
            try recordAgain()
        }
        installation.daemon.send(SIGSEGV)
        #expect(installation.daemon.wait() == 128 + SIGSEGV)
        try installation.start()
        try recordAgain()
        try lookAtProcesses()
    }

    /// Commands as people give them, rightly and wrongly, and what everybody may see of one while it runs.
    func runCommands() throws {
        for arguments in [
            ["camera", "list"], ["camera", "list", "--json"], ["camera", "show", "inside"], ["camera", "show", "query", "--json"], ["camera", "show", "path"],
            ["status", "--json"], ["log", "list"], ["log", "list", "--csv"], ["log", "verify"], ["user", "list"], ["user", "tokens", "chen"], ["hold", "list"],
            ["camera", "add", "--code", "shell", "--url", "rtsp://\(Self.feedUser.encoded):\(Self.feedPassword.encoded)@127.0.0.1:99999/x"],
            ["camera", "probe", "--url", "rtsp://\(Self.feedUser.encoded):\(Self.wrongPassword.encoded)@127.0.0.1:1/x"],
            ["camera", "probe", "--url", "gopher://\(Self.feedUser.encoded):\(Self.wrongPassword.encoded)@127.0.0.1:1/x"],
        ] { run("caselight", arguments) }
        run("caselight", ["status"], ["CASELIGHT_URL": installation.address.replacingOccurrences(of: "//", with: "//chen:\(Self.accountPassword.encoded)@")])
        run("caselight", ["status"], ["CASELIGHT_TOKEN": "\(installation.token)0"])
        run("caselight", ["status"], ["CASELIGHT_URL": "http://127.0.0.1:1"])
        runWithSecretsOnStandardInput()
        run("caselightd", ["check"] + flags)
        let broken = folder.path + ".broken.yaml"
        defer { try? FileManager.default.removeItem(atPath: broken) }
        for text in ["log:\n  checkpointWebhook: \"http://a/\(Self.hook.text)\n", "log: {checkpointWebhook: [http://a/\(Self.hook.text)]}", "exports:\n\ttimestampURL: ftp://a/\(Self.authority.text)", "exports:\n  timestampURL: ftp://x:\(Self.authority.text)@a/"] {
            try text.write(toFile: broken, atomically: true, encoding: .utf8)
            run("caselightd", ["check", "--config", broken])
            run("caselightd", ["run", "--config", broken] + flags)
        }
    }

    private var flags: [String] { ["--set", "state.path=\(installation.folder.path)", "--set", "http.port=0"] }

    /// The shell takes secrets from files, so that nothing but the command under test could tell them.
    private func runWithSecretsOnStandardInput() {
        let words = folder.path + ".words"
        let secrets = [Self.accountPassword.text, Self.newPassword.text, Self.feedPassword.text]
        try? secrets.joined(separator: "\n").write(toFile: words, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: words) }
        let script = """
            sed -n 1p "$1" | "$2/caselight" user token chen --name wrong
            sed -n 3p "$1" | "$2/caselight" camera add --code typed --url rtsp://127.0.0.1:1/x --user viewer --password-stdin
            sed -n 1p "$1" | "$2/caselightd" account create lee --role auditor --password-file - ${@:3}
            sed -n 1p "$1" | "$2/caselightd" account create lee --role auditor --password-file - ${@:3}
            sed -n 2p "$1" | "$2/caselightd" account password lee --password-file - ${@:3}
            (sed -n 3p "$1"; sleep 2) | "$2/caselight" camera probe --url rtsp://127.0.0.1:1/x --user viewer --password-stdin &
            for process in $(pgrep -P $$); do tr '\\0' '\\n' < /proc/$process/cmdline; done
            wait
            """
        let outcome = Workshop.run("/bin/bash", ["-c", script, "bash", words, Workshop.products.path] + flags, environment: environment)
        keep("what commands say that read secrets", Data((outcome.output + outcome.error).utf8))
    }

    private var environment: [String: String] { ["CASELIGHT_URL": installation.address, "CASELIGHT_TOKEN": installation.token] }

    private func run(_ program: String, _ arguments: [String], _ more: [String: String] = [:]) {
        let outcome = Workshop.run(Workshop.products.appending(path: program).path, arguments, environment: environment.merging(more) { $1 })
        let name = "'\(program) \(arguments.joined(separator: " ").prefix(40))'"
        keep("the output of \(name)", Data(outcome.output.utf8))
        keep("the complaints of \(name)", Data(outcome.error.utf8))
    }

    /// Copies as SQLite makes them, while the daemon runs.
    func copyDatabases() throws {
        let copies = folder.appending(path: "copies")
        try FileManager.default.createDirectory(at: copies, withIntermediateDirectories: true)
        for name in ["records.db", "log.db", "index.db"] {
            let done = Workshop.run("/usr/bin/python3", [
                "-c", "import sqlite3, sys; sqlite3.connect(sys.argv[1]).backup(sqlite3.connect(sys.argv[2]))",
                installation.folder.appending(path: name).path, copies.appending(path: name).path,
            ])
            #expect(done.status == 0, "\(done.error)")
        }
        // As they lie there while it runs, with their -wal and -shm.
        for name in try FileManager.default.contentsOfDirectory(atPath: installation.folder.path) where name.contains(".db") {
            keep("\(name) while the daemon runs", FileManager.default.contents(atPath: installation.folder.appending(path: name).path))
        }
    }
}
