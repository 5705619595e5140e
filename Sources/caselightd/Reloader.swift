import CaselightIngest
import CaselightModel
import Logging
import ServiceLifecycle
import UnixSignals

/// Reads the settings again on SIGHUP. Wrong ones change nothing; right ones take effect where they can without a restart:
/// the log level, retention and the reserve, and the waits between attempts.
struct Reloader: Service {
    let options: SettingsOptions
    let notifier: SystemdNotifier
    let ingest: IngestService
    let logger: Logger

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in signals.cancelOnGracefulShutdown() {
            notifier.reloading()
            do {
                let settings = try await options.read()
                JournalLogHandler.setLevel(settings.logLevel)
                await ingest.adopt(settings.ingest)
                logger.notice("settings read again; what concerns listening, paths and workers takes effect at the next start")
                notifier.ready("recording")
            } catch {
                logger.error("\(error) The settings in force stay.")
                notifier.ready("recording with the settings before: the new ones are wrong")
            }
        }
    }
}
