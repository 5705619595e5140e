import CaselightModel
import Foundation
import HTTPTypes
import Logging
import Testing

@testable import CaselightServer

/// The pages' foundation: who is shown what, in which language, with which headers, and from where its parts come.
@Suite struct PageTests {
    /// As a browser asks.
    private static let browser: HTTPFields = [.accept: "text/html,application/xhtml+xml,*/*;q=0.8"]

    private static func chinese(_ cookie: String? = nil) -> HTTPFields {
        var fields = browser
        fields[.acceptLanguage] = "zh-CN,zh;q=0.9,en;q=0.8"
        if let cookie { fields[.cookie] = cookie }
        return fields
    }

    @Test func everyFileOfTheFolderIsServedOrRendered() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources/CaselightServer/Web")
        let files = (FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []).filter { $0.contains(".") }
        let names = files.map { URL(fileURLWithPath: $0).lastPathComponent }
        #expect(Set(names).count == names.count, "two files of one name")
        #expect(Set(names) == Set(WebFiles.all.keys))
        for (file, name) in zip(files, names) {
            #expect(try WebFiles.bytes(name) == Array(Data(contentsOf: folder.appendingPathComponent(file))), "\(file)")
        }
    }

    @Test func everyTemplateCanBeRenderedInEveryLanguage() {
        for language in Language.allCases {
            for name in WebFiles.templates.keys {
                let text = Templates.render(name, [:], in: language)
                #expect(!text.contains("{{"), "\(name) in \(language)")
            }
        }
    }

    @Test func theKindOfARouteIsWhatItsPathSays() async throws {
        let installation = try await Installation()
        let api = API(services: installation.services, settings: installation.settings, logger: Logger(label: "test"))
        for route in api.routes {
            let isOurs = route.path.hasPrefix("/api/v1/") || ["/healthz", "/readyz", "/metrics"].contains(route.path)
            let expected = isOurs ? Route.Kind.api : route.path.hasPrefix("/ui/") ? .asset : .page
            #expect(route.kind == expected, "\(route.path)")
            if route.kind != .api { #expect(route.method == .get, "\(route.path)") }
            if route.kind == .page { #expect(route.access != .open || route.path == "/sign-in", "\(route.path)") }
        }
    }

    // MARK: Who is not signed in

    @Test func whoIsNotSignedInIsLedThereAndBack() async throws {
        try await Installation.run { _, client in
            let api = try await Installation()
            let pages = API(services: api.services, settings: api.settings, logger: Logger(label: "test")).pageRoutes
            for page in pages where page.access != .open {
                let path = page.path.replacing(#/{\w+}/#, with: "x")
                let answer = try await client.send(.get, path, headers: Self.browser, token: nil)
                let next = path == "/" ? "" : "?next=\(QueryText.encode(path))"
                #expect(answer.status == 303 && answer.headers[.location] == "/sign-in\(next)", "\(path)")
            }
        }
    }

    @Test(arguments: ["/", "/cameras/gate-2", "/incidents/1?tab=map&at=2026-03-02T07:00:00Z"])
    func comesBackToAnOwnPath(path: String) { #expect(OwnPath.of(path) == path) }

    @Test(arguments: [
        nil, "", "cameras", "//other.example", "/\\other.example", "https://other.example/", "/\t/other.example", "/\n/other.example", "\\\\other.example",
        "javascript:alert(1)", "/sign-in?next=/", " /cameras", "/cam eras", "/" + String(repeating: "a", count: 2001),
    ])
    func leadsToNoOtherSite(path: String?) { #expect(OwnPath.of(path) == "/") }

    @Test func thePageToSignInKeepsTheWayBack() async throws {
        try await Installation.run { _, client in
            let there = try await client.send(.get, "/sign-in?next=%2Fcameras%3Ftext%3D%22%3E%3Cscript%3E", headers: Self.browser, token: nil)
            #expect(there.status == 200 && there.text.contains(#"data-next="/cameras?text=&quot;&gt;&lt;script&gt;""#), "\(there.text)")
            let elsewhere = try await client.send(.get, "/sign-in?next=//other.example", headers: Self.browser, token: nil)
            #expect(elsewhere.text.contains(#"data-next="/""#))
        }
    }

    // MARK: Headers

    @Test func aPageAllowsItsOwnScriptsAndNothingElse() async throws {
        try await Installation.run { _, client in
            for path in ["/sign-in", "/nowhere"] {
                let headers = try await client.send(.get, path, headers: Self.browser, token: nil).headers
                let policy = headers[.contentSecurityPolicy] ?? ""
                #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"))
                #expect(policy.hasSuffix("form-action 'self'; base-uri 'none'; frame-ancestors 'none'") && !policy.contains("unsafe"))
                #expect(headers[.cacheControl] == "no-store" && headers[.xContentTypeOptions] == "nosniff")
                #expect(headers[.referrerPolicy] == "same-origin" && headers[.contentType] == "text/html; charset=utf-8")
            }
        }
    }

    @Test func filesAreKeptForEverUnderTheirVersion() async throws {
        try await Installation.run { _, client in
            for (name, asset) in WebFiles.assets {
                let answer = try await client.send(.get, "\(WebFiles.folder)/\(name)", token: nil)
                #expect(answer.status == 200 && answer.bytes == asset.bytes && answer.headers[.contentType] == asset.type, "\(name)")
                #expect(answer.headers[.cacheControl] == "public, max-age=31536000, immutable" && answer.headers[.xContentTypeOptions] == "nosniff")
            }
            for path in ["/ui/0000/base.css", "\(WebFiles.folder)/layout.mustache", "\(WebFiles.folder)/en.json", "/ui/leaflet/leaflet.js.map"] {
                #expect(try await client.send(.get, path, token: nil).refusal == "404 notFound", "\(path)")
            }
        }
    }

    @Test(.enabled(if: LeafletFiles.isInstalled, "libjs-leaflet is not installed"))
    func theMapsLibraryIsDebians() async throws {
        try await Installation.run { _, client in
            for name in LeafletFiles.names {
                let answer = try await client.send(.get, "/ui/leaflet/\(name)", token: nil)
                #expect(answer.status == 200 && answer.bytes.count > 1000 && answer.headers[.contentType] == Asset.type(of: name))
            }
        }
    }

    // MARK: Problems

    @Test func aPagesProblemIsAPage() async throws {
        try await Installation.run { _, client in
            let page = try await client.send(.get, "/nowhere", headers: Self.browser)
            #expect(page.status == 404 && page.text.contains(#"data-problem="notFound""#) && page.text.contains("Not found"))
            #expect(page.text.contains("there is no such route") && page.text.contains("everybody"))
            // Whoever does not ask for a page gets what programs get.
            #expect(try await client.get("/nowhere").refusal == "404 notFound")
            #expect(try await client.send(.get, "/api/v1/nowhere", headers: Self.browser).refusal == "404 notFound")
            let unknown = try await client.send(.get, "/sign-in?colour=blue", headers: Self.browser)
            #expect(unknown.status == 400 && unknown.text.contains("there is no parameter &#39;colour&#39;"), "\(unknown.text)")
        }
    }

    @Test func whatSomebodyWroteIsTextInAProblemToo() async throws {
        try await Installation.run { _, client in
            let page = try await client.send(.get, "/sign-in?%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E=1", headers: Self.browser)
            #expect(page.status == 400 && page.text.contains("&lt;img src=x") && !page.text.contains("<img"), "\(page.text)")
        }
    }

    // MARK: Language

    @Test func speaksTheViewersLanguage() async throws {
        try await Installation.run { _, client in
            let english = try await client.send(.get, "/sign-in", headers: Self.browser, token: nil).text
            #expect(english.contains(#"<html lang="en">"#) && english.contains("Sign in"))
            let chinese = try await client.send(.get, "/sign-in", headers: Self.chinese(), token: nil).text
            #expect(chinese.contains(#"<html lang="zh-CN">"#) && chinese.contains("登录") && !chinese.contains("Sign in"))
            let chosen = try await client.send(.get, "/sign-in", headers: Self.chinese("caselight-language=en"), token: nil).text
            #expect(chosen.contains(#"<html lang="en">"#))
            let unknown = try await client.send(.get, "/sign-in", headers: Self.chinese("caselight-language=tlh"), token: nil).text
            #expect(unknown.contains(#"<html lang="zh-CN">"#))
        }
    }

    @Test(arguments: [
        ("", "en"), ("zh-CN", "zh-CN"), ("zh", "zh-CN"), ("ZH-hans-cn", "zh-CN"), ("en-GB,zh;q=0.9", "en"), ("en;q=0.5, zh;q=0.6", "zh-CN"),
        ("de,fr;q=0.9,zh;q=0.1", "zh-CN"), ("zh;q=0,en;q=0.1", "en"), ("de", "en"), (";;,q=,zh;q=x", "en"), ("*", "en"),
    ])
    func takesTheFirstLanguageTheBrowserPrefers(header: String, language: String) { #expect(Language.preferred(by: header).rawValue == language) }

    @Test func fillsInValuesAndLooksIntoNone() {
        let strings = Strings(.english)
        #expect(strings.say("serverFailed", ["status": "{status} {x}"]) == "The server answered {status} {x}.")
        #expect(strings.say("serverFailed") == "The server answered {status}." && strings.say("no such key") == "no such key")
        #expect(strings.say(oneOf: "problem", "diskFull") == "Disk full" && strings.say(oneOf: "problem", "unheard") == "unheard")
    }

    @Test func everyChoiceHasItsWordInEveryLanguage() {
        func keys<Value: CaseIterable & RawRepresentable>(_ family: String, _: Value.Type) -> [String] { Value.allCases.map { "\(family)_\($0.rawValue)" } }
        let all = keys("feedState", FeedStatus.State.self) + keys("gapCause", GapCause.self) + keys("policy", RecordingPolicy.self)
            + keys("cameraKind", CameraKind.self) + keys("cameraClass", CameraClass.self) + keys("transport", FeedTransport.self)
            + keys("logAction", LogAction.self) + keys("logOutcome", LogOutcome.self)
        for language in Language.allCases {
            for key in all { #expect(Strings(language).table[key] != nil, "\(key) in \(language)") }
        }
    }

    @Test func everyProblemHasItsTitleAndItsSentenceInEveryLanguage() {
        for code in ProblemTable.entries.keys {
            for language in Language.allCases {
                let strings = Strings(language).table
                #expect(strings["problem_\(code.rawValue)"] != nil, "\(code.rawValue)")
                let sentence = strings["advice_\(code.rawValue)"] ?? ""
                #expect(sentence.hasSuffix(language == .chinese ? "。" : "."), "\(code.rawValue) in \(language)")
            }
        }
    }

    @Test func aProblemIsSaidInTheViewersLanguageFirst() async throws {
        try await Installation.run { _, client in
            var headers = Self.chinese()
            let page = try await client.send(.get, "/incidents/none", headers: headers).text
            let (own, servers) = (page.range(of: "内容不存在，或不在当前账号的查看范围内。"), page.range(of: "there is no incident of this number"))
            #expect(own != nil && servers != nil && own!.lowerBound < servers!.lowerBound, "\(page)")
            headers[.acceptLanguage] = "en"
            #expect(try await client.send(.get, "/incidents/none", headers: headers).text.contains("It does not exist, or is outside what your account may see."))
        }
    }
}
