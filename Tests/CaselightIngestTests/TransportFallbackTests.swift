import CaselightModel
import Testing

@testable import CaselightIngest

@Suite struct TransportFallbackTests {
    private func fallback(_ url: String = "rtsp://127.0.0.1/x", _ transport: FeedTransport = .automatic) throws -> TransportFallback {
        TransportFallback(Feed(url: try FeedURL.parse(url).url, transport: transport))
    }

    @Test func theOtherReaderHasItsTurnAfterThreeFailures() throws {
        var fallback = try fallback()
        var taken: [FeedTransport] = []
        for _ in 0..<8 {
            taken.append(fallback.transport)
            fallback.ended(with: .damagedMedia)
        }
        #expect(taken == [.automatic, .automatic, .automatic, .compatible, .automatic, .automatic, .automatic, .compatible])
    }

    @Test func aReaderThatBringsFootageStays() throws {
        var fallback = try fallback()
        for _ in 0..<3 { fallback.ended(with: .unsupportedMedia) }
        for _ in 0..<5 {
            fallback.succeeded()
            fallback.ended(with: .endOfStream)
            #expect(fallback.transport == .compatible)
        }
    }

    @Test(arguments: [CaselightError.Code.unauthorized, .unreachable, .diskFull, .workerFailed])
    func whatNoReaderHelpsWithDoesNotCount(code: CaselightError.Code) throws {
        var fallback = try fallback()
        for _ in 0..<10 { fallback.ended(with: code) }
        #expect(fallback.transport == .automatic)
    }

    @Test(arguments: [("rtsp://127.0.0.1/x", FeedTransport.udp), ("rtsps://127.0.0.1/x", .automatic), ("http://127.0.0.1/x.ts", .automatic)])
    func aChoiceStands(url: String, transport: FeedTransport) throws {
        var fallback = try fallback(url, transport)
        for _ in 0..<10 { fallback.ended(with: .damagedMedia) }
        #expect(fallback.transport == transport)
    }
}
