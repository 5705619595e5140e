import CaselightModel
import Testing

@testable import caselight

@Suite struct TimePatternTests {
    @Test(arguments: [
        ("%Y%m%d_%H%M%S", "shop_20260302_065500.mp4", "2026-03-01T22:55:00Z"),
        ("%Y%m%d_%H%M%S", "20260302_065500", "2026-03-01T22:55:00Z"),
        ("%Y-%m-%d %H.%M.%S", "ch01 2026-03-02 06.55.59 main.avi", "2026-03-01T22:55:59Z"),
        ("%Y%m%d%H%M%S", "D1_S20260302065500_E20260302070000.dav", "2026-03-01T22:55:00Z"),
        ("_S%Y%m%d%H%M%S", "D1_S20260302065500_E20260302070000.dav", "2026-03-01T22:55:00Z"),
        ("%Y%m%d%H%M", "202603020655.ts", "2026-03-01T22:55:00Z"),
        ("%d.%m.%Y %H-%M", "店 29.02.2028 00-00.mp4", "2028-02-28T16:00:00Z"),
        ("100%%_%Y%m%d_%H%M%S", "100%_20260302_065500.mp4", "2026-03-01T22:55:00Z"),
    ])
    func readsTheTime(pattern: String, name: String, expected: String) throws {
        // The second time of a recorder's export must not count where the pattern names the first.
        let text = pattern == "%Y%m%d%H%M%S" ? name.split(separator: "_").dropLast().joined(separator: "_") : name
        #expect(try TimePattern(pattern).time(in: text, utcOffsetSeconds: 28_800) == WallTime(rfc3339: expected))
    }

    @Test(arguments: [
        ("+0800", "2026-03-01T22:55:00Z"), ("+08:00", "2026-03-01T22:55:00Z"), ("-0530", "2026-03-02T12:25:00Z"),
        ("Z", "2026-03-02T06:55:00Z"),
    ])
    func takesTheOffsetFromTheName(offset: String, expected: String) throws {
        let pattern = try TimePattern("%Y%m%dT%H%M%S%z")
        #expect(pattern.namesOffset)
        #expect(try pattern.time(in: "a20260302T065500\(offset).mp4", utcOffsetSeconds: 0) == WallTime(rfc3339: expected))
    }

    @Test(arguments: [
        ("%Y%m%d_%H%M%S", "shop.mp4"), ("%Y%m%d_%H%M%S", "20260230_065500.mp4"), ("%Y%m%d_%H%M%S", "20261302_065500.mp4"),
        ("%Y%m%d_%H%M%S", "20260302_240000.mp4"), ("%Y%m%d_%H%M%S", "20260302-065500.mp4"), ("%Y%m%d_%H%M%S", "19690302_065500.mp4"),
        ("%Y%m%d%H%M%S", "D1_S20260302065500_E20260302070000.dav"), ("%Y%m%dT%H%M%S%z", "20260302T065500.mp4"), ("%Y%m%d%H%M", ""),
    ])
    func refusesANameWithoutOneTime(pattern: String, name: String) throws {
        let parsed = try TimePattern(pattern)
        let error = #expect(throws: CaselightError.self) { try parsed.time(in: name, utcOffsetSeconds: 0) }
        #expect(error?.code == .invalidTime)
    }

    @Test(arguments: ["", "%Y", "%Y%m%d", "%Y%m%d%H%M%", "%Y%m%d%H%M%q", "%Y%m%d%H%M%Y", "%y%m%d%H%M", "shop"])
    func refusesPatterns(text: String) {
        #expect(throws: CaselightError.self) { try TimePattern(text) }
    }
}

@Suite struct ArgumentFormTests {
    @Test(arguments: [
        ("452", 452), ("7m32s", 452), ("7:32", 452), ("1h02m", 3720), ("1:02:03", 3723), ("0.5", 0.5), ("2d", 172_800), ("1.5h", 5400),
    ])
    func readsLengthsOfTime(text: String, seconds: Double) throws { #expect(try ArgumentForm.seconds(text) == seconds) }

    @Test(arguments: ["", "-5", "7m32", "m", "7x", "1:2:3:4", "1:", "nan", "inf", "7m 32s", "1.2.3s"])
    func refusesLengthsOfTime(text: String) { #expect(throws: CaselightError.self) { try ArgumentForm.seconds(text) } }

    @Test(arguments: [("+08:00", 28_800), ("-0530", -19_800), ("Z", 0)])
    func readsOffsets(text: String, seconds: Int) throws { #expect(try ArgumentForm.offsetSeconds(text) == seconds) }

    @Test(arguments: ["8", "+8", "+08:60", "+15:00", "08:00", "+08:00x", "CST", ""])
    func refusesOffsets(text: String) { #expect(throws: CaselightError.self) { try ArgumentForm.offsetSeconds(text) } }

    @Test(arguments: ["29.8", "29.8,", "a,b", "121.5,29.8,1", "91,0", "0,181"])
    func refusesPlaces(text: String) { #expect(throws: CaselightError.self) { try ArgumentForm.point(text) } }

    @Test func readsLines() throws {
        #expect(try ArgumentForm.line("1,2;-3, 4", atLeast: 2) == [GeoPoint(unchecked: 1, 2), GeoPoint(unchecked: -3, 4)])
        #expect(throws: CaselightError.self) { try ArgumentForm.line("1,2;3,4", atLeast: 3) }
    }

    @Test(arguments: ["ftp://host", "host:8480", "http://", "http://u:p@host", "http://host/?token=1", "", "http://a b"])
    func refusesAddressesOfDaemons(text: String) {
        guard !text.isEmpty else { return }
        let failure = #expect(throws: ClientFailure.self) { try DaemonAddress(option: text, environment: [:]) }
        #expect(failure?.status == .usage)
        #expect(failure?.message?.contains("u:p") == false)
    }

    @Test func buildsAddresses() throws {
        let address = try DaemonAddress(option: nil, environment: ["CASELIGHT_URL": "https://h:1/base/", "CASELIGHT_TOKEN": " abc\n"])
        #expect(address.authorization == "Bearer abc")
        #expect(
            address.url("/api", [("from", "2026-03-02T07:00:00+08:00"), ("none", nil), ("text", "前&=")])
                == "https://h:1/base/api?from=2026-03-02T07%3A00%3A00%2B08%3A00&text=%E5%89%8D%26%3D")
        #expect(try DaemonAddress(option: nil, environment: [:]).base == "http://127.0.0.1:8480")
        #expect(throws: ClientFailure.self) { try DaemonAddress(option: nil, environment: ["CASELIGHT_TOKEN": "a\r\nX: y"]) }
    }
}
