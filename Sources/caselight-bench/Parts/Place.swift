import ArgumentParser
import Foundation
import Glibc

/// Where programs, fixtures and the folder to work in are; what every subcommand takes.
struct PlaceOptions: ParsableArguments {
    @Flag(help: "Print one JSON document and nothing else.")
    var json = false

    @Option(help: ArgumentHelp("Where caselightd and caselight-media are; beside this program where not given.", valueName: "folder"))
    var bin: String?

    @Option(help: ArgumentHelp("Where to work: on the disk that footage will be kept on. The system's temporary folder where not given.", valueName: "folder"))
    var work: String?

    @Option(help: ArgumentHelp("Caselight's fixtures folder; looked for around this program and the current folder.", valueName: "folder"))
    var fixtures: String?
}

/// The folder a measurement works in, gone with it, and the programs it starts, ended with it.
final class Place: Sendable {
    let folder: String
    let programs: String
    private let fixturesOption: String?

    init(_ options: PlaceOptions) throws {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        programs = options.bin.map { Self.absolute($0) } ?? Self.parent(own)
        fixturesOption = options.fixtures.map { Self.absolute($0) }
        for name in ["caselightd", "caselight-media"] where access("\(programs)/\(name)", X_OK) != 0 {
            throw Trouble("there is no program '\(name)' in \(programs). Build it, or say with --bin where it is.")
        }
        let parent = options.work.map { Self.absolute($0) } ?? FileManager.default.temporaryDirectory.path
        var template = Array("\(parent)/caselight-bench.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw Trouble("cannot make a folder in \(parent): \(String(cString: strerror(errno)))")
        }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let made = folder
        Cleanup.add {
            // What is still being written while it is removed ends the removal half done.
            for _ in 0..<50 where FileManager.default.fileExists(atPath: made) { try? FileManager.default.removeItem(atPath: made) }
        }
    }

    /// The folder with the fixtures' scripts.
    ///
    /// - Throws: `Trouble` where it is not found.
    func fixtures() throws -> String {
        if let fixturesOption { return fixturesOption }
        for start in [programs, FileManager.default.currentDirectoryPath] {
            var folder = start
            while true {
                let found = folder + "/fixtures"
                if FileManager.default.fileExists(atPath: found + "/rtsp_server.py") { return found }
                guard folder != "/" else { break }
                folder = Self.parent(folder)
            }
        }
        throw Trouble("cannot find Caselight's fixtures. Run this within the source tree, or say with --fixtures where they are.")
    }

    func file(_ name: String) -> String { "\(folder)/\(name)" }

    func makeFolder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: file(name), withIntermediateDirectories: true)
        return file(name)
    }

    func remove(_ name: String) { try? FileManager.default.removeItem(atPath: file(name)) }

    /// Starts a program that ends with the measurement at the latest.
    ///
    /// - Parameter log: where in the folder its outputs go.
    func start(_ program: String, _ arguments: [String], environment: [String: String] = [:], log: String, errors: String? = nil) throws -> Child {
        let child = try Child(
            program, arguments, environment: environment, output: file(log), errors: errors.map { file($0) })
        Cleanup.add { child.end() }
        return child
    }

    /// Runs a program to its end.
    ///
    /// - Returns: what it printed.
    /// - Throws: `Trouble` with the end of its complaints where it fails.
    @discardableResult
    func run(_ program: String, _ arguments: [String]) throws -> String {
        let names = ["output", "errors"].map { "\($0)-\(UUID().uuidString)" }
        defer { for name in names { remove(name) } }
        let child = try start(program, arguments, log: names[0], errors: names[1])
        guard let status = child.wait(), status == 0 else { throw Trouble("\(program) failed: \(text(names[1]).suffix(400))") }
        return text(names[0])
    }

    /// A file's text; empty where there is none.
    func text(_ name: String) -> String {
        FileManager.default.contents(atPath: file(name)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    static func isInstalled(_ program: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
    }

    static func parent(_ path: String) -> String { URL(fileURLWithPath: path).deletingLastPathComponent().path }
    private static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).path }
}
