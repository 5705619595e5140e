package import CaselightModel

/// What to open, and how.
package struct RTSPOrder: Sendable {
    /// How the camera's packets come.
    package enum Transport: Sendable {
        /// Between the answers, on the one connection.
        case tcp
        case udp
    }

    /// Plain `rtsp` only.
    package var url: FeedURL
    /// Sent only when the camera asks for a login.
    package var credentials: FeedCredentials?
    package var transport: Transport
    /// For connecting, for each whole answer, and for silence while playing.
    package var answerTimeout: Microseconds
    /// From one reading of the socket to the next, give or take a quarter, so that it never locks to the frame rate.
    package var drainInterval: Microseconds

    package init(
        url: FeedURL, credentials: FeedCredentials? = nil, transport: Transport = .tcp, answerTimeout: Microseconds = .seconds(10),
        drainInterval: Microseconds = .milliseconds(100)
    ) {
        self.url = url
        self.credentials = credentials
        self.transport = transport
        self.answerTimeout = answerTimeout
        self.drainInterval = drainInterval
    }
}
