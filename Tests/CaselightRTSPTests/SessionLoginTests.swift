import CaselightModel
import Testing

@testable import CaselightRTSP

/// Logins on a real connection.
@Suite struct SessionLoginTests {
    static let login = FeedCredentials(user: "viewer", password: "open sesame")
    static func challenge(_ nonce: Int, stale: Bool = false) -> [String] {
        [
            #"WWW-Authenticate: Digest realm="camera", nonce="\#(nonce)", qop="auth"\#(stale ? ", stale=true" : "")"#,
            #"WWW-Authenticate: Basic realm="camera""#,
        ]
    }

    @Test func nothingIsSentBeforeItIsAskedFor() throws {
        let camera = try Scripts.camera()
        #expect(SessionTests.failure(camera, login: Self.login) == nil)
        #expect(camera.requests.allSatisfy { $0.headers["authorization"] == nil })
    }

    @Test func aSecondRefusalEndsIt() throws {
        let camera = try Scripts.camera { request, count in
            request.method == "DESCRIBE" ? Scripts.answer(request, "401 Unauthorized", Self.challenge(count)) : nil
        }
        #expect(SessionTests.failure(camera, login: Self.login) == .unauthorized)
        #expect(camera.methods == ["OPTIONS", "DESCRIBE", "DESCRIBE"])
        #expect(camera.requests.allSatisfy { !($0.headers["authorization"] ?? "").hasPrefix("Basic") })
    }

    @Test func withoutALoginTheFirstRefusalEndsIt() throws {
        let camera = try Scripts.camera { request, count in Scripts.answer(request, "401 Unauthorized", Self.challenge(count)) }
        #expect(SessionTests.failure(camera) == .unauthorized)
        #expect(camera.methods == ["OPTIONS"])
    }

    @Test func aStaleNonceIsRenewed() throws {
        let camera = try Scripts.camera { request, count in
            let nonce = request.headers["authorization"].flatMap { Challenge.parse([$0]).first?.fields["nonce"] }
            switch (request.method, nonce) {
            case ("OPTIONS", _): return nil
            case (_, nil): return Scripts.answer(request, "401 Unauthorized", Self.challenge(1))
            case ("SETUP", "1"), ("PLAY", "2"):
                return Scripts.answer(request, "401 Unauthorized", Self.challenge(count, stale: request.method == "SETUP"))
            default: return nil
            }
        }
        #expect(SessionTests.failure(camera, login: Self.login) == nil)
        #expect(camera.methods == ["OPTIONS", "DESCRIBE", "DESCRIBE", "SETUP", "SETUP", "SETUP", "PLAY", "TEARDOWN"])
    }

    @Test func aNonceStaleForeverEndsIt() throws {
        let camera = try Scripts.camera { request, count in Scripts.answer(request, "401 Unauthorized", Self.challenge(count, stale: true))
        }
        #expect(SessionTests.failure(camera, login: Self.login) == .unauthorized)
        #expect(camera.requests.count == RTSPLimits.loginAttempts + 1)
    }
}
