import CaselightModel
import Foundation
import TestSupport
import Testing

/// What is done to make secrets fail.
extension CanaryTrial {
    /// Right and wrong logins, to cameras that answer, refuse, redirect, lie, speak another protocol, or are not there.
    func leadFeedsIntoFailure() throws {
        let right = "\(Self.feedUser.encoded):\(Self.feedPassword.encoded)@", wrong = "\(Self.feedUser.encoded):\(Self.wrongPassword.encoded)@"
        answerAsAStranger(login: right)
        let (here, odd) = ("127.0.0.1:\(cameras.ports.rtspPort)", "127.0.0.1:\(stranger.port)")
        let query = "?user=admin&password=\(Self.addressPassword.text)&channel=1"
        let feeds: [String: String] = [
            "inside": cameras.url("secret", login: right), "wrong": cameras.url("secret", login: wrong), "gone": cameras.url("gone", login: right),
            "lost": "rtsp://\(right)127.0.0.1:1/x", "plain-tls": "rtsps://\(right)\(here)/secret", "plain-https": "https://\(right)\(odd)/x",
            "basic": "rtsp://\(right)\(odd)/basic", "moved": "rtsp://\(right)\(odd)/moved", "garbage": "rtsp://\(right)\(odd)/garbage",
            "echo": "rtsp://\(right)\(odd)/echo", "silent": "rtsp://\(right)\(odd)/silent", "web": "http://\(right)\(odd)/web",
            "web-basic": "http://\(right)\(odd)/basic", "web-moved": "http://\(right)\(odd)/moved", "rtmp": "rtmp://\(right)127.0.0.1:1/live/x",
            "query": "rtsp://\(right)127.0.0.1:1/x\(query)", "path": "rtsp://127.0.0.1:1/user=admin&password=\(Self.addressPassword.text)&channel=1.sdp",
        ]
        for (code, url) in feeds { try register(code, ["url": url]) }
        for code in ["inside", "wrong", "gone", "lost", "basic", "moved", "garbage", "echo"] {
            try register("\(code)-compatible", ["url": feeds[code] ?? "", "transport": "compatible"])
        }
        try register("beside", ["url": cameras.url("secret"), "user": Self.feedUser.text, "password": Self.feedPassword.text])
        for (index, url) in Self.refusedAddresses(login: right, wrong: Self.feedPassword.text).enumerated() {
            try ask("POST", "/api/v1/cameras", ["code": "odd-\(index)", "url": url])
            try ask("PATCH", "/api/v1/cameras/beside", ["url": url])
        }
        for fields: [String: Any] in [
            ["user": [Self.feedUser.text], "url": "rtsp://a/x"], ["password": ["x": Self.feedPassword.text], "url": "rtsp://a/x"],
            ["password": Self.feedPassword.text], ["url": "rtsp://a/x", "user": Self.feedUser.text, "password": String(repeating: Self.feedPassword.text, count: 20)],
            ["url": "rtsp://a/x", "transport": "none", "password": Self.feedPassword.text],
        ] { try ask("POST", "/api/v1/cameras", fields.merging(["code": "odd"]) { $1 }) }
        try ask("POST", "/api/v1/cameras", raw: "{\"code\":\"odd\",\"user\":\"\(Self.feedUser.text)\",\"password\":\"\(Self.feedPassword.text)\"")
        for code in ["wrong", "lost", "garbage", "echo", "gone"] { try ask("POST", "/api/v1/cameras/probe", ["url": feeds[code] ?? ""]) }
        try ask("POST", "/api/v1/cameras/probe", ["url": feeds["lost"] ?? "", "transport": "compatible"])
        try waitFor("both to record") { ["inside", "beside"].allSatisfy { state(of: $0, in: installation) == "recording" } }
        for code in feeds.keys where code != "inside" {
            try waitFor("'\(code)' to fail") { try installation.status(of: code)["problem"] != nil || state(of: code, in: installation) == "connecting" }
        }
    }

    private func register(_ code: String, _ fields: [String: Any]) throws {
        let answer = try ask("POST", "/api/v1/cameras", fields.merging(["code": code, "lat": 30.0, "lon": 120.0]) { $1 })
        #expect(answer.status == 201, "\(code): \(answer.text)")
    }

    /// What stands at the camera's address and is no camera.
    private func answerAsAStranger(login: String) {
        let asked = "Basic realm=\"cam\""
        stranger.answer("/basic", "401 Unauthorized", headers: ["WWW-Authenticate: \(asked)"])
        stranger.answer("/moved", "302 Found", headers: ["Location: rtsp://\(login)127.0.0.1:1/x"])
        stranger.answer("/garbage", headers: ["Content-Type: application/sdp"], body: "v=0\r\nm=video \u{1}\u{2} \(String(repeating: "x", count: 3000))")
        let session = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:rtsp://\(login)127.0.0.1:1/t\r\n"
        stranger.answer(
            "/echo", headers: ["Content-Type: application/sdp", "Content-Base: rtsp://\(login)127.0.0.1:\(stranger.port)/echo/"], body: session)
        stranger.answer("/web", headers: ["Content-Type: text/html"], body: "<html>no camera</html>")
    }

    /// Addresses that cannot be used, each with a login in it.
    private static func refusedAddresses(login: String, wrong: String) -> [String] {
        [
            "gopher://\(login)127.0.0.1/x", "rtsp://\(login)127.0.0.1:99999/x", "http://\(login)127.0.0.1/x.m3u8", "rtsp://\(login)/x",
            "rtsp://user:\(wrong)@127.0.0.1/x", "rtsp://\(login)[::1/x", "\(login)127.0.0.1/x", "rtsp://\(login)ex ample/x",
        ]
    }

    /// Sign-ins and changes of passwords, right and wrong in every way.
    func leadPeopleIntoFailure() throws {
        let made = try ask("POST", "/api/v1/accounts", ["name": "chen", "roles": ["investigator"], "password": Self.accountPassword.text])
        #expect(made.status == 201, "\(made.text)")
        try ask("POST", "/api/v1/accounts", ["name": "chen", "roles": ["investigator"], "password": Self.accountPassword.text])
        try ask("POST", "/api/v1/accounts", ["name": "a b", "password": Self.accountPassword.text, "roles": ["nothing"]])
        func signIn(_ name: String, _ password: Any) throws -> HTTP.Answer { try ask("POST", "/api/v1/session", ["name": name, "password": password]) }
        #expect(try signIn("chen", Self.wrongSignIn.text).status == 401)
        #expect(try signIn("nobody-here", Self.wrongSignIn.text).status == 401)
        #expect(try signIn(Self.typedAsName.text, Self.wrongSignIn.text).status == 401)
        for odd: Any in [String(repeating: Self.accountPassword.text, count: 40), [Self.accountPassword.text], 12, Self.wrongSignIn.text + "\u{0}"] {
            #expect(try signIn("chen", odd).status >= 400)
        }
        for raw in ["{\"name\":\"chen\",\"password\":\"\(Self.accountPassword.text)\"", "name=chen&password=\(Self.accountPassword.encoded)", "\"\(Self.accountPassword.text)\""] {
            #expect(try ask("POST", "/api/v1/session", raw: raw).status == 400)
        }
        try ask("POST", "/api/v1/session?password=\(Self.accountPassword.encoded)", ["name": "chen"])
        try ask("GET", "/api/v1/status?access_token=\(Self.accountPassword.encoded)")
        try signInAndChangePassword()
        for _ in 0..<4 { try ask("POST", "/api/v1/session", ["name": "chen", "password": Self.wrongSignIn.text]) }
    }

    private func signInAndChangePassword() throws {
        let body = try JSONSerialization.data(withJSONObject: ["name": "chen", "password": Self.accountPassword.text])
        let signedIn = try HTTP.request("POST", installation.address + "/api/v1/session", body: body)
        keep("the answer to a sign-in", signedIn.body)
        let cookie = try #require(signedIn.headers["set-cookie"]?.split(separator: ";").first.map(String.init), "\(signedIn.text)")
        canaries.append(Canary("a session", String(cookie.split(separator: "=")[1])))
        func act(_ method: String, _ path: String, _ fields: [String: Any]?, ours: Bool = true) throws -> HTTP.Answer {
            let data = try fields.map { try JSONSerialization.data(withJSONObject: $0) }
            let headers = ["Cookie": cookie].merging(ours ? ["X-Caselight": "1"] : [:]) { $1 }
            return try HTTP.request(method, installation.address + path, body: data, headers: headers)
        }
        let made = try act("POST", "/api/v1/accounts/chen/tokens", ["name": "laptop"])
        try spend(try #require(made.object["token"] as? String, "\(made.text)"), id: ((made.object["details"] as? [String: Any])?["id"] as? String) ?? "")
        let changes: [[String: Any]] = [
            ["password": Self.newPassword.text, "currentPassword": Self.wrongSignIn.text], ["password": "short", "currentPassword": Self.accountPassword.text],
            ["password": Self.newPassword.text], ["password": Self.newPassword.text, "currentPassword": Self.accountPassword.text],
        ]
        keep("a foreign page's write", try act("PATCH", "/api/v1/accounts/chen", changes[3], ours: false).body)
        for (index, change) in changes.enumerated() {
            let answer = try act("PATCH", "/api/v1/accounts/chen", change)
            #expect((answer.status == 200) == (index == 3), "\(answer.text)")
            keep("the answer to a change of a password", answer.body)
        }
        keep("an ended session's answer", try act("GET", "/api/v1/session", nil).body)
    }

    /// Uses a token rightly, in the wrong place, and after it was revoked.
    private func spend(_ token: String, id: String) throws {
        canaries.append(Self.canary(ofToken: token, "a revoked token"))
        #expect(try ask("GET", "/api/v1/session", token: token).status == 200)
        #expect(try ask("GET", "/api/v1/status?token=\(token)").status == 400)
        try ask("GET", "/api/v1/nowhere?token=\(token)")
        try ask("GET", "/api/v1/cameras/\(token)", token: token)
        #expect(try ask("DELETE", "/api/v1/accounts/chen/tokens/\(id)").status == 204)
        #expect(try ask("GET", "/api/v1/session", token: token).status == 401)
    }

    /// Tokens that expired, are damaged, or are no tokens.
    func leadTokensIntoFailure() throws {
        let token = try installation.account("late", roles: ["auditor"])
        canaries.append(Self.canary(ofToken: token, "an expired token"))
        let expired = Workshop.run("/usr/bin/python3", [
            "-c", "import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.execute(\"UPDATE access_tokens SET expires_at_us = 1 WHERE account_id = (SELECT id FROM accounts WHERE name = 'late')\"); d.commit()",
            installation.folder.appending(path: "records.db").path,
        ])
        #expect(expired.status == 0, "\(expired.error)")
        #expect(try ask("GET", "/api/v1/session", token: token).status == 401)
        for odd in [token + "0", String(token.dropLast()), token.uppercased(), "\(token) \(token)"] {
            #expect(try ask("GET", "/api/v1/session", token: odd).status == 401)
        }
        for header in ["Basic \(Data("chen:\(Self.accountPassword.text)".utf8).base64EncodedString())", token, "Digest \(token)"] {
            let answer = try HTTP.request("GET", installation.address + "/api/v1/session", headers: ["Authorization": header])
            #expect(answer.status == 401)
            keep("the answer to an odd header", answer.body)
        }
    }

    /// Lists with logins in their rows: taken, half taken, refused.
    func leadListsIntoFailure() throws {
        let (user, password) = (Self.feedUser.text, Self.listPassword.text)
        let quoted = "\"\(password.replacingOccurrences(of: "\"", with: "\"\""))\""
        let address = "rtsp://\(Self.feedUser.encoded):\(Self.listPassword.encoded)@127.0.0.1:1/x"
        let head = "code,lat,lon,url,user,password"
        let rows = ["good,30,120,rtsp://127.0.0.1:1/x,\(user),\(quoted)", "high,99,120,\(address),,", "long,30,120,rtsp://127.0.0.1:99999/x,\(user),\(quoted)"]
        let shifted = "\(quoted),\(user),30,rtsp://127.0.0.1:1/x,120,x"
        let features = "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"code\":\"g1\",\"url\":\"\(address)\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[120,99]}},{\"type\":\"Feature\",\"properties\":{\"code\":\"\(address)\",\"user\":\"\(user)\"},\"geometry\":null}]}"
        for strict in ["true", "false"] {
            func bring(_ text: String, _ type: String) throws {
                try ask("POST", "/api/v1/cameras/import?strict=\(strict)", raw: text, headers: ["Content-Type": type])
            }
            try bring(([head] + rows).joined(separator: "\n"), "text/csv")
            try bring([head, rows[0], shifted].joined(separator: "\n"), "text/csv")
            try bring([head, rows[0] + "\"x", rows[1]].joined(separator: "\n"), "text/csv")
            try bring("\(quoted),\(user)\n1,2\n", "text/csv")
            try bring(features, "application/geo+json")
            try bring(String(features.dropLast(9)), "application/geo+json")
            try bring("[{\"code\":\"j1\",\"url\":\"\(address)\",\"\(password.replacingOccurrences(of: "\"", with: ""))\":1}, {\"code\":7,\"password\":[\"\(user)\"]}]", "application/json")
        }
    }
}
