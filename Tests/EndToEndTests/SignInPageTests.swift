import Foundation
import Testing

/// The way in, in a real browser.
@Suite(.enabled(if: Browser.missing == nil, "needs chromium, chromium-driver and curl"))
struct SignInPageTests {
    private static let password = "a long pass phrase"

    private func installation() throws -> Installation {
        let installation = try Installation("sign-in-page")
        let account: [String: Any] = ["name": "wang", "displayName": "王磊", "roles": ["cameraAdmin", "auditor"], "password": Self.password]
        guard try installation.send("POST", "/api/v1/accounts", account).status == 201 else { throw Trouble("no account") }
        return installation
    }

    @Test func signsInSwitchesLanguageAndSignsOut() throws {
        let installation = try installation()
        let browser = try Browser(language: "zh-CN")
        try browser.open(installation.address + "/sign-in?next=%2Fcameras%3Ftext%3Dgate")
        #expect(try browser.text(of: "h1") == "登录")
        try browser.expectSound(installation, "sign-in")
        try browser.shoot("sign-in-zh-CN")
        try browser.emulateDark(true)
        try browser.expectSound(installation, "sign-in, dark")
        try browser.emulateDark(false)

        try browser.click("[data-language=en]")
        try browser.waitUntil("English", "document.documentElement.lang === 'en'")
        #expect(try browser.text(of: "h1") == "Sign in")
        try browser.expectSound(installation, "sign-in in English")
        try browser.shoot("sign-in-en")

        try browser.type("wang", into: "input[name=name]")
        try browser.press(Browser.Key.tab, "n", "o", Browser.Key.enter)
        try browser.waitUntil("the refusal", "!document.querySelector('#sign-in [role=alert]').hidden")
        #expect(try browser.text(of: "#sign-in [role=alert]") == "You are not signed in, or name and password do not match. cannot sign in: the name or the password is not right.")
        _ = try browser.consoleLines()  // Chromium writes a refused request there itself.

        try browser.type(Self.password, into: "input[name=password]")
        try browser.press(Browser.Key.enter)
        try browser.waitUntil("the page asked for", "location.pathname === '/cameras' && location.search === '?text=gate'")
        #expect(try browser.text(of: ".account") == "王磊")
        try browser.click("#sign-out")
        try browser.waitUntil("the way out", "location.pathname === '/sign-in'")
        #expect(try HTTP.request("GET", installation.address + "/api/v1/session").status == 401)
    }
}
