import CaselightEvidence
import CaselightModel
import Foundation
import Testing

/// A log read from its bytes alone, clean and forged.
@Suite struct LogVerifierTests {
    static let origin = "caselight/test"
    static let key = signingKey(1)

    /// Bodies of a log, an entry a second.
    static func bodies(_ count: Int, from start: WallTime = WallTime(microseconds: 1_772_431_200_000_000)) throws -> [[UInt8]] {
        var (bodies, previous) = ([[UInt8]](), LogEntry.noPrevious)
        for number in 0..<count {
            let act = LoggedAct(
                .playback, by: LogActor(who: "wang.fang", unit: "三大队", roles: [.investigator], address: "10.0.0.7"),
                camera: try CameraCode("gate-\(number % 7)"), incident: try IncidentNumber("A-\(number % 3)"), detail: "quote \" and / slash")
            let entry = LogEntry(sequence: Int64(number), at: start + .seconds(Int64(number)), previous: previous, act: act)
            bodies.append(try LogBody.bytes(of: entry))
            previous = MerkleHash.leaf(bodies[number]).hex
        }
        return bodies
    }

    static func checkpoint(_ bodies: [[UInt8]], key: SigningKey = key, origin: String = origin) throws -> SignedCheckpoint {
        try Checkpoint(origin: origin, size: Int64(bodies.count), root: MerkleTree(bodies.map { MerkleHash.leaf($0) }).root).signed(by: key)
    }

    static func verdict(
        _ bodies: [[UInt8]], _ checkpoints: [SignedCheckpoint] = [], keys: [VerifyingKey] = [key.publicKey], origin: String? = nil
    ) -> LogVerdict {
        var verifier = LogVerifier(checkpoints: checkpoints, keys: keys, origin: origin)
        for body in bodies { verifier.take(body) }
        return verifier.finish()
    }

    /// What a forger makes of changed entries: numbered and chained anew from the first to the last.
    static func rechained(_ bodies: [[UInt8]]) throws -> [[UInt8]] {
        var (chained, previous) = ([[UInt8]](), LogEntry.noPrevious)
        for (number, body) in bodies.enumerated() {
            var entry = try LogBody.entry(body)
            (entry.sequence, entry.previous) = (Int64(number), previous)
            chained.append(try LogBody.bytes(of: entry))
            previous = MerkleHash.leaf(chained[number]).hex
        }
        return chained
    }

    @Test func anEntryIsItsJSONSortedAndBare() throws {
        let body = try Self.bodies(1)[0]
        #expect(
            String(decoding: body, as: UTF8.self) == """
                {"act":{"action":"playback","actor":{"address":"10.0.0.7","roles":["investigator"],"unit":"三大队","who":"wang.fang"},\
                "camera":"gate-0","detail":"quote \\" and / slash","incident":"A-0","outcome":"allowed"},"at":"2026-03-02T06:00:00Z",\
                "operation":"consultation","previous":"0000000000000000000000000000000000000000000000000000000000000000","sequence":0}
                """)
        let tail = try #require(body.withUnsafeBytes { LogBodyTail($0) })
        #expect(tail.sequence == 0)
        #expect(tail.at == WallTime(microseconds: 1_772_431_200_000_000))
        #expect(try LogBody.bytes(of: LogBody.entry(body)) == body)
    }

    @Test(arguments: [
        ("\"sequence\":0}", "\"sequence\":00}"), ("\"sequence\":0}", "\"sequence\":-1}"), ("\"sequence\":0}", "\"sequence\":\"0\"}"),
        ("\"sequence\":0}", "\"sequence\": 0}"), ("\"sequence\":0}", "\"sequence\":0}}"), ("\"sequence\":0}", "\"sequence\":0} "),
        ("\"sequence\":0}", "\"sequence\":99999999999999999999}"), ("{\"act\"", "[\"act\""), ("00Z\"", "00.000Z\""), ("00Z\"", "00+00:00\""),
        ("\"previous\":\"0", "\"previous\":\""), ("\"previous\":\"0", "\"previous\":\"A"), ("consultation", ""), (",\"at\":", ",\"At\":"),
    ])
    func refusesBytesThatDoNotEndAsAnEntry(before: String, after: String) throws {
        let text = String(decoding: try Self.bodies(1)[0], as: UTF8.self)
        let changed = Array(text.replacing(before, with: after).utf8)
        #expect(changed != Array(text.utf8))
        #expect(changed.withUnsafeBytes { LogBodyTail($0) } == nil)
        #expect(Self.verdict([changed]).firstWrongSequence == 0)
    }

    @Test func findsNothingWrongWithACleanLog() throws {
        let bodies = try Self.bodies(100)
        let checkpoints = try [100, 1, 0, 64, 33].map { try Self.checkpoint(Array(bodies[..<$0])) }
        let verdict = Self.verdict(bodies, checkpoints, origin: Self.origin)
        #expect(verdict.isIntact)
        #expect(verdict.problem == nil)
        #expect(verdict.firstWrongSequence == nil)
        #expect(verdict.count == 100)
        #expect(verdict.root == MerkleTree(bodies.map { MerkleHash.leaf($0) }).root)
        #expect(verdict.checkpoints.map(\.size) == [0, 1, 33, 64, 100])
        #expect(verdict.clockStepCount == 0)
    }

    @Test func namesTheFirstEntryThatIsWrong() throws {
        let bodies = try Self.bodies(20)
        var edited = bodies
        edited[7] = Array(String(decoding: bodies[7], as: UTF8.self).replacing("wang.fang", with: "li.na").utf8)
        var swapped = bodies
        swapped.swapAt(11, 12)
        for (changed, wrong) in [(edited, 8), (Array(bodies[..<5] + bodies[6...]), 5), (swapped, 11), (Array(bodies[1...]), 0)] {
            let verdict = Self.verdict(changed)
            #expect(!verdict.isIntact)
            #expect(verdict.firstWrongSequence == Int64(wrong))
        }
    }

    @Test func theRootConvictsALogThatWasChainedAnew() throws {
        let bodies = try Self.bodies(50)
        let checkpoints = try [10, 20, 50].map { try Self.checkpoint(Array(bodies[..<$0])) }
        var forged = bodies
        forged[13] = Array(String(decoding: bodies[13], as: UTF8.self).replacing("gate-6", with: "gate-5").utf8)
        forged = try Self.rechained(forged)
        #expect(Self.verdict(forged).isIntact, "a forger can make the chain come out right")
        let verdict = Self.verdict(forged, checkpoints)
        #expect(!verdict.isIntact)
        #expect(verdict.checkpoints.map { $0.problem == nil } == [true, false, false])
        #expect(verdict.firstWrongSequence == 10)
    }

    @Test func aCutLogIsToldByTheCheckpointAlone() throws {
        let bodies = try Self.bodies(30)
        let saved = try Self.checkpoint(bodies)
        #expect(Self.verdict(Array(bodies[..<29])).isIntact)
        let verdict = Self.verdict(Array(bodies[..<29]), [saved])
        #expect(verdict.firstWrongSequence == 0)
        #expect(verdict.problem == "checkpoint of 30 entries: the log is truncated: it has 29 entries, and had 30")
        let confirmed = Self.verdict(Array(bodies[..<29]), [saved, try Self.checkpoint(Array(bodies[..<20]))])
        #expect(confirmed.firstWrongSequence == 20)
        #expect(confirmed.problem?.hasSuffix("and had 30; up to entry 19 a checkpoint confirms it") == true)
        #expect(Self.verdict([], [saved]).firstWrongSequence == 0)
        #expect(Self.verdict(try Self.bodies(31), [saved]).isIntact)
    }

    @Test func trustsNoCheckpointOfAnotherKeyOrLog() throws {
        let bodies = try Self.bodies(5)
        let foreign = try Self.checkpoint(bodies, key: signingKey(2))
        #expect(!Self.verdict(bodies, [foreign]).isIntact)
        #expect(Self.verdict(bodies, [foreign], keys: [Self.key.publicKey, signingKey(2).publicKey]).isIntact)
        let other = try Self.checkpoint(bodies, origin: "caselight/other")
        #expect(!Self.verdict(bodies, [other], origin: Self.origin).isIntact)
        #expect(!Self.verdict(bodies, [try Self.checkpoint(bodies), other]).isIntact)
    }

    @Test func tellsOfAClockThatRanBackAndBlamesNobody() throws {
        let early = try Self.bodies(3)
        let entry = LogEntry(
            sequence: 3, at: WallTime(microseconds: 1_772_431_200_500_000), previous: MerkleHash.leaf(early[2]).hex,
            act: LoggedAct(.search, by: .daemon))
        let verdict = Self.verdict(early + [try LogBody.bytes(of: entry)])
        #expect(verdict.isIntact)
        #expect(verdict.clockStepCount == 1)
        #expect(verdict.clockSteps == [ClockStep(sequence: 3, from: WallTime(microseconds: 1_772_431_202_000_000), to: entry.at)])
    }

    @Test func comparesTheHashesThatTheDatabaseKeeps() throws {
        var verifier = LogVerifier(checkpoints: [], keys: [])
        for (number, body) in try Self.bodies(4).enumerated() {
            verifier.take(body, storedLeafHash: number == 2 ? .empty : .leaf(body))
        }
        let verdict = verifier.finish()
        #expect(verdict.faults == [LogFault(sequence: 2, cause: "its stored hash is not that of its bytes")])
    }

    @Test func readsJSONLinesAndPages() async throws {
        let bodies = try Self.bodies(5000)
        let path = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID().uuidString).jsonl").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(bodies.joined(separator: [0x0A])).write(to: URL(fileURLWithPath: path))
        var verifier = LogVerifier(checkpoints: [try Self.checkpoint(bodies)], keys: [Self.key.publicKey])
        try verifier.read(linesOf: path)
        let verdict = verifier.finish()
        #expect(verdict.isIntact)
        #expect(verdict.count == 5000)

        var pages = stride(from: 0, to: 5000, by: 999).map { Array(bodies[$0..<min($0 + 999, 5000)]) }
        var second = LogVerifier(checkpoints: [try Self.checkpoint(bodies)], keys: [Self.key.publicKey])
        try await second.read { pages.isEmpty ? [] : pages.removeFirst() }
        #expect(second.finish() == verdict)
    }

    @Test func aLineWithoutAnEndIsAFaultAndAMissingFileAnError() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID().uuidString).jsonl").path
        var verifier = LogVerifier(checkpoints: [], keys: [])
        let error = #expect(throws: CaselightError.self) { try verifier.read(linesOf: path) }
        #expect(error?.code == .notFound)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(repeating: 0x7B, count: 3 << 20).write(to: URL(fileURLWithPath: path))
        try verifier.read(linesOf: path)
        #expect(verifier.finish().faultCount == 1)
    }
}
