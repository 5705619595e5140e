import Foundation
import TestSupport

/// Headless Chromium, driven over WebDriver.
final class Browser {
    static let missing: String? = ["/usr/bin/chromium", "/usr/bin/chromedriver", "/usr/bin/curl"].first { !FileManager.default.isExecutableFile(atPath: $0) }
        .map { "\($0) is not installed" }

    private let driver: Child
    private let base: String
    private var session = ""

    init() throws {
        let port = Int.random(in: 20_000...29_999)
        base = "http://127.0.0.1:\(port)"
        driver = try Child("/usr/bin/chromedriver", ["--port=\(port)"])
        try waitFor("chromedriver") { (try? call("GET", "/status", nil)) != nil }
        let arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required", "--mute-audio"]
        let answer = try call("POST", "/session", ["capabilities": ["alwaysMatch": ["goog:chromeOptions": ["args": arguments]]]])
        guard let value = answer as? [String: Any], let id = value["sessionId"] as? String else { throw Trouble("no browser: \(answer)") }
        session = "/session/\(id)"
    }

    deinit {
        _ = try? call("DELETE", session, nil)
        driver.end()
    }

    func open(_ url: String) throws { _ = try call("POST", session + "/url", ["url": url]) }

    func devTools(_ command: String, _ parameters: [String: Any]) throws {
        _ = try call("POST", session + "/goog/cdp/execute", ["cmd": command, "params": parameters])
    }

    /// Runs a script whose last argument is a callback; returns what it is called with.
    func run(_ script: String, _ arguments: [Any] = []) throws -> Any {
        try call("POST", session + "/execute/async", ["script": script, "args": arguments])
    }

    /// By way of curl: FoundationNetworking does not read chromedriver's answers ("Failed writing header").
    private func call(_ method: String, _ path: String, _ body: [String: Any]?) throws -> Any {
        var arguments = ["-sS", "-m", "60", "-X", method, base + path, "-H", "Content-Type: application/json"]
        if let body { arguments += ["-d", String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self)] }
        let answer = Workshop.run("/usr/bin/curl", arguments)
        guard answer.status == 0, let object = try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any] else {
            throw Trouble("chromedriver \(path): \(answer.error)")
        }
        if let value = object["value"] as? [String: Any], let error = value["error"] { throw Trouble("\(path): \(error) \(value["message"] ?? "")") }
        return object["value"] ?? NSNull()
    }
}
