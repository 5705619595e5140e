import CaselightModel
import Foundation
import TestSupport
import Testing

/// Files as the world makes them, and some made to harm: each is taken over and playable, or refused in one line, and nobody else notices.
///
/// `fixtures/handover.tsv` says of each file what becomes of it.
@Suite(.serialized, .enabled(if: Workshop.missing == nil, "needs ffmpeg and GStreamer's RTSP server"))
struct HandoverTests {
    static let data = Workshop.packageRoot.deletingLastPathComponent().appending(path: "shared/data")
    static let table = Workshop.packageRoot.appending(path: "fixtures/handover.tsv")

    @Test(.enabled(if: FileManager.default.fileExists(atPath: data.appending(path: "video").path), "needs the sample recordings beside the package"))
    func takesOverOrRefusesWhateverItIsHanded() throws {
        let cameras = try Cameras()
        let installation = try Installation("handover")
        let live = ["gate-1", "gate-4"]
        for code in live { try register(code, at: cameras.url(code), in: installation) }
        #expect(installation.caselight("camera", "add", "--code", "box").status == 0)
        try waitFor("the live cameras to record") { live.allSatisfy { state(of: $0, in: installation) == "recording" } }
        let (runs, from, workers) = (try live.map { try installation.run(of: $0) }, now(), installation.workers)

        let folder = try Workshop.folder("handover")
        defer { try? FileManager.default.removeItem(at: folder) }
        let sources = try copySources(to: folder)
        let outcome = installation.caselight(
            "footage", "import", "--json", "--camera", "box", "--from-name", "%Y%m%d_%H%M%S", "--utc-offset", "+00:00", folder.path)
        let answer = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any], "\(outcome.error)")
        let imported = answer["imported"] as? [[String: Any]] ?? []
        let refused = answer["refused"] as? [[String: Any]] ?? []
        try compare(imported, refused, sources, installation)
        #expect(outcome.error.split(separator: "\n").count == refused.count, "refusals are one line each")

        #expect(installation.daemon.isRunning && installation.workers == workers)
        #expect(try live.map { try installation.run(of: $0) } == runs)
        for code in live {
            let coverage = try installation.about(code, "coverage", from: from + .seconds(3), to: now() - .seconds(4))
            #expect(coverage["footage"] as? String == "full", "\(code): \(coverage)")
        }
        installation.stop()
        let check = installation.caselightd("check", "--hash")
        #expect(check.status == 0, "\(check.output)\(check.error)")
    }

    /// Copies each file under a name that says when it begins, an hour apart, so that one hand-over takes them all.
    ///
    /// - Returns: by name, what it is a copy of.
    private func copySources(to folder: URL) throws -> [String: String] {
        var sources: [String: String] = [:]
        for (index, path) in Self.sourcePaths.enumerated() {
            let start = try WallTime(rfc3339: "2026-03-02T00:00:00Z") + .seconds(Int64(index) * 3600)
            let stamp = String(start.rfc3339().filter { $0.isNumber || $0 == "T" }.prefix(15)).replacingOccurrences(of: "T", with: "_")
            let name = "\(stamp)-\(path.replacingOccurrences(of: "/", with: "-"))"
            try FileManager.default.copyItem(at: Self.data.appending(path: path), to: folder.appending(path: name))
            sources[name] = path
        }
        return sources
    }

    private static var sourcePaths: [String] {
        ["fuzz", "video"].flatMap { top in
            (FileManager.default.enumerator(atPath: data.appending(path: top).path)?.compactMap { $0 as? String } ?? []).sorted()
                .map { "\(top)/\($0)" }
        }
        .filter { path in
            let kind = try? FileManager.default.attributesOfItem(atPath: data.appending(path: path).path)[.type] as? FileAttributeType
            return kind == .typeRegular && !path.hasSuffix("SOURCES.md")
        }
    }

    private func compare(_ imported: [[String: Any]], _ refused: [[String: Any]], _ sources: [String: String], _ installation: Installation) throws {
        var found: [String] = []
        func source(_ entry: [String: Any]) -> String {
            let name = URL(fileURLWithPath: entry["file"] as? String ?? "").lastPathComponent
            return sources[name] ?? name
        }
        for entry in imported {
            let (path, run) = (source(entry), entry["run"] as? String ?? "")
            let video = (entry["stream"] as? [String: Any])?["video"] as? [String: Any]
            let files = installation.segments(of: "box").filter { $0.lastPathComponent.contains(run) }
            found.append("\(path)\t\(video?["codec"] as? String ?? "")\t\(files.map { pictures(in: $0, of: path) }.reduce(0, +))")
        }
        for entry in refused {
            let detail = entry["detail"] as? String ?? ""
            #expect(detail.hasPrefix("cannot ") && !detail.contains("\n") && detail.utf8.count < 400, "\(entry)")
            found.append("\(source(entry))\trefused\t\(entry["code"] as? String ?? "no code")")
        }
        let expected = try String(contentsOf: Self.table, encoding: .utf8).split(separator: "\n").map(String.init)
        let changes = found.sorted().difference(from: expected.sorted())
        #expect(changes.isEmpty, "other than in \(Self.table.lastPathComponent): \(changes.map { "\($0)" }.joined(separator: "\n"))")
    }

    /// Each segment is readable alone.
    private func pictures(in file: URL, of path: String) -> Int {
        let probe = Workshop.run(
            "/usr/bin/ffprobe",
            [
                "-v", "fatal", "-select_streams", "v", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", file.path,
            ])
        let count = probe.output.split(separator: "\n").first.flatMap { Int($0.trimmingCharacters(in: [","])) } ?? 0
        #expect(probe.status == 0 && count > 0, "\(path): a segment is not readable: \(probe.error)")
        return count
    }
}
