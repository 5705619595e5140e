import CaselightEvidence
import CaselightModel
import CaselightStore
import Foundation
import TestSupport
import Testing

@testable import CaselightLog

/// A root user with another program at the file itself: each forgery shows against a checkpoint that was saved before.
///
/// `fixtures/forge_log.py` forges, and knows the format by itself. 500 copies; 5,000 where `CASELIGHT_TORTURE=1`.
@Suite struct ForgedLogTests {
    static let isTorture = ProcessInfo.processInfo.environment["CASELIGHT_TORTURE"] == "1"
    static let python = "/usr/bin/python3"
    static let isMissing = !FileManager.default.isExecutableFile(atPath: python)
    static let forger = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "fixtures/forge_log.py").path
    /// Forged files that lie about at a time.
    static let batch = 100

    struct Forgery {
        let number: Int
        let kind: String
        /// The first sequence that is not as it was; `nil` where nothing was forged.
        let first: Int64?
    }

    static func forge(_ log: String, into folder: String, _ numbers: Range<Int>) throws -> [Forgery] {
        let outcome = try Program.run(python, [forger, log, folder, "\(numbers.lowerBound)", "\(numbers.count)"])
        try #require(outcome.status == 0, "\(outcome.errorText)")
        return outcome.outputText.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 3, let number = Int(words[0]) else { return nil }
            return Forgery(number: number, kind: String(words[1]), first: Int64(words[2]))
        }
    }

    @Test(
        .disabled(if: isMissing, "\(python) is not installed"),
        arguments: [(140, [30, 90], 0..<(isTorture ? 5400 : 540)), (2100, [1500], 20_000..<(isTorture ? 20_200 : 20_020))])
    func everyForgeryShowsAndNoCleanCopyDoes(count: Int, checkpoints: [Int], numbers: Range<Int>) async throws {
        let workshop = try LogWorkshop()
        try await workshop.fill(count, checkpoints: checkpoints)
        let saved = try workshop.checkpointFile.all()
        try #require(saved.count == checkpoints.count + 1)
        var (forged, clean, kinds) = (0, 0, Set<String>())
        for start in stride(from: numbers.lowerBound, to: numbers.upperBound, by: Self.batch) {
            let folder = workshop.folder + "/forged-\(start)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let batch = start..<min(start + Self.batch, numbers.upperBound)
            let forgeries = try Self.forge(workshop.database, into: folder, batch)
            try #require(forgeries.count == batch.count)
            for forgery in forgeries {
                let verdict = try await Self.verdict("\(folder)/\(forgery.number).db", saved, workshop)
                let name = "forgery \(forgery.number), \(forgery.kind), first \(forgery.first ?? -1)"
                #expect(verdict.isIntact == (forgery.first == nil), "\(name): \(verdict.problem ?? "nothing")")
                if let first = forgery.first {
                    // What was chained anew is only known to lie behind the last checkpoint that holds.
                    #expect(try #require(verdict.firstWrongSequence) <= first + 1, "\(name): \(verdict.problem ?? "nothing")")
                    forged += 1
                } else {
                    clean += 1
                }
                kinds.insert(forgery.kind)
            }
        }
        #expect(forged > numbers.count * 8 / 10)
        #expect(clean == numbers.count / 10)
        #expect(kinds.count > 10, "\(kinds.sorted())")
    }

    private static func verdict(_ path: String, _ saved: [SignedCheckpoint], _ workshop: LogWorkshop) async throws -> LogVerdict {
        let store = try SQLiteLogStore.open(path: path)
        let verdict = try await LogInspection.verify(store, checkpoints: saved, keys: [workshop.key.publicKey], origin: LogWorkshop.origin)
        try store.close()
        return verdict
    }

    @Test(.disabled(if: isMissing, "\(python) is not installed"))
    func aStartRefusesALogThatWasCutOrChainedAnew() async throws {
        let workshop = try LogWorkshop()
        try await workshop.fill(60)
        let folder = workshop.folder + "/forged"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        var refused = 0
        for forgery in try Self.forge(workshop.database, into: folder, 30_000..<30_060) {
            let store = try SQLiteLogStore.open(path: "\(folder)/\(forgery.number).db")
            do {
                _ = try await workshop.book(store)
                #expect(forgery.first == nil, "forgery \(forgery.number), \(forgery.kind)")
            } catch let error as CaselightError {
                #expect(error.code == .evidenceBroken)
                #expect(forgery.first != nil, "\(forgery.kind): \(error)")
                refused += 1
            }
            try store.close()
        }
        #expect(refused == 54)
    }
}
