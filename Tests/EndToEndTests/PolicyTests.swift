import CaselightModel
import Foundation
import Testing

/// What each recording policy leaves on disk, and that a change of one camera is nothing to the others.
@Suite(.serialized, .enabled(if: Workshop.missing == nil, "needs ffmpeg and GStreamer's RTSP server"))
struct PolicyTests {
    @Test func keepsWhatThePolicySays() throws {
        let cameras = try Cameras()
        let installation = try Installation("policies")
        for (code, policy) in [("gate-1", "keyframes"), ("gate-2", "metadata"), ("gate-4", "full")] {
            try register(code, at: cameras.url(code), in: installation, "--policy", policy, "--lat", "30.189241", "--lon", "120.177883")
        }
        try waitFor("all cameras to record") { ["gate-1", "gate-2", "gate-4"].allSatisfy { state(of: $0, in: installation) == "recording" } }
        pass(seconds: 2)
        let from = now()
        pass(seconds: 16)
        let span = try TimeSpan(from: from, to: now() - .seconds(4))
        try checkActivity(of: ["gate-1", "gate-2", "gate-4"], span, installation)
        try checkQuery(span, installation)
        for code in ["gate-1", "gate-2"] {
            let video = try #require((try installation.camera(code)["stream"] as? [String: Any])?["video"] as? [String: Any])
            #expect(video["codec"] as? String == "h264" && video["widthPixels"] as? Int == 960, "\(code): \(video)")
            let rate = video["measuredFrameRate"] as? Double ?? 0
            #expect(abs(rate - 25) < 1, "\(code) measures \(rate) frames a second")
        }
        installation.stop()
        let check = installation.caselightd("check", "--hash")
        #expect(check.status == 0, "\(check.output)\(check.error)")
        try checkKeyframes(installation.segments(of: "gate-1"))
        try checkMetadata(installation.segments(of: "gate-2"))
    }

    /// Something moved: activity is there though nothing of it is kept.
    private func checkActivity(of codes: [String], _ span: TimeSpan, _ installation: Installation) throws {
        for code in codes {
            let entries = try installation.about(code, "activity", from: span.start, to: span.end)["activity"] as? [[String: Any]] ?? []
            let seconds = entries.flatMap { $0["perSecond"] as? [Int] ?? [] }
            #expect(entries.allSatisfy { $0["measure"] as? String == "weightedBytes" }, "the headers of \(code) were not read: \(entries)")
            #expect(seconds.count >= 10 && seconds.count(where: { $0 > 0 }) >= seconds.count - 2, "activity of \(code) is \(entries)")
        }
    }

    /// Metadata is no footage: the query says so, and why.
    private func checkQuery(_ span: TimeSpan, _ installation: Installation) throws {
        let place = "near=30.189241,120.177883&radius=50&from=\(span.start.rfc3339())&to=\(span.end.rfc3339())"
        let answer = try installation.json("/api/v1/clips?\(place)&purpose=end-to-end-test")
        let clips = try #require(answer["clips"] as? [[String: Any]])
        let footage = Dictionary(uniqueKeysWithValues: clips.map { ($0["camera"] as? String ?? "", $0["footage"] as? String ?? "") })
        #expect(footage == ["gate-1": "full", "gate-2": "none", "gate-4": "full"])
        let gaps = try #require(answer["gaps"] as? [[String: Any]])
        #expect(gaps.map { $0["camera"] as? String } == ["gate-2"] && gaps.first?["cause"] as? String == "disabled", "gaps are \(gaps)")
        let statement = try #require(answer["statement"] as? [String: Any])
        #expect(statement["withFullFootage"] as? Int == 2 && statement["withoutFootage"] as? Int == 1, "\(statement)")
        for (code, policy) in [("gate-1", "keyframes"), ("gate-4", "full")] {
            let covered = try installation.about(code, "coverage", from: span.start, to: span.end)["coverage"] as? [[String: Any]] ?? []
            #expect(covered.map { $0["policy"] as? String } == [policy], "coverage of \(code) is \(covered)")
        }
        let played = installation.played("gate-1", from: span.start, to: span.end)
        #expect(try installation.get("/api/v1/cameras/gate-2/playlist.m3u8?from=\(span.start.rfc3339())&to=\(span.end.rfc3339())&purpose=testing").status == 404)
        #expect((5...12).contains(played.packets) && played.complaint.isEmpty, "the slide show has \(played.packets) pictures: \(played.complaint)")
    }

    private func checkKeyframes(_ files: [URL]) throws {
        let probes = files.map { Probe($0) }
        #expect(files.count >= 2)
        #expect(probes.allSatisfy { $0.complaint.isEmpty && $0.packets.allSatisfy(\.isKey) }, "\(probes.map(\.complaint))")
        let times = probes.flatMap(\.packets).map(\.seconds)
        let steps = zip(times.dropFirst(), times).map { $0 - $1 }
        #expect(times.count >= 7 && steps.allSatisfy { abs($0 - 2) < 0.1 }, "keyframes are at \(times)")
        for file in files {
            let decoded = Workshop.run("/usr/bin/ffmpeg", ["-v", "error", "-xerror", "-i", file.path, "-f", "null", "-"])
            #expect(decoded.status == 0 && decoded.error.isEmpty, "\(file.lastPathComponent): \(decoded.error)")
        }
    }

    /// A file that says what there was, without a picture in it.
    private func checkMetadata(_ files: [URL]) throws {
        #expect(files.count >= 1)
        for file in files {
            let boxes = try topLevelBoxes(of: file)
            #expect(Set(boxes).isSubset(of: ["ftyp", "moov", "uuid"]), "\(file.lastPathComponent) holds \(boxes)")
            #expect(Probe(file).packets.isEmpty)
        }
    }

    private func topLevelBoxes(of file: URL) throws -> [String] {
        let bytes = [UInt8](try Data(contentsOf: file))
        var (kinds, position) = ([String](), 0)
        while position + 8 <= bytes.count {
            kinds.append(String(decoding: bytes[position + 4..<position + 8], as: UTF8.self))
            let size = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
            guard size >= 8 else { break }
            position += size
        }
        return kinds
    }

    @Test func aChangeOfOneCameraIsNothingToTheOthers() throws {
        let cameras = try Cameras()
        let installation = try Installation("changes")
        let steady = ["gate-1", "gate-5"]
        for code in steady + ["gate-2", "gate-3", "gate-4"] { try register(code, at: cameras.url(code), in: installation) }
        try waitFor("all cameras to record") {
            (steady + ["gate-2", "gate-3", "gate-4"]).allSatisfy { state(of: $0, in: installation) == "recording" }
        }
        let runs = try steady.map { try installation.run(of: $0) }
        let earlier = try installation.run(of: "gate-4")
        pass(seconds: 4)
        let changed = now()
        #expect(installation.caselight("camera", "set", "gate-4", "--policy", "keyframes").status == 0)
        #expect(installation.caselight("camera", "set", "gate-3", "--url", cameras.url("gate-8")).status == 0)
        #expect(installation.caselight("camera", "set", "gate-2", "--disabled").status == 0)
        try register("gate-7", at: cameras.url("gate-7"), in: installation, "--lat", "30.188746", "--lon", "120.178341")
        for code in ["gate-3", "gate-4", "gate-7"] {
            try waitFor("\(code) to record") { state(of: code, in: installation) == "recording" }
        }
        #expect(state(of: "gate-2", in: installation) == "disabled")
        pass(seconds: 5)
        let removed = now()
        #expect(installation.caselight("camera", "remove", "gate-7").status == 0)
        pass(seconds: 5)
        #expect(try steady.map { try installation.run(of: $0) } == runs, "the runs of cameras that nobody touched are others")
        #expect(try installation.run(of: "gate-4") != earlier)
        let to = now() - .seconds(4)
        for code in steady { try expect(code, policies: ["full"], causes: [], from: changed - .seconds(3), to: to, installation) }
        try expect("gate-4", policies: ["full", "keyframes"], causes: ["restart"], from: changed - .seconds(3), to: to, installation)
        try expect("gate-2", policies: ["full"], causes: ["disabled"], from: changed - .seconds(3), to: to, installation)
        try expect("gate-7", policies: ["full"], causes: ["notRegistered"], from: removed - .seconds(2), to: to, installation)
        let video = (try installation.camera("gate-3")["stream"] as? [String: Any])?["video"] as? [String: Any]
        #expect(video?["widthPixels"] as? Int == 640, "gate-3 still shows \(String(describing: video))")
    }

    private func expect(
        _ code: String, policies: [String], causes: Set<String>, from: WallTime, to: WallTime, _ installation: Installation
    ) throws {
        let found = try installation.about(code, "coverage", from: from, to: to)
        let covered = (found["coverage"] as? [[String: Any]] ?? []).compactMap { $0["policy"] as? String }
        let gaps = Set((found["gaps"] as? [[String: Any]] ?? []).compactMap { $0["cause"] as? String })
        #expect(covered == policies && gaps == causes, "\(code): \(found)")
    }
}
