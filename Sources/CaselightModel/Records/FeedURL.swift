/// A feed's address without credentials: `rtsp://10.0.4.14:554/stream1`.
public struct FeedURL: Hashable, Sendable {
    public let scheme: FeedScheme
    public let host: String
    public let port: Int?
    /// Path and query, as given; begins with `/` or is empty.
    public let pathAndQuery: String

    public static let lengthLimit = 2048

    /// Splits an address into the part that may be shown and the part that must not.
    ///
    /// - Throws: `CaselightError` with code `invalidURL`, `unknownScheme` or `playlistRefused`. No message repeats credentials, path or query.
    public static func parse(_ text: String) throws(CaselightError) -> (url: FeedURL, credentials: FeedCredentials?) {
        guard text.utf8.count <= lengthLimit, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw refusal(.invalidURL, "it is longer than \(lengthLimit) bytes, or has spaces or characters outside ASCII", "Percent-encode it.")
        }
        guard let colon = text.range(of: "://") else {
            throw refusal(.invalidURL, "it has no scheme", "Example: rtsp://10.0.4.14:554/stream1")
        }
        let schemeName = text[..<colon.lowerBound].lowercased()
        guard let scheme = FeedScheme(rawValue: schemeName) else {
            let known = FeedScheme.allCases.map(\.rawValue).joined(separator: " ")
            // Only what looks like a scheme is repeated: before a stray "://" there may be a password.
            let isPlain = schemeName.utf8.count <= 12 && schemeName.utf8.allSatisfy { (0x61...0x7A).contains($0) }
            throw refusal(
                .unknownScheme, "\(isPlain ? "the scheme '\(schemeName)'" : "its scheme") is not one of \(known)",
                "Use the camera's RTSP address.")
        }
        let rest = text[colon.upperBound...]
        let authorityEnd = rest.firstIndex(where: { "/?#".contains($0) }) ?? rest.endIndex
        var authority = rest[..<authorityEnd]
        let pathAndQuery = rest[authorityEnd...].prefix { $0 != "#" }
        var credentials: FeedCredentials?
        if let at = authority.lastIndex(of: "@") {
            credentials = Self.credentials(authority[..<at])
            authority = authority[authority.index(after: at)...]
        }
        // The rest of a password with a '/' in it, which would be kept and shown as a path.
        if credentials != nil, pathAndQuery.prefix(while: { $0 != "?" }).contains("@") {
            throw refusal(.invalidURL, "its login has a '/' in it, or its path an '@'", "Percent-encode it, or give user and password apart.")
        }
        let (host, port) = try hostAndPort(authority)
        let path = pathAndQuery.first == "/" || pathAndQuery.isEmpty ? String(pathAndQuery) : "/" + pathAndQuery
        try refusePlaylist(path)
        return (FeedURL(scheme: scheme, host: host, port: port, pathAndQuery: path), credentials)
    }

    /// Scheme, host and port: all that logs and errors may say.
    public var redacted: String { "\(scheme.rawValue)://\(authority)" }

    /// The whole address, without credentials.
    public var text: String { redacted + pathAndQuery }

    private var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port.map { "\(name):\($0)" } ?? name
    }

    private static func hostAndPort(_ authority: Substring) throws(CaselightError) -> (String, Int?) {
        var host = authority
        var portText: Substring?
        var extra = ".-_"
        if authority.first == "[" {
            extra = ".:%"  // an IPv6 address, perhaps with a zone
            guard let close = authority.firstIndex(of: "]") else { throw refusal(.invalidURL, "the host's ']' is missing") }
            host = authority[authority.index(after: authority.startIndex)..<close]
            let after = authority[authority.index(after: close)...]
            if after.first == ":" { portText = after.dropFirst() } else if !after.isEmpty { throw refusal(.invalidURL, "something follows the host") }
        } else if let colon = authority.lastIndex(of: ":") {
            host = authority[..<colon]
            portText = authority[authority.index(after: colon)...]
        }
        let allowed = host.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || extra.utf8.contains(byte)
        }
        guard !host.isEmpty, allowed else { throw refusal(.invalidURL, "it names no host", "Example: rtsp://10.0.4.14:554/stream1") }
        guard let portText, !portText.isEmpty else { return (String(host), nil) }
        guard portText.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(portText), (1...65_535).contains(port) else {
            throw refusal(.invalidURL, "the port must be 1 to 65535", "A password with / ? # or : in it must be percent-encoded.")
        }
        return (String(host), port)
    }

    /// `nil` for an empty part before the `@`, as in `udp://@239.1.1.1:5004`.
    private static func credentials(_ text: Substring) -> FeedCredentials? {
        guard !text.isEmpty else { return nil }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return FeedCredentials(
            user: percentDecoded(parts[0]), password: parts.count > 1 ? percentDecoded(parts[1]) : "")
    }

    private static func percentDecoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.first {
            rest = rest.dropFirst()
            if byte == UInt8(ascii: "%"), rest.count >= 2, rest.first != UInt8(ascii: "+"),
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A playlist makes the reader fetch addresses of the sender's choice.
    private static func refusePlaylist(_ pathAndQuery: String) throws(CaselightError) {
        let path = percentDecoded(pathAndQuery.prefix { $0 != "?" }).lowercased()
        for ending in [".m3u8", ".m3u", ".mpd", ".pls", ".xspf", ".asx", ".ffconcat", ".concat", ".ism"] where path.hasSuffix(ending) {
            throw refusal(.playlistRefused, "it is a playlist (\(ending)), which could make us fetch other addresses", "Give the stream itself.")
        }
    }

    private static func refusal(_ code: CaselightError.Code, _ cause: String, _ remedy: String = "") -> CaselightError {
        CaselightError(code, "use this feed address", because: cause, remedy: remedy)
    }
}

/// What a feed may be reached by. Playlists and `concat` are not among them.
public enum FeedScheme: String, Sendable, Codable, CaseIterable {
    case rtsp, rtsps, rtmp, http, https, udp, srt
}

extension FeedURL: Codable {
    public init(from decoder: any Decoder) throws {
        self = try FeedURL.parse(try decoder.singleValueContainer().decode(String.self)).url
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

extension FeedURL: CustomStringConvertible {
    public var description: String { redacted }
}

extension String {
    /// The first place `pattern` stands, without Foundation.
    fileprivate func range(of pattern: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(pattern) { return start..<index(start, offsetBy: pattern.count) }
            start = index(after: start)
        }
        return nil
    }
}
