import Foundation
import TestSupport

/// One installed daemon with a folder of its own.
final class Installation {
    let folder: URL
    /// Where the daemon keeps everything; `folder` itself unless a test gives it another.
    let state: URL
    private(set) var port = 0
    private(set) var daemon: Child!
    private let settings: [String]
    /// The settings file, for what must not stand among a process's arguments.
    private let settingsFile: URL?

    /// Of the account `everybody`, which holds every role.
    private(set) var token = ""

    let archive: URL
    var log: String { (try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8)) ?? "" }

    /// - Parameters:
    ///   - settings: `key=value`, over those a test needs: short segments, a free port.
    ///   - file: a settings file's text.
    ///   - state: on a disk of the test's own; what the daemon says is kept apart from it.
    ///   - archive: where it is not in `state`.
    init(_ name: String, settings: [String] = [], file: String? = nil, state: URL? = nil, archive: URL? = nil) throws {
        folder = try Workshop.folder(name)
        settingsFile = file == nil ? nil : URL(fileURLWithPath: folder.path + ".yaml")
        if let settingsFile { try file?.write(to: settingsFile, atomically: true, encoding: .utf8) }
        self.state = state ?? folder
        self.archive = archive ?? self.state.appending(path: "archive")
        self.settings = ["recording.segmentSeconds=10", "archive.reserveGigabytes=0", "http.port=0"] + settings
        try start()
    }

    deinit {
        daemon?.end()
        try? FileManager.default.removeItem(at: folder)
        if let settingsFile { try? FileManager.default.removeItem(at: settingsFile) }
    }

    private func flags(_ extra: [String] = []) -> [String] {
        (settingsFile.map { ["--config", $0.path] } ?? [])
            + (["state.path=\(state.path)", "archive.path=\(archive.path)"] + settings + extra).flatMap { ["--set", $0] }
    }

    /// Starts the daemon and returns when it is ready, or where that is too much to expect when it answers.
    func start(untilReady: Bool = true) throws {
        let log = folder.appending(path: "log")
        if !FileManager.default.fileExists(atPath: log.path) { _ = FileManager.default.createFile(atPath: log.path, contents: nil) }
        let handle = try FileHandle(forWritingTo: log)
        let before = try handle.seekToEnd()
        let descriptor = handle.fileDescriptor
        daemon = try Child(
            Workshop.products.appending(path: "caselightd").path, ["run"] + flags(), output: descriptor, error: descriptor)
        let limit = Date().addingTimeInterval(30)
        while Date() < limit {
            let text = String(decoding: (try? Data(contentsOf: log))?.dropFirst(Int(before)) ?? Data(), as: UTF8.self)
            if let match = text.firstMatch(of: /listening on http:\/\/127\.0\.0\.1:(\d+)/), let number = Int(match.1) {
                port = number
                if (try? HTTP.request("GET", "http://127.0.0.1:\(port)/\(untilReady ? "readyz" : "healthz")").status) == 200 {
                    if token.isEmpty { token = try account("everybody", roles: ["investigator", "dispatcher", "cameraAdmin", "auditor", "admin"]) }
                    return
                }
            }
            guard daemon.isRunning else { throw Trouble("caselightd ended at start: \(text)") }
            Thread.sleep(forTimeInterval: 0.1)
        }
        throw Trouble("caselightd was not ready within 30 s: \(self.log)")
    }

    /// Makes an account on the machine, as its administrator does first of all.
    ///
    /// - Returns: a token that speaks for it.
    func account(_ name: String, roles: [String]) throws -> String {
        let arguments = ["account", "create", name, "--no-password", "--token", "test"] + roles.flatMap { ["--role", $0] }
        let made = Workshop.run(Workshop.products.appending(path: "caselightd").path, arguments + flags())
        guard made.status == 0 else { throw Trouble("no account '\(name)': \(made.error)") }
        return made.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// - Returns: how long it took, seconds.
    @discardableResult
    func stop() -> Double {
        let began = Date()
        daemon.send(SIGTERM)
        daemon.wait()
        return Date().timeIntervalSince(began)
    }

    func kill() {
        daemon.send(SIGKILL)
        daemon.wait()
    }

    /// The process ids of the daemon's feed workers.
    var workers: [Int32] {
        let found = Workshop.run("/usr/bin/pgrep", ["-P", "\(daemon.processIdentifier)", "-f", "caselight-media feed"])
        return found.output.split(separator: "\n").compactMap { Int32($0) }
    }

    /// Runs `caselight` against this daemon.
    @discardableResult
    func caselight(_ arguments: String...) -> Workshop.Outcome { caselight(arguments) }

    @discardableResult
    func caselight(_ arguments: [String]) -> Workshop.Outcome {
        Workshop.run(
            Workshop.products.appending(path: "caselight").path, arguments,
            environment: ["CASELIGHT_URL": "http://127.0.0.1:\(port)", "CASELIGHT_TOKEN": token])
    }

    /// Runs a command of `caselightd` on this installation's folder.
    @discardableResult
    func caselightd(_ arguments: String...) -> Workshop.Outcome {
        Workshop.run(Workshop.products.appending(path: "caselightd").path, arguments + flags())
    }

    /// Whether no file is being written any more, and the index agrees with all of them.
    var isSettled: Bool { segmentCounts.map { $0.open == 0 } ?? false }

    /// As the index knows them; `nil` while it does not agree with the files.
    var segmentCounts: (open: Int, closed: Int)? {
        let check = caselightd("check", "--size", "--json")
        let report = try? JSONSerialization.jsonObject(with: Data(check.output.utf8)) as? [String: Any]
        guard check.status == 0, let all = report?["segmentCount"] as? Int, let open = report?["openSegmentCount"] as? Int else { return nil }
        return (open, all - open)
    }

    func get(_ path: String) throws -> HTTP.Answer { try HTTP.request("GET", "http://127.0.0.1:\(port)\(path)", token: token) }

    func json(_ path: String) throws -> [String: Any] {
        let answer = try get(path)
        guard answer.status == 200, let object = try JSONSerialization.jsonObject(with: answer.body) as? [String: Any] else {
            throw Trouble("GET \(path) answered \(answer.status): \(String(decoding: answer.body, as: UTF8.self))")
        }
        return object
    }

    /// The recorded video files of a camera, in order.
    func segments(of camera: String) -> [URL] {
        let root = archive.appending(path: camera)
        let names = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".mp4") && !$0.hasSuffix(".audio.mp4") && !$0.contains("originals/") }.sorted()
            .map { root.appending(path: $0) }
    }
}
