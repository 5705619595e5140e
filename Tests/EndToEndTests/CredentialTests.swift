import CaselightModel
import Foundation
import TestSupport
import Testing

/// A feed's password is in `records.db` and on the wire to the camera, and nowhere else.
@Suite(.serialized, .enabled(if: Workshop.missing == nil, "needs ffmpeg and GStreamer's RTSP server"))
struct CredentialTests {
    static let user = "cana-ry"
    static let password = "p@ss/w0rd?#%&:+ 鸟"

    @Test func keepsThePasswordToItself() throws {
        let cameras = try Cameras(["--user", Self.user, "--password", Self.password])
        let installation = try Installation("credentials", settings: ["log.level=trace"])
        let login = "\(Self.encoded(Self.user)):\(Self.encoded(Self.password))@"
        var answers: [String] = []
        func ask(_ method: String, _ path: String, _ fields: [String: Any]? = nil) throws {
            let body = try fields.map { try JSONSerialization.data(withJSONObject: $0) }
            answers.append(try HTTP.request(method, installation.address + path, token: installation.token, body: body).text)
        }
        try ask("POST", "/api/v1/cameras", ["code": "inside", "url": cameras.url("secret", login: login)])
        try ask("POST", "/api/v1/cameras", ["code": "beside", "url": cameras.url("secret"), "user": Self.user, "password": Self.password])
        try ask("POST", "/api/v1/cameras", ["code": "lost", "url": "rtsp://\(login)127.0.0.1:1/x"])
        try ask("POST", "/api/v1/cameras", ["code": "odd", "url": "gopher://\(login)127.0.0.1/x"])
        try ask("POST", "/api/v1/cameras", ["code": "odd", "url": "rtsp://\(login)127.0.0.1:99999/x"])
        try ask("POST", "/api/v1/cameras", ["code": "odd", "url": "http://\(login)127.0.0.1/x.m3u8"])
        try ask("POST", "/api/v1/cameras/probe", ["url": cameras.url("secret", login: login)])
        try ask("POST", "/api/v1/cameras/probe", ["url": "rtsp://\(login)127.0.0.1:1/x"])
        try ask("POST", "/api/v1/cameras/probe", ["url": cameras.url("gone", login: login)])
        try waitFor("both to record") { ["inside", "beside"].allSatisfy { state(of: $0, in: installation) == "recording" } }
        for path in ["cameras", "cameras/inside", "cameras/beside", "cameras/lost", "status"] { try ask("GET", "/api/v1/\(path)") }
        try ask("GET", "/metrics")
        for arguments in [["show", "inside"], ["show", "lost", "--json"], ["list"]] {
            let outcome = Workshop.run(
                Workshop.products.appending(path: "caselight").path, ["camera"] + arguments,
                environment: ["CASELIGHT_URL": installation.address, "CASELIGHT_TOKEN": installation.token])
            answers += [outcome.output, outcome.error]
        }
        pass(seconds: 2)
        for process in [installation.daemon.processIdentifier] + installation.workers {
            for name in ["cmdline", "environ"] { expectClean(FileManager.default.contents(atPath: "/proc/\(process)/\(name)"), "\(name) of \(process)") }
        }
        #expect(installation.workers.count >= 1)
        installation.stop()
        for (index, answer) in answers.enumerated() { expectClean(Data(answer.utf8), "answer \(index): \(answer)") }
        let files = FileManager.default.enumerator(atPath: installation.folder.path)?.compactMap { $0 as? String } ?? []
        #expect(files.contains("log") && files.contains("index.db") && files.contains { $0.hasSuffix(".mp4") })
        for file in files {
            expectClean(FileManager.default.contents(atPath: installation.folder.appending(path: file).path), file)
        }
    }

    private func expectClean(_ data: Data?, _ place: String) {
        for (form, needle) in Self.forms where data?.range(of: needle) != nil {
            Issue.record("the password stands \(form) in \(place.prefix(400))")
        }
    }

    /// The ways a password is written.
    private static var forms: [(String, Data)] {
        let login = Data("\(user):\(password)".utf8)
        let plainest = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        let loose = password.addingPercentEncoding(withAllowedCharacters: .urlPasswordAllowed) ?? ""
        return [
            ("as it is", Data(password.utf8)), ("percent-encoded", Data(encoded(password).utf8)),
            ("percent-encoded", Data(encoded(password).lowercased().utf8)),
            ("loosely percent-encoded", Data(loose.utf8)),
            ("percent-encoded throughout", Data((password.addingPercentEncoding(withAllowedCharacters: plainest) ?? "").utf8)),
            ("as Base64", Data(Data(password.utf8).base64EncodedString().utf8)), ("as Base64 of the login", Data(login.base64EncodedString().utf8)),
            ("escaped", Data("p@ss\\/w0rd".utf8)), ("in part", Data("p@ss/w0rd".utf8)), ("in part, encoded", Data("p%40ss%2Fw0rd".utf8)),
        ]
    }

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.intersection(CharacterSet(charactersIn: "a"..."z").union(CharacterSet(charactersIn: "0"..."9")))) ?? text
    }
}
