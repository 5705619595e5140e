import ArgumentParser
import CaselightModel
import CaselightStore
import Foundation

struct PlaylistCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "playlist",
        abstract: "How long the playlist of a camera's whole day takes over HTTP: 1,440 segments.",
        discussion: "Example: caselight-bench playlist --requests 200 --rounds 5")

    @OptionGroup var placeOptions: PlaceOptions

    @Option(help: "Cameras that have such a day.")
    var cameras = 20
    @Option(help: "Playlists asked for in a round.")
    var requests = 200
    @Option(help: "How often all is measured.")
    var rounds = 1

    private static let segmentsPerDay = 1440
    private static let keyframesPerSegment = 30

    func validate() throws {
        guard cameras >= 1, requests >= 1, rounds >= 1 else { throw ValidationError("--cameras, --requests and --rounds are at least 1") }
    }

    func run() throws {
        let place = try Place(placeOptions)
        let machine = Machine.now()
        let first = try Daemon(place)
        try first.register((0..<cameras).map { .init(code: "day-\($0)", name: "day \($0)") })
        try first.stop()
        let start = SystemWallClock().now() - .days(1)
        let (state, count) = (first.state, cameras)
        try Waiting.result { try await Self.fill(state + "/index.db", cameras: count, from: start) }
        let daemon = try Daemon(place)
        let connection = try daemon.connection()
        var result = PlaylistReport(segments: Self.segmentsPerDay, machine: machine)
        for round in 0..<rounds {
            let paths = (0..<requests).map { number in
                """
                /api/v1/cameras/day-\((number * 7 + round) % cameras)/playlist.m3u8?from=\(start.rfc3339())\
                &to=\((start + .days(1)).rfc3339())&\(Daemon.purpose)
                """
            }
            let times = try StillCommand.time(paths) { path in
                let body = try connection.get(path)
                result.bytes = body.count
            }
            result.rounds += [times].compactMap { $0 }
        }
        let text = String(decoding: try connection.get("/api/v1/cameras/day-0/playlist.m3u8?from=\(start.rfc3339())&to=\((start + .days(1)).rfc3339())&\(Daemon.purpose)"), as: UTF8.self)
        let entries = text.split(separator: "\n").count { $0.hasPrefix("#EXTINF") }
        guard entries == Self.segmentsPerDay else { throw Trouble("the playlist names \(entries) segments, not \(Self.segmentsPerDay)") }
        try daemon.stop()
        result.machine = result.machine.measured()
        try result.print(asJSON: placeOptions.json)
    }

    /// Rows as a day of recording leaves them; a playlist reads no file.
    private static func fill(_ path: String, cameras: Int, from start: WallTime) async throws {
        let index = try SQLiteFootageIndex.open(path: path)
        for number in 0..<cameras {
            let camera = try CameraCode("day-\(number)")
            let run = Run(
                id: .random(), camera: camera, origin: .feed, startedAt: start, endedAt: start + .days(1), stream: StreamMetadata(container: "rtsp"))
            try await index.apply(
                [.run(run)] + (0..<segmentsPerDay).map { .segment(segment($0, of: run, start: start + .seconds(Int64($0) * 60))) })
        }
        try index.close()
    }

    private static func segment(_ sequence: Int, of run: Run, start: WallTime) -> Segment {
        let keyframes = (0..<keyframesPerSegment).map {
            Keyframe(time: start + .seconds(Int64($0) * 2), offset: 1000 + Int64($0) * 400_000, byteCount: 90_000)
        }
        return Segment(
            id: SegmentID(run: run.id, sequence: UInt32(sequence)), camera: run.camera,
            span: TimeSpan(start: start, end: start + .seconds(60)), policy: .full, byteCount: 12_500_000, initializationByteCount: 900,
            sha256: String(repeating: "5a", count: 32), endReason: .full, audio: nil, keyframes: KeyframeTable(keyframes, from: start),
            activity: ActivityTable(bytesPerSecond: (0..<60).map { 150_000 + $0 * 1000 }))
    }
}

struct PlaylistReport: Report {
    let segments: Int
    var machine: Machine
    /// Of one playlist.
    var bytes = 0
    var rounds: [Latencies] = []

    var text: String {
        var table = LatencyTable()
        table.add("playlist of a day over HTTP", rounds)
        return ["\(segments) segments, \(bytes) bytes", machine.text, "", table.text].joined(separator: "\n")
    }
}
