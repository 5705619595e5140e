import CaselightModel
import CaselightQuery
import Foundation
import TestSupport
import Testing

@testable import CaselightArchive

/// The measure against what moves: frame differences of the decoded picture, and the street's own story.
@Suite(.enabled(if: FFmpegClip.isAvailable, "needs ffmpeg"), .serialized)
struct StreetActivityTests {
    /// As a camera's encoder holds its rate: no look ahead, two seconds of buffer.
    static let constantRate = [
        "-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-threads", "1", "-b:v", "400k", "-maxrate", "400k", "-bufsize", "800k", "-g", "50",
        "-sc_threshold", "0", "-pix_fmt", "yuv420p",
    ]

    struct Encoding: Sendable, CustomTestStringConvertible {
        let name: String
        let clips: [String]
        let options: [String]
        let leastCorrelation: Double
        /// The skim's length, in that of what moves.
        var mostSkim = 2.0
        var testDescription: String { name }
    }

    static let encodings = [
        Encoding(
            name: "constant quality", clips: ["gate-1.mp4", "gate-2.mp4", "gate-3.mov", "gate-5.mp4", "gate-8.mov"], options: ["-c:v", "copy"],
            leastCorrelation: 0.6),
        Encoding(name: "H.265", clips: ["gate-4.mp4", "gate-7.mp4"], options: ["-c:v", "copy"], leastCorrelation: 0.6),
        Encoding(
            name: "constant bit rate", clips: ["gate-1.mp4", "gate-2.mp4", "gate-3.mov", "gate-5.mp4"], options: constantRate,
            // Here the encoder's own flicker passes for movement now and then.
            leastCorrelation: 0.35, mostSkim: 2.2),
    ]

    @Test(.enabled(if: Street.isDrawn, "needs fixtures/make-footage.sh .build/footage"), arguments: encodings)
    func followsWhatMovesThroughTheStreet(encoding: Encoding) throws {
        var (moving, found, skimmed) = (0.0, 0.0, 0.0)
        for clip in encoding.clips {
            let footage = try FFmpegClip.video(of: Street.folder.appending(path: clip).path, encoding.options)
            let segment = try Street.segment(of: footage)
            #expect(segment.activity.measure == .weightedBytes, "\(clip)")
            let correlation = Street.correlation(
                segment.activity.perSecond, try Street.differences(of: footage.path, encoding.options.contains("copy") ? Street.folder.appending(path: clip).path : nil))
            let stretches = ActiveStretches(of: [segment], in: segment.span)
            #expect(stretches.untold == [])
            let truth = try Street.moving(clip, from: segment.span.start)
            let seconds = truth.reduce(0) { $0 + Double($1.duration.value) } / 1e6
            let inside = truth.flatMap { span in stretches.active.compactMap { span.intersection($0) } }.reduce(0) { $0 + Double($1.duration.value) } / 1e6
            let skim = stretches.active.reduce(0) { $0 + Double($1.duration.value) } / 1e6
            print("\(encoding.name) \(clip): correlation \(String(format: "%.2f", correlation)), moving \(seconds) s, of it in the skim \(inside) s, skim \(skim) s")
            #expect(correlation >= encoding.leastCorrelation, "\(clip): \(correlation)")
            (moving, found, skimmed) = (moving + seconds, found + inside, skimmed + skim)
        }
        print("\(encoding.name): \(String(format: "%.3f", found / moving)) of what moves is in the skim, \(String(format: "%.2f", skimmed / moving)) times as long")
        #expect(found >= 0.95 * moving && skimmed <= encoding.mostSkim * moving)
    }

    /// A real camera that stands still, people walking by; not ours to keep in the repository.
    @Test(.enabled(if: Street.hasRealClip, "needs one-by-one-person-detection.mp4 in CASELIGHT_SAMPLES"))
    func followsPeopleInFrontOfARealCamera() throws {
        let path = try #require(Street.samples) + "/one-by-one-person-detection.mp4"
        let segment = try Street.segment(of: try FFmpegClip.video(of: path))
        let correlation = Street.correlation(segment.activity.perSecond, try Street.differences(of: path, nil))
        print("a real camera: correlation \(String(format: "%.2f", correlation)) over \(segment.activity.secondCount) s")
        #expect(segment.activity.measure == .weightedBytes && correlation >= 0.6)
    }
}

/// The street of the fixtures, and what it is measured with.
enum Street {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let folder = root.appending(path: ".build/footage")
    static var isDrawn: Bool { FileManager.default.fileExists(atPath: folder.appending(path: "gate-8.mov").path) }
    static let samples = ProcessInfo.processInfo.environment["CASELIGHT_SAMPLES"]
    static var hasRealClip: Bool { samples.map { FileManager.default.fileExists(atPath: $0 + "/one-by-one-person-detection.mp4") } ?? false }

    private struct Story: Decodable {
        struct Camera: Decodable {
            let code: String
            let clip: String
        }
        struct Event: Decodable {
            let camera: String
            let fromSeconds: Double
            let toSeconds: Double
        }
        let cameras: [Camera]
        let events: [Event]
    }

    /// When something moves through a clip, joined where it overlaps.
    static func moving(_ clip: String, from start: WallTime) throws -> [TimeSpan] {
        let story = try JSONDecoder().decode(Story.self, from: Data(contentsOf: root.appending(path: "fixtures/junction.json")))
        let code = story.cameras.first { $0.clip == clip }?.code
        var spans: [TimeSpan] = []
        for event in story.events.filter({ $0.camera == code }).sorted(by: { $0.fromSeconds < $1.fromSeconds }) {
            let span = TimeSpan(start: start + .milliseconds(Int64(event.fromSeconds * 1000)), end: start + .milliseconds(Int64(event.toSeconds * 1000)))
            if let last = spans.last, span.start <= last.end {
                spans[spans.count - 1] = TimeSpan(start: last.start, end: max(last.end, span.end))
            } else {
                spans.append(span)
            }
        }
        return spans
    }

    /// As the archive keeps it.
    static func segment(of clip: FFmpegClip) throws -> Segment {
        let reader = FragmentReader(initialization: try MediaInitialization(clip.initialization))
        let start = try reader.fragments(in: clip.fragments[0][...], at: 0)[0].startsAt
        var tally = SegmentTally(start: start, initialization: reader.initialization)
        for bytes in clip.fragments {
            for fragment in try reader.fragments(in: bytes[...], at: 0) { tally.add(fragment) { $0.head(in: bytes[...]) } }
        }
        return Segment(
            id: SegmentID(run: RunID(1), sequence: 0), camera: try CameraCode("gate-1"), span: TimeSpan(start: start, end: tally.endsAt),
            policy: .full, byteCount: 1, initializationByteCount: 1, sha256: nil, endReason: .full, audio: nil, keyframes: tally.keyframeTable,
            activity: tally.activityTable(until: tally.endsAt))
    }

    /// Second by second, the mean absolute difference of decoded pictures.
    static func differences(of path: String, _ original: String?) throws -> [Double] {
        let filter = "movie=\(original ?? path),format=gray,scale=320:180,signalstats"
        let output = try Program.run(
            "ffprobe", ["-v", "error", "-f", "lavfi", "-i", filter, "-show_entries", "frame=pts_time:frame_tags=lavfi.signalstats.YDIF", "-of", "csv=p=0"])
        var (sums, counts) = ([Double](), [Int]())
        for line in output.outputText.split(separator: "\n") {
            let parts = line.split(separator: ",").compactMap { Double($0) }
            guard parts.count >= 2 else { continue }
            let second = Int(parts[0])
            while sums.count <= second { (sums, counts) = (sums + [0], counts + [0]) }
            (sums[second], counts[second]) = (sums[second] + parts[1], counts[second] + 1)
        }
        return zip(sums, counts).filter { $1 > 2 }.map { $0 / Double($1) }
    }

    static func correlation(_ values: [Int], _ differences: [Double]) -> Double {
        let pairs = zip(values.map(Double.init), differences).map { ($0, $1) }
        let count = Double(pairs.count)
        let (meanX, meanY) = (pairs.reduce(0) { $0 + $1.0 } / count, pairs.reduce(0) { $0 + $1.1 } / count)
        let product = pairs.reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
        let (squareX, squareY) = (pairs.reduce(0) { $0 + ($1.0 - meanX) * ($1.0 - meanX) }, pairs.reduce(0) { $0 + ($1.1 - meanY) * ($1.1 - meanY) })
        return product / (squareX * squareY).squareRoot()
    }
}
