import Foundation
import TestSupport
import Testing

/// What is done for incidents reaches all who listen, at once; and who was away misses nothing.
@Suite struct EventStreamTests {
    private static let count = Workshop.isTorture ? 1000 : 100
    /// A second for a thousand, on a machine that does nothing else.
    private static let atOnce = Workshop.isTorture ? 1.0 : 20
    private static let password = "a long pass phrase"

    private struct Listener {
        let cookie: String
        /// Whether it may know of the second incident.
        let knowsAll: Bool
    }

    /// Eight accounts that may know of everything and two that are limited to grid g1, each signed in.
    private func listeners(_ installation: Installation) throws -> [Listener] {
        func make(_ method: String, _ path: String, _ fields: [String: Any]) throws {
            let answer = try installation.send(method, path, fields)
            guard (200..<300).contains(answer.status) else { throw Trouble("\(method) \(path): \(answer.text)") }
        }
        try make("PUT", "/api/v1/groups/g1", ["name": "own", "grids": ["g1"]])
        let times: [String: Any] = ["startedAt": "2026-03-02T07:00:00Z", "endedAt": "2026-03-02T07:01:00Z"]
        for (number, grid) in [("OWN", "g1"), ("OTHER", "g2")] {
            try make("POST", "/api/v1/incidents", times.merging(["number": number, "category": "theft", "grid": grid]) { $1 })
        }
        return try (0..<10).map { number in
            let isLimited = number >= 8
            let roles = number.isMultiple(of: 2) ? ["investigator"] : ["dispatcher"]
            try make(
                "POST", "/api/v1/accounts",
                ["name": "a\(number)", "displayName": "a\(number)", "roles": roles, "groups": isLimited ? ["g1"] : [], "password": Self.password])
            let body = try JSONSerialization.data(withJSONObject: ["name": "a\(number)", "password": Self.password])
            let signedIn = try HTTP.request("POST", installation.address + "/api/v1/session", body: body)
            guard signedIn.status == 200, let cookie = signedIn.headers["set-cookie"] else { throw Trouble("not signed in: \(signedIn.text)") }
            return Listener(cookie: String(cookie.prefix { $0 != ";" }), knowsAll: !isLimited)
        }
    }

    /// - Returns: the step's id.
    private func note(_ number: String, _ text: String, in installation: Installation) throws -> Int64 {
        let answer = try installation.send("POST", "/api/v1/incidents/\(number)/notes", ["text": text])
        guard answer.status == 201, let id = answer.object["id"] as? Int else { throw Trouble("no note: \(answer.text)") }
        return Int64(id)
    }

    @Test func reachesAllAtOnceAndWhoWasAwayMissesNothing() throws {
        let installation = try Installation("events")
        let listeners = try listeners(installation)
        let subscribers = Subscribers(Self.count, port: installation.port)
        defer { subscribers.end() }
        for index in 0..<Self.count { try subscribers.connect(index, cookie: listeners[index % listeners.count].cookie) }
        try waitFor("all to listen", seconds: 60) { subscribers.openCount == Self.count }
        if Workshop.isTorture { print("caselightd with \(Self.count) listeners and nothing to tell: \(idleShare(of: installation)) of a core") }

        // One at a time: how long until the last has it.
        var told: [(id: Int64, isOther: Bool)] = []
        var slowest: [Double] = []
        for turn in 0..<20 {
            let isOther = turn % 4 == 3
            let began = ContinuousClock.now
            told.append((try note(isOther ? "OTHER" : "OWN", "turn \(turn)", in: installation), isOther))
            slowest.append(try seconds(from: began, until: told, subscribers, listeners))
        }
        let worst = slowest.max() ?? .infinity, median = slowest.sorted()[slowest.count / 2]
        print("an event to \(Self.count) listeners: median \(median) s, at most \(worst) s until the last had it")
        #expect(worst < Self.atOnce)

        // A tenth goes away while much happens, and comes back.
        let away = (0..<Self.count).filter { $0 % 10 == $0 / 10 % 10 }
        for turn in 0..<30 {
            if turn == 5 { away.forEach(subscribers.drop) }
            told.append((try note(turn % 4 == 3 ? "OTHER" : "OWN", "burst \(turn)", in: installation), turn % 4 == 3))
        }
        for index in away {
            let heard = subscribers.ids(index)
            try subscribers.connect(index, cookie: listeners[index % listeners.count].cookie, lastEventID: heard.last)
        }
        told.append((try note("OWN", "last", in: installation), false))
        try waitFor("all to have heard all", seconds: 60) {
            (0..<Self.count).allSatisfy { subscribers.arrivals($0).count >= expected(told, listeners[$0 % listeners.count]).count }
        }
        let wrong = (0..<Self.count).filter { subscribers.ids($0) != expected(told, listeners[$0 % listeners.count]) }
        #expect(wrong == [], "they missed something, or heard it twice: \(wrong.first.map { "\(subscribers.ids($0))" } ?? "")")
        // There is room for others beside them.
        #expect(try installation.get("/api/v1/status").status == 200)
    }

    private func expected(_ told: [(id: Int64, isOther: Bool)], _ listener: Listener) -> [Int64] {
        told.filter { listener.knowsAll || !$0.isOther }.map(\.id)
    }

    /// Until the last of those who may know of the newest has it.
    private func seconds(
        from began: ContinuousClock.Instant, until told: [(id: Int64, isOther: Bool)], _ subscribers: Subscribers, _ listeners: [Listener]
    ) throws -> Double {
        let concerned = (0..<Self.count).filter { listeners[$0 % listeners.count].knowsAll || told.last?.isOther == false }
        var last = began
        try waitFor("all to hear of it", seconds: 60) {
            let arrivals = concerned.map { subscribers.arrivals($0) }
            guard zip(concerned, arrivals).allSatisfy({ $1.count == expected(told, listeners[$0 % listeners.count]).count }) else { return false }
            last = arrivals.compactMap(\.last).max() ?? began
            return true
        }
        return Double((last - began).components.attoseconds) / 1e18 + Double((last - began).components.seconds)
    }

    /// Of one core, over ten seconds.
    private func idleShare(of installation: Installation) -> Double {
        func ticks() -> Double {
            let text = (try? String(contentsOfFile: "/proc/\(installation.daemon.processIdentifier)/stat", encoding: .utf8)) ?? ""
            let fields = text.drop { $0 != ")" }.split(separator: " ")
            return fields.count > 13 ? (Double(fields[12]) ?? 0) + (Double(fields[13]) ?? 0) : 0
        }
        let before = ticks()
        pass(seconds: 10)
        return (ticks() - before) / 100 / 10
    }
}
