internal import CaselightModel
internal import CaselightWorkerProtocol
import SystemPackage

/// A segment being recorded: its files, and what they add up to.
///
/// Sendable because only jobs of its run's lane touch it, one at a time; the lane's lock orders them.
final class WrittenSegment: @unchecked Sendable {
    /// More keyframes than this are told when the segment is closed: a minute of pictures that are all keyframes has 1,500.
    static let toldKeyframeLimit = 2000

    let header: SegmentHeader
    private let archivePath: String
    private let calls: DiskCalls
    private let events: WriterEvents
    private let onFailure: @Sendable (CaselightError) -> Void

    private var video: TrackFile?
    private var audio: TrackFile?
    private var audioCodec = ""
    private var tally: SegmentTally
    private var isAnnounced = false
    private var isEnded = false

    /// - Parameters:
    ///   - initialization: of the pictures.
    ///   - onFailure: called when the segment ended because of its disk.
    init(
        header: SegmentHeader, initialization: MediaInitialization, archivePath: String, calls: DiskCalls, events: WriterEvents,
        onFailure: @Sendable @escaping (CaselightError) -> Void
    ) {
        self.header = header
        self.archivePath = archivePath
        self.calls = calls
        self.events = events
        self.onFailure = onFailure
        tally = SegmentTally(start: header.startedAt, initialization: initialization)
    }

    /// Makes the files: initialization, then header.
    func create(_ opening: SegmentOpening, video videoReader: FragmentReader, audio audioReader: FragmentReader?) {
        do {
            let headerBox = try SegmentBox.encode(header)
            let path = ArchiveLayout.video(header.id, camera: header.camera, start: header.startedAt)
            let video = try makeFile(path, reader: videoReader)
            self.video = video
            try video.append((opening.videoInitialization + headerBox)[...], fragmentCount: 0)
            if let audioOpening = opening.audio, let audioReader {
                let audioPath = ArchiveLayout.audio(
                    header.id, camera: header.camera, start: header.startedAt, codec: audioOpening.codec)
                let audio = try makeFile(audioPath, reader: audioReader)
                (self.audio, audioCodec) = (audio, audioOpening.codec)
                try audio.append((audioOpening.initialization + headerBox)[...], fragmentCount: 0)
            }
            try Disk.makeDurable(folder: dayFolder)
        } catch {
            fail(error)
        }
    }

    /// - Parameter fragments: of `recorded`, with offsets from its start.
    func write(_ recorded: RecordedFragment, _ fragments: [MediaFragment]) {
        guard !isEnded, let video, let file = recorded.track == .video ? video : audio else { return }
        do {
            let offset = file.byteCount
            if !recorded.bytes.isEmpty { try file.append(recorded.bytes, fragmentCount: fragments.count) }
            if recorded.track == .video {
                for fragment in fragments { tally.add(fragment, shiftedBy: offset) { $0.head(in: recorded.bytes) } }
            }
            for frame in recorded.dropped { tally.add(frame) }
            if header.policy != .full { tally.reach(recorded.endsAt) }
            announce(video)
        } catch {
            fail(error)
        }
    }

    /// Makes durable what has been written.
    func sync() {
        guard !isEnded else { return }
        do {
            try video?.sync()
            try audio?.sync()
        } catch {
            fail(error)
        }
    }

    /// Ends the segment.
    func close(_ closing: SegmentClosing) {
        guard !isEnded else { return }
        do {
            try conclude(closing)
        } catch {
            fail(error, closing)
        }
    }

    /// Ends the segment where its last whole fragment ends, for a reason of ours.
    func close(_ reason: EndReason) {
        close(SegmentClosing(segment: header.id, endedAt: tally.endsAt, reason: reason, stream: header.stream, clockSamples: []))
    }

    private var dayFolder: String { archivePath + "/" + ArchiveLayout.day(header.camera, header.startedAt) }

    /// The day's folder may be erased, being empty, between its making and the file's: hence more than one attempt.
    private func makeFile(_ path: String, reader: FragmentReader) throws -> TrackFile {
        for _ in 0..<3 {
            let cameraFolder = "\(archivePath)/\(header.camera)"
            try Disk.makeFolder(cameraFolder, in: archivePath)
            try Disk.makeFolder(dayFolder, in: cameraFolder)
            do {
                return try TrackFile(creating: "\(archivePath)/\(path)", reader: reader, calls: calls)
            } catch Errno.noSuchFileOrDirectory {
                continue
            }
        }
        throw Errno.noSuchFileOrDirectory
    }

    private func announce(_ video: TrackFile) {
        guard video.fragmentCount > 0 || header.policy == .metadata else { return }
        guard isAnnounced else {
            isAnnounced = true
            events.opened(segment(video))
            return
        }
        let end = span(until: tally.endsAt).end
        let tellsTables = tally.keyframes.count <= Self.toldKeyframeLimit
        events.grew(
            SegmentProgress(
                id: header.id, endsAt: end, byteCount: video.byteCount, audioByteCount: audio?.byteCount,
                keyframes: tellsTables ? tally.keyframeTable : nil, activity: tellsTables ? tally.activityTable(until: end) : nil))
    }

    private func conclude(_ closing: SegmentClosing) throws {
        guard let video, isAnnounced else {
            isEnded = true
            removeFiles()
            return
        }
        if let audio, audio.fragmentCount == 0 {
            audio.remove()
            self.audio = nil
        }
        let end = span(until: closing.endedAt).end
        let activity = tally.activityTable(until: end)
        let trailer = try SegmentBox.encode(
            SegmentTrailer(
                endedAt: end, endReason: closing.reason, stream: closing.stream, clockSamples: closing.clockSamples,
                activity: activity.packed))
        for file in [video, audio].compactMap({ $0 }) {
            try file.append(trailer: trailer, isDurable: closing.reason != .diskFailed)
        }
        try Disk.makeDurable(folder: dayFolder)
        isEnded = true
        video.forgetCached()
        audio?.forgetCached()
        events.closed(segment(video, end: end, reason: closing.reason))
        release()
    }

    /// Ends the segment because its disk is full or failed: closed at the last whole fragment if the disk still takes a trailer.
    private func fail(_ error: any Error, _ closing: SegmentClosing? = nil) {
        let cause = diskError(error)
        let reason: EndReason = cause.code == .diskFull ? .diskFull : .diskFailed
        let isWorthKeeping = isAnnounced
        do {
            video?.takeBackTrailer()
            audio?.takeBackTrailer()
            var last = closing
            last?.reason = reason
            try conclude(
                last
                    ?? SegmentClosing(
                        segment: header.id, endedAt: tally.endsAt, reason: reason, stream: header.stream, clockSamples: []))
            if !isWorthKeeping { events.lost(header.id, header.camera, cause) }
        } catch {
            video?.takeBackTrailer()
            audio?.takeBackTrailer()
            isEnded = true
            events.lost(header.id, header.camera, cause)
            release()
        }
        onFailure(cause)
    }

    private func diskError(_ error: any Error) -> CaselightError {
        let operation = "write segment \(header.id) of camera '\(header.camera)'"
        if let failure = error as? SyncFailure {
            let cause = CaselightError.disk(operation, failure.cause)
            return CaselightError(
                .diskFailed, operation, because: "its sync failed: \(cause.cause)", remedy: "Check the archive's disk and the kernel's log."
            )
        }
        return CaselightError.disk(operation, error)
    }

    private func removeFiles() {
        video?.remove()
        audio?.remove()
        release()
    }

    private func release() { (video, audio) = (nil, nil) }

    private func span(until end: WallTime) -> TimeSpan {
        let start = header.startedAt
        return TimeSpan(start: start, end: max(end, max(tally.endsAt, start + Microseconds(1))))
    }

    /// The segment as the index is to know it by now.
    private func segment(_ video: TrackFile, end: WallTime? = nil, reason: EndReason? = nil) -> Segment {
        let span = span(until: end ?? tally.endsAt)
        let isClosed = reason != nil
        let sound = audio.map {
            AudioSibling(
                codec: audioCodec, byteCount: $0.byteCount, initializationByteCount: $0.initializationByteCount,
                sha256: isClosed ? $0.sha256 : nil)
        }
        return Segment(
            id: header.id, camera: header.camera, span: span, policy: header.policy, byteCount: video.byteCount,
            initializationByteCount: video.initializationByteCount, sha256: isClosed ? video.sha256 : nil, endReason: reason,
            audio: sound, keyframes: tally.keyframeTable, activity: tally.activityTable(until: span.end))
    }
}
