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
) throws(CaselightError) -> some Service {
    guard settings.token.utf8.count >= ServerSettings.tokenLengthMinimum else {
        throw CaselightError(
            .invalidConfiguration, "start the HTTP server", because: "its token is shorter than \(ServerSettings.tokenLengthMinimum) bytes",
            remedy: "Delete the token file; a new one is made at start.")
    }
    return DrainedServer(
        application: makeApplication(services: services, settings: settings, logger: logger, onBound: onBound),
        address: "\(settings.host):\(settings.port)", drain: .milliseconds(settings.limits.drainMilliseconds), logger: logger)
}

/// Ends within a bounded time after a shutdown began: a client that stalls must not take the time that others need to drain.
private struct DrainedServer: Service {
    let application: any Service
    let address: String
    let drain: Duration
    let logger: Logger

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await application.run()
                } catch let error as IOError {
                    throw CaselightError(
                        .unreachable, "listen on \(address)", because: String(cString: strerror(error.errnoCode)),
                        remedy: "Is another caselightd running? http.host and http.port say where to listen.")
                }
            }
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

/// The application itself, which tests drive.
func makeApplication(
    services: ServerServices, settings: ServerSettings, logger: Logger, onBound: @escaping @Sendable (Int) -> Void = { _ in }
) -> some ApplicationProtocol {
    let limits = settings.limits
    ServerMetrics.tell(limits)
    let api = API(services: services, settings: settings, logger: logger)
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
            address: .hostname(settings.host, port: settings.port), serverName: "caselight",
            availableConnectionsDelegate: ConnectionCount(limit: limits.connectionCount)),
        onServerRunning: { channel in
            if let port = channel.localAddress?.port { onBound(port) }
        },
        logger: quietLogger)
}
