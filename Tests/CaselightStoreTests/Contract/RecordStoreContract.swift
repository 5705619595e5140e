import CaselightModel
import CaselightStore
import Testing

/// What every form of `RecordStore` must do.
enum RecordStoreContract {
    typealias Clause = ContractClause<any RecordStore>

    static let clauses: [Clause] = cameras + viewpoints + areas + incidents + links + outages + clocks + scopes + [keepsEverything]

    private static let keepsEverything = Clause(reopening: "keeps everything over closing and opening") { home async throws in
        var store = try await home.open()
        let (camera, incident) = (try fullCamera("gate-3"), try fullIncident("A-1"))
        try await store.addCamera(camera, credentials: FeedCredentials(user: "u", password: "p\u{00E9}"))
        _ = try await store.importAreas([square("g", south: 1, west: 1, size: 1)])
        try await store.addIncident(incident)
        let link = try await store.addLink(
            ClipLink(
                id: 0, incident: incident.number, camera: camera.code, span: span(0, 1), role: .event, note: "他",
                linkedBy: AccountName("wang"), linkedAt: at(9)))
        let (closed, open) = (try outage("gate-3", 0, 5), try outage("gate-3", 7, nil, .unauthorized, "401"))
        try await store.addOutage(closed)
        try await store.openOutage(open)
        let correction = ClockCorrection(
            camera: camera.code, run: RunID(.max), offsetUs: Microseconds(452_000_000), uncertaintyUs: .seconds(1), note: "DVR",
            statedAt: at(3))
        try await store.addClockCorrection(correction)
        try await store.addVolume("v1", path: "/archive", at: at(1))
        try await home.close(store)

        store = try await home.open()
        var stored = camera
        stored.feed?.hasCredentials = true
        #expect(try await store.camera(camera.code) == stored)
        #expect(try await store.credentials(of: camera.code) == FeedCredentials(user: "u", password: "p\u{00E9}"))
        #expect(try await store.area("g") == square("g", south: 1, west: 1, size: 1))
        #expect(try await store.incident(incident.number) == incident)
        #expect(try await store.links(of: incident.number) == [link])
        #expect(try await store.outages(of: [camera.code], overlapping: always) == [closed, open])
        #expect(try await store.clockCorrections(of: [camera.code]) == [correction])
        #expect(try await store.volumes() == ["v1"])
        try await home.close(store)
    }
}
