import ArgumentParser
import CaselightExport
import CaselightIngest
import CaselightLog
import CaselightModel
import CaselightPush
import CaselightServer
import CaselightStore
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// The settings every command takes.
struct SettingsOptions: ParsableArguments {
    @Option(help: "The settings file; default /etc/caselight/caselight.yaml where there is one.")
    var config: String?

    @Option(help: ArgumentHelp("A setting by its key, over file and environment.", valueName: "key=value"))
    var set: [String] = []

    func read() async throws -> Settings {
        var flags: [String: String] = [:]
        for setting in set {
            let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, Settings.keys.contains(parts[0]) else {
                throw ValidationError("--set takes KEY=VALUE with one of: \(Settings.keys.joined(separator: " "))")
            }
            flags[parts[0]] = parts[1]
        }
        return try await Settings.read(file: config, flags: flags)
    }
}

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Records and answers until told to stop.",
        discussion: """
            SIGTERM closes every file and ends within 10 s; SIGHUP reads the settings again, and keeps the old ones where the new are wrong.
            Example: caselightd run --config /etc/caselight/caselight.yaml --set http.port=8481
            """)

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let notifier = SystemdNotifier()
        let isForJournal = ProcessInfo.processInfo.environment["JOURNAL_STREAM"] != nil
        LoggingSystem.bootstrap { JournalLogHandler(label: $0, isForJournal: isForJournal) }
        let logger = Logger(label: "caselightd")
        do {
            try await run(notifier, logger)
        } catch let error as CaselightError {
            logger.critical("\(error)")
            throw ExitCode(1)
        }
    }

    private func run(_ notifier: SystemdNotifier, _ logger: Logger) async throws {
        let settings = try await options.read()
        JournalLogHandler.setLevel(settings.logLevel)
        PrometheusRegistry.bootstrap()
        let clock = SystemWallClock()
        notifier.status("opening records and archive")
        let parts = try await Parts.open(settings, clock: clock)
        let keys = KeyKeeper(file: settings.keyFile, records: parts.records, logger: logger)
        try await keys.start()
        let log = try await OpenedLog.open(settings, records: parts.records, clock: clock)
        let keeping = Task { await log.book.run() }
        let holds = HoldBook(
            store: parts.records, records: parts.records, index: parts.index, archive: parts.archive, log: log.book, clock: clock,
            logger: Logger(label: "holds"), daysAfterClose: settings.ingest.holdDaysAfterClose)
        let ingest = IngestService(
            records: parts.records, index: parts.index, archive: parts.archive, holds: holds, settings: settings.ingest, clock: clock,
            logger: Logger(label: "ingest"))
        notifier.status("recovering footage")
        try await ingest.recover(rebuilding: parts.index.isNew)
        let exporter = Exporter(
            parts.exportServices(log: log, holds: holds, desk: ingest.desk, settings: settings, clock: clock),
            settings.exports)
        try await exporter.start()
        let deliverer = Deliverer(
            store: parts.records, news: { parts.records.stepNews() }, clock: clock, logger: Logger(label: "push"))
        let server = makeServer(
            services: parts.services(
                feeds: ingest, log: log, holds: holds, exports: Exports(exporter: exporter), deliverer: deliverer, keys: keys, clock: clock),
            settings: settings.server(),
            logger: Logger(label: "http"),
            onBound: { port in
                logger.notice("listening on http://\(settings.host):\(port)")
                notifier.ready("recording")
            })
        let heart = Heart(notifier: notifier, ingest: ingest, records: parts.records)
        let reloader = Reloader(options: options, notifier: notifier, ingest: ingest, logger: logger)
        var group = ServiceGroupConfiguration(
            services: [.init(service: ingest), .init(service: server), .init(service: heart), .init(service: reloader), .init(service: exporter),
                .init(service: deliverer)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(9)
        try await ServiceGroup(configuration: group).run()
        keeping.cancel()
        await keeping.value
        logger.notice("stopped")
    }
}
