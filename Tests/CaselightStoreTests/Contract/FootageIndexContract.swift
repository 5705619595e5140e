import CaselightModel
import CaselightStore
import Testing

/// What every form of `FootageIndex` must do.
enum FootageIndexContract {
    typealias Clause = ContractClause<any FootageIndex>

    static let clauses: [Clause] = segments + runs + coverage + [keepsEverything]

    private static let keepsEverything = Clause(reopening: "keeps everything over closing and opening") { home async throws in
        var index = try await home.open()
        let closed = try detailedSegment()
        let open = try segment(1, 1, "a", 60, 65, isOpen: true)
        let sample = ClockSample(at: at(3), offsetUs: Microseconds(-5), uncertaintyUs: Microseconds(7))
        try await index.apply([.run(try run(1, "a")), .segment(closed), .segment(open), .clockSample(RunID(1), sample)])
        let statistics = try await index.statistics()
        try await home.close(index)

        index = try await home.open()
        #expect(try await index.segment(closed.id) == closed)
        #expect(try await index.openSegments() == [open])
        #expect(try await index.run(RunID(1)) == (try run(1, "a")))
        #expect(try await index.coverage(of: [try code("a")], overlapping: always) == [try code("a"): [coverageOf(0, 65)]])
        #expect(try await index.latestClockSamples(of: [try code("a")]) == [try code("a"): sample])
        #expect(try await index.statistics() == statistics)
        try await index.apply([.progress(open.id, endsAt: at(70), byteCount: 2000, audioByteCount: nil)])
        #expect(try await index.coverage(of: [try code("a")], overlapping: always) == [try code("a"): [coverageOf(0, 70)]])
        try await home.close(index)
    }

    /// Every field set; 0 to 60 s of camera `a`, run 1.
    static func detailedSegment() throws -> Segment {
        let keyframes = (0..<30).map { Keyframe(time: at(Double($0) * 2), offset: 900 + Int64($0) * 70_000, byteCount: 40_000 + $0) }
        var segment = try segment(1, 0, "a", 0, 60)
        segment.sha256 = String(repeating: "0f", count: 31) + "00"
        segment.endReason = .streamChanged
        segment.audio = AudioSibling(codec: "pcm_alaw", byteCount: 480_000, initializationByteCount: 700, sha256: "ff00")
        segment.keyframes = KeyframeTable(keyframes, from: at(0))
        segment.activity = ActivityTable(bytesPerSecond: (0..<60).map { $0 * 100 })
        return segment
    }

    private static func coverageOf(_ start: Double, _ end: Double) -> Coverage { Coverage(span: span(start, end), policy: .full) }
}
