import CaselightModel
import CaselightStore
import CaselightWorkerProtocol
import Testing

@testable import CaselightIngest

@Suite struct RunBookTests {
    private let book = RunBook()
    private let camera: CameraCode

    init() throws { camera = try CameraCode("gate-1") }

    private func run(_ id: UInt64, startedAt seconds: Int64) -> Run {
        Run(
            id: RunID(id), camera: camera, origin: .feed, startedAt: WallTime(microseconds: seconds * 1_000_000), endedAt: nil,
            stream: StreamMetadata(container: "rtsp"))
    }

    @Test func aRunEndsWithItsFeed() {
        let run = run(1, startedAt: 10)
        let end = WallTime(microseconds: 20_000_000)
        #expect(book.changes(for: .runStarted(feed: 7, run)) == [.run(run)])
        #expect(book.changes(for: .feedEnded(feed: 7, at: end, reason: .feedLost, nil)) == [.runEnded(run.id, at: end)])
        #expect(book.changes(for: .feedEnded(feed: 7, at: end, reason: .feedLost, nil)) == [])
    }

    @Test func aSecondRunOfAConnectionEndsTheFirst() {
        let (first, second) = (run(1, startedAt: 10), run(2, startedAt: 30))
        _ = book.changes(for: .runStarted(feed: 7, first))
        #expect(book.changes(for: .runStarted(feed: 7, second)) == [.runEnded(first.id, at: second.startedAt), .run(second)])
    }

    @Test func knowsWhoseRunItIsUntilItEnds() {
        let run = run(1, startedAt: 10)
        _ = book.changes(for: .runStarted(feed: 7, run))
        #expect(book.cameras(of: [run.id]) == [camera])
        _ = book.changes(for: .feedEnded(feed: 7, at: run.startedAt, reason: .stopped, nil))
        #expect(book.cameras(of: [run.id]) == [nil])
    }

    @Test func changedMetadataReplacesTheRuns() {
        var run = run(1, startedAt: 10)
        _ = book.changes(for: .runStarted(feed: 7, run))
        run.stream.sessionName = "Gate 1"
        #expect(book.changes(for: .streamChanged(feed: 7, run: run.id, run.stream)) == [.run(run)])
    }

    @Test func eventsOfAFeedWithoutARunChangeNothing() {
        #expect(book.changes(for: .streamChanged(feed: 9, run: RunID(4), StreamMetadata(container: "rtsp"))) == [])
        #expect(book.changes(for: .drained) == [])
    }
}
