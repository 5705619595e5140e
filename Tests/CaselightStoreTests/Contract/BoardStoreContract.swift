import CaselightModel
import CaselightStore
import Testing

/// What every form of `BoardStore` must do. It is one store with the records.
enum BoardStoreContract {
    typealias Clause = ContractClause<any BoardStore & CaseStore & RecordStore>

    static let clauses: [Clause] = claims + leads + screenshots + steps + clocks

    private static func kinds(_ store: any BoardStore, _ text: String) async throws -> [CaseStepKind] {
        try await store.steps(of: number(text), after: 0, limit: 99).map(\.kind)
    }

    private static func lead(_ text: String, _ camera: String? = nil, at seconds: Double = 0) throws -> Lead {
        Lead(
            incident: try number(text), camera: try camera.map(code), seenAt: at(seconds), position: point(30, 104), bearingDegrees: 80,
            toward: "道头路", note: "on a tricycle", by: try AccountName("li"), at: at(seconds + 5))
    }

    static let clocks: [Clause] = [
        Clause("tells when incidents posted here reached their stations, and of no imported one") { store async throws in
            let (wang, li) = (try AccountName("wang"), try AccountName("li"))
            var ours = try incident("A", posted: 100)
            (ours.unit, ours.grid, ours.postedBy) = ("Daotou", "g1", wang)
            try await store.addIncident(ours)
            try await store.addIncident(try incident("B", posted: 5000))
            _ = try await store.importIncidents([try incident("C", posted: 100)], replacing: false)
            _ = try await store.claim(number("A"), by: wang, takingOver: false, at: at(160))
            _ = try await store.claim(number("A"), by: li, takingOver: true, at: at(170))
            _ = try await store.claim(number("C"), by: wang, takingOver: false, at: at(160))
            var first = try lead("A", at: 300)
            first.at = at(400)
            _ = try await store.addLead(first)
            _ = try await store.closeIncident(number("A"), Outcome(result: .solved), by: li, at: at(4000))
            let clock = CaseClock(
                unit: "Daotou", category: "theft", postedAt: at(100), claimedAt: at(160), leadAt: at(400), closedAt: at(4000), result: .solved)
            func clocks(_ from: Double, _ to: Double, _ filter: IncidentFilter = IncidentFilter()) async throws -> [CaseClock] {
                try await store.caseClocks(filter, postedOrClosedIn: span(from, to), limit: 9)
            }
            #expect(try await clocks(0, 200) == [clock])
            #expect(try await clocks(3999, 4001) == [clock])
            #expect(try await clocks(200, 3999) == [])
            #expect(try await clocks(0, 9999).count == 2)
            let foreign = CameraScope.groups([CameraGroup(code: "g", name: "", grids: ["g2"])])
            #expect(try await clocks(0, 9999, IncidentFilter(scope: foreign, postedBy: li)) == [])
            #expect(try await clocks(0, 9999, IncidentFilter(scope: foreign, postedBy: wang)) == [clock], "what one posted oneself")
            _ = try await store.reopenIncident(number("A"), by: li, at: at(5000))
            #expect(try await clocks(0, 200).map(\.closedAt) == [nil])
            #expect(try await clocks(3999, 4001) == [])
        }
    ]

    static let claims: [Clause] = [
        Clause("gives an incident to who claims it, once, and to another only on purpose") { store async throws in
            try await store.addIncident(try incident("A"))
            let (wang, li) = (try AccountName("wang"), try AccountName("li"))
            let claimed = try await store.claim(number("A"), by: wang, takingOver: false, at: at(10))
            #expect(claimed.state == .claimed && claimed.claimedBy == wang && claimed.claimedAt == at(10) && claimed.steppedAt == at(10))
            #expect(try await store.claim(number("A"), by: wang, takingOver: false, at: at(20)) == claimed)
            await expect(.conflict) { _ = try await store.claim(number("A"), by: li, takingOver: false, at: at(30)) }
            #expect(try await store.incident(number("A")) == claimed)
            let taken = try await store.claim(number("A"), by: li, takingOver: true, at: at(40))
            #expect(taken.claimedBy == li && taken.claimedAt == at(10))
            #expect(try await kinds(store, "A") == [.posted, .claimed, .takenOver])
            await expect(.notFound) { _ = try await store.claim(number("none"), by: li, takingOver: true, at: at(40)) }
        },
        Clause("closes with an outcome, and opens again where it stood") { store async throws in
            try await store.addIncident(try incident("A"))
            let wang = try AccountName("wang")
            let outcome = Outcome(result: .solved, text: "met at the gate")
            await expect(.conflict) { _ = try await store.reopenIncident(number("A"), by: wang, at: at(1)) }
            let closed = try await store.closeIncident(number("A"), outcome, by: wang, at: at(10))
            #expect(closed.state == .closed && closed.closedAt == at(10) && closed.outcome == outcome)
            await expect(.conflict) { _ = try await store.closeIncident(number("A"), outcome, by: wang, at: at(11)) }
            await expect(.conflict) { _ = try await store.claim(number("A"), by: wang, takingOver: false, at: at(12)) }
            await expect(.conflict) { _ = try await store.addLead(try lead("A")) }
            let open = try await store.reopenIncident(number("A"), by: wang, at: at(20))
            #expect(open.state == .posted && open.closedAt == nil && open.outcome == nil)
            _ = try await store.claim(number("A"), by: wang, takingOver: false, at: at(30))
            _ = try await store.closeIncident(number("A"), outcome, by: wang, at: at(40))
            #expect(try await store.reopenIncident(number("A"), by: wang, at: at(50)).state == .claimed)
        },
        Clause("finds incidents by unit and by who works on them") { store async throws in
            var ours = try incident("A")
            ours.unit = "Daotou"
            try await store.addIncident(ours)
            try await store.addIncident(try incident("B"))
            _ = try await store.claim(number("B"), by: try AccountName("li"), takingOver: false, at: at(1))
            #expect(try await store.incidents(IncidentFilter(unit: "Daotou"), after: nil, limit: 9).map(\.number.text) == ["A"])
            let li = try AccountName("li")
            #expect(try await store.incidents(IncidentFilter(claimedBy: li), after: nil, limit: 9).map(\.number.text) == ["B"])
        },
        Clause("sets nothing back when the register is imported again") { store async throws in
            try await store.addIncident(try incident("A"))
            _ = try await store.addLead(try lead("A"))
            let closed = try await store.closeIncident(
                number("A"), Outcome(result: .unsolved), by: try AccountName("wang"), at: at(60))
            _ = try await store.importIncidents([try incident("A")], replacing: true)
            let imported = try await store.incident(number("A"))
            #expect(imported?.outcome == closed.outcome && imported?.state == .closed && imported?.leadAt == closed.leadAt)
        },
    ]

    static let leads: [Clause] = [
        Clause("keeps leads in the order found; the first moves the incident") { store async throws in
            try await store.addIncident(try incident("A"))
            try await store.addCamera(try camera("c"), credentials: nil)
            let first = try await store.addLead(try lead("A", "c", at: 50))
            let second = try await store.addLead(try lead("A", at: 20))
            #expect(try await store.leads(of: number("A")) == [first, second] && first.id != second.id)
            let moved = try await store.incident(number("A"))
            #expect(moved?.state == .lead && moved?.leadAt == at(55))
            await expect(.notFound) { _ = try await store.addLead(try lead("none")) }
            await expect(.notFound) { _ = try await store.addLead(try lead("A", "none")) }
            #expect(try await store.leads(of: number("none")).isEmpty)
        }
    ]

    static let screenshots: [Clause] = [
        Clause("keeps a picture byte for byte, once, and what was read off it") { store async throws in
            for name in ["A", "B"] { try await store.addIncident(try incident(name)) }
            let bytes: [UInt8] = [0xFF, 0xD8, 0xFF, 0, 1, 2]
            let given = Screenshot(
                incident: try number("A"), mediaType: .jpeg, byteCount: 6, sha256: "aa", by: try AccountName("wang"), at: at(1))
            var stored = try await store.addScreenshot(given, bytes: bytes)
            await expect(.duplicate) { _ = try await store.addScreenshot(given, bytes: bytes) }
            #expect(try await store.screenshotBytes(stored.id, of: number("A")) == bytes)
            #expect(try await store.screenshotBytes(stored.id, of: number("B")) == nil)
            stored.cameraText = "北门3"
            stored.clockRead = at(77)
            try await store.readScreenshot(stored, by: try AccountName("li"), at: at(2))
            #expect(try await store.screenshots(of: number("A")) == [stored])
            var foreign = stored
            foreign.incident = try number("B")
            await expect(.notFound) { [foreign] in try await store.readScreenshot(foreign, by: try AccountName("li"), at: at(2)) }
            for index in 1..<Screenshot.countLimit {
                var other = given
                other.sha256 = "\(index)"
                _ = try await store.addScreenshot(other, bytes: bytes)
            }
            var last = given
            last.sha256 = "last"
            await expect(.tooLarge) { [last] in _ = try await store.addScreenshot(last, bytes: bytes) }
        }
    ]

    static let steps: [Clause] = [
        Clause("makes a step of everything that is done, in its order") { store async throws in
            try await store.addIncident(try incident("A", posted: 1))
            try await store.addCamera(try camera("c"), credentials: nil)
            let (wang, number) = (try AccountName("wang"), try number("A"))
            _ = try await store.claim(number, by: wang, takingOver: false, at: at(2))
            let link = try await store.addLink(
                ClipLink(id: 0, incident: number, camera: try code("c"), span: span(0, 9), role: .event, note: "", linkedBy: wang, linkedAt: at(3)))
            _ = try await store.addLead(try lead("A", "c", at: 4))
            let note = try await store.addStep(CaseStep(incident: number, kind: .noted, at: at(10), by: wang, text: "黄色头盔"))
            try await store.removeLink(link, by: wang, at: at(11))
            var order = ExportOrder(id: "e", incident: number, reason: "court", requestedBy: wang, requestedAt: at(12), clips: [])
            try await store.addExport(order)
            order.state = .running
            try await store.updateExport(order)
            (order.state, order.finishedAt) = (.ready, at(13))
            for _ in 1...2 { try await store.updateExport(order) }
            _ = try await store.closeIncident(number, Outcome(result: .solved), by: wang, at: at(14))
            let steps = try await store.steps(of: number, after: 0, limit: 99)
            #expect(
                steps.map(\.kind) == [
                    .posted, .claimed, .linked, .leadFound, .noted, .unlinked, .exportAsked, .exportReady, .closed,
                ])
            #expect(steps.map(\.id) == steps.map(\.id).sorted() && Set(steps.map(\.id)).count == steps.count)
            #expect(steps[4] == note && steps[2].camera?.text == "c" && steps[2].span == span(0, 9))
            #expect(try await store.steps(of: nil, after: note.id, limit: 2).map(\.kind) == [.unlinked, .exportAsked])
            #expect(try await store.steps(of: number, kind: .noted) == [note])
            #expect(try await store.lastStepID() == steps.last?.id)
            #expect(try await store.incident(number)?.steppedAt == at(14))
            await expect(.notFound) { _ = try await store.addStep(CaseStep(incident: try CaselightStoreTests.number("none"), kind: .noted, at: at(1), by: wang)) }
        },
        Clause("makes no step of what failed, and tells whoever listens of what did not") { store async throws in
            try await store.addIncident(try incident("A"))
            var news = store.stepNews().makeAsyncIterator()
            let before = try await store.lastStepID()
            await expect(.notFound) { _ = try await store.addLead(try lead("A", "none")) }
            #expect(try await store.lastStepID() == before)
            _ = try await store.addStep(CaseStep(incident: try number("A"), kind: .noted, at: at(1), by: nil, text: "x"))
            await news.next()
            #expect(try await store.steps(of: nil, after: before, limit: 9).map(\.text) == ["x"])
        },
    ]
}

