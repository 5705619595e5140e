import CaselightModel
import Foundation
import TestSupport
import Testing

/// No entry, no access: while the consultation log cannot be written nothing is shown and nothing is done, an alarm says so, and
/// recording goes on.
@Suite(.serialized, .enabled(if: Workshop.missing == nil, "needs ffmpeg and GStreamer's RTSP server"))
struct UnwritableLogTests {
    static let strace = "/usr/bin/strace"
    static let canTrace = Workshop.run(strace, ["-qq", "-o", "/dev/null", "/bin/true"]).status == 0

    /// Every sync of the log fails, as on a disk that is dying; other files' do not.
    @Test(.disabled(if: !canTrace, "strace is not installed or not allowed"))
    func failingSyncsRefuseEverything() throws {
        let house = try GuardedHouse("failing-log")
        try house.expectAllShown("before")
        let log = house.installation.state.appending(path: "log.db").path
        let began = now()
        let trace = try Child(
            Self.strace,
            [
                "-f", "-qq", "-o", "/dev/null", "-p", "\(house.installation.daemon.processIdentifier)", "-P", log, "-P", log + "-wal", "-e",
                "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO",
            ])
        defer { trace.end() }
        try waitFor("every thread to be traced") { house.installation.isTraced }
        try house.searchUntilRefused()
        let recorded = house.recordedBytes()
        try house.expectAllRefused("with failing syncs")
        try house.expectAlarm("with failing syncs")
        try waitFor("footage to be written") { house.recordedBytes() > recorded }
        trace.end()
        try expectRecovery(of: house, since: began)
    }

    @Test(.disabled(if: SmallDisk.missing != nil, "needs root and a loop device"))
    func aFullDiskRefusesEverything() throws {
        let disk = try SmallDisk(megabytes: 4096)
        let archive = try Workshop.folder("archive")
        defer { try? FileManager.default.removeItem(at: archive) }
        let house = try GuardedHouse("full-log", state: disk.mount, archive: archive)
        defer { house.installation.kill() }
        try house.expectAllShown("before")
        let began = now()
        try disk.fill()
        try house.searchUntilRefused()
        let recorded = house.recordedBytes()
        try house.expectAllRefused("on a full disk")
        try house.expectAlarm("on a full disk")
        try waitFor("footage to be written") { house.recordedBytes() > recorded }
        try disk.makeRoom()
        try expectRecovery(of: house, since: began)
    }

    /// After a crash there may be no room for a start; recording goes on, and nothing is shown.
    @Test(.enabled(if: Workshop.isTorture, "a long proof"), .disabled(if: SmallDisk.missing != nil, "needs root and a loop device"))
    func aStartOnAFullDiskRefusesEverything() throws {
        let disk = try SmallDisk(megabytes: 4096)
        let archive = try Workshop.folder("archive")
        defer { try? FileManager.default.removeItem(at: archive) }
        let house = try GuardedHouse("full-start", state: disk.mount, archive: archive)
        defer { house.installation.kill() }
        house.installation.kill()
        try disk.fill()
        try house.installation.start(untilReady: false)
        try house.waitForRecording()
        let began = now()
        try house.searchUntilRefused()
        let recorded = house.recordedBytes()
        try house.expectAllRefused("after a start on a full disk")
        try house.expectAlarm("after a start on a full disk")
        try waitFor("footage to be written") { house.recordedBytes() > recorded }
        try disk.makeRoom()
        try expectRecovery(of: house, since: began)
    }

    /// Where the databases cannot even be opened nothing runs, and what is said names the disk.
    @Test(.disabled(if: SmallDisk.missing != nil, "needs root and a loop device"))
    func aStartThatFindsNoRoomAtAllSaysSo() throws {
        let disk = try SmallDisk(megabytes: 64)
        let installation = try Installation("no-room", state: disk.mount)
        installation.stop()
        try disk.fill()
        let refused = #expect(throws: Trouble.self) { try installation.start() }
        #expect(refused?.description.contains(/critical.*is full\. Free space on it/) == true, "\(refused?.description ?? "")")
        try disk.makeRoom()
        try installation.start()
        #expect(installation.caselight("log", "verify").status == 0)
        installation.stop()
    }

    /// By itself, without a restart.
    private func expectRecovery(of house: GuardedHouse, since: WallTime) throws {
        try waitFor("the log to be written again") { try house.isReady() }
        let until = now()
        #expect(house.installation.log.contains("the consultation log can be written again"))
        #expect(try HTTP.request("GET", house.installation.address + "/metrics").text.contains("caselight_log_writable 1"))
        try house.expectAllShown("afterwards")
        try waitFor("the index to agree with the files") { house.installation.caselightd("check", "--size").status == 0 }
        try house.expectRecorded(from: since, to: until)
    }
}

extension Installation {
    /// Whether a tracer holds each of the daemon's threads.
    fileprivate var isTraced: Bool {
        let tasks = "/proc/\(daemon.processIdentifier)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
        return !threads.isEmpty && threads.allSatisfy { thread in
            let status = FileManager.default.contents(atPath: "\(tasks)/\(thread)/status").map { String(decoding: $0, as: UTF8.self) } ?? ""
            return !status.contains("TracerPid:\t0\n")
        }
    }
}
