internal import CaselightModel

/// Answers a camera's wish for a login: with nothing before it is asked, with Digest where that is offered, with Basic only where
/// nothing better is.
struct Login {
    private let credentials: FeedCredentials?
    private let makeClientNonce: () -> String
    private var challenge: Challenge?
    private var useCount = 0
    /// The camera took this login once; a new nonce is then a matter of age, not of a wrong password.
    private var wasAccepted = false

    init(_ credentials: FeedCredentials?, makeClientNonce: @escaping () -> String = Login.randomNonce) {
        self.credentials = credentials
        self.makeClientNonce = makeClientNonce
    }

    static func randomNonce() -> String {
        var generator = SystemRandomNumberGenerator()
        return DigestAlgorithm.hexadecimal((0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }

    mutating func accepted() {
        if challenge != nil { wasAccepted = true }
    }

    /// Takes the challenge of a refused request.
    ///
    /// - Throws: `unauthorized` when there is no sense in asking again.
    mutating func refused(by challenges: [Challenge]) throws(RTSPFailure) {
        guard let credentials, Self.isPrintable(credentials.user), Self.isPrintable(credentials.password) else { throw .unauthorized }
        guard let best = try Self.strongest(challenges) else { throw .unauthorized }
        if let challenge {
            let isRenewal = best.isStale || (wasAccepted && best.fields["nonce"] != challenge.fields["nonce"])
            guard challenge.isDigest, best.isDigest, isRenewal else { throw .unauthorized }
        }
        (challenge, useCount, wasAccepted) = (best, 0, false)
    }

    /// The `Authorization` header's value, once a camera has asked.
    mutating func authorization(method: String, url: String) -> String? {
        guard let credentials, let challenge else { return nil }
        guard challenge.isDigest else { return "Basic " + Base64.encode(Array("\(credentials.user):\(credentials.password)".utf8)) }
        useCount += 1
        return digest(challenge, credentials, method: method, url: url)
    }

    private func digest(_ challenge: Challenge, _ credentials: FeedCredentials, method: String, url: String) -> String? {
        let fields = challenge.fields
        guard let algorithm = DigestAlgorithm(fields["algorithm"]) else { return nil }
        let (realm, nonce) = (fields["realm"] ?? "", fields["nonce"] ?? "")
        let takesQop = Self.offersAuth(fields["qop"]) == true
        let clientNonce = takesQop || algorithm.isSession ? makeClientNonce() : ""
        let count = Self.eightDigits(useCount)
        var first = algorithm.hash("\(credentials.user):\(realm):\(credentials.password)")
        if algorithm.isSession { first = algorithm.hash("\(first):\(nonce):\(clientNonce)") }
        let second = algorithm.hash("\(method):\(url)")
        let response = algorithm.hash(
            takesQop ? "\(first):\(nonce):\(count):\(clientNonce):auth:\(second)" : "\(first):\(nonce):\(second)")
        let hidesUser = fields["userhash"]?.lowercased() == "true"
        let user = hidesUser ? algorithm.hash("\(credentials.user):\(realm)") : Self.quoted(credentials.user)
        var text = "Digest username=\"\(user)\", realm=\"\(realm)\", nonce=\"\(nonce)\", uri=\"\(url)\", response=\"\(response)\""
        if let name = fields["algorithm"], !name.isEmpty { text += ", algorithm=\(name)" }
        if let opaque = fields["opaque"] { text += ", opaque=\"\(opaque)\"" }
        if takesQop {
            text += ", qop=auth, nc=\(count), cnonce=\"\(clientNonce)\""
        } else if algorithm.isSession {
            text += ", cnonce=\"\(clientNonce)\""
        }
        if hidesUser { text += ", userhash=true" }
        return text
    }

    /// Never Basic beside a Digest we cannot do: whoever strips the good offer would get the password.
    private static func strongest(_ challenges: [Challenge]) throws(RTSPFailure) -> Challenge? {
        let digests = challenges.filter(\.isDigest)
        guard !digests.isEmpty else { return challenges.first { $0.scheme == "basic" } }
        let usable = digests.filter { challenge in
            DigestAlgorithm(challenge.fields["algorithm"]) != nil && challenge.fields["nonce"] != nil
                && offersAuth(challenge.fields["qop"]) != false
        }
        guard let best = usable.max(by: { strength($0) < strength($1) }) else {
            throw .malformed("a login by a digest that we do not know")
        }
        return best
    }

    private static func strength(_ challenge: Challenge) -> Int {
        let algorithm = DigestAlgorithm(challenge.fields["algorithm"]) ?? .md5
        return algorithm.rawValue * 2 + (offersAuth(challenge.fields["qop"]) == true ? 1 : 0)
    }

    /// `nil` where no quality of protection is named, as before RFC 2617.
    private static func offersAuth(_ qop: String?) -> Bool? {
        guard let qop, !qop.isEmpty else { return nil }
        return qop.split(separator: ",").contains { $0.trimmed.lowercased() == "auth" }
    }

    private static func quoted(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            if character == "\"" || character == "\\" { result.append("\\") }
            result.append(character)
        }
    }

    /// A line break in a name would let it write headers.
    private static func isPrintable(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }

    private static func eightDigits(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }
}

/// RFC 4648, 4.
enum Base64 {
    static func encode(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var output: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let number = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for position in 0..<4 {
                output.append(position <= group.count ? alphabet[number >> (18 - 6 * position) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
