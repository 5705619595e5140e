import Foundation
import Testing

/// What people write is shown as they wrote it and does nothing: 200 texts that attack pages, in every name, on every page.
@Suite(
    .enabled(if: Browser.missing == nil, "needs chromium, chromium-driver and curl"),
    .enabled(if: HostileHouse.isThere, "the folder ../shared/data is not on this machine"))
struct HostileTextTests {
    /// Rings when anything runs that is not ours: what an attacker calls to show that he can, and what the policy had to stop.
    private static let canary = """
        window.rung = [];
        for (const name of ['alert', 'confirm', 'prompt', 'print', 'open']) window[name] = () => { window.rung.push(name); };
        addEventListener('securitypolicyviolation', event => window.rung.push(`${event.violatedDirective} ${event.blockedURI}`));
        """

    /// Elements that no page of ours has in its main part, handlers in attributes, and addresses that lead elsewhere or to a script.
    private static let intruders = """
        const found = [...window.rung];
        const name = element => element.outerHTML.slice(0, 120);
        for (const one of document.querySelectorAll('iframe, frame, object, embed, base, math, applet, marquee, audio, body style, main link, main script, main meta')) found.push(name(one));
        for (const one of document.querySelectorAll('script')) if (!one.src.startsWith(location.origin + '/ui/')) found.push(name(one));
        for (const one of document.querySelectorAll('img[src]')) if (!/^(\\/api\\/v1\\/|\\/ui\\/|blob:)/.test(one.getAttribute('src'))) found.push(name(one));
        for (const one of document.querySelectorAll('a[href], form[action], [src]')) {
          const address = new URL(one.getAttribute('href') ?? one.getAttribute('action') ?? one.getAttribute('src'), location);
          if (address.origin !== location.origin && address.protocol !== 'blob:' && !one.closest('.leaflet-control-attribution')) found.push(name(one));
        }
        for (const one of document.querySelectorAll('*')) {
          for (const attribute of one.attributes) if (attribute.name.startsWith('on') || attribute.name === 'srcdoc') found.push(name(one));
          if (one.tagName === 'svg' && !['strip', 'strip marks', 'chart', 'ticks', 'unseen', ''].includes(one.getAttribute('class') ?? '') && !one.closest('.map')) found.push(name(one));
        }
        for (const one of document.querySelectorAll('.words, td, dd, li, strong, option, text')) if (one.querySelector('svg:not([class], [aria-hidden]), video, img:not([alt])')) found.push(name(one));
        return found;
        """

    private func signedIn(_ house: HostileHouse, to path: String) throws -> Browser {
        let browser = try Browser()
        try browser.devTools("Page.addScriptToEvaluateOnNewDocument", ["source": Self.canary])
        let fields: [String: Any] = [
            "name": "boss", "displayName": "<img src=x onerror=alert(1)>'\"&", "roles": ["investigator", "dispatcher", "cameraAdmin", "auditor", "admin"],
            "password": CameraPageTests.password,
        ]
        guard try house.installation.send("POST", "/api/v1/accounts", fields).status == 201 else { throw Trouble("no account") }
        try browser.signIn(house.installation, as: "boss", password: CameraPageTests.password, to: path)
        return browser
    }

    private func expectNothingRan(_ browser: Browser, _ house: HostileHouse, _ page: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let intruders = try browser.value(Self.intruders) as? [String]
        #expect(intruders == [], "\(page)", sourceLocation: sourceLocation)
        // A picture that is none is no matter of the texts.
        #expect(try browser.consoleLines() == [], "\(page)", sourceLocation: sourceLocation)
        #expect(try browser.hosts() == ["127.0.0.1:\(house.installation.port)"], "\(page)", sourceLocation: sourceLocation)
        #expect(try browser.text(of: ".account") == "<img src=x onerror=alert(1)>'\"&", "\(page)", sourceLocation: sourceLocation)
    }

    /// That what a script reads off the page is what the API tells, line breaks aside.
    private func expectShown(
        _ script: String, _ expected: [String: String], atLeast count: Int, in browser: Browser, _ page: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        func plain(_ text: String) -> String { text.replacing("\r\n", with: "\n").replacing("\r", with: "\n").trimmingCharacters(in: .whitespacesAndNewlines) }
        let shown = try browser.value(script) as? [String: String] ?? [:]
        let wrong = expected.filter { key, text in shown[key].map(plain) != plain(text) }
        #expect(wrong.isEmpty && expected.count >= count, "\(page): \(expected.count), \(wrong.prefix(3)) shown as \(wrong.keys.prefix(3).map { shown[$0] ?? "nothing" })", sourceLocation: sourceLocation)
    }

    @Test func twoHundredHostileTextsInEveryNameRunNoScript() throws {
        let house = try HostileHouse()
        #expect(house.texts.count == HostileHouse.count)
        let browser = try signedIn(house, to: "/")
        for part in [board, cameras, incident, others] { try part(browser, house) }
    }

    private func board(_ browser: Browser, _ house: HostileHouse) throws {
        let rows = "Object.fromEntries([...document.querySelectorAll('.card')].map(card => [card.querySelector('.number').textContent, card.querySelector"
        for (field, selector) in [("category", "strong"), ("text", ".words")] {
            let stored = try house.stored("/api/v1/incidents?limit=1000", "incidents", "number", field).filter { $0.value.count <= 160 }
            try expectShown("return \(rows)('\(selector)').textContent]))", stored, atLeast: 150, in: browser, "board: \(field)")
        }
        try expectNothingRan(browser, house, "board")
    }

    private func cameras(_ browser: Browser, _ house: HostileHouse) throws {
        let stored = try house.stored("/api/v1/cameras?limit=1000", "cameras", "code", "name")
        var shown: [String: String] = [:]
        try browser.open(house.installation.address + "/cameras")
        for _ in 0..<10 {
            try browser.waitUntil("the map", "document.getElementById('map')?.dataset.drawn")
            shown.merge(try browser.value("return Object.fromEntries([...document.querySelectorAll('tr[data-camera]')].map(row => [row.dataset.camera, row.querySelector('a').textContent]))") as? [String: String] ?? [:]) { $1 }
            try expectNothingRan(browser, house, "cameras")
            guard let next = try browser.value("return [...document.querySelectorAll('a[href*=cursor]')].pop()?.href ?? ''") as? String, !next.isEmpty else { break }
            try browser.open(next)
        }
        func plain(_ text: String) -> String { text.split { $0.isWhitespace }.joined(separator: " ") }
        let wrong = stored.filter { plain(shown[$0.key] ?? "") != plain($0.value) }
        #expect(wrong.isEmpty && stored.count >= 150, "\(wrong.prefix(3)) shown as \(wrong.keys.prefix(3).map { shown[$0] ?? "nothing" })")
        for index in [0, 1, 2] {
            for path in ["/cameras/h-\(index)", "/cameras/h-\(index)/edit"] {
                try browser.open(house.installation.address + path)
                try expectNothingRan(browser, house, path)
            }
        }
    }

    private func incident(_ browser: Browser, _ house: HostileHouse) throws {
        try browser.open(house.installation.address + "/incidents/WORK")
        try browser.waitUntil("the candidates", seconds: 40, "document.querySelector('.candidate')")
        let leads = try house.stored("/api/v1/incidents/WORK/leads", "leads", "id", "toward")
        try expectShown(
            "return Object.fromEntries([...document.querySelectorAll('[data-lead]')].map(lead => [lead.dataset.lead, lead.querySelector('strong').textContent]))",
            leads, atLeast: 150, in: browser, "leads")
        let notes = (try house.installation.json("/api/v1/incidents/WORK/timeline?limit=1000")["steps"] as? [[String: Any]] ?? []).compactMap { $0["text"] as? String }.filter { !$0.isEmpty }
        let timeline = try browser.value("return document.getElementById('timeline').textContent") as? String ?? ""
        func plain(_ text: String) -> String { text.replacing("\r\n", with: "\n").replacing("\r", with: "\n").trimmingCharacters(in: .whitespacesAndNewlines) }
        let missing = notes.filter { !timeline.contains(plain($0)) }
        #expect(missing.isEmpty && notes.count > 350, "\(missing.prefix(3))")
        let names = try house.stored("/api/v1/cameras?limit=1000", "cameras", "code", "name")
        let candidates = try browser.value("return Object.fromEntries([...document.querySelectorAll('.candidate')].map(one => [one.dataset.camera, one.querySelector('strong').textContent]))") as? [String: String] ?? [:]
        #expect(!candidates.isEmpty && candidates.allSatisfy { plain($0.value) == plain(names[$0.key] ?? "") }, "\(candidates.prefix(3))")
        let reasons = try house.stored("/api/v1/holds?incident=WORK&limit=1000", "holds", "id", "reason")
        try expectShown(
            "return Object.fromEntries([...document.querySelectorAll('[data-hold]')].map(one => [one.dataset.hold, one.querySelector('.quiet').textContent.replace('everybody: ', '')]))",
            reasons, atLeast: 30, in: browser, "holds")
        try browser.value("document.querySelector('[data-next]').click()")
        try browser.waitUntil("the next cameras", "document.querySelector('#next tbody td')")
        try expectNothingRan(browser, house, "incident")
    }

    private func others(_ browser: Browser, _ house: HostileHouse) throws {
        try browser.open(house.installation.address + "/numbers")
        try browser.waitUntil("completeness", "document.querySelector('#completeness a.button')")
        let units = try browser.value("return [...document.querySelectorAll('#known-units option')].map(one => one.value)") as? [String] ?? []
        let stored = Set(try house.stored("/api/v1/incidents?limit=1000", "incidents", "number", "unit").values)
        #expect(units.count > 150 && units.allSatisfy { unit in stored.contains { $0.split(whereSeparator: \.isNewline).joined() == unit.split(whereSeparator: \.isNewline).joined() } })
        try expectNothingRan(browser, house, "numbers")
        try browser.open(house.installation.address + "/deliveries")
        let rules = try browser.value("return [...document.querySelectorAll('[data-recipient] td:nth-child(3)')].map(one => one.textContent)") as? [String] ?? []
        #expect(rules.count >= 30 && rules.contains { $0.contains("<") })
        for path in ["/deliveries", "/log", "/log?action=search", "/new-incident", "/new-camera"] {
            try browser.open(house.installation.address + path)
            try expectNothingRan(browser, house, path)
        }
        // A camera's name, offered where a place is asked for.
        try browser.open(house.installation.address + "/new-incident")
        try browser.type("<s", into: "[name=camera]")
        try browser.waitUntil("names", "document.querySelector('#cameras option')")
        try expectNothingRan(browser, house, "posting")
        for text in house.texts.prefix(12) {
            let query = text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            for path in ["/?unit=\(query)", "/cameras?text=\(query)", "/numbers?unit=\(query)", "/nowhere/\(query)"] {
                try browser.open(house.installation.address + path)
                let intruders = try browser.value(Self.intruders) as? [String]
                #expect(intruders == [], "\(path)")
            }
        }
        _ = try browser.consoleLines()
    }
}
