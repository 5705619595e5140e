import Mustache

/// The templates in one language, with its strings written into them before they are parsed: `{{t.KEY}}` costs nothing when a page is made.
struct Templates: Sendable {
    let library: MustacheLibrary

    private static let libraries: [Language: Templates] = Dictionary(
        uniqueKeysWithValues: Language.allCases.map { language in
            do {
                return (language, Templates(library: MustacheLibrary(templates: try parsed(in: language))))
            } catch {
                preconditionFailure("every template can be parsed: \(error)")
            }
        })

    /// - Throws: what the parser says of a template.
    private static func parsed(in language: Language) throws -> [String: MustacheTemplate] {
        let strings = Strings(language)
        return try WebFiles.templates.mapValues { text in
            let said = text.replacing(#/{{t\.(\w+)}}/#) { escaped(strings.say(String($0.output.1))) }
            return try MustacheTemplate(string: said.replacing("{{ui}}", with: WebFiles.folder))
        }
    }

    /// The text of a template of ours.
    static func render(_ name: String, _ model: [String: any Sendable], in language: Language) -> String {
        guard let text = libraries[language]?.library.render(model, withTemplate: name) else { preconditionFailure("there is a template '\(name)'") }
        return text
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
            .replacing("'", with: "&#39;").replacing("{{", with: "&#123;&#123;")
    }
}
