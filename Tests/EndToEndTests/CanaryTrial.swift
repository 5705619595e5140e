import CaselightModel
import Foundation
import Synchronization
import TestSupport
import Testing

/// One installation that is handed secrets in every way that fails, and what it said and left behind.
final class CanaryTrial {
    static let feedUser = Canary.Secret("a feed's user", "cny+Vi/ewer@7 Zq")
    static let feedPassword = Canary.Secret("a feed's password", "p@ss/w0rd?#%&:+ 鸟Zq")
    static let wrongPassword = Canary.Secret("a feed's wrong password", "wr0ng/%41&:Zq7!cny")
    static let addressPassword = Canary.Secret("a password in a feed's query", "quEry.cny-91~Zq")
    static let listPassword = Canary.Secret("a password in a list", "l1st;\"pw'Zq8!%2F")
    static let accountPassword = Canary.Secret("an account's password", "acc0unt!/Zq9 %2F pw")
    static let newPassword = Canary.Secret("an account's new password", "n3w-acc0unt+&pw/Zq")
    static let wrongSignIn = Canary.Secret("a wrong password of an account", "s1gnin*wr0ng/%Zq")
    static let typedAsName = Canary.Secret("a password typed as a name", "t1ped_as-name.Zq")
    static let hook = Canary.Secret("the webhook's key", "h00k-key_Zq~31")
    static let authority = Canary.Secret("the authority's key", "tsa-key_Zq~47x")
    static let recipientSecret = Canary.Secret("a recipient's secret", "rec1pient+sec/ret&Zq 16")
    static let recipientKey = Canary.Secret("a key in a recipient's address", "rkey_Zq~58y")
    static let all = [
        recipientSecret, recipientKey, feedUser, feedPassword, wrongPassword, addressPassword, listPassword, accountPassword, newPassword, wrongSignIn, typedAsName, hook,
        authority,
    ]

    let cameras: Cameras
    let stranger: Stranger
    let installation: Installation
    let folder: URL
    /// What is looked for: what stands above, and tokens and sessions as they are made.
    var canaries = CanaryTrial.all.map(\.canary)
    /// What was said and where.
    private(set) var places: [(name: String, data: Data)] = []

    init() throws {
        cameras = try Cameras(["--user", Self.feedUser.text, "--password", Self.feedPassword.text])
        stranger = try Stranger()
        folder = try Workshop.folder("canary")
        let outside = "http://127.0.0.1:\(stranger.port)"
        installation = try Installation(
            "canaries", settings: ["log.level=trace", "reconnect.shortestSeconds=1"],
            file: """
                log:
                  checkpointWebhook: "\(outside)/hook/\(Self.hook.text)?key=\(Self.hook.text)"
                exports:
                  timestampURL: "\(outside)/tsa/\(Self.authority.text)?key=\(Self.authority.text)"
                """)
        canaries.append(Self.canary(ofToken: installation.token, "a token"))
        stranger.answer("/tsa/\(Self.authority.text)?key=\(Self.authority.text)", "500 Broken")
    }

    deinit {
        stranger.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Its id may be told, its secret may not.
    static func canary(ofToken text: String, _ name: String) -> Canary { Canary(name, String(text.split(separator: "_").last ?? "")) }

    func keep(_ name: String, _ data: Data?) {
        if let data { places.append((name, data)) }
    }

    @discardableResult
    func ask(
        _ method: String, _ path: String, _ fields: [String: Any]? = nil, raw: String? = nil, token: String? = nil,
        headers: [String: String] = [:]
    ) throws -> HTTP.Answer {
        let body = try raw.map { Data($0.utf8) } ?? fields.map { try JSONSerialization.data(withJSONObject: $0) }
        let answer = try HTTP.request(method, installation.address + path, token: token ?? installation.token, body: body, headers: headers)
        keep("the answer to \(method) \(path.prefix(60))", answer.body)
        keep("the headers of the answer to \(method) \(path.prefix(60))", Data(answer.headers.map { "\($0.key): \($0.value)" }.joined(separator: "\n").utf8))
        return answer
    }

    /// Everything that was said, and every file of the installation and of the package.
    func search() throws -> (found: [String], count: Int) {
        installation.stop()
        for folder in [installation.folder, folder] {
            let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
            for name in names {
                keep("the file \(folder.lastPathComponent.prefix(8))/\(name)", FileManager.default.contents(atPath: folder.appending(path: name).path))
                #expect(!name.hasPrefix("core") && !name.contains("/core"), "a core was written: \(name)")
            }
        }
        let names = places.map(\.name)
        for part in ["/records.db", "/log.db", "/index.db", "/log", "copies/records.db", ".mp4", "manifest.json", "report.html"] {
            #expect(names.contains { $0.hasSuffix(part) }, "\(part) was not looked at")
        }
        let (places, canaries) = (places.filter { !$0.data.isEmpty }, canaries)
        let found = Mutex<Set<String>>([])
        DispatchQueue.concurrentPerform(iterations: places.count) { index in
            let (name, data) = places[index]
            for canary in canaries where Workshop.isTorture || !Self.isMedia(name) || Self.feedNames.contains(canary.name) {
                if let form = canary.form(in: data) { _ = found.withLock { $0.insert("\(canary.name) stands \(form) in \(name)") } }
            }
        }
        return (found.withLock { $0.sorted() }, places.count)
    }
}

extension CanaryTrial {
    /// Most of the bytes there are, into which only the secrets of feeds could find their way.
    private static func isMedia(_ name: String) -> Bool { [".mp4", ".zip", ".mov"].contains { name.hasSuffix($0) } }

    private static let feedNames = Set([feedUser, feedPassword, wrongPassword, addressPassword].map(\.canary.name))
}

extension Canary {
    /// A secret as it is handed over, and what looks for it.
    struct Secret {
        let text: String
        let canary: Canary

        init(_ name: String, _ text: String) {
            self.text = text
            canary = Canary(name, text)
        }

        /// As it stands in an address.
        var encoded: String {
            text.addingPercentEncoding(withAllowedCharacters: CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyz0123456789")) ?? text
        }
    }
}
