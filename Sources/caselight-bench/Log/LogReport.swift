struct LogReport: Report {
    struct Pass: Encodable {
        let entriesPerSecond: Double
        /// From the call to its return.
        let wait: Latencies?
    }

    /// What plain SQLite's rows hold.
    static let typicalBodyBytes = 600

    let entries: Int
    var machine: Machine
    /// By how many append at once; each round's.
    var ours: [Int: [Pass]] = [:]
    /// Rows in a second, by how many rows a commit has; each round's.
    var sqlite: [Int: [Double]] = [:]
    var fillSeconds = 0.0
    var bytesPerEntry = 0.0
    var bodyBytesPerEntry = 0.0
    var openMilliseconds: [Double] = []
    var verifySeconds: [Double] = []
    var verifyLinesSeconds: [Double] = []
    var listMilliseconds: [Double] = []
    var proofMilliseconds: [Double] = []

    var text: String {
        var table = Table(["", "entries/s", "wait p50 ms", "wait p99 ms"])
        for (callers, passes) in ours.sorted(by: { $0.key < $1.key }) {
            table.add(
                "the log, \(callers) at once", Figure.text(Spread(passes.map(\.entriesPerSecond))),
                Figure.text(Spread(passes.compactMap(\.wait?.p50Milliseconds))), Figure.text(Spread(passes.compactMap(\.wait?.p99Milliseconds))))
        }
        for (rows, rates) in sqlite.sorted(by: { $0.key < $1.key }) {
            table.add("plain SQLite, \(rows) a commit", Figure.text(Spread(rates)), "", "")
        }
        let (list, proof) = (Latencies(milliseconds: listMilliseconds), Latencies(milliseconds: proofMilliseconds))
        return [
            machine.text, "", table.text, "",
            """
            a log of \(entries) entries, filled in \(Figure.text(fillSeconds)) s: \(Figure.fixed(bytesPerEntry, 0)) bytes an entry with \
            indexes, \(Figure.fixed(bodyBytesPerEntry, 0)) of them its own
            """,
            "opened in \(Figure.text(Spread(openMilliseconds))) ms",
            "verified in \(Figure.text(Spread(verifySeconds))) s, from JSON Lines in \(Figure.text(Spread(verifyLinesSeconds))) s",
            "a page of 100: p50 \(Figure.text(list?.p50Milliseconds)) ms, p99 \(Figure.text(list?.p99Milliseconds)) ms",
            "an inclusion proof: p50 \(Figure.text(proof?.p50Milliseconds)) ms, p99 \(Figure.text(proof?.p99Milliseconds)) ms",
        ].joined(separator: "\n")
    }
}
