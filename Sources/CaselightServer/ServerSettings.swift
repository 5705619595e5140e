import CaselightModel
import Foundation

/// Where the server listens, who may speak to it, and how much it takes on.
package struct ServerSettings: Sendable {
    package var host: String
    /// 0 takes any free port; `makeServer`'s callback tells which.
    package var port: Int
    /// Where the machine's administrator speaks to the daemon, in a folder that only its user may enter; `nil` listens nowhere but at `host`.
    package var socketPath: String?
    /// What `/api/v1/status` says of the running program.
    package var version: String
    package var limits: ServerLimits
    /// What a camera's own retention may not fall below.
    package var retention = RetentionPolicy()
    /// Whose days and months the numbers count by: the machine's own, unless told otherwise.
    package var zone = TimeZone.current

    package static let defaultPort = 8480

    package init(
        host: String = "127.0.0.1", port: Int = ServerSettings.defaultPort, socketPath: String? = nil, version: String = "0",
        limits: ServerLimits = ServerLimits()
    ) {
        self.host = host
        self.port = port
        self.socketPath = socketPath
        self.version = version
        self.limits = limits
    }
}

/// The server's limits, each with its reason. `caselight_http_limit` tells them, and `caselight_http_limit_reached_total` counts where one was met.
package struct ServerLimits: Sendable {
    /// A camera's or an incident's record is a few kilobytes; more is a mistake or an attack.
    package var jsonBodyBytes = 1 << 20
    /// A city's register: 115,000 cameras at 500 bytes.
    package var importBodyBytes = 64 << 20
    /// A recorder's disk, one file.
    package var uploadBytes: Int64 = 64 << 30
    package var pageDefaultCount = 100
    package var pageLimitCount = 1000
    /// Stills being decoded or waiting for it: a page of thumbnails. The worker decodes as many at once as it has cores.
    package var stillsAtOnceCount = 32
    /// Files being handed over at once; each keeps a disk busy.
    package var uploadsAtOnceCount = 4
    /// Imports of lists are held in memory whole.
    package var importsAtOnceCount = 1
    /// Verifying reads and hashes the whole log.
    package var verificationsAtOnceCount = 1
    /// Decoded stills kept for those who ask for the same again.
    package var stillCacheBytes = 32 << 20
    /// The heads of segments that stills were made of lately, about a kilobyte each: so that the next one of the same is one read.
    package var initializationCacheBytes = 1 << 20
    /// Listeners to what happens, one a browser window, and as many again for what they ask; a descriptor and some ten kilobytes each.
    package var connectionCount = 4096
    /// Connections on which events are told at once. Less than half of all, so that whoever asks for something finds room beside those who listen.
    package var eventStreamCount = 2000
    /// A connection on which nothing is asked for, or a request that stops arriving, is closed after it.
    package var idleTimeoutSeconds = 60
    /// What is under way at a shutdown may take so long; then it is cut off, so that the feeds have time to close their files.
    package var drainMilliseconds = 3000
    package var headerBytes = 64 << 10
    /// Browsers signed in at once.
    package var sessionCount = 1000
    package var sessionIdleSeconds = 30 * 60
    /// The longest span of one question about a camera's coverage.
    package var coverageSpanDays = 366
    /// The longest span of one playlist, or of one list of keyframes or activity.
    package var playlistSpanHours = 24
    /// Row errors an import reports; the rest are counted.
    package var importErrorCount = 100
    package var importRowCount = 1_000_000

    /// Months that the numbers tell of at once: ten years.
    package var numbersMonthCount = 120
    /// Incidents that the numbers are made of at once: a city's year, held in memory at 100 bytes each.
    package var numbersIncidentCount = 500_000
    /// Days of one question about completeness.
    package var completenessDayCount = 92
    /// Cameras of one question about completeness: each is as much to read as its strip.
    package var completenessCameraCount = 2000

    package init() {}

    /// All of them by name, for `/metrics`.
    var named: [(name: String, value: Double)] {
        [
            ("jsonBodyBytes", Double(jsonBodyBytes)), ("importBodyBytes", Double(importBodyBytes)),
            ("uploadBytes", Double(uploadBytes)), ("pageCount", Double(pageLimitCount)),
            ("stillsAtOnce", Double(stillsAtOnceCount)), ("uploadsAtOnce", Double(uploadsAtOnceCount)),
            ("importsAtOnce", Double(importsAtOnceCount)), ("verificationsAtOnce", Double(verificationsAtOnceCount)), ("stillCacheBytes", Double(stillCacheBytes)),
            ("initializationCacheBytes", Double(initializationCacheBytes)),
            ("connections", Double(connectionCount)), ("idleTimeoutSeconds", Double(idleTimeoutSeconds)),
            ("eventStreams", Double(eventStreamCount)), ("drainMilliseconds", Double(drainMilliseconds)), ("headerBytes", Double(headerBytes)), ("sessions", Double(sessionCount)),
            ("sessionIdleSeconds", Double(sessionIdleSeconds)), ("coverageSpanDays", Double(coverageSpanDays)),
            ("playlistSpanHours", Double(playlistSpanHours)), ("importErrors", Double(importErrorCount)),
            ("importRows", Double(importRowCount)), ("numbersMonths", Double(numbersMonthCount)),
            ("numbersIncidents", Double(numbersIncidentCount)), ("completenessDays", Double(completenessDayCount)),
            ("completenessCameras", Double(completenessCameraCount)),
        ]
    }
}
