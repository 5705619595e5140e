/// A packet of video: where it stands, and what tells it from others at a glance.
struct Packet: Equatable {
    let size: Int
    /// Of its bytes.
    let digest: UInt64
}

/// What of a looped source is missing in what was recorded of it.
struct PacketComparison: Equatable {
    /// Packets of the source that should stand between two that were recorded, and do not.
    var lostCount = 0
    /// Recorded packets that are none of the source's.
    var foreignCount = 0

    var isUnbroken: Bool { lostCount == 0 && foreignCount == 0 }

    /// - Parameters:
    ///   - recorded: a camera's packets in order, of all its runs.
    ///   - source: one loop of what the camera sends.
    init(of recorded: [Packet], with source: [Packet]) {
        let places = Dictionary(grouping: source.indices) { source[$0].digest }
        var expected: Int?
        for packet in recorded {
            let candidates = (places[packet.digest] ?? []).filter { source[$0] == packet }
            guard !candidates.isEmpty else {
                foreignCount += 1
                expected = expected.map { ($0 + 1) % source.count }
                continue
            }
            // The nearest place from where we should be: packets may be alike, and a loss is more likely short than long.
            let wanted = expected ?? candidates[0]
            let missing = candidates.map { ($0 - wanted + source.count) % source.count }.min() ?? 0
            lostCount += missing
            expected = (wanted + missing + 1) % source.count
        }
    }
}
