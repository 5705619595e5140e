import CaselightModel
import CaselightStore
import Foundation
import Testing

@testable import CaselightQuery

@Suite struct ClipCursorTests {
    private let query = ClipQuery(
        place: .shape(.circle(center: GeoPoint(unchecked: 29.8683, 121.544), radiusMeters: 500)), span: span(0, 1800))

    private func rank(_ code: String = "gate-3", millimeters: Int64 = 12_345) throws -> ClipRank {
        ClipRank(sees: 1, hasFootage: true, distanceMillimeters: millimeters, activity: 77, camera: try CameraCode(code))
    }

    @Test func comesBackFromItsText() throws {
        for code in ["a", "gate-3", "34020000001320000001", String(repeating: "Z", count: 64)] {
            for millimeters in [0, 12_345, Int64.max] {
                let last = try rank(code, millimeters: millimeters)
                let text = ClipCursor(after: last, of: query).text
                #expect(try ClipCursor(text, of: query).last == last)
                #expect(text.utf8.allSatisfy { "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8.contains($0) })
            }
        }
    }

    @Test func anotherQuestionRefusesIt() throws {
        let text = ClipCursor(after: try rank(), of: query).text
        let corner = GeoPoint(unchecked: 29.8683, 121.544)
        let changes: [(inout ClipQuery) -> Void] = [
            { $0.span = span(0, 1801) },
            { $0.place = .shape(.circle(center: corner, radiusMeters: 501)) },
            { $0.place = .shape(.corridor(line: [corner, corner], halfWidthMeters: 500)) },
            { $0.place = .grid("G1") }, { $0.place = .address("G1") },
            { $0.filter.tags = [""] }, { $0.filter.tags = ["a"] }, { $0.filter.grid = "" }, { $0.filter.owner = "" },
            { $0.filter.cameraClass = .first }, { $0.wideningMargin = .seconds(1) }, { $0.includesActivity = true },
        ]
        var prints: Set<UInt64> = [query.fingerprint]
        for change in changes {
            var other = query
            change(&other)
            #expect(#expect(throws: CaselightError.self) { try ClipCursor(text, of: other) }?.code == .invalidValue)
            #expect(prints.insert(other.fingerprint).inserted)
        }
    }

    @Test func theSizeOfPagesIsNoPartOfTheQuestion() throws {
        var other = query
        other.limit = 7
        #expect(try ClipCursor(ClipCursor(after: try rank(), of: query).text, of: other).last == rank())
    }

    @Test(arguments: [
        "", "x", "====", "not a cursor", "MSwyLDM", String(repeating: "A", count: 100_000), "\u{0}", "游标", "MSxmZiwxLDEsMCwwLC4u",
        "e" + String(repeating: "\u{301}", count: 5000),
    ]) func refuses(_ text: String) {
        let error = #expect(throws: CaselightError.self) { try ClipCursor(text, of: query) }
        #expect(error?.code == .invalidValue && (error?.description.utf8.count ?? .max) < 300)
    }

    @Test func ranksInTheOrderItSays() throws {
        func rank(_ sees: Int, _ hasFootage: Bool, _ millimeters: Int64, _ activity: Int, _ code: String) throws -> ClipRank {
            ClipRank(
                sees: sees, hasFootage: hasFootage, distanceMillimeters: millimeters, activity: activity, camera: try CameraCode(code))
        }
        let ordered = [
            try rank(0, true, 5000, 0, "c"), try rank(0, true, 5000, 0, "d"), try rank(0, true, 9000, 200, "b"),
            try rank(0, true, 9000, 100, "a"), try rank(0, false, 1, 0, "a"), try rank(1, true, 1, 0, "a"), try rank(3, true, 0, 255, "a"),
            try rank(3, true, .max, 255, "a"),
        ]
        #expect(ordered.shuffled().sorted() == ordered)
    }
}

@Suite struct ClipQueryTests {
    private let corner = GeoPoint(unchecked: 29.8683, 121.544)

    private func query(_ change: (inout ClipQuery) -> Void) -> ClipQuery {
        var query = ClipQuery(place: .shape(.circle(center: corner, radiusMeters: 500)), span: span(0, 1800))
        change(&query)
        return query
    }

    @Test func refusesWhatIsOutOfItsLimits() {
        let refused: [(CaselightError.Code, ClipQuery)] = [
            (.invalidShape, query { $0.place = .shape(.circle(center: corner, radiusMeters: 0)) }),
            (.invalidShape, query { $0.place = .shape(.polygon([corner, corner])) }),
            (.invalidValue, query { $0.place = .grid("") }), (.invalidValue, query { $0.place = .address("  \t") }),
            (.invalidValue, query { $0.place = .address(String(repeating: "x", count: 201)) }),
            (.invalidValue, query { $0.limit = 0 }), (.invalidValue, query { $0.limit = 1001 }),
            (.invalidValue, query { $0.wideningMargin = .seconds(-1) }), (.invalidValue, query { $0.wideningMargin = .seconds(3601) }),
            (.tooLarge, query { $0.span = span(0, 31 * 86_400 + 1) }),
            (.invalidValue, query { ($0.place, $0.filter.text) = (.address("Qianjin"), "gate") }),
        ]
        for (code, query) in refused { #expect(#expect(throws: CaselightError.self) { try query.checked() }?.code == code) }
    }

    @Test func acceptsWhatIsWithin() throws {
        for query in [
            query { $0.limit = 1000 }, query { $0.span = span(0, 31 * 86_400) }, query { $0.place = .grid("330205-07") },
            query { $0.place = .address("前进路269号") }, query { $0.wideningMargin = .seconds(3600) },
        ] { #expect(try query.checked() == query) }
    }
}
