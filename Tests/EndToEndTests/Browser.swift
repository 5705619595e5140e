import Foundation

/// Headless Chromium, driven over WebDriver.
final class Browser {
    static let missing: String? = ["/usr/bin/chromium", "/usr/bin/chromedriver"].first { !FileManager.default.isExecutableFile(atPath: $0) }
        .map { "\($0) is not installed" }

    private let driver: Child
    private let base: String
    private var session = ""

    init() throws {
        let port = Int.random(in: 20_000...29_999)
        base = "http://127.0.0.1:\(port)"
        driver = try Child("/usr/bin/chromedriver", ["--port=\(port)"])
        try waitFor("chromedriver") { (try? HTTP.request("GET", base + "/status").status) == 200 }
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

    private func call(_ method: String, _ path: String, _ body: [String: Any]?) throws -> Any {
        let data = try body.map { try JSONSerialization.data(withJSONObject: $0) }
        let answer = try HTTP.request(method, base + path, body: data)
        let object = try JSONSerialization.jsonObject(with: answer.body) as? [String: Any]
        guard answer.status == 200 else { throw Trouble("\(path): \(String(decoding: answer.body, as: UTF8.self).prefix(400))") }
        return object?["value"] ?? NSNull()
    }
}
