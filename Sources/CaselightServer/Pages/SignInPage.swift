import CaselightModel

extension API {
    var signInPage: [Route] {
        [
            page("/sign-in", .open, query: ["next"], template: "sign-in") { call, viewer in
                Page(viewer.say("signIn"), ["next": OwnPath.of(call.query.text("next"))])
            }
        ]
    }
}

/// Where to go after signing in: never to another site.
enum OwnPath {
    /// The path as given where it is one of ours, else the board.
    static func of(_ text: String?) -> String {
        guard let text, text.utf8.count <= 2000, text.hasPrefix("/"), !text.hasPrefix("//"), !text.hasPrefix("/sign-in") else { return "/" }
        // A browser takes a backslash for a slash, and leaves out tabs and line breaks before it reads an address.
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }) else { return "/" }
        return text
    }
}
