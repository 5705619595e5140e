import CaselightIngest
import CaselightStore
import Logging
import ServiceLifecycle

/// Tells systemd that the daemon makes progress: ingest answers and the records can be read. A wedge of either misses the beat.
struct Heart: Service {
    let notifier: SystemdNotifier
    let ingest: IngestService
    let records: any RecordStore

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                let isHealthy = await ingest.isHealthy
                let count = try? await records.cameraCount()
                // Only what answers counts; an index that waits for its disk is reported, not restarted.
                if let count {
                    notifier.alive()
                    notifier.status(isHealthy ? "recording; \(count) cameras registered" : "starting, or the index takes no changes")
                }
                let interval = notifier.watchdogInterval.map { $0 / 3 } ?? .seconds(10)
                try await Task.sleep(for: isHealthy ? interval : min(interval, .seconds(1)))
            }
        }
        notifier.stopping()
    }
}
