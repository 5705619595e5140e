import CaselightModel
import CaselightStore
import Testing

extension FootageIndexContract {
    static let segments: [Clause] = [
        Clause("returns a segment as it was told, with its tables only where asked") { index async throws in
            let full = try detailedSegment()
            try await index.apply([.run(try run(1, "a")), .segment(full)])
            #expect(try await index.segment(full.id) == full)
            #expect(try await index.segments(of: full.camera, overlapping: always, limit: 9, detailed: true) == [full])
            var bare = full
            (bare.keyframes, bare.activity) = (.empty, .empty)
            #expect(try await index.segments(of: full.camera, overlapping: always, limit: 9, detailed: false) == [bare])
            #expect(try await index.segment(SegmentID(run: RunID(1), sequence: 1)) == nil)
            #expect(try await index.segment(SegmentID(run: RunID(2), sequence: 0)) == nil)
            #expect(try await index.segments(of: try code("none"), overlapping: always, limit: 9, detailed: false).isEmpty)
        },
        Clause("takes ids to their last bit") { index async throws in
            let far = try segment(.max, .max, "a", 0, 60)
            try await index.apply([.run(try run(.max, "a")), .segment(far)])
            #expect(try await index.segment(far.id) == far)
        },
        Clause("refuses a segment and a clock sample of an unknown run, and the whole batch with it") { index async throws in
            await expect(.notFound) { try await index.apply([.run(try run(1, "a")), .segment(try segment(2, 0, "a", 0, 60))]) }
            let sample = ClockSample(at: at(0), offsetUs: .zero, uncertaintyUs: .zero)
            await expect(.notFound) { try await index.apply([.run(try run(1, "b")), .clockSample(RunID(2), sample)]) }
            #expect(try await index.run(RunID(1)) == nil)
            #expect(try await index.camerasWithFootage().isEmpty)
            // What was remembered of the refused batch must not leak into the next.
            try await index.apply([.run(try run(3, "b")), .segment(try segment(3, 0, "b", 0, 60))])
            try await index.apply([.run(try run(1, "a")), .segment(try segment(1, 0, "a", 60, 90))])
            let found = try await index.coverage(of: [try code("a"), try code("b")], overlapping: always)
            #expect(found == [try code("a"): [CaselightStoreTests.coverage(60, 90)], try code("b"): [CaselightStoreTests.coverage(0, 60)]])
        },
        Clause("refuses a digest it could not return") { index async throws in
            for digest in ["", "abc", "AB", "0g"] {
                var one = try segment(1, 0, "a", 0, 60)
                one.sha256 = digest
                await expect(.invalidValue) { [one] in try await index.apply([.run(try run(1, "a")), .segment(one)]) }
            }
            try await index.apply([])
            #expect(try await index.statistics() == FootageStatistics(segmentCount: 0, byteCount: 0, oldestAt: nil, newestAt: nil))
        },
        Clause("grows an open segment, closes it, and takes no late report of it") { index async throws in
            let id = SegmentID(run: RunID(1), sequence: 0)
            var open = try segment(1, 0, "a", 0, 1, isOpen: true)
            open.audio = AudioSibling(codec: "aac", byteCount: 10, initializationByteCount: 5, sha256: nil)
            try await index.apply([.run(try run(1, "a")), .segment(open)])
            try await index.apply([
                .progress(id, endsAt: at(5), byteCount: 5000, audioByteCount: 50),
                .progress(id, endsAt: at(4), byteCount: 4000, audioByteCount: 40),
                .progress(SegmentID(run: RunID(9), sequence: 0), endsAt: at(99), byteCount: 1, audioByteCount: nil),
            ])
            (open.span, open.byteCount) = (span(0, 5), 5000)
            open.audio?.byteCount = 50
            #expect(try await index.openSegments() == [open])
            let known = (open.keyframes, open.activity)
            open.keyframes = KeyframeTable([Keyframe(time: at(3), offset: 77, byteCount: 900)], from: at(0))
            open.activity = ActivityTable(bytesPerSecond: [5, 6, 7])
            try await index.apply([
                .progress(id, endsAt: at(5), byteCount: 5000, audioByteCount: 50, keyframes: open.keyframes, activity: open.activity),
                .progress(id, endsAt: at(5), byteCount: 5000, audioByteCount: 50),
            ])
            #expect(try await index.segment(id) == open)
            #expect(known != (open.keyframes, open.activity))
            #expect(try await index.statistics() == FootageStatistics(segmentCount: 1, byteCount: 5050, oldestAt: at(0), newestAt: at(5)))
            let closed = try segment(1, 0, "a", 0, 6)
            try await index.apply([.segment(closed), .progress(id, endsAt: at(9), byteCount: 9000, audioByteCount: nil)])
            #expect(try await index.segment(id) == closed)
            #expect(try await index.openSegments().isEmpty)
            #expect(try await index.statistics() == FootageStatistics(segmentCount: 1, byteCount: 1000, oldestAt: at(0), newestAt: at(6)))
        },
        Clause("lists segments in the order of their starts, of a window, up to a limit") { index async throws in
            try await index.apply([.run(try run(1, "a")), .run(try run(2, "a")), .run(try run(3, "b"))])
            let long = try segment(2, 0, "a", 30, 400)
            let all = [try segment(1, 0, "a", 0, 60), long, try segment(1, 1, "a", 60, 120), try segment(1, 2, "a", 120, 180)]
            try await index.apply(all.reversed().map { .segment($0) } + [.segment(try segment(3, 0, "b", 0, 60))])
            func found(_ start: Double, _ end: Double, _ limit: Int = 9) async throws -> [Segment] {
                try await index.segments(of: try code("a"), overlapping: span(start, end), limit: limit, detailed: true)
            }
            #expect(try await found(-100, 500) == all)
            #expect(try await found(-100, 500, 2) == Array(all.prefix(2)))
            #expect(try await found(-100, 500, 0).isEmpty)
            #expect(try await found(60, 61) == [long, all[2]], "intervals are half-open")
            #expect(try await found(399, 400) == [long], "a long one is found far from its start")
            #expect(try await found(-1, 0).isEmpty)
        },
        Clause("finds the oldest closed segments, of one camera or of all") { index async throws in
            try await index.apply([.run(try run(1, "a")), .run(try run(2, "b"))])
            let (a0, a1, b0) = (try segment(1, 0, "a", 0, 60), try segment(1, 1, "a", 60, 120), try segment(2, 0, "b", 30, 90))
            let open = try segment(1, 2, "a", 120, 121, isOpen: true)
            var file = try run(3, "a")
            file.origin = .file(name: "shop.mp4", sha256: "00")
            // What was handed over does not go with age.
            try await index.apply([.segment(a1), .segment(b0), .segment(open), .segment(a0), .run(file), .segment(try segment(3, 0, "a", -900, -840))])
            func oldest(_ camera: String?, _ time: Double, _ limit: Int = 9) async throws -> [Segment] {
                try await index.oldestSegments(of: try camera.map(code), endedBefore: at(time), from: nil, limit: limit)
            }
            #expect(try await oldest(nil, 1000) == [a0, b0, a1])
            #expect(try await oldest(nil, 1000, 1) == [a0])
            #expect(try await oldest(nil, 90) == [a0], "one that ends at the time has not ended before it")
            #expect(try await oldest("a", 1000) == [a0, a1])
            #expect(try await oldest("a", 61) == [a0])
            #expect(try await oldest("none", 1000).isEmpty)
        },
        Clause("walks through the oldest page by page, past what stays, also when it goes meanwhile") { index async throws in
            try await index.apply([.run(try run(9, "a")), .run(try run(2, "b")), .run(try run(1, "a"))])
            // Two runs of a camera begin at the same moment, and ends fall together.
            var all = [try segment(9, 0, "a", 0, 60), try segment(1, 0, "a", 0, 60), try segment(2, 0, "b", 0, 60)]
            for number in 1..<20 as Range<UInt32> {
                let start = Double(number) * 60
                all += [try segment(9, number, "a", start, start + 60), try segment(2, number, "b", start, start + 60)]
            }
            try await index.apply(all.map { .segment($0) })
            for camera in [nil, "a", "b"] {
                let wanted = Set(all.filter { camera == nil || $0.camera.text == camera }.map(\.id))
                var found: [Segment] = []
                var cursor: OldestCursor?
                while true {
                    let page = try await index.oldestSegments(
                        of: try camera.map(code), endedBefore: .distantFuture, from: cursor, limit: 7)
                    guard let last = page.last else { break }
                    found += page
                    cursor = .after(last)
                }
                #expect(Set(found.map(\.id)) == wanted && found.count == wanted.count)
                let isInOrder = zip(found, found.dropFirst()).allSatisfy {
                    camera == nil ? $0.span.end <= $1.span.end : $0.span.start <= $1.span.start
                }
                #expect(isInOrder)
                let late = try await index.oldestSegments(
                    of: try camera.map(code), endedBefore: at(360), from: .startingAt(at(120)), limit: 99)
                #expect(Set(late.map(\.id)) == Set(all.filter { wanted.contains($0.id) && $0.span.start >= at(120) && $0.span.end < at(360) }.map(\.id)))
            }
            let first = try #require(try await index.oldestSegments(of: try code("a"), endedBefore: at(61), from: nil, limit: 1).first)
            try await index.apply([.deleting(first.id), .deleted(first.id)])
            let next = try await index.oldestSegments(of: first.camera, endedBefore: .distantFuture, from: .after(first), limit: 1)
            #expect(next.first?.span.start == at(0) && next.first != first)
        },
        Clause("a segment being deleted answers no question, but is not forgotten") { index async throws in
            let (kept, going) = (try segment(1, 0, "a", 0, 60), try segment(1, 1, "a", 60, 120))
            try await index.apply([.run(try run(1, "a")), .segment(kept), .segment(going), .deleting(going.id), .deleting(going.id)])
            #expect(try await index.segment(going.id) == nil)
            #expect(try await index.segments(of: kept.camera, overlapping: always, limit: 9, detailed: true) == [kept])
            #expect(try await index.oldestSegments(of: nil, endedBefore: .distantFuture, from: nil, limit: 9) == [kept])
            #expect(try await index.oldestSegments(of: kept.camera, endedBefore: .distantFuture, from: nil, limit: 9) == [kept])
            #expect(try await index.segmentsBeingDeleted() == [going])
            #expect(try await index.statistics() == FootageStatistics(segmentCount: 1, byteCount: 1000, oldestAt: at(0), newestAt: at(60)))
            // Told again, it does not come back to life; deleted, it is gone.
            try await index.apply([.segment(going), .deleting(SegmentID(run: RunID(5), sequence: 5))])
            #expect(try await index.segment(going.id) == nil)
            try await index.apply([.deleted(going.id), .deleted(going.id)])
            #expect(try await index.segmentsBeingDeleted().isEmpty)
            #expect(try await index.statistics().segmentCount == 1)
        },
        Clause("an open segment being deleted is not open") { index async throws in
            let open = try segment(1, 0, "a", 0, 5, isOpen: true)
            try await index.apply([.run(try run(1, "a")), .segment(open), .deleting(open.id)])
            try await index.apply([.progress(open.id, endsAt: at(9), byteCount: 5000, audioByteCount: nil)])
            #expect(try await index.openSegments().isEmpty)
            #expect(try await index.coverage(of: [open.camera], overlapping: always).isEmpty)
            #expect(try await index.statistics().byteCount == 0)
        },
    ]

    static let runs: [Clause] = [
        Clause("returns a run as it was told, and what changed of it") { index async throws in
            var feed = try run(1, "a")
            feed.stream.sessionName = "Кам\u{0}ера \"1\""
            feed.stream.video = VideoStream(codec: "hevc", widthPixels: 2560, heightPixels: 1440, timeBaseHertz: 90_000)
            var file = try run(2, "a", from: -100, to: -50)
            file.origin = .file(name: "录像 '1'.mp4", sha256: "ab")
            try await index.apply([.run(feed), .run(file)])
            #expect(try await index.run(RunID(1)) == feed)
            #expect(try await index.run(RunID(2)) == file)
            #expect(try await index.run(RunID(3)) == nil)
            feed.stream.video?.measuredFrameRate = 24.98
            try await index.apply([.run(feed), .runEnded(RunID(1), at: at(9)), .runEnded(RunID(7), at: at(9))])
            feed.endedAt = at(9)
            #expect(try await index.run(RunID(1)) == feed)
            feed.endedAt = nil
            try await index.apply([.run(feed)])
            #expect(try await index.run(RunID(1))?.endedAt == at(9), "a run's beginning told again does not undo its end")
        },
        Clause("lists the runs of a window, those that go on included") { index async throws in
            let all = [try run(5, "a", from: 0, to: 10), try run(4, "a", from: 10, to: 20), try run(3, "a", from: 15)]
            try await index.apply((all + [try run(2, "b", from: 0)]).map { .run($0) })
            func found(_ start: Double, _ end: Double) async throws -> [Run] {
                try await index.runs(of: try code("a"), overlapping: span(start, end))
            }
            #expect(try await found(-5, 500) == all)
            #expect(try await found(10, 11) == [all[1]])
            #expect(try await found(400, 500) == [all[2]])
            #expect(try await found(-5, 0).isEmpty)
            #expect(try await index.camerasWithFootage() == [try code("a"), try code("b")])
        },
        Clause("lists the imported runs of cameras in the order of their starts") { index async throws in
            var files = [try run(1, "a", from: 50, to: 60), try run(2, "b", from: -10, to: 0), try run(3, "c", from: 0, to: 1)]
            for position in files.indices { files[position].origin = .file(name: "f", sha256: "00") }
            try await index.apply((files + [try run(4, "a", from: 0)]).map { .run($0) })
            #expect(try await index.importedRuns(of: [try code("a"), try code("b"), try code("x")]) == [files[1], files[0]])
            #expect(try await index.importedRuns(of: []).isEmpty)
        },
        Clause("forgets a run that is over when its last segment is gone") { index async throws in
            let (one, two) = (try segment(1, 0, "a", 0, 60), try segment(1, 1, "a", 60, 120))
            let sample = ClockSample(at: at(3), offsetUs: .zero, uncertaintyUs: .zero)
            try await index.apply([
                .run(try run(1, "a")), .segment(one), .segment(two), .clockSample(RunID(1), sample), .deleting(one.id), .deleted(one.id),
                .runEnded(RunID(1), at: at(120)),
            ])
            #expect(try await index.run(RunID(1)) != nil)
            try await index.apply([.deleting(two.id), .deleted(two.id)])
            #expect(try await index.run(RunID(1)) == nil)
            #expect(try await index.clockSamples(of: one.camera, overlapping: always, limit: 9).isEmpty)
            #expect(try await index.camerasWithFootage().isEmpty)
            try await index.apply([.run(try run(1, "a")), .segment(one)])
            #expect(try await index.segment(one.id) == one)
        },
        Clause("keeps clock samples and names the newest of the last run that has one") { index async throws in
            func sample(_ seconds: Double, _ offset: Int64) -> ClockSample {
                ClockSample(at: at(seconds), offsetUs: Microseconds(offset), uncertaintyUs: Microseconds(offset + 1))
            }
            try await index.apply([
                .run(try run(1, "a", from: 0)), .run(try run(2, "a", from: 100)), .run(try run(3, "a", from: 200)),
                .run(try run(4, "b", from: 0)),
                .clockSample(RunID(1), sample(500, 1)), .clockSample(RunID(2), sample(110, 2)), .clockSample(RunID(2), sample(105, 3)),
                .clockSample(RunID(2), sample(105, 4)), .clockSample(RunID(4), sample(1, 5)),
            ])
            let a = try code("a")
            let latest = try await index.latestClockSamples(of: [a, try code("b"), try code("c"), a])
            #expect(latest == [a: sample(110, 2), try code("b"): sample(1, 5)])
            #expect(try await index.clockSamples(of: a, overlapping: always, limit: 9) == [sample(105, 4), sample(110, 2), sample(500, 1)])
            #expect(try await index.clockSamples(of: a, overlapping: always, limit: 1) == [sample(105, 4)])
            #expect(try await index.clockSamples(of: a, overlapping: span(105, 110), limit: 9) == [sample(105, 4)])
        },
    ]
}
