import CaselightArchive
import CaselightModel
import CaselightStore
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Synchronization
import Testing

@testable import CaselightServer

@Suite struct HandoverTests {
    private static let path = "/api/v1/cameras/gate-3/footage?name=shop%20door.mp4&startsAt=2026-03-02T15:00:00%2B08:00"

    @Test func keepsTheFileByteForByteAndTellsHowFarItIs() async throws {
        try await Installation.run(setup: .live) { installation, client in
            _ = try await installation.addCamera("gate-3")
            let content = Installation.content(2_000_000)
            let answer = try await client.send(.post, Self.path, bytes: content)
            #expect(answer.status == 200 && answer.headers[.contentType] == "application/x-ndjson")
            let lines = try answer.text.split(separator: "\n").map { try JSONValue.parse(Data($0.utf8), what: "line") }
            let last = try #require(lines.last)
            let order = try #require(installation.feeds.script.withLock { $0.orders.first })
            #expect(lines.dropLast().allSatisfy { $0.names == ["doneBytes", "totalBytes"] } && lines.count >= 2)
            #expect(last["run"].text == "\(order.run)" && last["sha256"].text == order.sha256)
            #expect(last["startedAt"].text == "2026-03-02T07:00:00Z" && last["segmentCount"].int == 0)
            #expect(order.name == "shop door.mp4" && order.startsAt == Installation.start)
            #expect(try Data(contentsOf: URL(fileURLWithPath: order.path)) == Data(content))
        }
    }

    @Test func endsWithTheProblemWhenTheFileIsNoFootage() async throws {
        try await Installation.run { installation, client in
            _ = try await installation.addCamera("gate-3")
            installation.feeds.script.withLock { $0.importError = CaselightError(.unsupportedMedia, "import 'shop door.mp4'", because: "it holds no video") }
            let answer = try await client.send(.post, Self.path, bytes: [1, 2, 3])
            let last = try JSONDecoder().decode(Problem.self, from: Data(try #require(answer.text.split(separator: "\n").last).utf8))
            #expect(answer.status == 200 && last.code == "unsupportedMedia" && last.detail.contains("it holds no video"))
        }
    }

    @Test(arguments: [
        ("/api/v1/cameras/gate-9/footage?name=a.mp4", "404 notFound"), ("/api/v1/cameras/gate-3/footage", "400 invalidValue"),
        ("/api/v1/cameras/gate-3/footage?name=..%2Fa", "400 invalidValue"),
        ("/api/v1/cameras/gate-3/footage?name=a.mp4&startsAt=yesterday", "400 invalidTime"),
    ])
    func refusesBeforeAnythingIsKept(path: String, expected: String) async throws {
        try await Installation.run { installation, client in
            _ = try await installation.addCamera("gate-3")
            #expect(try await client.send(.post, path, bytes: [1]).refusal == expected)
            #expect(installation.feeds.script.withLock { $0.orders.isEmpty })
        }
    }

    @Test func leavesNothingOfAFileThatIsEmptyOrTooLong() async throws {
        var limits = ServerLimits()
        limits.uploadBytes = 100_000
        try await Installation.run(limits: limits) { installation, client in
            _ = try await installation.addCamera("gate-3")
            #expect(try await client.send(.post, Self.path, bytes: []).refusal == "400 invalidValue")
            #expect(try await client.send(.post, Self.path, bytes: Installation.content(100_001)).refusal == "413 tooLarge")
            let left = FileManager.default.enumerator(atPath: installation.archive.path)?.compactMap { $0 as? String } ?? []
            #expect(left.filter { $0.contains("shop") }.isEmpty, "left are \(left)")
        }
    }
}
