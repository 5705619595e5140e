import CaselightModel
import CaselightStore
import Testing

/// What every form of `CaseStore` must do. It is one store with the records: a hold is of an incident.
enum CaseStoreContract {
    typealias Clause = ContractClause<any CaseStore & RecordStore>

    static let clauses: [Clause] = holds + exports + [keepsEverything]

    static func hold(_ id: String, _ camera: String = "gate", of incident: String? = nil, placed: Double = 0) throws -> Hold {
        Hold(
            id: id, camera: try code(camera), span: span(0, 60), incident: try incident.map(number), origin: .hand, reason: "他 'why'",
            placedBy: try AccountName("wang"), placedAt: at(placed))
    }

    static func order(_ id: String, of incident: String, clips: [ExportClip] = []) throws -> ExportOrder {
        ExportOrder(
            id: id, incident: try number(incident), reason: "court", requestedBy: try AccountName("wang"), requestedAt: at(7), clips: clips)
    }

    static let holds: [Clause] = [
        Clause("returns a hold as it was added, and changes its end and release alone") { store async throws in
            try await store.addIncident(try incident("A-1"))
            var hold = try hold("1", of: "A-1")
            hold.origin = .link
            hold.originID = "17"
            try await store.addHold(hold)
            #expect(try await store.hold("1") == hold)
            var changed = try CaseStoreContract.hold("1", "other")
            changed.endsAt = at(900)
            changed.release = HoldRelease(requestedBy: try AccountName("li"), requestedAt: at(5), reason: "wrong camera")
            try await store.updateHold(changed)
            hold.endsAt = changed.endsAt
            hold.release = changed.release
            #expect(try await store.hold("1") == hold)
            hold.release?.approvedBy = try AccountName("zhao")
            hold.release?.approvedAt = at(6)
            hold.endsAt = nil
            try await store.updateHold(hold)
            #expect(try await store.hold("1") == hold)
            #expect(try await store.hold("none") == nil)
        },
        Clause("refuses an id that is known, an unknown incident, and one person's approval of an own wish") { store async throws in
            try await store.addHold(try hold("1"))
            await expect(.duplicate) { try await store.addHold(try hold("1", "other")) }
            await expect(.notFound) { try await store.addHold(try hold("2", of: "none")) }
            await expect(.notFound) { try await store.updateHold(try hold("2")) }
            var released = try hold("1")
            released.release = HoldRelease(requestedBy: try AccountName("li"), requestedAt: at(5), reason: "")
            released.release?.approvedAt = at(6)
            await expect(.invalidValue) { try await store.updateHold(released) }
            released.release?.approvedBy = try AccountName("li")
            await expect(.forbidden) { try await store.updateHold(released) }
            #expect(try await store.hold("1") == hold("1"))
        },
        Clause("lists holds as they were placed, page by page") { store async throws in
            for name in ["A", "B"] { try await store.addIncident(try incident(name)) }
            let all = try (0..<6).map { try hold("h\(9 - $0)", $0 < 4 ? "gate" : "yard", of: ["A", "B", nil][$0 % 3], placed: Double(-$0)) }
            for hold in all { try await store.addHold(hold) }
            #expect(try await store.holds(of: nil, camera: nil, after: nil, limit: 100) == all)
            #expect(try await store.holds(of: nil, camera: nil, after: "h8", limit: 2) == Array(all[2...3]))
            #expect(try await store.holds(of: number("A"), camera: nil, after: nil, limit: 100) == [all[0], all[3]])
            #expect(try await store.holds(of: nil, camera: code("yard"), after: nil, limit: 100) == [all[4], all[5]])
            #expect(try await store.holds(of: number("B"), camera: code("yard"), after: nil, limit: 100) == [all[4]])
            #expect(try await store.holds(of: nil, camera: nil, after: "h4", limit: 100).isEmpty)
            await expect(.notFound) { _ = try await store.holds(of: nil, camera: nil, after: "none", limit: 1) }
        },
        Clause("tells which are in force at a time") { store async throws in
            var (forever, lapsing, asked, released) = (try hold("1"), try hold("2"), try hold("3"), try hold("4"))
            lapsing.endsAt = at(100)
            asked.release = HoldRelease(requestedBy: try AccountName("li"), requestedAt: at(5), reason: "")
            released.release = asked.release
            released.release?.approvedBy = try AccountName("zhao")
            released.release?.approvedAt = at(6)
            forever.origin = .export
            let all = [forever, lapsing, asked, released]
            for hold in all { try await store.addHold(hold) }
            for time in [0, 99, 100, 5000] as [Double] {
                #expect(try await store.holdsInForce(at: at(time)) == all.filter { $0.isInForce(at: at(time)) })
            }
            // Those over stay for the record.
            #expect(try await store.holds(of: nil, camera: nil, after: nil, limit: 9).count == 4)
        },
    ]

    static let exports: [Clause] = [
        Clause("returns an export as it was ordered, and as far as it came") { store async throws in
            try await store.addIncident(try incident("A"))
            let clips = [
                ExportClip(camera: try code("gate"), span: span(0.000_001, 60), role: .event, note: "\"他\" \\ \u{1F9CA}"),
                ExportClip(camera: try code("yard"), span: span(60, 61)),
            ]
            var order = try order("e1", of: "A", clips: clips)
            try await store.addExport(order)
            #expect(try await store.export("e1") == order)
            (order.state, order.byteCount, order.sha256, order.finishedAt) = (.ready, 1 << 40, "ab", at(99))
            var told = order
            told.reason = "another"
            told.clips = []
            try await store.updateExport(told)
            #expect(try await store.export("e1") == order)
            (order.state, order.byteCount, order.sha256, order.failure) = (.failed, nil, nil, "the disk is full")
            try await store.updateExport(order)
            #expect(try await store.export("e1") == order)
            #expect(try await store.export("none") == nil)
            await expect(.duplicate) { try await store.addExport(order) }
            await expect(.notFound) { try await store.addExport(try CaseStoreContract.order("e2", of: "none")) }
            await expect(.notFound) { try await store.updateExport(try CaseStoreContract.order("e2", of: "A")) }
        },
        Clause("lists exports newest first, and what a restart takes up oldest first") { store async throws in
            for name in ["A", "B"] { try await store.addIncident(try incident(name)) }
            for (index, state) in ([.waiting, .running, .ready, .failed, .running, .waiting] as [ExportState]).enumerated() {
                var order = try order("e\(index)", of: index % 2 == 0 ? "A" : "B")
                try await store.addExport(order)
                order.state = state
                try await store.updateExport(order)
            }
            #expect(try await store.exports(of: nil, limit: 4).map(\.id) == ["e5", "e4", "e3", "e2"])
            #expect(try await store.exports(of: number("A"), limit: 9).map(\.id) == ["e4", "e2", "e0"])
            #expect(try await store.exports(of: number("none"), limit: 9).isEmpty)
            #expect(try await store.unfinishedExports().map(\.id) == ["e0", "e1", "e4", "e5"])
        },
    ]

    private static let keepsEverything = Clause(reopening: "keeps everything over closing and opening") { home async throws in
        var store = try await home.open()
        try await store.addIncident(try incident("A"))
        let (hold, order) = (try hold("1", of: "A"), try order("e", of: "A"))
        try await store.addHold(hold)
        try await store.addExport(order)
        try await home.close(store)
        store = try await home.open()
        #expect(try await store.holdsInForce(at: at(0)) == [hold])
        #expect(try await store.unfinishedExports() == [order])
        try await home.close(store)
    }
}
