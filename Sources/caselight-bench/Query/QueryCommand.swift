import ArgumentParser
import CaselightModel
import CaselightQuery
import CaselightStore
import Foundation

struct QueryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "How long \"500 m, 30 minutes\" takes, in the library and over HTTP, beside plain SQLite.",
        discussion: """
            Fills records and index of a city through the stores themselves: coverage with two outages a camera and day, their causes, clock \
            samples, incidents. As dense whatever its size. --cameras 115044 --days 3 takes some minutes and 1 GB.

            Example: caselight-bench query --cameras 2000 --days 30 --http --clients 50 --rounds 5
            """)

    @OptionGroup var placeOptions: PlaceOptions

    @Option(help: "Cameras of the city.")
    var cameras = 2000
    @Option(help: "Days of footage.")
    var days = 30
    @Option(help: "Incidents on record.")
    var incidents = 100_000
    @Option(help: "Questions of one measurement.")
    var questions = 1000
    @Option(help: "How often all is measured.")
    var rounds = 1
    @Flag(help: "Ask over HTTP too, of a caselightd on that state.")
    var http = false
    @Option(help: "With --http: clients at once.")
    var clients = 50
    @Option(help: "With --http: questions a second of all clients together.")
    var rate = 200.0
    @Flag(help: "Give plain SQLite a row for each minute, as for files of a minute: 32 bytes each.")
    var minutes = false

    func validate() throws {
        guard cameras >= 1, days >= 1, questions >= 1, rounds >= 1, clients >= 1, rate > 0, incidents >= 0 else {
            throw ValidationError("--cameras, --days, --questions, --rounds and --clients are at least 1; --rate is over 0")
        }
    }

    private static let warmUpCount = 50

    func run() throws {
        let place = try Place(placeOptions)
        var machine = Machine.now()
        let end = SystemWallClock().now() - .seconds(3600)
        let city = City(cameraCount: cameras, span: TimeSpan(start: end - .days(Int64(days)), end: end))
        // The daemon makes its own state, so that the archive is one its records know.
        let settings = ["archive.retentionDays=36500"]
        let state = try { () throws -> String in
            let daemon = try Daemon(place, settings: settings)
            try daemon.stop()
            return daemon.state
        }()
        let watch = Stopwatch()
        Progress.say("filling the records and the index of \(cameras) cameras and \(days) days")
        let building = CityBuilding(city: city, state: state, incidentCount: incidents)
        try Waiting.result { try await building.build() }
        let raw = try RawSQLite(place.file("raw.db"), city, isByMinute: minutes)
        let fillSeconds = watch.seconds
        var result = QueryReport(
            setting: .init(
                cameras: cameras, days: days, incidents: incidents, questions: questions, rounds: rounds, isPeerByMinute: minutes,
                fillSeconds: fillSeconds, indexBytes: Self.size(state + "/index.db"), recordsBytes: Self.size(state + "/records.db")),
            machine: machine)
        machine = Machine.now()
        try askLibrary(city, state, raw, &result)
        if http { try askDaemon(city, try Daemon(place, settings: settings), &result) }
        result.machine = machine.measured()
        try result.print(asJSON: placeOptions.json)
    }

    private func askLibrary(_ city: City, _ state: String, _ raw: RawSQLite, _ result: inout QueryReport) throws {
        let records = try SQLiteRecordStore.open(path: state + "/records.db", sealer: SecretSealer(.random()))
        let index = try SQLiteFootageIndex.open(path: state + "/index.db")
        let search = FootageSearch(records: records, index: index)
        for round in 0..<rounds {
            Progress.say("asking the library and SQLite, round \(round + 1) of \(rounds)")
            let asked = city.questions(questions, seed: 100 + UInt64(round))
            let (times, found) = try ask(asked.map(\.query), search)
            result.add(scoped: try ask(asked.map { $0.query(within: city.scope) }, search).times)
            for question in asked.prefix(Self.warmUpCount) { _ = raw.ask(question) }
            guard found > 0 else { throw Trouble("no question found a camera: the city was not filled as it should be") }
            var rows = 0
            let rawTimes = asked.map { question in
                let watch = Stopwatch()
                rows += raw.ask(question)
                return watch.milliseconds
            }
            result.add(library: times, sqlite: rawTimes, cameras: Double(found) / Double(questions), rows: Double(rows) / Double(questions))
        }
        try records.close()
        try index.close()
    }

    private func ask(_ queries: [ClipQuery], _ search: FootageSearch) throws -> (times: [Double], found: Int) {
        try Waiting.result {
            for query in queries.prefix(Self.warmUpCount) { _ = try await search.clips(query) }
            var (times, found) = ([Double](), 0)
            for query in queries {
                let watch = Stopwatch()
                let answer = try await search.clips(query)
                times.append(watch.milliseconds)
                found += answer.statement.camerasInRange
            }
            return (times, found)
        }
    }

    private func askDaemon(_ city: City, _ daemon: Daemon, _ result: inout QueryReport) throws {
        for round in 0..<rounds {
            Progress.say("asking over HTTP, round \(round + 1) of \(rounds)")
            let paths = city.questions(questions, seed: 200 + UInt64(round)).map(Self.path)
            result.http.alone.append(try Crowd(daemon: daemon, clientCount: 1, ratePerSecond: nil).ask(paths))
            result.http.atRate.append(try Crowd(daemon: daemon, clientCount: clients, ratePerSecond: rate).ask(paths))
            result.http.unpaced.append(try Crowd(daemon: daemon, clientCount: clients, ratePerSecond: nil).ask(paths))
        }
        try daemon.stop()
    }

    static func path(_ question: City.Question) -> String {
        "/api/v1/clips?near=\(question.center)&radius=500&from=\(question.span.start.rfc3339())&to=\(question.span.end.rfc3339())&\(Daemon.purpose)"
    }

    private static func size(_ path: String) -> Int64 {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int64 ?? 0
    }
}
