import CaselightModel
import CaselightStore
import Testing

@testable import CaselightIngest

@Suite struct OutageBookTests {
    private let installation: Installation
    private let camera: CameraCode

    init() async throws {
        installation = try Installation()
        camera = try await installation.addCamera("gate-1", retentionDays: nil, footageDaysAgo: [])
    }

    private func outage(at seconds: Int64, _ cause: GapCause, _ detail: String = "") -> Outage {
        Outage(camera: camera, startedAt: Installation.now + .seconds(seconds), endedAt: nil, cause: cause, detail: detail)
    }

    private func noted() async throws -> [[String]] {
        let span = TimeSpan(start: Installation.now, end: .distantFuture)
        return try await installation.records.outages(of: [camera], overlapping: span).map { outage in
            let end = outage.endedAt.map { "\(($0 - Installation.now).value / 1_000_000)" } ?? "open"
            return [outage.cause.rawValue, "\((outage.startedAt - Installation.now).value / 1_000_000)", end, outage.detail]
        }
    }

    @Test func repeatedFailuresAreOneOutage() async throws {
        let book = installation.outages
        for second in [1, 5, 20] as [Int64] { await book.open(outage(at: second, .feedLost, "connection refused")) }
        await book.close(camera, at: Installation.now + .seconds(30))
        #expect(try await noted() == [["feedLost", "1", "30", "connection refused"]])
    }

    @Test func anotherCauseBeginsWhereTheFirstEnds() async throws {
        let book = installation.outages
        await book.open(outage(at: 1, .restart, "caselightd was not running"))
        await book.open(outage(at: 8, .unauthorized, "login refused (401)"))
        #expect(
            try await noted() == [["restart", "1", "8", "caselightd was not running"], ["unauthorized", "8", "open", "login refused (401)"]])
    }

    @Test func closingWhatIsNotOpenChangesNothing() async throws {
        await installation.outages.close(camera, at: Installation.now + .seconds(3))
        #expect(try await noted() == [])
    }

    @Test func goesOnFromWhatTheRecordsKnow() async throws {
        await installation.outages.open(outage(at: 1, .feedLost))
        let next = OutageBook(records: installation.records, logger: installation.logger)
        try await next.load()
        await next.openUnlessOpen([outage(at: 9, .restart)])
        await next.close(camera, at: Installation.now + .seconds(12))
        #expect(try await noted() == [["feedLost", "1", "12", ""]])
    }
}
