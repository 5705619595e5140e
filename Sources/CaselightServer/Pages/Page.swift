import CaselightModel
import HTTPTypes
import Hummingbird
import NIOCore

/// Who looks at a page, and in which language.
struct Viewer: Sendable {
    let language: Language
    /// `nil` on the pages that ask for nobody.
    let principal: Principal?
    let strings: Strings

    init(_ call: Call) { self.init(call.request, call.context.principal) }

    init(_ request: Request, _ principal: Principal?) {
        language = Language(of: request)
        self.principal = principal
        strings = Strings(language)
    }

    func say(_ key: String, _ values: [String: String] = [:]) -> String { strings.say(key, values) }
    func say(oneOf family: String, _ choice: String) -> String { strings.say(oneOf: family, choice) }
}

/// What a page shows: its title, and what its template asks for by name, beside what `layout` needs.
///
/// A section is left out for `nil`, `false` and an empty list, not for an empty text: what is not known is an optional. A name that is `nil`
/// in a row is looked for in what is around it; in rows write `{{#.name}}`, which is not.
struct Page: Sendable {
    let title: String
    var model: [String: any Sendable]

    init(_ title: String, _ model: [String: any Sendable] = [:]) {
        self.title = title
        self.model = model
    }
}

extension Route {
    /// A page. Its template has its name; with `fragment=NAME` it answers with one of its parts alone, made by the part's own template.
    ///
    /// - Parameter content: what to show; runs as a handler of the API does, behind the same checks.
    static func page(
        _ path: String, _ access: AccessRule, act: LogAction = .lookUp, query: [String] = [], template: String, fragments: [String] = [],
        frame: @escaping @Sendable (Viewer) -> PageFrame, content: @escaping @Sendable (Call, Viewer) async throws -> Page
    ) -> Route {
        let query = fragments.isEmpty ? query : query + ["fragment"]
        return Route(.get, path, access, kind: .page, act: act, query: query) { call in
            let viewer = Viewer(call)
            let part = try call.query.given("fragment")
            guard part.map(fragments.contains) ?? true else {
                throw CaselightError(.notFound, "show a part of this page", because: "it has no part '\(part ?? "")'")
            }
            return frame(viewer).response(try await content(call, viewer), template: part ?? template)
        }
    }
}

/// What is around every page: navigation by role, who is signed in, language.
struct PageFrame: Sendable {
    let viewer: Viewer
    let navigation: [NavigationEntry]
    var path = ""

    func response(_ page: Page, template: String, status: HTTPResponse.Status = .ok) -> Response {
        let model = outer(title: page.title).merging(page.model) { _, page in page }
        let text = Templates.render(template, model, in: viewer.language)
        return Response(status: status, headers: Self.headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    private func outer(title: String) -> [String: any Sendable] {
        var model: [String: any Sendable] = [
            "title": title, "language": viewer.language.rawValue, "home": (navigation.first(where: \.isHome) ?? navigation.first)?.path ?? "/",
            "languages": Language.allCases.map { LanguageChoice(tag: $0.rawValue, name: $0.name, isCurrent: $0 == viewer.language) },
            "navigation": navigation.map { NavigationLink(path: $0.path, label: $0.label(viewer.strings), isCurrent: $0.leads(to: path)) },
        ]
        if let account = viewer.principal?.account {
            model["account"] = account.displayName.isEmpty ? account.name.text : account.displayName
        }
        return model
    }

    private struct LanguageChoice { let tag, name: String, isCurrent: Bool }
    private struct NavigationLink { let path, label: String, isCurrent: Bool }

    /// Scripts, styles and pictures of our own alone, none of them inline. Leaflet sets an element's style from its script, which this allows.
    /// The origin must be told to ourselves: it proves that a form is ours.
    private static let headers: HTTPFields = [
        .contentType: "text/html; charset=utf-8",
        .cacheControl: "no-store",
        .contentSecurityPolicy: "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
            + "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        .referrerPolicy: "same-origin",
    ]
}
