import HTTPTypes

/// Header fields that HTTPTypes has no name for. Each literal is a token (RFC 9110, 5.6.2), so making its name cannot fail.
extension HTTPField.Name {
    /// Says that a request comes from our own pages: a foreign page cannot send it.
    static let caselight = Self("X-Caselight")!
    /// When a still's keyframe was taken.
    static let keyframeAt = Self("Caselight-Keyframe-At")!
    /// Of server-sent events: the last one that a client that comes back has seen.
    static let lastEventID = Self("Last-Event-ID")!
    static let host = Self("Host")!
    static let referrerPolicy = Self("Referrer-Policy")!
    static let resourcePolicy = Self("Cross-Origin-Resource-Policy")!
}
