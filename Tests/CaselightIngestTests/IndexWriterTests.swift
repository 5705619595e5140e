import CaselightModel
import CaselightStore
import Testing

@testable import CaselightIngest

@Suite struct IndexWriterTests {
    @Test func aChangeTheIndexNeverTakesDoesNotHoldUpTheOthers() async throws {
        let installation = try Installation()
        let camera = try CameraCode("gate-1")
        let writer = IndexWriter(index: installation.index, logger: installation.logger)
        let run = Run(
            id: RunID(7), camera: camera, origin: .feed, startedAt: Installation.now, endedAt: nil, stream: StreamMetadata(container: "rtsp"))
        let sample = ClockSample(at: Installation.now, offsetUs: .zero, uncertaintyUs: .milliseconds(1))
        await writer.add([.clockSample(RunID(99), sample), .run(run)])
        await writer.flush()
        #expect(try await installation.index.run(run.id) == run)
        #expect(await writer.isHealthy)
    }

    @Test func aDatabaseThatFailsBetweenTwoChangesKeepsTheirOrder() async throws {
        let installation = try Installation()
        let writer = IndexWriter(index: installation.index, logger: installation.logger)
        let run = Run(
            id: RunID(7), camera: try CameraCode("gate-1"), origin: .feed, startedAt: Installation.now, endedAt: nil,
            stream: StreamMetadata(container: "rtsp"))
        let sample = ClockSample(at: Installation.now, offsetUs: .zero, uncertaintyUs: .milliseconds(1))
        try installation.runSQLite("CREATE TRIGGER refuse BEFORE INSERT ON runs BEGIN SELECT RAISE(ABORT, 'refused'); END")
        // The first can never be taken, so that all are tried one by one.
        await writer.add([.clockSample(RunID(99), sample), .run(run), .runEnded(run.id, at: Installation.now + .seconds(1))])
        await writer.flush()
        #expect(await !writer.isHealthy)
        try installation.runSQLite("DROP TRIGGER refuse")
        await writer.flush()
        #expect(try await installation.index.run(run.id)?.endedAt == Installation.now + .seconds(1))
        #expect(await writer.isHealthy)
    }

    @Test func theLastProgressOfASegmentCounts() async throws {
        let installation = try Installation()
        let camera = try await installation.addCamera("gate-1", retentionDays: nil, footageDaysAgo: [])
        let writer = IndexWriter(index: installation.index, logger: installation.logger)
        let run = Run(
            id: RunID(7), camera: camera, origin: .feed, startedAt: Installation.now, endedAt: nil, stream: StreamMetadata(container: "rtsp"))
        let id = SegmentID(run: run.id, sequence: 0)
        let segment = Segment(
            id: id, camera: camera, span: TimeSpan(start: Installation.now, end: Installation.now + .seconds(1)), policy: .full,
            byteCount: 1000, initializationByteCount: 700, sha256: nil, endReason: nil, audio: nil, keyframes: .empty, activity: .empty)
        await writer.add([.run(run), .segment(segment)])
        for second in 2...9 as ClosedRange<Int64> {
            await writer.add([.progress(id, endsAt: Installation.now + .seconds(second), byteCount: 1000 * second, audioByteCount: nil)])
        }
        await writer.flush()
        let stored = try #require(try await installation.index.segment(id))
        #expect(stored.span.end == Installation.now + .seconds(9) && stored.byteCount == 9000)
    }

    @Test func whatWasToldBeforeAFlushIsThereAfterIt() async throws {
        let installation = try Installation()
        let camera = try await installation.addCamera("gate-1", retentionDays: nil, footageDaysAgo: [])
        let writer = IndexWriter(index: installation.index, logger: installation.logger)
        for number in 1...50 as ClosedRange<UInt64> {
            let run = Run(
                id: RunID(number), camera: camera, origin: .feed, startedAt: Installation.now, endedAt: nil,
                stream: StreamMetadata(container: "rtsp"))
            await writer.add([.run(run)])
            // One that is under way has taken its batch already.
            async let earlier: Void = writer.flush()
            await writer.add([.runEnded(run.id, at: Installation.now + .seconds(1))])
            await writer.flush()
            #expect(try await installation.index.run(run.id)?.endedAt != nil)
            await earlier
        }
    }
}
