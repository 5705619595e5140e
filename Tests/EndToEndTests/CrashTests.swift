import CaselightModel
import Foundation
import Testing

/// What `kill -9` costs: of what had arrived at most a second, and nothing of anybody else.
@Suite(.enabled(if: Workshop.missing == nil, "needs ffmpeg and GStreamer's RTSP server"))
struct CrashTests {
    static let rounds = Workshop.isTorture ? 20 : 3
    /// A fragment is at most 1 s; the rest is the way from the camera.
    static let lossLimitUs: Int64 = 1_150_000

    @Test func losesAtMostASecondWhenTheDaemonIsKilled() throws {
        let cameras = try Cameras()
        let installation = try Installation("kill-daemon")
        let codes = ["gate-1", "gate-2", "gate-4", "gate-5"]
        for code in codes { try register(code, at: cameras.url(code), in: installation) }
        for round in 0..<Self.rounds {
            try waitFor("all cameras to record") { codes.allSatisfy { state(of: $0, in: installation) == "recording" } }
            Thread.sleep(forTimeInterval: .random(in: 2...7))
            let workers = installation.workers
            let killed = now()
            installation.kill()
            try waitFor("its workers to end") { workers.allSatisfy { Foundation.kill($0, 0) != 0 } }
            let check = installation.caselightd("check", "--hash")
            try installation.start()
            try waitFor("all cameras to record again") { codes.allSatisfy { state(of: $0, in: installation) == "recording" } }
            Thread.sleep(forTimeInterval: 1.5)
            let after = installation.caselightd("check", "--hash", "--json")
            #expect(check.status == 0 || check.error.contains("recover"), "round \(round): \(check.output)\(check.error)")
            #expect(after.status == 0, "round \(round): \(after.output)\(after.error)")
            for code in codes { try expectRestartGap(of: code, at: killed, in: installation, "round \(round)") }
        }
    }

    @Test func aDeadWorkerTakesOnlyItsOwnFeeds() throws {
        let cameras = try Cameras()
        let installation = try Installation("kill-worker", settings: ["worker.feedsPerWorker=2"])
        let codes = ["gate-1", "gate-2", "gate-4", "gate-5"]
        for code in codes { try register(code, at: cameras.url(code), in: installation) }
        let began = now()
        try waitFor("all cameras to record") { codes.allSatisfy { state(of: $0, in: installation) == "recording" } }
        for round in 0..<Self.rounds {
            Thread.sleep(forTimeInterval: .random(in: 3...6))
            let worker = try #require(installation.workers.randomElement())
            let killed = now()
            Foundation.kill(worker, SIGKILL)
            Thread.sleep(forTimeInterval: 2)
            try waitFor("all cameras to record again") { codes.allSatisfy { state(of: $0, in: installation) == "recording" } }
            Thread.sleep(forTimeInterval: 1.5)
            let broken = try codes.filter { try !gaps(of: $0, from: killed - 3_000_000, to: now() - 2_500_000, in: installation).isEmpty }
            #expect(broken.count == 2, "round \(round): gaps in \(broken)")
            for code in broken { try expectRestartGap(of: code, at: killed, in: installation, "round \(round)") }
        }
        #expect(now() > began)
        installation.stop()
        let check = installation.caselightd("check", "--hash")
        #expect(check.status == 0, "\(check.output)\(check.error)")
    }

    private func expectRestartGap(of code: String, at killed: Int64, in installation: Installation, _ round: String) throws {
        let found = try gaps(of: code, from: killed - 4_000_000, to: killed + 1_000_000, in: installation)
        let gap = try #require(found.last, "\(round): \(code) has no gap")
        let loss = killed - gap.start
        #expect(loss < Self.lossLimitUs, "\(round): \(code) lost \(Double(loss) / 1e6) s")
        #expect(gap.cause == "restart", "\(round): the gap of \(code) has the cause \(gap.cause)")
    }

    private func gaps(of code: String, from: Int64, to: Int64, in installation: Installation) throws -> [(start: Int64, cause: String)] {
        let (first, last) = (WallTime(microseconds: from).rfc3339(), WallTime(microseconds: to).rfc3339())
        let coverage = try installation.json("/api/v1/cameras/\(code)/coverage?from=\(first)&to=\(last)")
        return try ((coverage["gaps"] as? [[String: Any]]) ?? []).map { gap in
            let start = try WallTime(rfc3339: (gap["startedAt"] as? String) ?? "")
            return (start.microseconds, (gap["cause"] as? String) ?? "")
        }
    }

    private func now() -> Int64 { SystemWallClock().now().microseconds }
}
