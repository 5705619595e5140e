import Foundation
import Testing

/// The auditor's page, in a real browser.
@Suite(.enabled(if: Browser.missing == nil, "needs chromium, chromium-driver and curl"))
struct LogPageTests {
    @Test func filtersShowsADayAndVerifies() throws {
        let installation = try Installation("log-page")
        for (name, roles) in [("zhou", ["auditor"]), ("wu", ["investigator"])] {
            let fields: [String: Any] = ["name": name, "displayName": name, "unit": "视频侦查队", "roles": roles, "password": CameraPageTests.password]
            guard try installation.send("POST", "/api/v1/accounts", fields).status == 201 else { throw Trouble("no account") }
        }
        let hostile = "<script>alert(1)</script>"
        for number in 0..<3 {
            let path = "/api/v1/clips?near=30.1892,120.1778&from=2026-03-02T07:00:00Z&to=2026-03-02T07:01:00Z&purpose=\(number)%20\(hostile.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
            guard try installation.get(path).status == 200 else { throw Trouble("no search") }
        }
        let browser = try Browser(language: "zh-CN")
        try browser.signIn(installation, as: "zhou", password: CameraPageTests.password, to: "/log")
        #expect(try browser.value("return [...document.querySelectorAll('nav a')].map(one => one.textContent)") as? [String] == ["统计", "日志"])
        #expect(try browser.text(of: "table.log").contains(hostile))
        try browser.expectSound(installation, "log")
        try browser.shoot("log-zh-CN")

        try browser.click("#verify")
        try browser.waitUntil("the verdict", "!document.getElementById('verified').hidden")
        #expect(try browser.text(of: "#verified h2").contains("日志完整且未被改动"))
        try browser.click("#verified summary")
        #expect(try browser.text(of: "#verified pre").contains("caselight"))
        try browser.expectSound(installation, "log verified")
        try browser.shoot("log-verified-zh-CN")

        try browser.click("[data-language=en]")
        try browser.waitUntil("English", "document.documentElement.lang === 'en'")
        try browser.type("everybody", into: "input[name=who]")
        try browser.click("[data-day='0']")
        try browser.waitUntil("the day", "document.querySelector('.glance') && location.search.includes('who=everybody') && location.search.includes('from=')")
        #expect(try !browser.address.contains("incident="))
        let lanes = try browser.text(of: ".lanes")
        #expect(lanes.contains("Search") && lanes.contains("3"), "\(lanes)")
        #expect(try browser.value("return document.querySelectorAll('.log tbody tr').length === document.querySelectorAll('.tick').length") as? Bool == true)
        try browser.expectSound(installation, "a day at a glance")
        try browser.shoot("log-day-en")
    }
}
