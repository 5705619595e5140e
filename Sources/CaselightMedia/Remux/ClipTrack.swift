import CFFmpeg
internal import CaselightModel

/// The packets of a stretch's pictures, or of its sound, file after file. Belongs to one thread.
final class ClipTrack {
    enum Kind { case video, audio }

    /// Where a packet stands.
    struct Position: Comparable {
        /// The segment's place in the stretch.
        let source: Int
        /// In its file.
        let offset: Int64

        static let start = Position(source: 0, offset: 0)

        static func < (left: Self, right: Self) -> Bool { (left.source, left.offset) < (right.source, right.offset) }
    }

    private let sources: [ClipSource]
    private let kind: Kind
    private let pool: PacketPool
    private var sourceIndex: Int
    private var input: SegmentInput?
    private var upcoming: Sample?
    /// The packet at hand; `nil` at the end.
    private(set) var current: Sample?
    private(set) var parameters: CodecParameters?
    private(set) var timeBase = AVRational(num: 1, den: 1)

    struct Sample {
        fileprivate let packet: UnsafeMutablePointer<AVPacket>
        let position: Position
        /// When it shows, in true time.
        let at: WallTime
        /// Until the next one's decoding, in the track's ticks.
        fileprivate(set) var durationTicks: Int64 = 0
        let isKeyframe: Bool
        /// In the track's ticks.
        let display: Int64
        let decode: Int64
        let byteCount: Int

        fileprivate init(_ packet: UnsafeMutablePointer<AVPacket>, source: Int, at: WallTime) {
            self.packet = packet
            self.at = at
            position = Position(source: source, offset: packet.pointee.pos)
            isKeyframe = packet.pointee.flags & AV_PKT_FLAG_KEY != 0
            (display, decode, byteCount) = (packet.pointee.pts, packet.pointee.dts, Int(packet.pointee.size))
        }
    }

    /// Opens the first file and reads the first packet at `start` or after it.
    init(_ kind: Kind, of sources: [ClipSource], from start: Position = .start, pool: PacketPool) throws(CaselightError) {
        self.kind = kind
        self.sources = sources
        self.pool = pool
        sourceIndex = start.source
        upcoming = try read()
        while let sample = upcoming, sample.position < start {
            pool.giveBack(sample.packet)
            upcoming = nil
            upcoming = try read()
        }
        try advance()
    }

    deinit { for sample in [current, upcoming] { if let sample { pool.giveBack(sample.packet) } } }

    /// Goes to the next packet.
    func advance() throws(CaselightError) {
        if let current { pool.giveBack(current.packet) }
        // At no time do both hold one packet: what throws below lets go of each once.
        (current, upcoming) = (upcoming, nil)
        guard var sample = current else { return }
        // Asked for before the next file opens: the last packet of all lasts until its track ends.
        let end = input?.stream.pointee.duration ?? 0
        let next = try read()
        upcoming = next
        sample.durationTicks = max(1, (next?.decode ?? end) - sample.decode)
        current = sample
    }

    /// Hands the packet at hand to a function that may change its times; it stays this track's.
    func withPacket<Result>(_ body: (UnsafeMutablePointer<AVPacket>, Sample) -> Result) -> Result? {
        current.map { body($0.packet, $0) }
    }

    private func read() throws(CaselightError) -> Sample? {
        let packet = pool.take()
        do {
            while let input = try opened() {
                if try input.next(into: packet) {
                    return Sample(packet, source: sourceIndex, at: try input.wall(of: packet) - sources[sourceIndex].clockOffsetUs)
                }
                self.input = nil
                sourceIndex += 1
            }
        } catch {
            pool.giveBack(packet)
            throw error
        }
        pool.giveBack(packet)
        return nil
    }

    /// The file at hand, or the next one that has this track.
    private func opened() throws(CaselightError) -> SegmentInput? {
        if let input { return input }
        while sourceIndex < sources.count {
            let source = sources[sourceIndex]
            guard let (path, byteCount) = source.file(kind) else {
                sourceIndex += 1
                continue
            }
            let made = try SegmentInput.open(path: path, limit: byteCount, operation: "copy the \(kind) of segment \(source.segment)")
            if parameters == nil {
                parameters = CodecParameters(copying: made.stream.pointee.codecpar)
                timeBase = made.stream.pointee.time_base
            }
            input = made
            return made
        }
        return nil
    }
}

extension ClipSource {
    /// `nil` where the segment has no such file.
    func file(_ kind: ClipTrack.Kind) -> (path: String, byteCount: Int64)? {
        switch kind {
        case .video: (videoPath, videoByteCount)
        case .audio: audioPath.map { ($0, audioByteCount) }
        }
    }
}
