import Foundation

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

    /// Runs a program to its end. Blocks; both outputs are read while it runs.
    @discardableResult
    static func run(_ program: String, _ arguments: [String], environment: [String: String]? = nil) -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        if let environment { process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 } }
        // Files rather than pipes: nothing can fill up while nobody reads.
        let folder = URL(fileURLWithPath: NSTemporaryDirectory())
        let (output, error) = (folder.appending(path: UUID().uuidString), folder.appending(path: UUID().uuidString))
        for file in [output, error] { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
        defer { for file in [output, error] { try? FileManager.default.removeItem(at: file) } }
        do {
            process.standardOutput = try FileHandle(forWritingTo: output)
            process.standardError = try FileHandle(forWritingTo: error)
            process.standardInput = FileHandle.nullDevice
            try process.run()
        } catch {
            return Outcome(status: -1, output: "", error: "\(error)")
        }
        process.waitUntilExit()
        func text(_ file: URL) -> String { String(decoding: (try? Data(contentsOf: file)) ?? Data(), as: UTF8.self) }
        return Outcome(status: process.terminationStatus, output: text(output), error: text(error))
    }
}
