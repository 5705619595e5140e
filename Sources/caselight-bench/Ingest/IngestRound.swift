/// One after the other: ours and its peers, over the same server.
struct IngestRound {
    let place: Place
    let server: LoadServer
    let meter: IngestMeter
    let clip: ClipFacts
    let stillSeconds: Double?

    /// All must record by then.
    static let settleLimitSeconds = 180.0
    /// What a start costs is over by then: first segments, probing, caches.
    static let settleSeconds = 5.0

    /// - Parameter isReversed: peers first, so that neither side always has the warmer machine.
    /// - Returns: by contender; ours is `nil`.
    func run(_ peers: [Peer], isReversed: Bool) throws -> [Peer?: IngestMeasurement] {
        let order: [Peer?] = [nil] + peers
        return try (isReversed ? order.reversed() : order).reduce(into: [:]) { results, peer in
            Progress.say("measuring \(peer?.name ?? "Caselight")")
            results[peer] =
                if let peer {
                    try PeerRecording(peer: peer, place: place, server: server, meter: meter, clip: clip).measure()
                } else {
                    try OurRecording(place: place, server: server, meter: meter, clip: clip, stillSeconds: stillSeconds).measure()
                }
        }
    }
}
