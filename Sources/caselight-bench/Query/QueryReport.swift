struct QueryReport: Report {
    struct Setting: Encodable {
        let cameras: Int
        let days: Int
        let incidents: Int
        let questions: Int
        let rounds: Int
        let isPeerByMinute: Bool
        let fillSeconds: Double
        let indexBytes: Int64
        let recordsBytes: Int64
    }

    /// Each round's.
    struct OverHTTP: Encodable {
        var alone: [Crowd.Outcome] = []
        var atRate: [Crowd.Outcome] = []
        var unpaced: [Crowd.Outcome] = []
    }

    let setting: Setting
    var machine: Machine
    /// Each round's.
    private(set) var library: [Latencies] = []
    private(set) var sqlite: [Latencies] = []
    /// Of somebody who may know of about half the cameras.
    private(set) var scoped: [Latencies] = []
    var http = OverHTTP()
    private(set) var camerasPerAnswer = 0.0
    private(set) var rowsPerAnswerOfSQLite = 0.0
    /// Medians over the rounds.
    private(set) var p50Milliseconds: Double?
    private(set) var p99Milliseconds: Double?
    private(set) var p50Ratio: Double?
    private(set) var p99Ratio: Double?

    init(setting: Setting, machine: Machine) {
        self.setting = setting
        self.machine = machine
    }

    mutating func add(library: [Double], sqlite: [Double], cameras: Double, rows: Double) {
        if let library = Latencies(milliseconds: library), let sqlite = Latencies(milliseconds: sqlite) {
            self.library.append(library)
            self.sqlite.append(sqlite)
        }
        (camerasPerAnswer, rowsPerAnswerOfSQLite) = (cameras, rows)
        p50Milliseconds = Spread(self.library.map(\.p50Milliseconds))?.median
        p99Milliseconds = Spread(self.library.map(\.p99Milliseconds))?.median
        p50Ratio = Spread(zip(self.library, self.sqlite).map { $0.p50Milliseconds / $1.p50Milliseconds })?.median
        p99Ratio = Spread(zip(self.library, self.sqlite).map { $0.p99Milliseconds / $1.p99Milliseconds })?.median
    }

    mutating func add(scoped times: [Double]) { if let times = Latencies(milliseconds: times) { scoped.append(times) } }

    var text: String {
        var table = LatencyTable()
        table.add("library", library)
        table.add("library, within a scope", scoped)
        table.add(setting.isPeerByMinute ? "plain SQLite, a row a minute" : "plain SQLite, the same rows", sqlite)
        for (name, outcomes) in [("one client", http.alone), ("paced", http.atRate), ("without pause", http.unpaced)] {
            guard let first = outcomes.first else { continue }
            let rate = Figure.text(Spread(outcomes.map(\.ratePerSecond))?.median)
            table.add("HTTP, \(first.clientCount == 1 ? name : "\(first.clientCount) clients \(name)"), \(rate)/s", outcomes.compactMap(\.latencies))
        }
        return [
            "\(setting.questions) questions of 500 m and 30 minutes; \(setting.cameras) cameras, \(setting.days) days, \(setting.incidents) incidents",
            machine.text,
            """
            filled in \(Figure.fixed(setting.fillSeconds, 0)) s; index \(Figure.megabytes(Double(setting.indexBytes))), records \
            \(Figure.megabytes(Double(setting.recordsBytes))); an answer has \(Figure.text(camerasPerAnswer)) cameras
            """, "", table.text, "", "library to plain SQLite: p50 \(Figure.text(p50Ratio)), p99 \(Figure.text(p99Ratio))",
        ].joined(separator: "\n")
    }
}

/// Times in milliseconds, a row for each thing that was timed: medians over the rounds, and how far these lay apart.
struct LatencyTable {
    private var table = Table(["", "p50 ms", "p99 ms", "longest ms"])

    mutating func add(_ name: String, _ rounds: [Latencies]) {
        guard !rounds.isEmpty else { return }
        table.add(
            name, Figure.text(Spread(rounds.map(\.p50Milliseconds))), Figure.text(Spread(rounds.map(\.p99Milliseconds))),
            Figure.text(Spread(rounds.map(\.longestMilliseconds))))
    }

    var text: String { table.text }
}
