import CFFmpeg
internal import CaselightModel
internal import CaselightWorkerProtocol

/// Makes the clips of one order. Runs on a thread of its own; `cancel` comes from others.
final class RemuxSession: FileJob {
    /// A camera that reconnects every minute for a day leaves as many stretches.
    static let clipLimit = 2000
    /// The muxer keeps about 60 bytes of each packet until a clip is complete; past this the next clip goes on at a keyframe.
    static let packetLimit = 2_000_000
    static let progressInterval: Int64 = 250_000

    private let order: RemuxOrder
    private let report: @Sendable (WorkerEvent) -> Void
    private let packetLimit: Int
    private let interrupt = Interrupt()

    init(_ order: RemuxOrder, packetLimit: Int = RemuxSession.packetLimit, report: @Sendable @escaping (WorkerEvent) -> Void) {
        self.order = order
        self.packetLimit = packetLimit
        self.report = report
    }

    var request: RequestNumber { order.request }
    var operation: String { "make clips" }

    func cancel() { interrupt.trip() }

    func run() -> WorkerEvent {
        do {
            return .remuxDone(request, try make())
        } catch {
            return .requestFailed(request, error)
        }
    }

    private func make() throws(CaselightError) -> [ClipFile] {
        var progress = RemuxProgress(request, total: order.sources.reduce(0) { $0 + $1.videoByteCount + $1.audioByteCount }, report)
        var clips: [ClipFile] = []
        for stretch in RemuxPlan.stretches(of: try entries()).map({ $0.map(\.source) }) {
            var next = try start(in: stretch)
            while let position = next {
                guard clips.count < Self.clipLimit else {
                    throw CaselightError(
                        .tooLarge, operation, because: "the footage falls into more than \(Self.clipLimit) unbroken stretches",
                        remedy: "Export shorter spans, one after the other.")
                }
                let copy = StretchCopy(stretch, from: position, wantedEnd: order.wanted.end, packetLimit: packetLimit)
                let (clip, rest) = try copy.write(into: order.folder, number: clips.count + 1) { byteCount throws(CaselightError) in
                    try checkIsWanted()
                    progress.add(byteCount)
                }
                clips.append(clip)
                next = rest
            }
        }
        return clips
    }

    private func entries() throws(CaselightError) -> [RemuxPlan.Entry] {
        var entries: [RemuxPlan.Entry] = []
        for source in order.sources {
            try checkIsWanted()
            guard let video = try initialization(of: source, .video) else { continue }
            entries.append(RemuxPlan.Entry(source: source, video: video, audio: try initialization(of: source, .audio)))
        }
        return entries
    }

    private func initialization(of source: ClipSource, _ kind: ClipTrack.Kind) throws(CaselightError) -> [UInt8]? {
        guard let (path, byteCount) = source.file(kind) else { return nil }
        let operation = "copy the \(kind) of segment \(source.segment)"
        let file = try OpenFile(path: path, operation: operation)
        guard let boxes = SegmentBoxes(file.descriptor, limit: min(byteCount, file.byteCount), onlyInitialization: true) else {
            throw CaselightError(
                .damagedMedia, operation, because: "it does not begin as a segment does", remedy: "Check the archive: caselightd check --hash")
        }
        return boxes.initialization
    }

    /// The keyframe at or before the wanted start, or else where the stretch begins; `nil` where nothing of it is wanted.
    private func start(in stretch: [ClipSource]) throws(CaselightError) -> ClipTrack.Position? {
        guard let first = stretch.first, let last = stretch.last, first.startsAt < order.wanted.end, last.endsAt > order.wanted.start else {
            return nil
        }
        for index in stretch.indices.reversed() where stretch[index].startsAt <= order.wanted.start {
            var found: ClipTrack.Position?
            let pictures = try ClipTrack(
                .video, of: Array(stretch[...index]), from: .init(source: index, offset: 0), pool: PacketPool())
            while let picture = pictures.current, picture.at <= order.wanted.start || !picture.isKeyframe {
                try checkIsWanted()
                if picture.isKeyframe, picture.at <= order.wanted.start { found = picture.position }
                try pictures.advance()
            }
            if let found { return found }
        }
        return .start
    }

    private func checkIsWanted() throws(CaselightError) {
        if interrupt.isTripped { throw CaselightError(.interrupted, operation, because: "it was told to stop") }
    }
}

/// Says how far a remux is, not too often.
private struct RemuxProgress {
    private let request: RequestNumber
    private let total: Int64
    private let report: @Sendable (WorkerEvent) -> Void
    private var done: Int64 = 0
    private var toldUs: Int64 = 0

    init(_ request: RequestNumber, total: Int64, _ report: @Sendable @escaping (WorkerEvent) -> Void) {
        (self.request, self.total, self.report) = (request, total, report)
    }

    mutating func add(_ byteCount: Int) {
        done += Int64(byteCount)
        let now = caselight_monotonic_us()
        guard now - toldUs >= RemuxSession.progressInterval else { return }
        toldUs = now
        report(.remuxProgress(request, doneBytes: min(done, total), totalBytes: total))
    }
}
