import CaselightModel
import Foundation
import TestSupport
import Testing

/// Cameras that run on, a daemon on a disk whose power can be cut, and a witness for each camera.
final class PoweredTown {
    let disk: SmallDisk
    let installation: Installation
    private let cameras: Cameras
    private let witnesses: [String: Witness]
    private(set) var lastCheckpoint = ""

    init(_ codes: [String]) throws {
        cameras = try Cameras()
        disk = try SmallDisk(megabytes: 4096)
        installation = try Installation("power", state: disk.mount)
        var witnesses: [String: Witness] = [:]
        for code in codes {
            try register(code, at: cameras.url(code), in: installation, "--lat", "30.189241", "--lon", "120.177883")
            witnesses[code] = try Witness(of: cameras.url(code), in: installation.folder)
        }
        self.witnesses = witnesses
    }

    deinit { installation.kill() }

    /// Until cases have footage to tie to them.
    func waitForFootage() throws {
        try waitFor("footage of all cameras", seconds: 60) {
            try witnesses.keys.allSatisfy { code in
                guard state(of: code, in: installation) == "recording" else { return false }
                let at = now()
                return try !coverage(of: code, from: at - .seconds(8), to: at - .seconds(4)).covered.isEmpty
            }
        }
    }

    /// The run that each camera records.
    func runs() throws -> [String: String] {
        try witnesses.keys.reduce(into: [:]) { $0[$1] = try installation.run(of: $1) }
    }

    /// Kept outside, as the auditor would.
    func checkpoint() throws -> String {
        lastCheckpoint = try installation.get("/api/v1/consultations/checkpoint").text
        return lastCheckpoint
    }

    func cutPower() throws {
        let workers = installation.workers
        try disk.cutPower()
        installation.kill()
        for worker in workers { Foundation.kill(worker, SIGKILL) }
    }

    func restorePower() throws {
        try disk.restorePower()
        try installation.start()
    }

    // MARK: What must be there

    func expectCases(_ acknowledged: Acknowledged, _ round: String) throws {
        let incidents = try pages("/api/v1/incidents", "incidents")
        let texts = Dictionary(incidents.map { ($0["number"] as? String ?? "", $0["text"] as? String ?? "") }) { $1 }
        let lost = acknowledged.incidents.filter { texts[$0.key] != $0.value }
        #expect(lost.isEmpty, "\(round): incidents are lost: \(lost.keys.sorted())")
        for link in acknowledged.links {
            let all = try installation.json("/api/v1/incidents/\(link.incident)/links")["links"] as? [[String: Any]] ?? []
            let found = all.first { $0["id"] as? Int == link.id }
            let span = try found.map { try Self.span($0["span"]) }
            #expect(found?["camera"] as? String == link.camera && span == link.span, "\(round): link \(link.id) of \(link.incident) is lost: \(all)")
        }
    }

    /// Rows and files say the same of every hold, and what was acknowledged is in both.
    func expectHolds(_ acknowledged: Acknowledged, _ round: String) throws {
        let rows = try pages("/api/v1/holds", "holds").map(Self.hold)
        let folder = installation.archive.appending(path: "@holds")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }.map { name in
            try JSONDecoder().decode(Hold.self, from: try Data(contentsOf: folder.appending(path: name)))
        }
        #expect(Set(rows) == Set(files), "\(round): \(Set(rows).symmetricDifference(files).count) holds stand in the archive or in the records alone")
        let lost = Set(acknowledged.holds).subtracting(rows)
        #expect(lost.isEmpty, "\(round): \(lost.count) holds are lost: \(lost.map(\.id).sorted())")
    }

    /// Ready ones are as they were told, the others become ready, and all can be verified.
    func expectExports(_ acknowledged: Acknowledged, _ round: String) throws {
        // Those too that were durable and not yet acknowledged: they go on, and hold footage.
        try waitFor("\(round): exports to be over", seconds: 120) {
            let all = try installation.json("/api/v1/exports?limit=1000")["exports"] as? [[String: Any]] ?? []
            return all.allSatisfy { ["ready", "failed"].contains($0["state"] as? String) }
        }
        for (id, sum) in acknowledged.exports {
            let order = try installation.json("/api/v1/exports/\(id)")
            #expect(order["state"] as? String == "ready", "\(round): \(order)")
            if let sum { #expect(order["sha256"] as? String == sum, "\(round): export \(id) is another: \(order)") }
            let package = installation.folder.appending(path: "\(id).zip")
            defer { try? FileManager.default.removeItem(at: package) }
            try installation.get("/api/v1/exports/\(id)/package").body.write(to: package)
            let read = Workshop.run("/usr/bin/sha256sum", [package.path]).output.prefix(64)
            #expect(order["sha256"] as? String == String(read), "\(round): the package of export \(id) is not what was told")
            let verified = installation.caselight("verify", package.path)
            #expect(verified.status == 0, "\(round): export \(id): \(verified.output)\(verified.error)")
        }
    }

    func expectLogHolds(_ acknowledged: Acknowledged, checkpoint: String, _ round: String) throws {
        let entries = try logEntries()
        func subjects(_ action: String, _ field: String) -> Set<String> {
            Set(entries.filter { $0["action"] as? String == action }.compactMap { $0[field] as? String })
        }
        let wanted: [(String, String, Set<String>)] = [
            ("incidentPosted", "incident", Set(acknowledged.incidents.keys)), ("link", "incident", Set(acknowledged.links.map(\.incident))),
            ("hold", "object", Set(acknowledged.holds.map(\.id))), ("export", "object", Set(acknowledged.exports.keys)),
            ("search", "purpose", acknowledged.searches),
        ]
        for (action, field, all) in wanted {
            let lost = all.subtracting(subjects(action, field))
            #expect(lost.isEmpty, "\(round): \(lost.count) entries of \(action) are lost: \(lost.sorted().prefix(5))")
        }
        let file = installation.folder.appending(path: "checkpoint")
        try Data(checkpoint.utf8).write(to: file)
        let verified = installation.caselight("log", "verify", "--checkpoint", file.path)
        #expect(verified.status == 0 && verified.output.contains("whole and unchanged"), "\(round): \(verified.output)\(verified.error)")
    }

    private func logEntries() throws -> [[String: Any]] {
        let listed = installation.caselight("log", "list", "--json", "--limit", "1000000")
        let document = try JSONSerialization.jsonObject(with: Data(listed.output.utf8)) as? [String: Any]
        let entries = try #require(document?["entries"] as? [[String: Any]], "\(listed.error)")
        return entries.compactMap { $0["act"] as? [String: Any] }
    }

    // MARK: Footage

    /// How much of what the witness saw before the cut comes after the last packet on disk, microseconds.
    func loss(of code: String, run: String, cutAt: WallTime) throws -> Int64 {
        let files = installation.segments(of: code).filter { $0.lastPathComponent.contains(run) }
        let last = try #require(try files.last.flatMap { try Witness.sums(of: $0).last }, "nothing is left of run \(run) of \(code)")
        let seen = try #require(try witnesses[code]?.packets()).filter { $0.atUs <= cutAt.microseconds }
        let index = try #require(seen.lastIndex { $0.sum == last }, "the last packet of \(code) was never sent")
        return index + 1 < seen.count ? cutAt.microseconds - seen[index + 1].atUs : 0
    }

    func expectIndexed(_ code: String, from: WallTime, to: WallTime, _ round: String) throws {
        let gaps = try coverage(of: code, from: from, to: to).gaps
        #expect(gaps.isEmpty, "\(round): \(code) has gaps more than \(PowerCutTests.lossLimitUs / 1_000_000) s before the cut: \(gaps)")
    }

    /// Every file is in the index, and as long and as it was when it was noted.
    func expectSoundArchive(_ round: String) throws {
        var check = Workshop.Outcome(status: -1, output: "", error: "")
        // A file that has just begun is told to the index a moment later.
        try? waitFor("the index to agree with the files") {
            check = installation.caselightd("check", "--hash")
            return check.status == 0
        }
        #expect(check.status == 0, "\(round): \(check.output)\(check.error)")
    }

    private func coverage(of code: String, from: WallTime, to: WallTime) throws -> (covered: [[String: Any]], gaps: [[String: Any]]) {
        let found = try installation.about(code, "coverage", from: from, to: to)
        return (found["coverage"] as? [[String: Any]] ?? [], found["gaps"] as? [[String: Any]] ?? [])
    }

    // MARK: Reading answers

    private func pages(_ path: String, _ list: String) throws -> [[String: Any]] {
        var (all, cursor): ([[String: Any]], String?) = ([], nil)
        repeat {
            let page = try installation.json("\(path)?limit=1000" + (cursor.map { "&cursor=\($0)" } ?? ""))
            all += page[list] as? [[String: Any]] ?? []
            cursor = page["nextCursor"] as? String
        } while cursor != nil
        return all
    }

    private static func hold(_ object: [String: Any]) throws -> Hold {
        try JSONDecoder().decode(Hold.self, from: try JSONSerialization.data(withJSONObject: object))
    }

    private static func span(_ object: Any?) throws -> TimeSpan {
        let times = object as? [String: Any]
        return try TimeSpan(
            from: try WallTime(rfc3339: times?["startedAt"] as? String ?? ""), to: try WallTime(rfc3339: times?["endedAt"] as? String ?? ""))
    }
}
