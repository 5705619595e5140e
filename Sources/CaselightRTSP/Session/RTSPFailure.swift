/// Why a session did not open, or ended. Holds no secret: no credentials, no path, no query.
package enum RTSPFailure: Error, Equatable, Sendable {
    /// The caller wished it.
    case interrupted
    case timedOut
    case closedByPeer
    /// A login was asked for and none is known, or the one known was refused.
    case unauthorized
    case forbidden
    case notFound
    /// The camera named another address. It is never followed: no connection is made to it.
    case redirected
    /// Any other status of 400 and more.
    case refusedByStatus(Int)
    /// The system's error number of connecting, sending or receiving.
    case unreachable(errno: Int32)
    case unknownHost
    /// What the camera said wrongly, in words.
    case malformed(String)
    /// It describes no video that could be asked for.
    case noPlayableMedia
    /// It has no transport of ours, or answered with one that was not offered.
    case unsupportedTransport
}
