import CaselightModel
import CaselightStore
import TestSupport
import Testing

extension RecordStoreContract {
    static let links: [Clause] = [
        Clause("ties clips to incidents under new ids, never used twice") { store async throws in
            try await store.addIncident(try incident("A"))
            try await store.addIncident(try incident("B"))
            try await store.addCamera(try camera("c"), credentials: nil)
            func link(_ incident: String, _ camera: String, _ start: Double) throws -> ClipLink {
                ClipLink(
                    id: 77, incident: try number(incident), camera: try code(camera), span: span(start, start + 5), role: .nothingSeen,
                    note: "看", linkedAt: at(1))
            }
            let late = try await store.addLink(try link("A", "c", 50))
            let early = try await store.addLink(try link("A", "c", 10))
            #expect(late.id != early.id)
            #expect(try await store.links(of: try number("A")) == [early, late])
            #expect(try await store.links(of: try number("B")).isEmpty)
            await expect(.duplicate) { _ = try await store.addLink(try link("A", "c", 10)) }
            await expect(.notFound) { _ = try await store.addLink(try link("none", "c", 0)) }
            await expect(.notFound) { _ = try await store.addLink(try link("A", "none", 0)) }
            await expect(.notFound) {
                var foreign = early
                foreign.incident = try number("B")
                try await store.removeLink(foreign, by: nil, at: at(3))
            }
            try await store.removeLink(early, by: nil, at: at(3))
            await expect(.notFound) { try await store.removeLink(early, by: nil, at: at(3)) }
            #expect(try await store.links(of: try number("A")) == [late])
            try await store.removeCamera(try code("c"), at: at(2))
            let ofRemoved = try await store.addLink(try link("A", "c", 20))
            #expect(![late.id, early.id].contains(ofRemoved.id))
        }
    ]

    static let outages: [Clause] = [
        Clause("opens one outage a camera, changes its cause, and closes it") { store async throws in
            try await store.openOutage(try outage("a", 10, nil, .feedLost, "reset"))
            try await store.openOutage(try outage("a", 20, nil, .unauthorized, "401"))
            try await store.openOutage(try outage("b", 15, nil))
            #expect(try await store.openOutages() == [try outage("a", 10, nil, .unauthorized, "401"), try outage("b", 15, nil)])
            try await store.closeOutage(of: try code("a"), at: at(30))
            try await store.closeOutage(of: try code("a"), at: at(40))
            try await store.closeOutage(of: try code("none"), at: at(40))
            #expect(try await store.openOutages() == [try outage("b", 15, nil)])
            #expect(try await store.outages(of: [try code("a")], overlapping: always) == [try outage("a", 10, 30, .unauthorized, "401")])
        },
        Clause("forgets an outage that ended no later than it began") { store async throws in
            for end in [10.0, 5] {
                try await store.openOutage(try outage("a", 10, nil))
                try await store.closeOutage(of: try code("a"), at: at(end))
            }
            #expect(try await store.outages(of: [try code("a")], overlapping: always).isEmpty)
            #expect(try await store.openOutages().isEmpty)
            await expect(.reversedTimes) { try await store.addOutage(try outage("a", 10, 10)) }
        },
        Clause("joins a past outage with those of its cause that it touches") { store async throws in
            let a = [try code("a")]
            try await store.addOutage(try outage("a", 0, 10, .expired, "old"))
            try await store.addOutage(try outage("a", 10, 20, .expired, "new"))
            #expect(try await store.outages(of: a, overlapping: always) == [try outage("a", 0, 20, .expired, "old")])
            try await store.addOutage(try outage("a", 40, 50, .expired))
            try await store.addOutage(try outage("a", 20.000001, 30, .expired, "apart"))
            try await store.addOutage(try outage("a", 5, 60, .restart))
            try await store.addOutage(try outage("b", 0, 60, .expired))
            #expect(try await store.outages(of: a, overlapping: always).count == 4)
            try await store.addOutage(try outage("a", 15, 45, .expired, "bridge"))
            let joined = [try outage("a", 0, 50, .expired, "old"), try outage("a", 5, 60, .restart)]
            #expect(try await store.outages(of: a, overlapping: always) == joined)
            try await store.addOutage(try outage("a", 10, 20, .expired))
            #expect(try await store.outages(of: a, overlapping: always).first == (try outage("a", 0, 50, .expired, "old")))
        },
        Clause("a past outage joins an open one of its cause, which stays open") { store async throws in
            try await store.openOutage(try outage("a", 10, nil, .restart))
            try await store.addOutage(try outage("a", 0, 12, .restart, "found"))
            #expect(try await store.openOutages() == [try outage("a", 0, nil, .restart, "found")])
            try await store.addOutage(try outage("b", 3, nil))
            #expect(try await store.openOutages().count == 2)
        },
        Clause("finds the outages that overlap a time, however long they are") { store async throws in
            let (hour, day) = (3600.0, 86_400.0)
            let spans: [(Double, Double?)] = [
                (0, 5), (-hour, 0.5), (-2 * hour, 1), (-day, 2), (-40 * day, 3), (-400 * day, nil), (-5, 0), (10, 20), (9.9, 10),
            ]
            for (index, item) in spans.enumerated() {
                // Each has a camera of its own where it would be the second open one, and a cause of its own else.
                try await store.addOutage(try outage("a", item.0, item.1, GapCause.allCases[index], "\(index)"))
            }
            func found(_ start: Double, _ end: Double) async throws -> [String] {
                try await store.outages(of: [try code("a"), try code("x")], overlapping: span(start, end)).map(\.detail).sorted()
            }
            #expect(try await found(0, 10) == ["0", "1", "2", "3", "4", "5", "8"])
            #expect(try await found(4, 5) == ["0", "5"])
            #expect(try await found(-50 * day, -41 * day) == ["5"])
            #expect(try await found(-500 * day, -400 * day).isEmpty)
            #expect(try await found(15, 16) == ["5", "7"])
            #expect(try await store.outages(of: [], overlapping: always).isEmpty)
        },
        Clause("tells every outage from a plain comparison, for random ones") { store async throws in
            var random = SeededGenerator(seed: 20260302)
            var all: [Outage] = []
            let cameras = ["a", "b"]
            for _ in 0..<300 {
                let start = Double.random(in: -1e6...1e6, using: &random).rounded()
                let length = pow10(Double.random(in: 0...6.5, using: &random)).rounded()
                let one = try outage(cameras.randomElement(using: &random) ?? "a", start, start + length, .feedLost)
                // Joining is another clause's matter.
                guard !all.contains(where: { $0.camera == one.camera && touch($0, one) }) else { continue }
                try await store.addOutage(one)
                all.append(one)
            }
            for _ in 0..<200 {
                let start = Double.random(in: -1e6...1e6, using: &random).rounded()
                let window = span(start, start + pow10(Double.random(in: 0...5, using: &random)).rounded())
                let expected = all.filter { outage in
                    outage.startedAt < window.end && (outage.endedAt.map { $0 > window.start } ?? true)
                }
                let found = try await store.outages(of: try cameras.map(code), overlapping: window)
                #expect(Set(found) == Set(expected))
                #expect(found.map(\.startedAt) == found.map(\.startedAt).sorted())
            }
        },
    ]

    static let clocks: [Clause] = [
        Clause("keeps every clock statement, oldest first") { store async throws in
            func statement(_ camera: String, _ seconds: Double, _ offset: Int64) throws -> ClockCorrection {
                ClockCorrection(
                    camera: try code(camera), run: nil, offsetUs: Microseconds(offset), uncertaintyUs: .zero, note: "",
                    statedAt: at(seconds))
            }
            let all = [try statement("a", 2, -5), try statement("b", 1, 7), try statement("a", 2, 9), try statement("c", 0, 0)]
            for one in all { try await store.addClockCorrection(one) }
            #expect(try await store.clockCorrections(of: [try code("a"), try code("b"), try code("a")]) == [all[1], all[0], all[2]])
            #expect(try await store.clockCorrections(of: []).isEmpty)
        },
        Clause("knows its volumes") { store async throws in
            #expect(try await store.volumes().isEmpty)
            try await store.addVolume("v2", path: "/b", at: at(2))
            try await store.addVolume("v1", path: "/a", at: at(1))
            try await store.addVolume("v2", path: "/c", at: at(3))
            #expect(try await store.volumes() == ["v1", "v2"])
        },
    ]
}

private func pow10(_ exponent: Double) -> Double {
    var (result, rest) = (1.0, exponent)
    while rest >= 1 { (result, rest) = (result * 10, rest - 1) }
    return result * (1 + 9 * rest)
}

private func touch(_ one: Outage, _ other: Outage) -> Bool {
    one.startedAt <= other.endedAt ?? .distantFuture && other.startedAt <= one.endedAt ?? .distantFuture
}
