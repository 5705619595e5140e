import CaselightModel
import Testing

@testable import CaselightRTSP

/// Answers of RFC 2617 and RFC 7616, and what is never answered.
@Suite struct DigestTests {
    static let nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
    static let opaque = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"

    func login(_ password: String, clientNonce: String = "") -> Login {
        Login(FeedCredentials(user: "Mufasa", password: password), makeClientNonce: { clientNonce })
    }

    func answer(_ login: Login, to headers: String..., method: String = "GET", url: String = "/dir/index.html") throws -> [String: String] {
        var login = login
        try login.refused(by: Challenge.parse(headers))
        let sent = login.authorization(method: method, url: url)
        let text = try #require(sent)
        return try #require(Challenge.parse([text]).first).fields
    }

    @Test func answersAsInRFC2617() throws {
        let fields = try answer(
            login("Circle Of Life", clientNonce: "0a4f113b"),
            to:
                #"Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41""#
        )
        #expect(fields["response"] == "6629fae49393a05397450978507c4ef1")
        #expect(fields["nc"] == "00000001")
        #expect(fields["opaque"] == "5ccc069c403ebaf9f0171e9517f40e41")
    }

    @Test func answersWithoutQualityOfProtectionAsInRFC2069() throws {
        let fields = try answer(
            login("CircleOfLife"), to: #"Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093""#)
        #expect(fields["response"] == "1949323746fe6a43ef61f9606e7febea")
        #expect(fields["nc"] == nil && fields["cnonce"] == nil && fields["qop"] == nil)
    }

    @Test(arguments: [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ])
    func answersAsInRFC7616(algorithm: String, response: String) throws {
        let fields = try answer(
            login("Circle of Life", clientNonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"),
            to:
                #"Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=\#(algorithm), nonce="\#(Self.nonce)", opaque="\#(Self.opaque)""#
        )
        #expect(fields["response"] == response)
        #expect(fields["algorithm"] == algorithm)
    }

    @Test func aSessionsFirstHashTakesTheNoncesIn() throws {
        let fields = try answer(
            login("p", clientNonce: "c"), to: #"Digest realm="r", nonce="n", qop="auth", algorithm=MD5-sess"#, method: "PLAY",
            url: "rtsp://h/")
        let md5 = DigestAlgorithm.md5
        let first = md5.hash(md5.hash("Mufasa:r:p") + ":n:c")
        #expect(fields["response"] == md5.hash("\(first):n:00000001:c:auth:" + md5.hash("PLAY:rtsp://h/")))
    }

    @Test func theStrongestOfSeveralIsTaken() throws {
        let fields = try answer(
            login("p"), to: #"Basic realm="r", Digest realm="r", nonce="1", algorithm=MD5, qop="auth""#,
            #"Digest realm="r", nonce="2", algorithm=SHA-256, qop="auth""#,
            #"Digest realm="r", nonce="3", algorithm=SHA-512-256, qop="auth""#)
        #expect(fields["nonce"] == "2")
    }

    @Test func countsTheUsesOfANonce() throws {
        var login = login("p", clientNonce: "c")
        try login.refused(by: Challenge.parse([#"Digest realm="r", nonce="n", qop="auth""#]))
        _ = login.authorization(method: "DESCRIBE", url: "rtsp://h/")
        let second = login.authorization(method: "PLAY", url: "rtsp://h/")
        #expect(second?.contains("nc=00000002") == true)
    }

    @Test func basicIsForWhereNothingBetterIsOffered() throws {
        var login = Login(FeedCredentials(user: "Aladdin", password: "open sesame"))
        let unasked = login.authorization(method: "DESCRIBE", url: "rtsp://h/")
        #expect(unasked == nil)
        try login.refused(by: Challenge.parse([#"Basic realm="r""#]))
        let asked = login.authorization(method: "DESCRIBE", url: "rtsp://h/")
        #expect(asked == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
    }

    @Test func basicNeverStandsInForADigestWeDoNotKnow() {
        var login = login("p")
        #expect(throws: RTSPFailure.malformed("a login by a digest that we do not know")) {
            try login.refused(by: Challenge.parse([#"Digest realm="r", nonce="n", algorithm=SHA-512-256"#, #"Basic realm="r""#]))
        }
        let sent = login.authorization(method: "DESCRIBE", url: "rtsp://h/")
        #expect(sent == nil)
    }

    @Test func aDigestIsNeverFollowedByBasic() throws {
        var login = login("p")
        try login.refused(by: Challenge.parse([#"Digest realm="r", nonce="n""#]))
        login.accepted()
        #expect(throws: RTSPFailure.unauthorized) { try login.refused(by: Challenge.parse([#"Basic realm="r""#])) }
    }

    @Test func aSecondRefusalIsFinalUnlessTheNonceWasStale() throws {
        var login = login("p")
        try login.refused(by: Challenge.parse([#"Digest realm="r", nonce="1""#]))
        try login.refused(by: Challenge.parse([#"Digest realm="r", nonce="2", stale=TRUE"#]))
        #expect(throws: RTSPFailure.unauthorized) { try login.refused(by: Challenge.parse([#"Digest realm="r", nonce="3""#])) }
    }

    @Test(arguments: [nil, FeedCredentials(user: "a\r\nX: y", password: "p"), FeedCredentials(user: "a", password: "p\n")])
    func refusesWithoutCredentialsThatCanBeSent(credentials: FeedCredentials?) {
        var login = Login(credentials)
        #expect(throws: RTSPFailure.unauthorized) { try login.refused(by: Challenge.parse([#"Basic realm="r""#])) }
    }

    @Test func readsChallengesAsTheyCome() {
        #expect(
            Challenge.parse([
                #"Digest realm="a, b=\"c\"" , nonce = "n",stale=FALSE, Basic realm=plain"#, "Digest", #"Digest realm="unclosed"#,
            ]) == [
                Challenge(scheme: "digest", fields: ["realm": #"a, b=\"c\""#, "nonce": "n", "stale": "FALSE"]),
                Challenge(scheme: "basic", fields: ["realm": "plain"]), Challenge(scheme: "digest"),
                Challenge(scheme: "digest", fields: ["realm": "unclosed"]),
            ])
        #expect(Challenge.parse([String(repeating: "Digest,", count: 1000)]).count == RTSPLimits.challengeCount)
    }
}
