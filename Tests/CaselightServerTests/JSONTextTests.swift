import CaselightModel
import CaselightQuery
import Foundation
import NIOCore
import Testing

@testable import CaselightServer

/// What is written by hand says what Foundation's encoder says, byte for byte.
@Suite struct JSONTextTests {
    private func encoded(_ value: some Encodable) throws -> String {
        String(buffer: JSONReply.buffer(value))
    }

    private func written(_ value: some JSONWritable) -> String { String(buffer: JSONText.of(value).buffer) }

    private static let start = WallTime(microseconds: 1_772_434_800_000_000)

    /// Every field set, with texts that need escapes and numbers of every form.
    private func answer() throws -> ClipAnswer {
        let times = [0, 1_500_000, 1_500_001, 86_400_000_000 * 400].map { Self.start + Microseconds($0) }
        let spans = zip(times, times.dropFirst()).map { TimeSpan(start: $0, end: $1) }
        let code = try CameraCode("33020500001321000436")
        let clock = SpanClock(basis: .corrected, offsetUs: Microseconds(-3), uncertaintyUs: .seconds(60))
        let clips = zip(Sight.allCases, [0.1, 1e-7, 1e21, 40]).map { sees, meters in
            CameraClips(
                camera: code, name: "门\u{0}\u{1F}\u{7F} \"a/b\\\" \n\r\t\u{8}\u{C} é🎥", position: GeoPoint(unchecked: -0.5, meters),
                sees: sees, distanceMeters: meters, bearingDegrees: 359.99999999999994, footage: .partial,
                spans: spans.map { ClipSpan(span: $0, policy: .keyframes, clock: clock) },
                activityPeaks: [ActivityPeak(span: spans[0], bytesPerSecond: 12)],
                cameraClock: ClockSample(at: times[2], offsetUs: Microseconds(.min), uncertaintyUs: Microseconds(.max)), wideningUs: .zero)
        }
        let bare = CameraClips(
            camera: code, name: "", position: nil, sees: .no, distanceMeters: nil, bearingDegrees: nil, footage: .absent, spans: [],
            activityPeaks: nil, cameraClock: nil, wideningUs: .zero)
        let gaps = GapCause.allCases.map { Gap(camera: code, span: spans[1], cause: $0, detail: "login refused (401)\u{1}") }
        let statement = #"""
            {"wanted":{"startedAt":"2026-03-02T07:00:00Z","endedAt":"2026-03-02T07:00:01.5Z"},"camerasInRange":5,"withFullFootage":1,"withGaps":2,
            "judged":{"startedAt":"2026-03-02T07:00:00Z","endedAt":"2026-03-02T07:00:01Z"},"withoutFootage":2,"unlocatedCameras":3,"wideningUs":4,
            "sees":{"yes":1,"partly":2,"unknown":3,"no":4},"listed":5,"notListed":6,"text":"5 cameras \"were\""}
            """#
        return ClipAnswer(
            clips: clips + [bare], gaps: gaps, statement: try JSONDecoder().decode(CoverageStatement.self, from: Data(statement.utf8)),
            nextCursor: "YQ")
    }

    @Test func writesAnAnswerAsItsEncoderDoes() throws {
        var full = try answer()
        #expect(written(full) == (try encoded(full)))
        full.nextCursor = nil
        full.statement.judged = nil
        (full.clips, full.gaps) = ([], [])
        #expect(written(full) == (try encoded(full)))
    }

    @Test func writesEveryByteOfAStringAsTheEncoderDoes() throws {
        let text = String(String.UnicodeScalarView((0...0x2FF).compactMap(Unicode.Scalar.init)))
        #expect(written([text, "", "/"]) == (try encoded([text, "", "/"])))
    }

    @Test func writesTimesAsTheEncoderDoes() throws {
        let seconds: [Int64] = [0, 1_772_434_800, -62_135_596_801, -70_000_000_000, 253_402_300_799, 253_402_300_800]
        let times = seconds.flatMap { second in
            [0, 1, 1000, 999_999, 120_000].map { WallTime(microseconds: second * 1_000_000 + $0) }
        } + [.distantPast, .distantFuture]
        #expect(written(times) == (try encoded(times)))
    }

    @Test func writesNumbersAsTheEncoderDoes() throws {
        let numbers = [0, -0.0, 1, -1.5, 0.1 + 0.2, 1e15, 1e16, 1.5e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
        #expect(written(numbers) == (try encoded(numbers)))
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity]) func refusesWhatIsNoNumber(_ number: Double) {
        #expect(JSONText.of([number]).holdsNoNumber)
        #expect(throws: CaselightError.self) { try JSONReply.response(writing: [number]) }
    }
}
