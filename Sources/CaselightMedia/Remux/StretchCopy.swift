import CFFmpeg
internal import CaselightModel

/// Copies an unbroken stretch of footage, from a keyframe on, into one file.
struct StretchCopy {
    private let sources: [ClipSource]
    private let start: ClipTrack.Position
    private let wantedEnd: WallTime
    private let packetLimit: Int

    /// - Parameter wantedEnd: the clip ends before the first keyframe at this time or later.
    init(_ sources: [ClipSource], from start: ClipTrack.Position, wantedEnd: WallTime, packetLimit: Int) {
        (self.sources, self.start, self.wantedEnd, self.packetLimit) = (sources, start, wantedEnd, packetLimit)
    }

    private static let operation = "make a clip"

    /// What has been written so far.
    private struct Tally {
        var (pictures, sounds) = (0, 0)
        var lastAt = WallTime.distantPast
        var endsAt = WallTime.distantPast
        /// Where the pictures end, in their ticks.
        var endTicks = Int64.min
        var segments: [SegmentID] = []

        mutating func add(_ picture: ClipTrack.Sample, of segment: SegmentID, _ scale: TickScale) {
            pictures += 1
            lastAt = max(lastAt, picture.at)
            endsAt = max(endsAt, picture.at + Microseconds(scale.microseconds(picture.durationTicks)))
            endTicks = max(endTicks, picture.display + picture.durationTicks)
            if segments.last != segment { segments.append(segment) }
        }
    }

    /// - Parameter each: called for each packet with its size; may stop it all.
    /// - Returns: the clip, and where the next one goes on if this one has all the packets it may have.
    func write(
        into folder: String, number: Int, each: (Int) throws(CaselightError) -> Void
    ) throws(CaselightError) -> (clip: ClipFile, rest: ClipTrack.Position?) {
        let pool = PacketPool()
        let video = try ClipTrack(.video, of: sources, from: start, pool: pool)
        guard let first = video.current, let videoParameters = video.parameters else {
            throw CaselightError(.damagedMedia, Self.operation, because: "segment \(sources[0].segment) has no pictures")
        }
        let audio = try sound(pool, from: first, video.timeBase)
        let writer = try ClipWriter.open(
            in: folder, number: number, video: .init(parameters: videoParameters, timeBase: video.timeBase),
            audio: audio.flatMap { track in track.parameters.map { .init(parameters: $0, timeBase: track.timeBase) } },
            startsAt: first.at, operation: Self.operation)
        let audioZero = audio.map { av_rescale_q(first.display, video.timeBase, $0.timeBase) } ?? 0
        let scale = TickScale(timeBase: video.timeBase, timescale: 1_000_000)
        var tally = Tally()
        while let picture = video.current, !isEnd(picture, tally) {
            try copySound(audio, before: picture.decode, video.timeBase, zero: audioZero, to: writer, &tally, each)
            try each(picture.byteCount)
            tally.add(picture, of: sources[picture.position.source].segment, scale)
            try writer.write(video, index: 0, zero: first.display)
            try video.advance()
        }
        try copySound(audio, before: tally.endTicks, video.timeBase, zero: audioZero, to: writer, &tally, each)
        let rest = video.current.flatMap { $0.at < wantedEnd ? $0.position : nil }
        let sum = try writer.finish()
        let clip = ClipFile(
            name: ClipFile.name(number, isQuickTime: writer.isQuickTime), byteCount: sum.byteCount, sha256: sum.sha256,
            span: TimeSpan(start: first.at, end: max(tally.endsAt, first.at + Microseconds(1))), firstPacketAt: first.at,
            lastPacketAt: tally.lastAt, videoCodec: videoParameters.codecName, videoPacketCount: tally.pictures,
            audioCodec: audio?.parameters?.codecName, audioPacketCount: tally.sounds, segments: tally.segments)
        return (clip, rest)
    }

    private func isEnd(_ picture: ClipTrack.Sample, _ tally: Tally) -> Bool {
        picture.isKeyframe && tally.pictures > 0 && (picture.at >= wantedEnd || tally.pictures + tally.sounds >= packetLimit)
    }

    /// The stretch's sound from the packet on that is heard when the first picture shows; `nil` where there is none.
    private func sound(_ pool: PacketPool, from first: ClipTrack.Sample, _ timeBase: AVRational) throws(CaselightError) -> ClipTrack? {
        guard sources[first.position.source...].contains(where: { $0.audioPath != nil }) else { return nil }
        let audio = try ClipTrack(.audio, of: sources, from: .init(source: first.position.source, offset: 0), pool: pool)
        while let sound = audio.current,
            av_compare_ts(sound.display + sound.durationTicks, audio.timeBase, first.display, timeBase) <= 0
        { try audio.advance() }
        return audio.current == nil ? nil : audio
    }

    private func copySound(
        _ audio: ClipTrack?, before ticks: Int64, _ timeBase: AVRational, zero: Int64, to writer: ClipWriter, _ tally: inout Tally,
        _ each: (Int) throws(CaselightError) -> Void
    ) throws(CaselightError) {
        guard let audio else { return }
        while let sound = audio.current, av_compare_ts(sound.display, audio.timeBase, ticks, timeBase) < 0 {
            try each(sound.byteCount)
            tally.sounds += 1
            try writer.write(audio, index: 1, zero: zero)
            try audio.advance()
        }
    }
}
