import CaselightModel
import Foundation
import Testing

/// A backup of a daemon at work, and its restoration: neither takes footage that a hold keeps.
@Suite(.enabled(if: Workshop.missing == nil, "needs ffmpeg and GStreamer's RTSP server"))
struct BackupTests {
    @Test func keepsWhatIsHeld() throws {
        let cameras = try Cameras(["--user", "viewer", "--password", "pass-word"])
        let installation = try Installation("backup", settings: ["recording.segmentSeconds=5"])
        try register("gate-1", at: cameras.url("secret", login: "viewer:pass-word@"), in: installation)
        try waitFor("the camera to record") { state(of: "gate-1", in: installation) == "recording" }
        let (from, run) = (now(), try installation.run(of: "gate-1"))
        try waitFor("a closed file") { installation.segmentCounts?.closed ?? 0 > 0 }

        let rotated = installation.caselightd("rotate-key")
        #expect(rotated.status == 0 && rotated.output.contains("3 secrets"), "\(rotated.output)\(rotated.error)")
        let copy = installation.folder.appending(path: "copy").path
        let backup = installation.caselightd("backup", copy)
        #expect(backup.status == 0, "\(backup.output)\(backup.error)")
        #expect(try installation.run(of: "gate-1") == run, "rotation and backup broke the feed off")

        let held = try installation.send(
            "POST", "/api/v1/holds",
            ["camera": "gate-1", "startedAt": from.rfc3339(), "endedAt": now().rfc3339(), "reason": "after the backup"])
        #expect(held.status == 201, "\(held.text)")
        try register("gate-2", at: cameras.url("gate-2"), in: installation)
        #expect(installation.caselightd("restore", copy).error.contains("caselightd is running"))
        installation.stop()
        let restored = installation.caselightd("restore", copy)
        #expect(restored.status == 0 && restored.output.contains("The log here was kept"), "\(restored.output)\(restored.error)")
        let sums = Workshop.run(
            "/bin/bash", ["-c", "cd '\(installation.archive.path)' && test -s '\(copy)/archive.sha256' && sha256sum --quiet -c '\(copy)/archive.sha256'"])
        #expect(sums.status == 0, "\(sums.output)\(sums.error)")

        try installation.start()
        try waitFor("the camera to record with the password of the backup") { state(of: "gate-1", in: installation) == "recording" }
        #expect(try installation.get("/api/v1/cameras/gate-2").status == 404)
        let holds = try installation.json("/api/v1/holds")["holds"] as? [[String: Any]] ?? []
        #expect(holds.map { $0["reason"] as? String } == ["after the backup"], "the hold outlives the records that knew it: \(holds)")
        let verified = installation.caselight("log", "verify", "--checkpoint", "\(copy)/checkpoints.txt")
        #expect(verified.status == 0, "\(verified.output)\(verified.error)")
    }
}
