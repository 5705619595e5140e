import Foundation
import TestSupport

/// Headless Chromium, driven over WebDriver.
final class Browser {
    static let missing: String? = ["/usr/bin/chromium", "/usr/bin/chromedriver", "/usr/bin/curl"].first { !FileManager.default.isExecutableFile(atPath: $0) }
        .map { "\($0) is not installed" }

    private let driver: Child
    private let base: String
    private var session = ""

    /// - Parameters:
    ///   - language: the browser's own, such as `zh-CN`.
    ///   - zone: the viewer's, such as `Asia/Shanghai`.
    init(language: String = "en-US", zone: String = "Asia/Shanghai", width: Int = 1280, height: Int = 900) throws {
        let port = Int.random(in: 20_000...29_999)
        base = "http://127.0.0.1:\(port)"
        driver = try Child("/usr/bin/chromedriver", ["--port=\(port)"])
        try waitFor("chromedriver") { (try? call("GET", "/status", nil)) != nil }
        let arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required", "--mute-audio",
            "--window-size=\(width),\(height)", "--lang=\(language)", "--accept-lang=\(language)",
        ]
        let wanted: [String: Any] = [
            "goog:chromeOptions": ["args": arguments, "prefs": ["intl.accept_languages": language]], "goog:loggingPrefs": ["browser": "ALL"],
        ]
        let answer = try call("POST", "/session", ["capabilities": ["alwaysMatch": wanted]])
        guard let value = answer as? [String: Any], let id = value["sessionId"] as? String else { throw Trouble("no browser: \(answer)") }
        session = "/session/\(id)"
        try devTools("Emulation.setTimezoneOverride", ["timezoneId": zone])
        try resize(width: width, height: height)
    }

    deinit {
        _ = try? call("DELETE", session, nil)
        driver.end()
    }

    func open(_ url: String) throws { _ = try call("POST", session + "/url", ["url": url]) }

    var address: String { get throws { try call("GET", session + "/url", nil) as? String ?? "" } }

    /// The page's own size: a window is never as narrow as a phone.
    func resize(width: Int, height: Int) throws {
        let isPhone = width < 500
        try devTools(
            "Emulation.setDeviceMetricsOverride", ["width": width, "height": height, "deviceScaleFactor": isPhone ? 2 : 1, "mobile": isPhone])
    }

    func emulateDark(_ isDark: Bool) throws {
        try devTools("Emulation.setEmulatedMedia", ["features": [["name": "prefers-color-scheme", "value": isDark ? "dark" : "light"]]])
    }

    func devTools(_ command: String, _ parameters: [String: Any]) throws {
        _ = try call("POST", session + "/goog/cdp/execute", ["cmd": command, "params": parameters])
    }

    /// Runs a script whose last argument is a callback; returns what it is called with.
    func run(_ script: String, _ arguments: [Any] = []) throws -> Any {
        try call("POST", session + "/execute/async", ["script": script, "args": arguments])
    }

    /// What a script returns, or what its promise comes to.
    @discardableResult
    func value(_ script: String, _ arguments: [Any] = []) throws -> Any {
        try call("POST", session + "/execute/sync", ["script": script, "args": arguments])
    }

    func waitUntil(_ what: String, seconds: Double = 20, _ condition: String) throws {
        try waitFor(what, seconds: seconds) { (try value("return Boolean(\(condition))")) as? Bool == true }
    }

    // MARK: Elements

    /// An element of the page as WebDriver names it.
    struct Element: Hashable { let id: String }

    /// The first that a CSS selector finds, waited for.
    func find(_ selector: String) throws -> Element {
        var found: Element?
        try waitFor("the element \(selector)") {
            found = try? element(call("POST", session + "/element", ["using": "css selector", "value": selector]))
            return found != nil
        }
        guard let found else { throw Trouble("there is no \(selector)") }
        return found
    }

    private func element(_ answer: Any) throws -> Element {
        guard let id = (answer as? [String: Any])?.values.first as? String else { throw Trouble("no element: \(answer)") }
        return Element(id: id)
    }

    func click(_ selector: String) throws { _ = try call("POST", "\(session)/element/\(try find(selector).id)/click", [:]) }

    func type(_ text: String, into selector: String) throws {
        _ = try call("POST", "\(session)/element/\(try find(selector).id)/value", ["text": text])
    }

    /// The text as it is seen.
    func text(of selector: String) throws -> String { try call("GET", "\(session)/element/\(try find(selector).id)/text", nil) as? String ?? "" }

    /// Keys go to whatever has the focus. `Key` names those that are no characters.
    func press(_ keys: String...) throws {
        let strokes = keys.flatMap { key in [["type": "keyDown", "value": key], ["type": "keyUp", "value": key]] }
        _ = try call("POST", session + "/actions", ["actions": [["type": "key", "id": "keyboard", "actions": strokes]]])
    }

    enum Key {
        static let tab = "\u{E004}", enter = "\u{E007}", escape = "\u{E00C}", left = "\u{E012}", up = "\u{E013}", right = "\u{E014}", down = "\u{E015}"
    }

    // MARK: What it tells

    /// What the console said since it was last asked, warnings and refusals of the policy among it.
    func consoleLines() throws -> [String] {
        let lines = try call("POST", session + "/se/log", ["type": "browser"]) as? [[String: Any]] ?? []
        return lines.map { "\($0["level"] ?? ""): \($0["message"] ?? "")" }
    }

    /// The hosts that this page fetched anything from.
    func hosts() throws -> Set<String> {
        let names = try value("return performance.getEntriesByType('resource').map(entry => entry.name).concat(location.href)") as? [String] ?? []
        return Set(names.compactMap { name in name.hasPrefix("http") ? URL(string: name).map { "\($0.host ?? ""):\($0.port ?? 80)" } : nil })
    }

    /// Milliseconds from the navigation's start to the first paint.
    func firstPaintMilliseconds() throws -> Double {
        try waitUntil("the first paint", "performance.getEntriesByName('first-contentful-paint').length")
        return try value("return performance.getEntriesByName('first-contentful-paint')[0].startTime") as? Double ?? .infinity
    }

    /// A picture of the page, as PNG, into `CASELIGHT_SCREENSHOTS` where that names a folder.
    @discardableResult
    func screenshot(_ name: String) throws -> Data {
        guard let text = try call("GET", session + "/screenshot", nil) as? String, let picture = Data(base64Encoded: text) else {
            throw Trouble("no screenshot of \(name)")
        }
        try keep(picture, "\(name).png")
        return picture
    }

    /// The page as it would be printed on A4, as PDF, into `CASELIGHT_SCREENSHOTS` where that names a folder.
    @discardableResult
    func print(_ name: String) throws -> Data {
        let paper: [String: Any] = ["page": ["width": 21.0, "height": 29.7], "shrinkToFit": true]
        guard let text = try call("POST", session + "/print", paper) as? String, let document = Data(base64Encoded: text) else {
            throw Trouble("\(name) cannot be printed")
        }
        try keep(document, "\(name).pdf")
        return document
    }

    private func keep(_ bytes: Data, _ name: String) throws {
        guard let folder = ProcessInfo.processInfo.environment["CASELIGHT_SCREENSHOTS"] else { return }
        let place = URL(fileURLWithPath: folder)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try bytes.write(to: place.appending(path: name))
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
