import CaselightEvidence
import CaselightModel
import CaselightStore
import Foundation
import TestSupport
import Testing

@testable import CaselightLog

/// Kills, failing syncs and a full disk: whatever was acknowledged is there, whatever was refused breaks nothing.
///
/// A child, `caselight-bench log-trial`, appends and says what was acknowledged.
@Suite struct LogCrashTests {
    static let program: String? = {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        if let given = ProcessInfo.processInfo.environment["CASELIGHT_PRODUCTS"] { folder = URL(fileURLWithPath: given) }
        while folder.path != "/" {
            let path = folder.appending(path: "caselight-bench").path
            if FileManager.default.isExecutableFile(atPath: path) { return path }
            folder = folder.deletingLastPathComponent()
        }
        return nil
    }()
    static let strace = "/usr/bin/strace"
    static let canTrace = (try? Program.run(strace, ["-qq", "-o", "/dev/null", "/bin/true"]))?.status == 0

    private final class Trial {
        let workshop: LogWorkshop
        let program: String
        let acknowledged: String
        var folder: String { workshop.folder }

        init() throws {
            workshop = try LogWorkshop()
            program = try #require(LogCrashTests.program)
            acknowledged = workshop.folder + "/acknowledged"
        }

        func start(_ launcher: [String] = [], _ arguments: [String]) throws -> Child {
            let output = open(acknowledged, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            defer { close(output) }
            let command = launcher + [program, "log-trial", "--folder", folder] + arguments
            return try Child(command[0], Array(command.dropFirst()), output: output)
        }

        func lines() throws -> [String.SubSequence] { try String(contentsOfFile: acknowledged, encoding: .utf8).split(separator: "\n") }

        /// Reads the log with a program of its own, and holds it against what was acknowledged.
        func check() throws {
            let outcome = try Program.run(program, ["log-trial", "--folder", folder, "--check", acknowledged])
            #expect(outcome.status == 0, "\(outcome.errorText)")
        }
    }

    @Test(.disabled(if: program == nil, "caselight-bench is not built"))
    func aKillLosesNothingThatWasAcknowledged() async throws {
        let trial = try Trial()
        for round in 1...(ForgedLogTests.isTorture ? 20 : 3) {
            let before = round == 1 ? 0 : try trial.lines().count
            let child = try trial.start([], ["--callers", "8"])
            while try trial.lines().count < before + 60 * round {
                try #require(child.isRunning)
                try await Task.sleep(for: .milliseconds(5))
            }
            child.send(SIGKILL)
            child.wait()
            try trial.check()
        }
    }

    /// From the 30th sync on for a while, and from there on for good.
    @Test(.disabled(if: program == nil, "caselight-bench is not built"), .disabled(if: !canTrace, "strace is not installed or not allowed"),
          arguments: ["30..45", "30+"])
    func failedSyncsRefuseAndBreakNothing(syncs: String) throws {
        let trial = try Trial()
        let child = try trial.start(
            [Self.strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO:when=\(syncs)"],
            ["--callers", "4", "--count", "40"])
        child.wait()
        let lines = try trial.lines()
        let refused = lines.filter { $0.hasPrefix("refused") }
        #expect(lines.count { $0.hasPrefix("ack") } + refused.count == 160)
        #expect(lines.count { $0.hasPrefix("ack") } > 10)
        #expect(refused.count > 4)
        #expect(refused.allSatisfy { $0.hasPrefix("refused logUnwritable ") })
        if syncs.contains("..") { #expect(lines.last { !$0.hasPrefix("closed") }?.hasPrefix("ack") == true) }
        try trial.check()
    }

    @Test(arguments: ["tmpfs", "ext4"])
    func aFullDiskRefusesUntilThereIsRoom(kind: String) async throws {
        let workshop = try LogWorkshop()
        let disk = workshop.folder + "/disk"
        let image = workshop.folder + "/disk.img"
        let make = kind == "tmpfs"
            ? "mount -t tmpfs -o size=6m none \(disk)" : "truncate -s 12M \(image) && mkfs.ext4 -q -m 0 \(image) && mount -o loop \(image) \(disk)"
        let mounted = try Program.run("/bin/sh", ["-c", "mkdir \(disk) && \(make)"])
        // Not root, no loop devices: then there is no small disk to be had here.
        guard mounted.status == 0 else { return }
        defer { _ = try? Program.run("/bin/sh", ["-c", "umount -l \(disk)"]) }

        let store = try SQLiteLogStore.open(path: disk + "/log.db")
        let book = try await ConsultationBook.open(workshop.parts(store))
        try await book.append(try workshop.act(0))
        let ballast = disk + "/ballast"
        _ = try Program.run("/bin/sh", ["-c", "dd if=/dev/zero of=\(ballast) bs=64k 2>/dev/null; dd if=/dev/zero of=\(ballast) bs=512 oflag=append conv=notrunc 2>/dev/null"])
        var (acknowledged, refusals, number) = (1, 0, 0)
        // What the file's own pages still hold is taken; then there is no room.
        while refusals < 5 {
            number += 1
            try #require(number < 20_000)
            do {
                try await book.append((0..<20).map { [number] _ in try workshop.act(number) })
                acknowledged += 20
            } catch let error as CaselightError {
                #expect(error.code == .logUnwritable)
                #expect(error.cause.contains("full"), "\(error)")
                refusals += 1
            }
        }
        #expect(book.problem != nil)
        #expect(book.count == Int64(acknowledged))
        try FileManager.default.removeItem(atPath: ballast)
        #expect(try await book.append(try workshop.act(1)) == Int64(acknowledged))
        #expect(book.problem == nil)
        #expect(try await book.verify().isIntact)
        await book.close()
        try store.close()
    }
}
