import Foundation
import TestSupport

/// The programs, the fixtures and a folder to work in.
enum Workshop {
    static let packageRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Where the programs under test were built: beside the running tests, or where `CASELIGHT_PRODUCTS` says, such as a release build.
    static let products: URL = {
        if let given = ProcessInfo.processInfo.environment["CASELIGHT_PRODUCTS"] { return URL(fileURLWithPath: given) }
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let manager = FileManager.default
        while folder.path != "/", !manager.fileExists(atPath: folder.appending(path: "caselightd").path) {
            folder = folder.deletingLastPathComponent()
        }
        return folder.path == "/" ? packageRoot.appending(path: ".build/debug") : folder
    }()

    static let isTorture = ProcessInfo.processInfo.environment["CASELIGHT_TORTURE"] == "1"

    /// What is missing to run against real cameras; `nil` when all is there.
    static let missing: String? = {
        for tool in ["/usr/bin/ffmpeg", "/usr/bin/ffprobe", "/usr/bin/python3"] where !FileManager.default.isExecutableFile(atPath: tool) {
            return "\(tool) is not installed"
        }
        let probe = run("/usr/bin/python3", ["-c", "import gi; gi.require_version('GstRtspServer', '1.0')"])
        return probe.status == 0 ? nil : "GStreamer's RTSP server library for Python is not installed"
    }()

    /// The fixtures' clips, made once for all tests.
    static let footage: URL = {
        let folder = packageRoot.appending(path: ".build/footage")
        let made = run("/bin/bash", [packageRoot.appending(path: "fixtures/make-footage.sh").path, folder.path])
        precondition(made.status == 0, "the fixtures' footage cannot be made: \(made.error)")
        return folder
    }()

    static func folder(_ name: String) throws -> URL {
        let folder = URL(fileURLWithPath: NSTemporaryDirectory()).appending(path: "caselight-\(name)-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    struct Outcome {
        var status: Int32
        var output: String
        var error: String
    }

    /// Runs a program to its end. Blocks.
    @discardableResult
    static func run(_ program: String, _ arguments: [String], environment: [String: String]? = nil) -> Outcome {
        do {
            let own = ProcessInfo.processInfo.environment
            let outcome = try Program.run(program, arguments, environment: environment.map { own.merging($0) { $1 } })
            return Outcome(status: outcome.status, output: outcome.outputText, error: outcome.errorText)
        } catch {
            return Outcome(status: -1, output: "", error: "\(error)")
        }
    }
}
