import HTTPTypes
import Hummingbird

/// The languages that the pages are written in.
enum Language: String, Hashable, Sendable, CaseIterable {
    case english = "en"
    case chinese = "zh-CN"

    /// Where the viewer's choice is kept, by the module that switches it.
    static let cookieName = "caselight-language"

    /// As each names itself.
    var name: String {
        switch self {
        case .english: "English"
        case .chinese: "中文"
        }
    }

    /// The one chosen; else the first that the browser asks for and we have; else English.
    init(of request: Request) {
        if let chosen = request.cookies[Self.cookieName].flatMap({ Self(rawValue: $0.value) }) {
            self = chosen
        } else {
            self = Self.preferred(by: request.headers[.acceptLanguage] ?? "")
        }
    }

    /// Of a header as RFC 9110, 12.5.4 has it: `zh-CN,zh;q=0.9,en;q=0.8`. All of Chinese is served with ours.
    static func preferred(by header: String) -> Language {
        let ranges = header.split(separator: ",").prefix(20).enumerated().compactMap { order, part -> (Language, Double, Int)? in
            let pieces = part.split(separator: ";").map { $0.filter { !$0.isWhitespace } }
            guard let tag = pieces.first?.lowercased(), let language = spoken(tag) else { return nil }
            let weight = pieces.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            return weight > 0 ? (language, weight, order) : nil
        }
        return ranges.max { ($0.1, -$0.2) < ($1.1, -$1.2) }?.0 ?? .english
    }

    private static func spoken(_ tag: String) -> Language? {
        switch tag.prefix(while: { $0 != "-" }) {
        case "zh": .chinese
        case "en": .english
        default: nil
        }
    }
}
