import ArgumentParser
import CaselightArchive
import CaselightMedia
import CaselightWorkerProtocol

/// The media worker. Started by `caselightd`; people have no use for it.
struct MediaWorker: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "caselight-media",
        abstract: "Reads feeds and files for caselightd.",
        discussion: "caselightd starts it and speaks to it over standard input and output; standard error is its log.",
        subcommands: [Feed.self, Still.self])

    struct Feed: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Reads feeds and writes their segments.")

        func run() throws {
            try serve { settings, store, report in FeedWorker(settings: settings, store: store, report: report) }
        }
    }

    struct Still: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Decodes stills, makes clips and imports recorded files.")

        func run() throws {
            try serve { settings, store, report in StillWorker(settings: settings, store: store, report: report) }
        }
    }

    private static func serve(
        _ makeRole: @escaping (WorkerSettings, SegmentStore, @Sendable @escaping (WorkerEvent) -> Void) -> any WorkerRole
    ) throws {
        Confinement.enter()
        let events = EventWriter(descriptor: 1)
        let loop = CommandLoop(input: 0, events: events) { settings, report in
            let writer = SegmentWriter(settings: settings, report: report)
            return makeRole(settings, SegmentStore(sink: writer, drain: { writer.drain() }), report)
        }
        throw ExitCode(loop.run())
    }
}

MediaWorker.main()
