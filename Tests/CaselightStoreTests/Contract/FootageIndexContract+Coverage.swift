import CaselightModel
import CaselightStore
import TestSupport
import Testing

extension FootageIndexContract {
    static let coverage: [Clause] = [
        Clause("joins segments that touch, whatever their order") { index async throws in
            try await index.apply([.run(try run(1, "a"))])
            for (sequence, start) in [(3, 180.0), (0, 0), (2, 120), (1, 60)] {
                try await index.apply([.segment(try segment(1, UInt32(sequence), "a", start, start + 60))])
            }
            #expect(try await intervals(index) == [interval(0, 240)])
        },
        Clause("takes a hole of 50 ms for none, and one of a microsecond more for a gap") { index async throws in
            try await index.apply([
                .run(try run(1, "a")), .segment(try segment(1, 0, "a", 0, 10)), .segment(try segment(1, 1, "a", 10.05, 20)),
                .segment(try segment(1, 2, "a", 20.050001, 30)),
            ])
            #expect(try await intervals(index) == [interval(0, 20), interval(20.050001, 30)])
        },
        Clause("grows with an open segment, and joins what it reaches") { index async throws in
            let id = SegmentID(run: RunID(1), sequence: 0)
            try await index.apply([
                .run(try run(1, "a")), .segment(try segment(1, 0, "a", 0, 1, isOpen: true)), .segment(try segment(1, 1, "a", 10, 20)),
            ])
            for second in 2...9 { try await index.apply([.progress(id, endsAt: at(Double(second)), byteCount: 1, audioByteCount: nil)]) }
            #expect(try await intervals(index) == [interval(0, 9), interval(10, 20)])
            try await index.apply([.progress(id, endsAt: at(10), byteCount: 1, audioByteCount: nil)])
            #expect(try await intervals(index) == [interval(0, 20)])
        },
        Clause("is the union of overlapping runs, and stays it when one goes") { index async throws in
            let (live, file) = (try segment(1, 0, "a", 0, 60), try segment(2, 0, "a", 30, 90))
            try await index.apply([.run(try run(1, "a")), .run(try run(2, "a")), .segment(live), .segment(file)])
            #expect(try await intervals(index) == [interval(0, 90)])
            try await index.apply([.deleting(live.id)])
            #expect(try await intervals(index) == [interval(30, 90)])
            try await index.apply([.deleted(live.id), .deleted(file.id)])
            #expect(try await intervals(index) == [])
        },
        Clause("splits where a segment in the middle is deleted") { index async throws in
            try await index.apply([.run(try run(1, "a"))])
            try await index.apply(try (0..<5).map { .segment(try segment(1, $0, "a", Double($0) * 60, Double($0) * 60 + 60)) })
            try await index.apply([.deleting(SegmentID(run: RunID(1), sequence: 2))])
            #expect(try await intervals(index) == [interval(0, 120), interval(180, 300)])
            try await index.apply([.deleted(SegmentID(run: RunID(1), sequence: 0))])
            #expect(try await intervals(index) == [interval(60, 120), interval(180, 300)])
        },
        Clause("follows a segment that is recovered shorter, moved or under another policy") { index async throws in
            try await index.apply([
                .run(try run(1, "a")), .segment(try segment(1, 0, "a", 0, 60)), .segment(try segment(1, 1, "a", 60, 120)),
            ])
            try await index.apply([.segment(try segment(1, 0, "a", 0, 40))])
            #expect(try await intervals(index) == [interval(0, 40), interval(60, 120)])
            try await index.apply([.segment(try segment(1, 0, "a", 200, 240))])
            #expect(try await intervals(index) == [interval(60, 120), interval(200, 240)])
            try await index.apply([.segment(try segment(1, 1, "a", 60, 120, .keyframes))])
            #expect(try await intervals(index) == [interval(60, 120, .keyframes), interval(200, 240)])
        },
        Clause("keeps policies and cameras apart, in order of time") { index async throws in
            try await index.apply([.run(try run(1, "a")), .run(try run(2, "b"))])
            try await index.apply([
                .segment(try segment(1, 0, "a", 0, 10)), .segment(try segment(1, 1, "a", 10, 20, .metadata)),
                .segment(try segment(1, 2, "a", 20, 30, .keyframes)), .segment(try segment(1, 3, "a", 30, 40)),
                .segment(try segment(2, 0, "b", 5, 35)),
            ])
            let asked = try ["b", "a", "a", "none"].map(code)
            let found = try await index.coverage(of: asked, overlapping: span(15, 32))
            #expect(found[try code("a")] == [interval(10, 20, .metadata), interval(20, 30, .keyframes), interval(30, 40)])
            #expect(found[try code("b")] == [interval(5, 35)])
            #expect(found.count == 2)
            #expect(try await index.coverage(of: [try code("b")], overlapping: span(35, 40)).isEmpty, "intervals are half-open")
            #expect(try await index.coverage(of: [], overlapping: always).isEmpty)
        },
        Clause("is what a plain computation says, after random changes, each perhaps repeated") { index async throws in
            for seed in [20260302, .random(in: 0..<1_000_000)] as [UInt64] { try await compareWithModel(index, seed: seed) }
        },
    ]

    private static func interval(_ start: Double, _ end: Double, _ policy: RecordingPolicy = .full) -> Coverage {
        Coverage(span: span(start, end), policy: policy)
    }

    /// Of camera `a`.
    private static func intervals(_ index: any FootageIndex) async throws -> [Coverage] {
        try await index.coverage(of: [try code("a")], overlapping: always)[try code("a")] ?? []
    }

    private static func compareWithModel(_ index: any FootageIndex, seed: UInt64) async throws {
        var changes = RandomChanges(seed: seed)
        var model = CoverageModel()
        let cameras = try RandomChanges.cameras.map(code)
        try await index.apply(try changes.runs())
        for round in 0..<150 {
            let batch = try (0..<Int.random(in: 1...12, using: &changes.random)).map { _ in
                let change = try changes.next(model)
                model.apply(change)
                return change
            }
            for _ in 0..<Int.random(in: 1...2, using: &changes.random) { try await index.apply(batch) }
            let window = round % 3 == 0 ? always : changes.window()
            let found = try await index.coverage(of: cameras, overlapping: window)
            for camera in cameras {
                let (actual, expected) = ((found[camera] ?? []).inOrder, model.coverage(of: camera, overlapping: window))
                #expect(actual == expected, "seed \(seed), round \(round)")
                guard actual == expected else { return }
            }
        }
        try await index.apply(model.ids.map { .deleted($0) })
        #expect(try await index.coverage(of: cameras, overlapping: always).isEmpty, "seed \(seed)")
        let statistics = try await index.statistics()
        #expect(statistics.segmentCount == 0 && statistics.byteCount == 0, "seed \(seed)")
    }
}

/// Changes of a few segments on a coarse grid of time, so that they often touch, overlap and leave holes about as large as the tolerance.
private struct RandomChanges {
    static let cameras = ["a", "b"]
    var random: SeededGenerator
    private let firstRun: UInt64

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        firstRun = seed << 8
    }

    /// Two of each camera.
    func runs() throws -> [IndexChange] {
        try (0..<4).map { .run(try run(firstRun + $0, Self.cameras[Int($0 % 2)])) }
    }

    mutating func window() -> TimeSpan {
        let start = tick()
        return span(start, start + Double.random(in: 0.1...3, using: &random))
    }

    mutating func next(_ model: CoverageModel) throws -> IndexChange {
        let number = UInt64.random(in: 0..<4, using: &random)
        let known = model.ids.randomElement(using: &random)
        let id = Bool.random(using: &random) ? known : nil
        switch (Int.random(in: 0..<10, using: &random), id) {
        case (0...2, let id?):
            return .progress(id, endsAt: at(tick() + 1), byteCount: .random(in: 0...5000, using: &random), audioByteCount: nil)
        case (3, let id?): return .deleting(id)
        case (4, let id?): return .deleted(id)
        case (5...6, let id?):
            // The same segment told again: longer, shorter, moved or under another policy.
            return .segment(try make(id.run.value, id.sequence, Self.cameras[Int((id.run.value - firstRun) % 2)]))
        default:
            return .segment(
                try make(firstRun + number, .random(in: 0..<40, using: &random), Self.cameras[Int(number % 2)]))
        }
    }

    private mutating func make(_ run: UInt64, _ sequence: UInt32, _ camera: String) throws -> Segment {
        let start = tick()
        let end = start + Double(Int.random(in: 1...60, using: &random)) / 100
        let policy: RecordingPolicy = Int.random(in: 0..<8, using: &random) == 0 ? .metadata : .full
        return try segment(run, sequence, camera, start, end, policy, isOpen: .random(using: &random))
    }

    /// 0 to 10 s in steps of 10 ms.
    private mutating func tick() -> Double { Double(Int.random(in: 0...1000, using: &random)) / 100 }
}
