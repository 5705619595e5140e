import CaselightModel
import CaselightStore
import Foundation
import HTTPTypes
import Synchronization
import Testing

@testable import CaselightServer

/// An export's progress goes to whoever may know of it, for as long as he may.
@Suite struct EventStreamTests {
    private static let id = "00000000000000a1"
    private static let path = "/api/v1/exports/\(id)/events"
    private static let password = "a long pass phrase"

    /// An export that runs for ever, of a camera in grid g1, and `chen`, who is limited to that.
    private static func furnish(_ installation: Installation) async throws -> TokenText {
        let camera = try CameraCode("own-1")
        let place = GeoPoint(unchecked: 29.8683, 121.544)
        var record = Camera(code: camera, name: "own", createdAt: Installation.start)
        (record.position, record.grid) = (place, "g1")
        try await installation.records.addCamera(record, credentials: nil)
        let span = TimeSpan(start: Installation.start, end: Installation.start + .seconds(60))
        var incident = Incident(number: try IncidentNumber("OWN"), category: "theft", span: span, postedAt: Installation.start)
        (incident.position, incident.grid) = (place, "g1")
        try await installation.records.addIncident(incident)
        var order = ExportOrder(
            id: id, incident: incident.number, reason: "events", requestedBy: try AccountName("everybody"), requestedAt: Installation.start,
            clips: [ExportClip(camera: camera, span: span)])
        order.state = .running
        try await installation.records.addExport(order)
        for (group, grid) in [("g1", "g1"), ("g2", "g2")] { try await installation.records.putGroup(CameraGroup(code: group, name: group, grids: [grid])) }
        var account = Account(name: try AccountName("chen"), roles: [.investigator], createdAt: installation.clock.now())
        account.groups = ["g1"]
        try await installation.records.addAccount(account, password: try await PasswordHasher().hash(password))
        let token = TokenText()
        try await installation.records.addToken(
            AccessToken(id: token.id, account: account.name, name: "test", createdAt: installation.clock.now(), expiresAt: installation.clock.now() + .days(1)),
            digest: token.digest)
        return token
    }

    /// What an administrator, or the one who listens, does while events are sent.
    enum End: String, CaseIterable {
        case tokenRevoked, accountDisabled, accountRemoved, roleTaken, groupChanged, signedOut, passwordChanged, sessionIdle

        var isOfSession: Bool { [.signedOut, .passwordChanged, .sessionIdle].contains(self) }
    }

    @Test(.timeLimit(.minutes(5)), arguments: End.allCases)
    func endsWithinFiveSecondsOfTheRightToIt(end: End) async throws {
        try await Installation.run { installation, client in
            let token = try await Self.furnish(installation)
            let signIn = try await client.send(.post, "/api/v1/session", #"{"name":"chen","password":"\#(Self.password)"}"#, token: nil)
            let cookie = String(try #require(signIn.headers[.setCookie]).prefix { $0 != ";" })
            let headers: HTTPFields = end.isOfSession ? [.cookie: cookie] : [:]
            // It ends with an error or a last line, whichever; that it ends is what counts.
            let listening = Task { _ = try? await client.send(.get, Self.path, headers: headers, token: end.isOfSession ? nil : token.text) }
            var told = installation.exports.told.makeAsyncIterator()
            for _ in 1...2 { await told.next() }
            try await Self.bring(end, about: token, cookie, installation, client)
            let before = installation.exports.toldCount.withLock { $0 }
            await listening.value
            // Every half second he is told: ten times are five seconds, however busy this machine is.
            #expect(installation.exports.toldCount.withLock { $0 } - before <= 10, "\(end)")
        }
    }

    private static func bring(_ end: End, about token: TokenText, _ cookie: String, _ installation: Installation, _ client: Client) async throws {
        func ask(_ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, asChen: Bool = false) async throws {
            let headers: HTTPFields = asChen ? [.cookie: cookie, .caselight: "1"] : [:]
            let answer = try await client.send(method, "/api/v1/" + path, body, headers: headers, token: asChen ? nil : Installation.token)
            #expect(answer.status < 300, "\(end): \(answer.text)")
        }
        switch end {
        case .tokenRevoked: try await ask(.delete, "accounts/chen/tokens/\(token.id)")
        case .accountDisabled: try await ask(.patch, "accounts/chen", #"{"isEnabled":false}"#)
        case .accountRemoved: try await ask(.delete, "accounts/chen")
        case .roleTaken: try await ask(.patch, "accounts/chen", #"{"roles":["dispatcher"]}"#)
        case .groupChanged: try await ask(.patch, "accounts/chen", #"{"groups":["g2"]}"#)
        case .signedOut: try await ask(.delete, "session", asChen: true)
        case .passwordChanged: try await ask(.patch, "accounts/chen", #"{"password":"another pass phrase"}"#)
        case .sessionIdle: installation.clock.step(.seconds(31 * 60))
        }
    }

    /// As the matrix asks of every route, and here of a running export too: by GET and HEAD, with and without a range.
    @Test func foreignEventsAnswerAsUnknownOnes() async throws {
        try await Installation.run { installation, client in
            _ = try await Self.furnish(installation)
            let foreign = try await installation.addAccount("lee", [.investigator], groups: ["g2"])
            for part in ["", "/events", "/package"] {
                for method in [HTTPRequest.Method.get, .head] {
                    for headers: HTTPFields in [[:], [.range: "bytes=0-9"], [.range: "bytes=9999-"], [.ifNoneMatch: "*"]] {
                        let one = try await client.send(method, "/api/v1/exports/\(Self.id)\(part)", headers: headers, token: foreign)
                        let other = try await client.send(method, "/api/v1/exports/00000000000000e1\(part)", headers: headers, token: foreign)
                        #expect(one.status == 404 && one.status == other.status)
                        #expect(one.text.replacing(Self.id, with: "00000000000000e1") == other.text)
                        #expect(one.headers[.contentLength] == other.headers[.contentLength] && one.headers[.contentType] == other.headers[.contentType])
                    }
                }
            }
        }
    }
}
