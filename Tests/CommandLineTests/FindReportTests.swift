import CaselightModel
import Foundation
import Testing

@testable import caselight

/// What investigators read, whole.
@Suite struct FindReportTests {
    private let style = ShowStyle(terminal: .plain, times: TimeText(zone: .fixed(28_800)))

    private func report(_ text: String, incident: String?, purpose: String? = nil) throws -> [String] {
        let answer = try JSONDecoder().decode(JSON.self, from: Data(text.utf8))
        let address = try DaemonAddress(option: "http://127.0.0.1:8480", environment: [:])
        return FindReport(answer: answer, asked: nil, incident: incident, purpose: purpose, address: address).lines(style)
    }

    @Test func saysWhatWasRecordedWhatNotAndHowToGoOn() throws {
        let lines = try report(Self.answer, incident: "A17")
        #expect(
            lines == [
                "3 cameras in range: 1 with full footage, 1 with gaps, 1 without.",
                "From 2026-03-02 06:45:00 to 07:30:00 (+08:00): 1 could see the place, 1 part of it, 0 perhaps, 1 not.",
                "Spans reach up to 2 s beyond, for clocks are uncertain.",
                "1 camera without a position was not considered.",
                "",
                "SEES    CAMERA  NAME          DISTANCE  RECORDED           CLOCK",
                "yes     gate-3  前进路269号       23 m  06:44:59–07:30:01  ±1 s; picture shows 3.2 s fast, ±0.04 s",
                "partly  shop    Shop of 269       18 m  06:52:28–07:30:00  recorder's, 7 min 32 s fast, ±2 s, corrected",
                "no      bus-12  Bus stop\u{FFFD}[1m     140 m  nothing",
                "",
                "Not recorded",
                "  CAMERA  TIME                    LENGTH  CAUSE         DETAIL",
                "  shop    06:45:00–06:52:28   7 min 28 s  unknown",
                "  bus-12  06:45:00–07:30:00  45 min 00 s  unauthorized  login refused (401)",
                "",
                "Next",
                "  see a picture  caselight still gate-3 --at 2026-03-02T06:55:00+08:00 --incident A17 -o gate-3.jpg",
                "  play it        ffplay -headers \"Authorization: Bearer $CASELIGHT_TOKEN\" 'http://127.0.0.1:8480/api/v1/cameras/gate-3/"
                    + "playlist.m3u8?from=2026-03-01T22%3A55%3A00Z&to=2026-03-01T23%3A10%3A00Z&incident=A17'",
                "  tie it         caselight link --incident A17 --camera gate-3 --from 2026-03-02T06:55:00+08:00"
                    + " --to 2026-03-02T07:10:00+08:00 --role event",
            ])
    }

    /// Pictures are asked for by the recorder's own time: 7 min 32 s later than the truth.
    @Test func asksForPicturesByTheRecordersClock() throws {
        let first = try #require(Self.answer.range(of: #"{"camera":"gate-3""#))
        let second = try #require(Self.answer.range(of: #"{"camera":"shop""#))
        let lines = try report(
            Self.answer.replacingCharacters(in: first.lowerBound..<second.lowerBound, with: ""), incident: nil, purpose: "it's")
        #expect(lines.contains("  see a picture  caselight still shop --at 2026-03-02T07:02:32+08:00 --purpose 'it'\\''s' -o shop.jpg"))
        #expect(!lines.contains { $0.contains("caselight link") })
    }

    @Test func saysWhenNothingIsInRange() throws {
        let lines = try report(#"{"clips":[],"gaps":[],"statement":{"camerasInRange":0,"notListed":0}}"#, incident: "A17")
        #expect(
            lines == [
                "No cameras in range.", "", "Next", "  No footage: search wider with --radius, or longer with --from and --to.",
            ])
    }

    private static let answer = """
        {"incident":{"span":{"startedAt":"2026-03-01T22:55:00Z","endedAt":"2026-03-01T23:10:00Z"}},"links":[],"unknownField":{"x":[1]},
        "clips":[{"camera":"gate-3","name":"前进路269号","sees":"yes","distanceMeters":23.4,"footage":"full",
          "spans":[{"span":{"startedAt":"2026-03-01T22:44:59Z","endedAt":"2026-03-01T23:30:01Z"},"policy":"full",
            "clock":{"basis":"receiver","offsetUs":0,"uncertaintyUs":1000000}}],
          "cameraClock":{"at":"2026-03-01T22:50:00Z","offsetUs":3200000,"uncertaintyUs":40000}},
         {"camera":"shop","name":"Shop of 269","sees":"partly","distanceMeters":18.2,"footage":"partial",
          "spans":[{"span":{"startedAt":"2026-03-01T22:52:28Z","endedAt":"2026-03-01T23:30:00Z"},"policy":"full",
            "clock":{"basis":"corrected","offsetUs":452000000,"uncertaintyUs":2000000}}]},
         {"camera":"bus-12","name":"Bus stop\\u001b[1m","sees":"no","distanceMeters":140,"footage":"none","spans":[]}],
        "gaps":[
         {"camera":"shop","span":{"startedAt":"2026-03-01T22:45:00Z","endedAt":"2026-03-01T22:52:28Z"},"cause":"unknown","detail":""},
         {"camera":"bus-12","span":{"startedAt":"2026-03-01T22:45:00Z","endedAt":"2026-03-01T23:30:00Z"},"cause":"unauthorized",
          "detail":"login refused (401)"}],
        "statement":{"wanted":{"startedAt":"2026-03-01T22:45:00Z","endedAt":"2026-03-01T23:30:00Z"},
         "judged":{"startedAt":"2026-03-01T22:45:00Z","endedAt":"2026-03-01T23:30:00Z"},"camerasInRange":3,"withFullFootage":1,"withGaps":1,
         "withoutFootage":1,"sees":{"yes":1,"partly":1,"unknown":0,"no":1},"unlocatedCameras":1,
         "wideningUs":2000000,"listed":3,"notListed":0}}
        """
}
