/// What a loop of the load's clip consists of.
struct ClipFacts {
    let packets: [Packet]
    let framesPerSecond: Double
    let keyframesPerSecond: Double

    /// Keyframe interval of the load's clips (`make-footage.sh`).
    static let keyframeSeconds = 2.0

    init(_ clip: LoadClip, _ place: Place) throws {
        packets = try RecordedPackets.source(try clip.file(place), place)
        guard !packets.isEmpty else { throw Trouble("the clip \(clip.fileName) holds no packets") }
        framesPerSecond = clip.framesPerSecond
        keyframesPerSecond = 1 / Self.keyframeSeconds
    }

    var bytesPerSecond: Double { Double(packets.reduce(0) { $0 + $1.size }) * framesPerSecond / Double(packets.count) }
}
