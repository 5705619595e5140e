package import CaselightModel

/// What an installation says about its consultation log.
package struct LogSettings: Sendable {
    /// The first line of every checkpoint, which names the log: `caselight/` and the installation's id.
    package var origin: String
    /// The file that checkpoints are added to, one note after another.
    package var checkpointPath: String
    /// How long a log that grows goes without a checkpoint.
    package var checkpointInterval = Microseconds.seconds(300)

    package init(origin: String, checkpointPath: String) {
        self.origin = origin
        self.checkpointPath = checkpointPath
    }
}

/// Limits of the log: none of them is ever the reason that something is done unlogged.
package enum LogLimits {
    /// Entries that wait for the disk; beyond it callers are refused.
    package static let queuedEntryCount = 10_000
    /// Entries of one commit.
    package static let groupEntryCount = 1000
    /// Viewings under way; beyond it the one idle longest is sealed.
    package static let viewingCount = 10_000
    /// Separate spans of one viewing; beyond it the viewing is sealed and goes on as a new one.
    package static let spansPerViewing = 64
    /// A viewing without a call is sealed.
    package static let viewingIdle = Microseconds.seconds(60)
    /// A viewing that goes on is sealed, and goes on as a new one.
    package static let viewingLength = Microseconds.seconds(600)
    /// Spans that lie no further apart are one: less than the time of a frame or two, which no player leaves out.
    package static let joinGap = Microseconds.milliseconds(100)
    /// A commit that takes longer is told as a problem.
    package static let commitPatience = Duration.seconds(10)
}
