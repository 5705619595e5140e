/// What a camera may make us hold, read or wait for.
enum RTSPLimits {
    /// First line and headers of one message. Real ones stay below 1 KiB.
    static let headBytes = 16 << 10
    static let headerCount = 64
    /// A session description, the only body read.
    static let bodyBytes = 64 << 10
    /// Media a session description may name; recorders with many channels stay below.
    static let mediaCount = 32
    static let descriptionLines = 2000
    /// What libavformat's reader of session descriptions takes, less its terminator and room to spare.
    static let rewrittenBytes = 16_000
    /// One line of it.
    static let rewrittenLineBytes = 8000
    static let sessionNameBytes = 256
    static let addressBytes = 2048
    static let sessionIDBytes = 512
    static let challengeCount = 8
    static let challengeFields = 24
    /// Requests repeated because a nonce was stale.
    static let loginAttempts = 3
    /// Answers that announce another answer (1xx) to one request.
    static let interimAnswers = 8
    /// Keep-alives without an answer; older ones are forgotten.
    static let answersWaiting = 4
    /// Bytes skipped since something was last understood.
    static let garbageBytes = 64 << 10
    static let firstBufferBytes = 32 << 10
    /// What a longer burst leaves in the socket is read at once after this has been taken.
    static let bufferBytes = 256 << 10
    /// Packets that overtook the answer to PLAY.
    static let earlyBytes = 64 << 10
    /// Answers to the camera's own requests and our reports, while it does not read.
    static let unsentBytes = 64 << 10
    /// Of a name with many addresses.
    static let addressCount = 4
    static let portAttempts = 100
    static let datagramBytes = 65_535
    static let socketBufferBytes = 1 << 20
    /// Where the system grants a datagram socket less than that, a burst must not wait long.
    static let datagramDrainUs: Int64 = 40_000
    /// How long a wait may overlook that it was interrupted.
    static let sliceUs: Int64 = 100_000
    /// The same for a pause between two drains, which costs a wake-up each.
    static let napUs: Int64 = 150_000
    static let farewellUs: Int64 = 500_000
    /// RFC 2326, 12.37.
    static let defaultSessionSeconds = 60
    static let longestSessionSeconds = 3600
}
