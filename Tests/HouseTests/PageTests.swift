import Foundation
import Testing

/// What pages are made of: everything is said in every language, and nothing that people wrote can become script or style.
@Suite struct PageTests {
    private static let folder = "Sources/CaselightServer/Web/"
    /// The one module that makes elements of text, which our own templates made.
    private static let fragmentModule = "Sources/CaselightServer/Web/modules/fragments.js"

    private struct File {
        let path: String
        let text: String
    }

    private static func files(_ ending: String, under folder: String = folder) -> [File] {
        Repository.paths.filter { $0.hasPrefix(folder) && $0.hasSuffix(ending) }.compactMap { path in
            Repository.text(of: path).map { File(path: path, text: $0) }
        }
    }

    private static func strings(_ language: String) throws -> [String: String] {
        let text = try #require(Repository.text(of: "\(folder)strings/\(language).json"))
        return try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
    }

    // MARK: Strings

    /// Keys that are said by name, and families of which one is said.
    static func said(in text: String) -> (keys: Set<String>, families: Set<String>) {
        let keys = [#/{{t\.([a-z]\w*)}}/#, #/\bsay\(\s*"(\w+)"/#.wordBoundaryKind(.simple)].flatMap { pattern in
            text.matches(of: pattern).map { String($0.output.1) }
        }
        let families = text.matches(of: #/\bsay(?:\(oneOf: |OneOf\()"(\w+)"/#.wordBoundaryKind(.simple)).map { String($0.output.1) }
        return (Set(keys), Set(families))
    }

    @Test func everyStringIsInEveryLanguageAndUsed() throws {
        let (english, chinese) = (try Self.strings("en"), try Self.strings("zh-CN"))
        #expect(Set(english.keys).subtracting(chinese.keys).sorted() == [], "missing in Chinese")
        #expect(Set(chinese.keys).subtracting(english.keys).sorted() == [], "missing in English")
        let sources = Self.files(".mustache") + Self.files(".js") + Self.files(".swift", under: "Sources/CaselightServer/")
        let all = sources.map { Self.said(in: $0.text) }
        let (keys, families) = (all.reduce(into: Set()) { $0.formUnion($1.keys) }, all.reduce(into: Set()) { $0.formUnion($1.families) })
        #expect(keys.count > 10 && !families.isEmpty, "the pages are not understood")
        #expect(keys.subtracting(english.keys).sorted() == [], "said and not written")
        let unsaid = english.keys.filter { key in !keys.contains(key) && !families.contains { key.hasPrefix($0 + "_") } }
        #expect(unsaid.sorted() == [], "written and never said")
        let emptyFamilies = families.filter { family in !english.keys.contains { $0.hasPrefix(family + "_") } }
        #expect(emptyFamilies.sorted() == [], "families without a member")
    }

    @Test func everyLanguageFillsInTheSameValues() throws {
        let (english, chinese) = (try Self.strings("en"), try Self.strings("zh-CN"))
        func values(_ text: String) -> Set<String> { Set(text.matches(of: #/{(\w+)}/#).map { String($0.output.1) }) }
        for (key, text) in english {
            #expect(values(text) == values(chinese[key] ?? ""), "\(key)")
            #expect(!text.isEmpty && chinese[key]?.isEmpty == false, "\(key)")
        }
    }

    @Test func theRepositorysStringsAreFoundWhereTheyAreSaid() {
        let text = #"<p>{{t.one}}</p> say("two", {}) viewer.say(oneOf: "three", x) sayOneOf("four", y) essay("five")"#
        let found = Self.said(in: text)
        #expect(found.keys == ["one", "two"] && found.families == ["three", "four"])
    }

    // MARK: What people write stays text

    static func dangers(inTemplate text: String) -> [String] {
        let rules: [(String, Regex<Substring>)] = [
            ("writes without escaping", #/{{{|{{&/#), ("has a handler inline", #/\son[a-z]+\s*=/#.ignoresCase()),
            ("has a style inline", #/\sstyle\s*=|<style/#.ignoresCase()), ("has a script inline", #/<script(?![^>]*\ssrc=)/#.ignoresCase()),
            ("leads to a script", #/javascript:/#.ignoresCase()), ("fetches from elsewhere", #/(?:src|href|action)\s*=\s*"?(?:https?:)?\/\//#.ignoresCase()),
            ("has an attribute without quotes", #/\s[\w-]+={{/#), ("changes what is escaped", #/{{%/#),
        ]
        return rules.filter { text.contains($0.1) }.map(\.0)
    }

    static func dangers(inModule text: String, mayParse: Bool) -> [String] {
        let rules: [(String, Regex<Substring>)] = [
            ("makes elements of text", #/innerHTML|outerHTML|insertAdjacentHTML|DOMParser|createContextualFragment|document\.write|setHTMLUnsafe/#),
            ("runs text", #/\beval\(|new Function|set(?:Timeout|Interval)\(\s*["'`]/#),
            ("fetches from elsewhere", #/["'`]https?:\/\/(?!www\.w3\.org\/)/#),
        ]
        return rules.filter { text.contains($0.1) }.map(\.0).filter { !(mayParse && $0 == "makes elements of text") }
    }

    @Test func templatesEscapeWhatPeopleWriteAndHoldNothingInline() {
        let templates = Self.files(".mustache")
        #expect(templates.count >= 3)
        for file in templates { #expect(Self.dangers(inTemplate: file.text) == [], "\(file.path)") }
    }

    @Test func modulesMakeNoElementsOfText() {
        let modules = Self.files(".js")
        #expect(modules.contains { $0.path == Self.fragmentModule })
        for file in modules { #expect(Self.dangers(inModule: file.text, mayParse: file.path == Self.fragmentModule) == [], "\(file.path)") }
    }

    @Test(arguments: [
        "<p>{{{name}}}</p>", "<p>{{&name}}</p>", "<p onclick='a()'>", "<p STYLE=\"color:red\">", "<style>", "<script>a()</script>",
        "<a href=\"javascript:a()\">", "<img src=\"//other.example/a\">", "<img src=https://other.example/a>", "<p title={{name}}>", "{{% CONTENT_TYPE:TEXT}}",
    ])
    func noticesADangerInATemplate(text: String) { #expect(Self.dangers(inTemplate: text).count == 1) }

    @Test(arguments: [
        "a.innerHTML = b", "a.insertAdjacentHTML('beforeend', b)", "eval(a)", "new Function(a)", "setTimeout('a()', 1)", "fetch(\"https://other.example\")",
        "new DOMParser()",
    ])
    func noticesADangerInAModule(text: String) { #expect(Self.dangers(inModule: text, mayParse: false).count == 1) }

    @Test func acceptsPlainTemplatesAndModules() {
        let template = #"<script type="module" src="{{ui}}/a.js"></script><a title="{{name}}" href="/log?who={{name}}">{{t.money}} = {{name}}</a>"#
        #expect(Self.dangers(inTemplate: template) == [])
        #expect(Self.dangers(inModule: "a.textContent = b; setTimeout(() => a(), 1)", mayParse: false) == [])
    }
}
