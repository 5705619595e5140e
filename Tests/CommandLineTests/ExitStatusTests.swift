import CaselightModel
import Foundation
import TestSupport
import Testing

/// The built program, as a shell sees it.
@Suite struct ExitStatusTests {
    @Test(arguments: [
        ["camera", "add"], ["camera", "show"], ["camera", "show", "a/b"], ["nothing"], ["find"],
        ["find", "--incident", "A1", "--from", "yesterday"],
        ["find", "--purpose", "x", "--near", "91,0", "--from", "2026-03-02T07:00:00Z", "--to", "2026-03-02T08:00:00Z"],
        ["find", "--purpose", "x", "--near", "1,0", "--from", "2026-03-02T09:00:00Z", "--to", "2026-03-02T08:00:00Z"],
        ["still", "c", "--at", "2026-03-02T07:00:00Z", "-o", "x.jpg"], ["camera", "clock", "c", "--fast", "1m", "--slow", "1m"],
        ["footage", "import", "--camera", "c", "x.mp4"], ["footage", "import", "--camera", "c", "--from-name", "%Y%m%d%H%M", "x.mp4"],
        ["camera", "set", "c"], ["status", "--daemon", "ftp://x"], ["camera", "add", "--code", "c", "--password-stdin"],
        ["camera", "set", "c", "--lat", "nan", "--lon", "1"], ["camera", "set", "c", "--range", "inf"],
    ])
    func wrongUsageIsTwo(arguments: [String]) throws {
        let result = try CaselightRun(arguments)
        #expect(result.status == 2, "\(result.error)")
        #expect(result.output.isEmpty)
        #expect(!result.error.isEmpty)
    }

    /// Port 1 of this machine: nothing listens there.
    @Test(arguments: [["status"], ["camera", "list", "--json"], ["find", "--incident", "A1"], ["openapi"]])
    func aDaemonThatIsNotThereIsThree(arguments: [String]) throws {
        let result = try CaselightRun(arguments + ["--daemon", "http://127.0.0.1:1"])
        #expect(result.status == 3)
        #expect(result.output.isEmpty)
        #expect(
            result.error == "caselight: cannot reach caselightd at http://127.0.0.1:1: connection refused."
                + " Is it running, and does CASELIGHT_URL say where?\n")
    }

    @Test(arguments: [
        ["footage", "import", "--camera", "c", "--from-metadata", "no-such-file.mp4"], ["camera", "import", "no-such-file.csv"],
    ])
    func aFileThatIsNotThereIsOne(arguments: [String]) throws {
        let result = try CaselightRun(arguments)
        #expect(result.status == 1)
        #expect(result.error.contains("there is no such file"))
        #expect(result.error.split(separator: "\n").count == 1)
    }

    @Test(arguments: [["--help"], ["help", "find"], ["camera", "--help"], ["--generate-completion-script", "bash"]])
    func helpIsNought(arguments: [String]) throws {
        let result = try CaselightRun(arguments)
        #expect(result.status == 0)
        #expect(result.output.count > 500)
        #expect(result.error.isEmpty)
    }

    @Test func anAnswerThatCannotBeWrittenIsNoSuccess() throws {
        let result = try CaselightRun(["--help"], output: FileHandle(forWritingTo: URL(filePath: "/dev/full")))
        #expect(result.status == 1)
        #expect(result.error.contains("No space left on device"))
    }

    @Test(arguments: [["run", "--nothing"], ["check", "--set", "http.port"], ["record"]])
    func wrongUsageOfTheDaemonIsTwo(arguments: [String]) throws {
        let result = try CaselightRun(arguments, of: "caselightd")
        #expect(result.status == 2)
        #expect(result.output.isEmpty && result.error.contains("Usage: caselightd"))
    }

    /// A wrong path is said, and nothing begins there.
    @Test(arguments: [["check"], ["reindex"]])
    func theDaemonsOtherCommandsMakeNothing(arguments: [String]) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "caselight-absent-\(UUID().uuidString)").path
        let result = try CaselightRun(arguments + ["--set", "state.path=\(folder)"], of: "caselightd")
        #expect(result.status == 1)
        #expect(result.error.contains("there is no") && result.error.contains(folder), "\(result.error)")
        #expect(!FileManager.default.fileExists(atPath: folder))
    }

    /// The file as shipped is what a new installation starts with.
    @Test func theDaemonReadsTheSettingsAsShipped() throws {
        let shipped = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "deploy/caselight.yaml").path
        let folder = FileManager.default.temporaryDirectory.appending(path: "caselight-absent").path
        let result = try CaselightRun(["check", "--config", shipped, "--set", "state.path=\(folder)"], of: "caselightd")
        #expect(result.status == 1 && result.error.contains("there is no file \(folder)/records.db"), "\(result.error)")
    }

    /// What a jurisdiction asks for at least is not undercut by a setting.
    @Test(arguments: [
        (["retention.profile=cn", "archive.retentionDays=29"], "archive.retentionDays"),
        (["retention.profile=cn", "retention.class1Days=7"], "retention.class1Days"),
        (["retention.profile=xx"], "retention.profile"), (["holds.daysAfterClose=0"], "holds.daysAfterClose"),
    ])
    func theDaemonRefusesDaysBelowTheFloor(settings: [String], key: String) throws {
        let state = "state.path=\(FileManager.default.temporaryDirectory.appending(path: "caselight-absent").path)"
        let result = try CaselightRun(["check"] + ([state] + settings).flatMap { ["--set", $0] }, of: "caselightd")
        #expect(result.status == 1 && result.error.contains("the setting \(key): "), "\(result.error)")
    }

    @Test func saysItsVersion() throws {
        let result = try CaselightRun(["--version"])
        #expect(result.status == 0)
        #expect(result.output == "\(CaselightVersion.current)\n")
    }
}

/// One run of the program, without this machine's settings.
struct CaselightRun {
    let status: Int32
    let output: String
    let error: String

    /// - Parameter given: where to print to; `nil` is read as `output`.
    init(_ arguments: [String], of program: String = "caselight", output given: FileHandle? = nil) throws {
        let outcome = try Program.run(
            Self.path(of: program).path, arguments, environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""],
            output: given?.fileDescriptor)
        (status, output, error) = (outcome.status, outcome.outputText, outcome.errorText)
    }

    /// Beside the tests' own bundle.
    private static func path(of program: String) throws -> URL {
        let beside = Bundle.main.bundleURL.appending(path: program)
        if FileManager.default.isExecutableFile(atPath: beside.path) { return beside }
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let built = package.appending(path: ".build/debug/\(program)")
        try #require(FileManager.default.isExecutableFile(atPath: built.path), "build the program first")
        return built
    }
}
