import CaselightModel
import Foundation
import Testing

@testable import CaselightServer

@Suite struct ListReadingTests {
    private func rows(_ text: String) throws -> [[String]] {
        var reader = DelimitedText(text)
        var rows: [[String]] = []
        while let row = try reader.next() { rows.append(row.fields) }
        return rows
    }

    @Test(arguments: [
        ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]), ("a,b\r\n1,2", [["a", "b"], ["1", "2"]]), ("a,b\r1,2\r", [["a", "b"], ["1", "2"]]),
        ("a;b\n1;2,5\n", [["a", "b"], ["1", "2,5"]]), ("a\tb\n1\t\n", [["a", "b"], ["1", ""]]), ("\"a,\"\"b\",c\n", [["a,\"b", "c"]]),
        ("a\n\n\n1\n", [["a"], ["1"]]), ("a,\n", [["a", ""]]), ("a,", [["a", ""]]), ("\"x\ny\",2\n", [["x\ny", "2"]]),
        ("5\" pipe,2\n", [["5\" pipe", "2"]]), ("\"a\"b,c\n", [["ab", "c"]]), ("", []), ("\"\",\"\"\n", [["", ""]]),
        // A combining mark after a comma is the next column's first character.
        ("a,\u{301}b,\u{200D}c\n", [["a", "\u{301}b", "\u{200D}c"]]), ("a\u{2028}b,c\n", [["a\u{2028}b", "c"]]),
    ])
    func readsSeparatedColumns(text: String, expected: [[String]]) throws {
        #expect(try rows(text) == expected)
    }

    @Test func tellsTheLineOfEachRow() throws {
        var reader = DelimitedText("a\n\"1\n2\"\r\n\n3\n")
        var lines: [Int] = []
        while let row = try reader.next() { lines.append(row.line) }
        #expect(lines == [1, 2, 5])
    }

    @Test(arguments: ["a,\"b\n1,2\n", "\"", String(repeating: ",", count: 2000)])
    func refusesWhatHasNoEnd(text: String) {
        #expect(throws: CaselightError.self) { try rows(text) }
    }

    @Test func decodesWhatAByteOrderMarkNames() throws {
        let text = "code,名称\n1,ʤ\n"
        let little = Data([0xFF, 0xFE]) + Data(text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] })
        let big = Data([0xFE, 0xFF]) + Data(text.utf16.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] })
        #expect(try TextEncoding.decode(little, as: nil) == text && TextEncoding.decode(big, as: nil) == text)
        #expect(try TextEncoding.decode(Data([0xEF, 0xBB, 0xBF]) + Data(text.utf8), as: nil) == text)
        #expect(try TextEncoding.decode(Data(text.utf8), as: .utf8) == text)
    }

    @Test(arguments: [[0xC3, 0x28], [0xFF, 0xFE, 0x00], [0x61, 0x00, 0x62], [0xED, 0xA0, 0x80], [0xE9, 0x74, 0xE9, 0x20]])
    func refusesBytesThatAreNoText(bytes: [UInt8]) {
        #expect(throws: CaselightError.self) { try TextEncoding.decode(Data(bytes), as: nil) }
    }

    @Test(arguments: [
        ("2012-01-01T00:00:00.000", "America/Chicago", "2012-01-01T06:00:00Z"), ("2012-07-01 00:00", "America/Chicago", "2012-07-01T05:00:00Z"),
        ("02/17/2006", "+00:00", "2006-02-17T00:00:00Z"), ("03/02/2026 12:00:00 AM", "+08:00", "2026-03-01T16:00:00Z"),
        ("2021-01", "Europe/London", "2021-01-01T00:00:00Z"), ("2021-06", "Europe/London", "2021-05-31T23:00:00Z"),
        ("2026/3/2 7:05", "+08:00", "2026-03-01T23:05:00Z"), ("2026-03-02T07:00:00+08:00", "America/Chicago", "2026-03-01T23:00:00Z"),
        // 02:30 does not exist on the day clocks go forward, and comes twice on the day they go back: the first counts.
        ("2026-10-25 01:30:00", "Europe/London", "2026-10-25T00:30:00Z"), ("2024-02-29", "+00:00", "2024-02-29T00:00:00Z"),
    ])
    func readsTimesAsListsWriteThem(text: String, zone: String, expected: String) throws {
        #expect(try ImportedTime.span(text, zone: try LocalZone(zone)).start.description == expected)
    }

    @Test(arguments: ["yesterday", "2026-02-30", "13/45/2026", "2026-03-02 25:00", "2026-03-02 07:00 XM", "26-03-02", "2026", "2026-03-02T", "99999-01-01"])
    func refusesTimesThatAreNone(text: String) throws {
        let zone = try LocalZone("+00:00")
        #expect(throws: CaselightError.self) { try ImportedTime.span(text, zone: zone) }
    }

    @Test(arguments: ["Mars/Olympus", "+25:00", "8", "", "CST"])
    func refusesZonesThatAreNone(name: String) {
        #expect(throws: CaselightError.self) { try LocalZone(name) }
    }

    @Test(arguments: [
        ("330", 330.0), ("360", 0), ("NE", 45), ("nnw", 337.5), ("North-West", 315), ("EB", 90), ("Southbound", 180), ("NWB", 315), ("东北", 45),
    ])
    func readsDirections(text: String, degrees: Double) { #expect(Compass.degrees(text) == degrees) }

    @Test(arguments: ["up", "-1", "361", "", "B", "nan", "45-90"])
    func refusesDirectionsThatAreNone(text: String) { #expect(Compass.degrees(text) == nil) }
}
