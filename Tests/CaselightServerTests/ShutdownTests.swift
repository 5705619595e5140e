import CaselightArchive
import CaselightModel
import Foundation
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

@testable import CaselightServer

@Suite(.timeLimit(.minutes(5))) struct ShutdownTests {
    private func originals(_ installation: Installation) -> [String] {
        let found = FileManager.default.enumerator(atPath: installation.archive.path)?.compactMap { $0 as? String } ?? []
        return found.filter { $0.contains("shop-door") }
    }

    /// A client that stops in the middle of a file must not hold up the end.
    @Test func cutsOffARequestThatStallsAndKeepsNothingOfIt() async throws {
        var limits = ServerLimits()
        limits.drainMilliseconds = 50
        let installation = try await Installation(limits: limits)
        _ = try await installation.addCamera("gate-3")
        let logger = Logger(label: "test") { _ in BookLogHandler(book: installation.log) }
        let (ports, teller) = AsyncStream.makeStream(of: Int.self)
        let server = makeServer(services: installation.services, settings: installation.settings, logger: logger) { teller.yield($0) }
        let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
        async let running: Void = group.run()

        let port = try #require(await ports.first { _ in true })
        let client = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connect(host: "127.0.0.1", port: port).get()
        let head = "POST /api/v1/cameras/gate-3/footage?name=shop-door.mp4 HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n"
        try await client.writeAndFlush(ByteBuffer(string: head + "Authorization: Bearer \(Installation.token)\r\n\r\nabc"))
        while originals(installation).isEmpty { try await Task.sleep(for: .milliseconds(10)) }

        await group.triggerGracefulShutdown()
        try await running
        try? await client.close()
        #expect(installation.log.entries("cutting off requests that are still under way").count == 1)
        #expect(originals(installation).isEmpty)
        #expect(installation.log.entries.allSatisfy { $0.level < .error })
    }

    @Test func endsAtOnceWhereNothingIsUnderWay() async throws {
        var limits = ServerLimits()
        // Long enough that only a server that waits for it reaches it.
        limits.drainMilliseconds = 600_000
        let installation = try await Installation(limits: limits)
        let logger = Logger(label: "test") { _ in BookLogHandler(book: installation.log) }
        let (ports, teller) = AsyncStream.makeStream(of: Int.self)
        let server = makeServer(services: installation.services, settings: installation.settings, logger: logger) { teller.yield($0) }
        let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
        async let running: Void = group.run()
        #expect(await ports.first { _ in true } ?? 0 > 0)
        await group.triggerGracefulShutdown()
        try await running
        #expect(installation.log.entries("cutting off requests that are still under way").isEmpty)
    }
}
