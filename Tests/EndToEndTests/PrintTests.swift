import Foundation
import Testing

/// What leaves the room on paper: the incident's report and the numbers, without what can only be pressed.
@Suite(.enabled(if: Browser.missing == nil, "needs chromium, chromium-driver and curl"))
struct PrintTests {
    /// What is to be seen of a page while it is printed.
    private func seen(_ browser: Browser, _ selector: String) throws -> Int? {
        try browser.value("return [...document.querySelectorAll(arguments[0])].filter(one => one.checkVisibility()).length", [selector]) as? Int
    }

    @Test func printsAReportOfAnIncidentAndTheNumbers() throws {
        let installation = try Installation("print")
        try PageSpeedTests.furnish(installation)
        for text in ["看过北门录像，未见异常。", "A witness saw the rider turn right."] {
            guard try installation.send("POST", "/api/v1/incidents/SIXTY/notes", ["text": text]).status == 201 else { throw Trouble("no note") }
        }
        let lead: [String: Any] = ["seenAt": "2026-03-02T07:09:00Z", "lat": 30.1892, "lon": 120.1778, "toward": "道头路", "bearingDegrees": 90]
        guard try installation.send("POST", "/api/v1/incidents/SIXTY/leads", lead).status == 201 else { throw Trouble("no lead") }
        let browser = try PageSpeedTests.signedIn(installation)
        for (path, ready, shown) in [
            ("/incidents/SIXTY", "document.querySelector('.candidate')", ["#timeline li", "#lead-list li", ".candidate", "dl.facts dd", "#printed"]),
            ("/numbers", "document.querySelector('#completeness a.button')", [".chart", "#printed", "h2"]),
        ] {
            try browser.open(installation.address + path)
            try browser.waitUntil("the page", ready)
            // Whatever the screen is like, paper is white.
            try browser.emulateDark(true)
            let name = path == "/numbers" ? "numbers-print" : "incident-print"
            #expect(try browser.print(name).starts(with: Data("%PDF".utf8)))
            try browser.devTools("Emulation.setEmulatedMedia", ["media": "print"])
            for selector in shown { #expect(try seen(browser, selector) ?? 0 > 0, "\(path): \(selector)") }
            for selector in ["header", "button", "a.button", "input", "video", ".film img"] { #expect(try seen(browser, selector) == 0, "\(path): \(selector)") }
            #expect(try browser.value("return getComputedStyle(document.body).backgroundColor") as? String == "rgb(255, 255, 255)")
            #expect(try browser.text(of: "#printed").contains("boss"))
            try browser.devTools("Emulation.setEmulatedMedia", ["media": ""])
        }
    }
}
