import CaselightModel
import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The HTTP server as a service: runs until the group that runs it shuts down, then finishes what was asked and stops.
///
/// - Parameter onBound: told the port once connections are taken.
package func makeServer(
    services: ServerServices, settings: ServerSettings, logger: Logger, onBound: @escaping @Sendable (Int) -> Void = { _ in }
) -> some Service {
    let api = API(services: services, settings: settings, logger: logger)
    var applications: [any Service] = [application(api, at: .hostname(settings.host, port: settings.port), logger, onBound: onBound)]
    if let path = settings.socketPath {
        // What an earlier run left; whoever still listened there would hold the archive, and we would not be here.
        unlink(path)
        applications.append(application(api, at: .unixDomainSocket(path: path), logger))
    }
    return DrainedServer(
        applications: applications, address: "\(settings.host):\(settings.port)",
        drain: .milliseconds(settings.limits.drainMilliseconds), logger: logger)
}

/// Ends within a bounded time after a shutdown began: a client that stalls must not take the time that others need to drain.
private struct DrainedServer: Service {
    let applications: [any Service]
    let address: String
    let drain: Duration
    let logger: Logger

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await serve() }
            group.addTask {
                try await gracefulShutdown()
                try await Task.sleep(for: drain)
                logger.notice("cutting off requests that are still under way")
            }
            // Whichever comes first ends the other.
            defer { group.cancelAll() }
            do {
                try await group.next()
            } catch is CancellationError {
                return
            }
            group.cancelAll()
            do {
                try await group.waitForAll()
            } catch is CancellationError {
                return
            }
        }
    }
}

extension DrainedServer {
    /// Until all have drained, or one cannot listen.
    private func serve() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for application in applications { group.addTask { try await application.run() } }
            do {
                try await group.waitForAll()
            } catch let error as IOError {
                throw CaselightError(
                    .unreachable, "listen on \(address)", because: String(cString: strerror(error.errnoCode)),
                    remedy: "Is another caselightd running? http.host and http.port say where to listen.")
            }
        }
    }
}

/// The application itself, which tests drive.
func makeApplication(services: ServerServices, settings: ServerSettings, logger: Logger) -> some ApplicationProtocol {
    application(API(services: services, settings: settings, logger: logger), at: .hostname(settings.host, port: settings.port), logger)
}

private func application(
    _ api: API, at address: BindAddress, _ logger: Logger, onBound: @escaping @Sendable (Int) -> Void = { _ in }
) -> some ApplicationProtocol {
    let limits = api.limits
    ServerMetrics.tell(limits)
    let channel = HTTP1Channel.Configuration(
        idleTimeout: .seconds(Int64(limits.idleTimeoutSeconds)),
        httpDecoderConfiguration: .init(
            maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes, maxHeaderFieldCount: 200))
    // Its own lines would repeat what Frontmost says, with paths and queries in them.
    var quietLogger = logger
    quietLogger.logLevel = max(logger.logLevel, .notice)
    return Application(
        router: api.router(), server: .http1(configuration: channel),
        configuration: ApplicationConfiguration(
            address: address, serverName: "caselight",
            availableConnectionsDelegate: ConnectionCount(limit: limits.connectionCount)),
        onServerRunning: { channel in
            if let port = channel.localAddress?.port { onBound(port) }
        },
        logger: quietLogger)
}
