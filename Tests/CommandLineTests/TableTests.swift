import CaselightModel
import Testing

@testable import caselight

@Suite struct TableTests {
    private func sample() -> Table {
        var table = Table([.left("CAMERA"), .flexible("NAME"), .right("DISTANCE"), .left("EMPTY"), .flexible("NOTE")])
        table.add(["gate-3", "前进路269号", "23 m", "", "seen"])
        table.add(["shop", "Qianjin Road, north corner", "140 m", "", ""])
        return table
    }

    @Test func alignsIdeographsAndLeavesOutEmptyColumns() {
        #expect(
            sample().lines(.plain) == [
                "CAMERA  NAME                        DISTANCE  NOTE",
                "gate-3  前进路269号                     23 m  seen",
                "shop    Qianjin Road, north corner     140 m",
            ])
    }

    @Test func cutsFlexibleColumnsToTheTerminal() {
        let lines = sample().lines(Terminal(width: 40, usesColour: false))
        #expect(
            lines == [
                "CAMERA  NAME              DISTANCE  NOTE",
                "gate-3  前进路269号           23 m  seen",
                "shop    Qianjin Road, n…     140 m",
            ])
        #expect(lines.allSatisfy { TextWidth.columns($0) <= 40 })
    }

    @Test func coloursOnlyWhereAsked() {
        var table = Table([.left("SEES")])
        table.add([.init("yes", .good)])
        #expect(table.lines(Terminal(width: 80, usesColour: true)) == ["\u{1B}[2mSEES\u{1B}[0m", "\u{1B}[32myes\u{1B}[0m"])
        #expect(table.lines(.plain) == ["SEES", "yes"])
    }

    @Test(arguments: [
        ("gate", 4), ("前进路", 6), ("ｶﾞ", 2), ("e\u{301}", 1), ("한국", 4), ("🚲", 2), ("", 0), ("…", 1),
    ])
    func countsColumns(text: String, columns: Int) { #expect(TextWidth.columns(text) == columns) }

    @Test(arguments: [("前进路269号", 6, "前进…"), ("前进路269号", 5, "前进…"), ("gate", 4, "gate"), ("gates", 4, "gat…"), ("gate", 0, "")])
    func cutsWithoutSplittingACharacter(text: String, limit: Int, expected: String) { #expect(TextWidth.cut(text, to: limit) == expected) }

    @Test func disarmsNamesThatWouldDriveTheTerminal() {
        #expect(TextWidth.printable("a\u{1B}[31mb\nc\u{202E}d\u{9B}") == "a\u{FFFD}[31mb c\u{FFFD}d\u{FFFD}")
        #expect(Table.Cell("x\u{07}").text == "x\u{FFFD}")
    }

    @Test(arguments: [(["NO_COLOR": "1"], false), (["NO_COLOR": ""], true), (["TERM": "dumb"], false), ([:], true)])
    func respectsNoColour(environment: [String: String], allowed: Bool) { #expect(Terminal.allowsColour(environment) == allowed) }

    @Test func showsHowFarItIs() {
        #expect(
            ProgressBar.line("shop.mp4", "sending", doneBytes: 6_000_000, totalBytes: 12_000_000)
                == "shop.mp4  ████████████░░░░░░░░░░░░  50 %  sending, 6 MB of 12 MB")
        #expect(ProgressBar.line("x", "sending", doneBytes: 0, totalBytes: 0).contains("100 %"))
    }
}

@Suite struct TimeTextTests {
    private let noon = WallTime(microseconds: 1_772_424_000_000_000)

    @Test func writesTheOffsetOfTheZone() {
        #expect(TimeText(zone: .utc).full(noon) == "2026-03-02T04:00:00Z")
        #expect(TimeText(zone: .fixed(28_800)).full(noon) == "2026-03-02T12:00:00+08:00")
        #expect(TimeText(zone: .fixed(28_800)).full(noon + Microseconds(1_234_567)) == "2026-03-02T12:00:01.234+08:00")
    }

    @Test func leavesOutTheDayThatIsKnown() {
        let times = TimeText(zone: .fixed(28_800))
        let span = TimeSpan(start: noon, end: noon + Microseconds(90_500_000))
        #expect(times.short(span, on: "2026-03-02") == "12:00:00–12:01:30.5")
        #expect(times.short(span, on: nil) == "2026-03-02 12:00:00–2026-03-02 12:01:30.5")
        #expect(times.sentence(span) == "2026-03-02 12:00:00 to 12:01:30.5 (+08:00)")
        #expect(times.sentence(TimeSpan(start: noon, end: noon + .days(1))) == "2026-03-02 12:00:00 to 2026-03-03 12:00:00 (+08:00)")
    }

    @Test(arguments: [
        (0, "0 s"), (40_000, "0.04 s"), (5_500_000, "5.5 s"), (452_000_000, "7 min 32 s"), (3_720_000_000, "1 h 02 min"),
        (90_000_000_000, "1 d 1 h"), (-62_000_000, "−1 min 02 s"),
    ])
    func writesLengths(value: Int, text: String) { #expect(Quantity.duration(Microseconds(Int64(value))) == text) }

    @Test func writesSizesAndRates() {
        #expect([0, 999, 20_078, 2.4e9, 8e10].map { Quantity.bytes($0) } == ["0 B", "999 B", "20.1 kB", "2.4 GB", "80 GB"])
        #expect([64_000, 2_412_345].map { Quantity.bitRate($0) } == ["64 kbit/s", "2.41 Mbit/s"])
        #expect([23.4, 140, 12_340].map { Quantity.meters($0) } == ["23 m", "140 m", "12.3 km"])
    }
}
