import CaselightModel

/// What an operator may set about recording. Each has a default that suits one box.
package struct IngestSettings: Sendable {
    /// `caselight-media`, absolute.
    package var workerPath: String
    package var archivePath: String
    package var segmentLength: Microseconds = .seconds(60)
    package var fragmentLength: Microseconds = .seconds(1)
    package var syncInterval: Microseconds = .seconds(5)
    /// Footage waiting for the disk, per feed.
    package var queueLimitBytes = 16 << 20
    package var readTimeout: Microseconds = .seconds(10)
    package var drainInterval: Microseconds = .milliseconds(100)
    /// A worker process carries at most so many feeds; 1 gives each camera its own process.
    package var feedsPerWorker = 64
    package var backoff = Backoff.Limits()
    /// Feeds connecting at once, of all workers: a switch, a camera's recorder and our own cores take so many handshakes and no more.
    package var connectLimit = 200
    /// The first attempts after a start are spread over so long; with few feeds it takes less.
    package var connectSpread: Duration = .seconds(60)
    /// How long footage is kept.
    package var retention = RetentionPolicy()
    /// How long holds go on after their incident was closed.
    package var holdDaysAfterClose = 180
    /// Free space below which the oldest footage goes.
    package var reserveBytes: Int64 = 2 << 30
    /// How often retention looks.
    package var retentionInterval: Duration = .seconds(30)
    /// Stills waiting or being made at once; more are refused with `busy`.
    package var stillLimit = 64
    package var stillTimeout: Duration = .seconds(15)
    /// How long feeds may take to close their files when the daemon stops.
    package var drainLimit: Duration = .seconds(7)

    package init(workerPath: String, archivePath: String) {
        self.workerPath = workerPath
        self.archivePath = archivePath
    }
}
