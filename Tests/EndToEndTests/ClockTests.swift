import CaselightModel
import Foundation
import Testing

/// A camera's clock is evidence: what it showed is kept beside our own time, and moves no picture.
@Suite(.serialized, .enabled(if: Workshop.missing == nil, "needs ffmpeg and GStreamer's RTSP server"))
struct ClockTests {
    /// `gate-1` has pictures alone, `gate-2` AAC and `gate-3` G.711 beside them: there libavformat ties timestamps to the camera's clock.
    static let skews = ["gate-1": -120.5, "gate-2": 37.25, "gate-3": 0]
    static let later = ["gate-1": 90.0, "gate-2": 3600, "gate-3": -45]

    @Test func tellsHowWrongACamerasClockIs() throws {
        let cameras = try Cameras(Self.skews.filter { $0.value != 0 }.flatMap { ["--skew", "\($0.key)=\($0.value)"] } + ["/secret"])
        let installation = try Installation("clocks")
        let codes = Self.skews.keys.sorted()
        for code in codes { try register(code, at: cameras.url(code), in: installation) }
        for code in codes { try expectOffset(of: code, Self.skews[code] ?? 0, installation) }
        let runs = try codes.map { try installation.run(of: $0) }
        let from = now()
        pass(seconds: 3)
        for code in codes { try cameras.control("skew/\(code)?seconds=\(Self.later[code] ?? 0)") }
        for code in codes { try expectOffset(of: code, Self.later[code] ?? 0, installation) }
        pass(seconds: 6)
        let to = now() - .seconds(3)
        #expect(try codes.map { try installation.run(of: $0) } == runs, "a clock that was set broke a run")
        for code in codes { try expectUnbroken(code, from: from, to: to, installation) }
        installation.stop()
        for code in codes { expectSteadyTimes(installation.segments(of: code), of: code) }
        let check = installation.caselightd("check", "--hash")
        #expect(check.status == 0, "\(check.output)\(check.error)")
    }

    private func expectOffset(of code: String, _ seconds: Double, _ installation: Installation) throws {
        var shown: Double?
        try? waitFor("the clock of \(code)", seconds: 25) {
            let sample = try installation.camera(code)["lastClockSample"] as? [String: Any]
            shown = (sample?["offsetUs"] as? Double).map { $0 / 1e6 }
            return shown.map { abs($0 - seconds) < 1 } ?? false
        }
        #expect(shown.map { abs($0 - seconds) < 1 } == true, "the clock of \(code) is \(seconds) s off, and shown as \(String(describing: shown))")
        let text = installation.caselight("camera", "show", code).output
        let line = text.split(separator: "\n").first { $0.contains("measured") && $0.contains("camera") } ?? ""
        if seconds != 0 { #expect(line.contains(seconds > 0 ? "fast" : "slow"), "camera show says \(text)") }
    }

    private func expectUnbroken(_ code: String, from: WallTime, to: WallTime, _ installation: Installation) throws {
        let coverage = try installation.about(code, "coverage", from: from, to: to)
        #expect(coverage["footage"] as? String == "full" && (coverage["gaps"] as? [Any])?.isEmpty == true, "\(code): \(coverage)")
        let keyframes = try installation.about(code, "keyframes", from: from, to: to)["keyframes"] as? [[String: Any]] ?? []
        let times = try keyframes.map { try WallTime(rfc3339: $0["at"] as? String ?? "") }
        let steps = zip(times.dropFirst(), times).map { ($0 - $1).seconds }
        #expect(times.count >= 3 && steps.allSatisfy { abs($0 - 2) < 0.1 }, "keyframes of \(code) are \(steps) s apart")
    }

    /// Media times go on evenly over all files of the run.
    private func expectSteadyTimes(_ files: [URL], of code: String) {
        let times = files.flatMap { Probe($0).packets }.map(\.seconds)
        let steps = zip(times.dropFirst(), times).map { $0 - $1 }
        #expect(files.count >= 2 && times.count > 200)
        #expect(steps.allSatisfy { $0 > 0 && $0 < 0.2 }, "\(code): pictures are \(steps.min() ?? 0) to \(steps.max() ?? 0) s apart")
    }
}
