import CaselightModel
import Foundation
import Testing

/// Recordings handed over as files: kept as they came, found by place and time, playable, and shifted by what is said of their clock.
@Suite(.serialized, .enabled(if: Workshop.missing == nil, "needs ffmpeg and GStreamer's RTSP server"))
struct FootageTests {
    @Test func takesOverWhatARecorderExports() throws {
        let installation = try Installation("footage")
        let folder = try Workshop.folder("export")
        defer { try? FileManager.default.removeItem(at: folder) }
        for code in ["named", "single", "own"] {
            let added = installation.caselight("camera", "add", "--code", code, "--lat", "30.189241", "--lon", "120.177883")
            #expect(added.status == 0, "\(added.error)")
        }
        try importNamedFolder(folder, installation)
        try importFromMetadata(folder, installation)
        try importSingle(installation)
        try correctTheClock(installation)
        installation.stop()
        let check = installation.caselightd("check", "--hash")
        #expect(check.status == 0, "\(check.output)\(check.error)")
    }

    /// A folder of a recorder's files in four containers, one of them broken.
    private func importNamedFolder(_ folder: URL, _ installation: Installation) throws {
        let names = ["20260302_063000.mov", "20260302_063100.ts", "20260302_063200.mkv", "20260302_063300.avi"]
        for name in names { try remux("gate-2.mp4", to: folder.appending(path: name)) }
        try Data(repeating: 0x2A, count: 50_000).write(to: folder.appending(path: "20260302_063150.mp4"))
        let outcome = installation.caselight(
            "footage", "import", "--json", "--camera", "named", "--from-name", "%Y%m%d_%H%M%S", "--utc-offset", "+08:00", folder.path)
        #expect(outcome.status == 1, "\(outcome.output)")
        let complaints = outcome.error.split(separator: "\n")
        #expect(complaints.count == 1 && complaints[0].contains("20260302_063150.mp4: cannot "), "\(outcome.error)")
        let answer = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
        let imported = try #require(answer?["imported"] as? [[String: Any]])
        let refused = try #require(answer?["refused"] as? [[String: Any]])
        #expect(imported.count == 4 && refused.map { $0["code"] as? String } == ["damagedMedia"], "\(outcome.output)")
        for (index, name) in names.enumerated() {
            let start = try WallTime(rfc3339: "2026-03-01T22:30:00Z") + .seconds(Int64(index) * 60)
            let file = folder.appending(path: name)
            #expect(try WallTime(rfc3339: imported[index]["startedAt"] as? String ?? "") == start, "\(name): \(imported[index])")
            try expectKept(file, by: imported[index], installation)
            try expectPlayable(file, "named", at: start, installation)
        }
        let left = try originals(of: "named", installation).filter { $0.path.contains("063150") }
        #expect(left.isEmpty, "a refused file is left behind")
    }

    private func importFromMetadata(_ folder: URL, _ installation: Installation) throws {
        let (dated, undated) = (folder.appending(path: "dated.mp4"), folder.appending(path: "undated.mp4"))
        try remux("gate-1.mp4", to: dated, ["-metadata", "creation_time=2026-03-02T06:30:00.5Z"])
        try remux("gate-1.mp4", to: undated)
        let outcome = installation.caselight("footage", "import", "--camera", "own", "--from-metadata", dated.path, undated.path)
        #expect(outcome.status == 1 && outcome.output.contains("1 file taken over, 1 refused."), "\(outcome.output)")
        #expect(outcome.error.contains("undated.mp4: cannot ") && outcome.error.contains("--starts-at"), "\(outcome.error)")
        try expectPlayable(dated, "own", at: try WallTime(rfc3339: "2026-03-02T06:30:00.5Z"), installation)
    }

    private func importSingle(_ installation: Installation) throws {
        let file = Workshop.footage.appending(path: "gate-1.mp4")
        let outcome = installation.caselight(
            "footage", "import", "--camera", "single", "--starts-at", "2026-03-02T10:00:00+08:00", file.path)
        #expect(outcome.status == 0 && outcome.error.isEmpty && outcome.output.contains("taken over"), "\(outcome.output)\(outcome.error)")
        try expectPlayable(file, "single", at: try WallTime(rfc3339: "2026-03-02T02:00:00Z"), installation)
    }

    /// The recorder shows 7 min 32 s too much: what it dates 10:00:00 happened at 09:52:28, give or take 2 s.
    private func correctTheClock(_ installation: Installation) throws {
        let start = try WallTime(rfc3339: "2026-03-02T02:00:00Z")
        let happened = start - .seconds(452)
        #expect(try found("single", from: start, to: start + .seconds(20), installation).footage == "full")
        let stated = installation.caselight("camera", "clock", "single", "--fast", "7m32s", "--uncertainty", "2", "--note", "compared")
        #expect(stated.status == 0, "\(stated.error)")
        #expect(try found("single", from: start, to: start + .seconds(20), installation).footage == "none")
        let clip = try found("single", from: happened + .seconds(5), to: happened + .seconds(10), installation)
        #expect(clip.footage == "full" && clip.wideningUs == 2_000_000)
        let expected = try TimeSpan(from: happened + .seconds(3), to: happened + .seconds(12))
        #expect(clip.spans == [expected], "found \(clip.spans)")
        // What the answer names can be played by the very times it gives.
        let played = installation.played("single", from: expected.start, to: expected.end)
        #expect(played.packets >= 9 * 25 && played.complaint.isEmpty, "\(played.packets) packets: \(played.complaint)")
        let still = try installation.get("/api/v1/cameras/single/still.jpg?at=\((happened + .seconds(5)).rfc3339())&purpose=end-to-end-test")
        #expect(still.status == 200 && still.body.starts(with: [0xFF, 0xD8]), "\(still.text.prefix(200))")
    }

    private struct Found {
        var footage: String
        var spans: [TimeSpan]
        var wideningUs: Int
    }

    private func found(_ code: String, from: WallTime, to: WallTime, _ installation: Installation) throws -> Found {
        let outcome = installation.caselight(
            "find", "--json", "--purpose", "end-to-end-test", "--near", "30.189241,120.177883", "--radius", "50", "--from", from.rfc3339(), "--to",
            to.rfc3339())
        let answer = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
        let clips = try #require(answer?["clips"] as? [[String: Any]], "\(outcome.error)")
        let clip = try #require(clips.first { $0["camera"] as? String == code })
        let spans = try (clip["spans"] as? [[String: Any]] ?? []).map { entry in
            let span = entry["span"] as? [String: Any] ?? entry
            return try TimeSpan(
                from: try WallTime(rfc3339: span["startedAt"] as? String ?? ""), to: try WallTime(rfc3339: span["endedAt"] as? String ?? ""))
        }
        return Found(footage: clip["footage"] as? String ?? "", spans: spans, wideningUs: clip["wideningUs"] as? Int ?? -1)
    }

    /// Found in a window around its start, and played with every packet it has.
    private func expectPlayable(_ file: URL, _ code: String, at start: WallTime, _ installation: Installation) throws {
        let clip = try found(code, from: start + .seconds(2), to: start + .seconds(20), installation)
        #expect(clip.footage == "full", "\(file.lastPathComponent): \(clip)")
        let count = Probe(file).packets.count
        let played = installation.played(code, from: start, to: start + .seconds(25))
        #expect(played.packets == count && played.complaint.isEmpty, "\(file.lastPathComponent): \(played.packets) of \(count): \(played.complaint)")
    }

    private func expectKept(_ file: URL, by imported: [String: Any], _ installation: Installation) throws {
        let run = try #require(imported["run"] as? String)
        let kept = try originals(of: "named", installation).filter { $0.lastPathComponent.hasPrefix(run) }
        #expect(kept.count == 1, "\(kept)")
        #expect(try kept.first.map { try Data(contentsOf: $0) } == Data(contentsOf: file), "\(file.lastPathComponent) was not kept byte for byte")
        let sum = Workshop.run("/usr/bin/sha256sum", [file.path]).output.prefix(64)
        #expect(imported["sha256"] as? String == String(sum))
    }

    private func originals(of code: String, _ installation: Installation) throws -> [URL] {
        let root = installation.archive.appending(path: code)
        let names = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.contains("/originals/") }.map { root.appending(path: $0) }
    }

    private func remux(_ clip: String, to file: URL, _ options: [String] = []) throws {
        let source = Workshop.footage.appending(path: clip).path
        let made = Workshop.run("/usr/bin/ffmpeg", ["-v", "error", "-y", "-i", source, "-map", "0:v", "-c", "copy"] + options + [file.path])
        guard made.status == 0 else { throw Trouble("cannot make \(file.lastPathComponent): \(made.error)") }
    }
}
