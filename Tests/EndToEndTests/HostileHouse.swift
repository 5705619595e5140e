import Foundation
import Synchronization

/// An installation in which everything that people may name is named after a text that attacks pages.
final class HostileHouse {
    /// Public data that stands beside the repository on some machines.
    static let file = Workshop.packageRoot.deletingLastPathComponent().appending(path: "shared/data/malformed/blns.json")
    static var isThere: Bool { FileManager.default.fileExists(atPath: file.path) }
    static let count = 200

    let installation: Installation
    let texts: [String]
    private let hand: Hand

    /// What asks, from any thread.
    private struct Hand: Sendable {
        let address: String
        let token: String

        /// A text that a field does not take is refused with words, and kept out of what is looked for on the pages.
        @discardableResult
        func make(_ method: String, _ path: String, _ fields: [String: Any]) throws -> Bool {
            let body = try JSONSerialization.data(withJSONObject: fields)
            let answer = try HTTP.request(method, address + path, token: token, body: method == "DELETE" ? nil : body)
            guard (200..<300).contains(answer.status) || answer.code == "invalidValue" else {
                throw Trouble("\(method) \(path) \(fields): \(answer.text)")
            }
            return answer.status < 300
        }

        func post(_ number: String, _ text: String) throws {
            let fields: [String: Any] = ["number": number, "category": text, "unit": text, "address": text, "text": text, "lat": 30.1892, "lon": 120.1778]
            try make("POST", "/api/v1/incidents", fields.merging(HostileHouse.times) { $1 })
        }
    }

    /// Those with marks that HTML, scripts or templates know first; none that a field is too short for.
    static func texts() throws -> [String] {
        let all = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String] ?? []
        let short = all.filter { (1...150).contains($0.count) && $0.contains { !$0.isWhitespace } }
        let marked = short.filter { $0.contains { "<>\"'&{}`".contains($0) } || $0.contains("script") }
        return Array((marked + short.filter { !marked.contains($0) }).prefix(count))
    }

    init() throws {
        texts = try Self.texts()
        installation = try Installation("hostile")
        hand = Hand(address: installation.address, token: installation.token)
        try nameCameras()
        try abreast { try $0.post("H\($1)", $2) }
        try work()
        try search()
    }

    /// With all texts, some at a time.
    private func abreast(_ body: @Sendable (Hand, Int, String) throws -> Void) throws {
        let failure = Mutex<(any Error)?>(nil)
        DispatchQueue.concurrentPerform(iterations: texts.count) { [hand, texts] index in
            do { try body(hand, index, texts[index]) } catch { failure.withLock { $0 = error } }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    fileprivate static let times = ["startedAt": "2026-03-02T07:00:00Z", "endedAt": "2026-03-02T07:01:00Z"]

    private func nameCameras() throws {
        try abreast { hand, index, text in
            let fields: [String: Any] = [
                "code": "h-\(index)", "name": text, "owner": text, "address": text, "tags": [text], "lat": 30.1892 + Double(index) * 1e-6, "lon": 120.1778,
                "url": "rtsp://127.0.0.1:1/none", "isEnabled": false,
            ]
            guard try !hand.make("POST", "/api/v1/cameras", fields) else { return }
            // A tag may not have a comma, say.
            _ = try hand.make("POST", "/api/v1/cameras", fields.filter { $0.key != "tags" })
        }
    }

    /// One incident on which everything is said.
    private func work() throws {
        let path = "/api/v1/incidents/WORK"
        let fields: [String: Any] = ["number": "WORK", "category": "x", "lat": 30.1892, "lon": 120.1778]
        try hand.make("POST", "/api/v1/incidents", fields.merging(Self.times) { $1 })
        try abreast { hand, _, text in
            try hand.make("POST", path + "/notes", ["text": text])
            try hand.make("POST", path + "/leads", ["seenAt": "2026-03-02T07:00:30Z", "lat": 30.1892, "lon": 120.1778, "toward": text, "note": text])
        }
        for (index, text) in texts.prefix(40).enumerated() {
            let clip: [String: Any] = ["camera": "h-0", "incident": "WORK", "reason": text]
            try hand.make("POST", "/api/v1/holds", clip.merging(Self.times) { $1 })
            try hand.make("PUT", "/api/v1/recipients/r-\(index)", ["role": "area", "url": "http://127.0.0.1:9/", "categories": [text], "grids": [text]])
            try hand.make("POST", path + "/outcome", ["result": "unfounded", "text": text])
            _ = try installation.send("DELETE", path + "/outcome", [:])
            guard index < 8 else { continue }
            let picture = Data("RIFF0000WEBP\(index)".utf8)
            let added = try HTTP.request("POST", "\(installation.address)\(path)/screenshots", token: installation.token, body: picture, headers: ["Content-Type": "image/webp"])
            guard added.status == 201, let id = added.object["id"] as? Int else { throw Trouble("no screenshot: \(added.text)") }
            try hand.make("PATCH", "\(path)/screenshots/\(id)", ["cameraText": text])
        }
    }

    /// What a search was for stands in the log.
    private func search() throws {
        for text in texts.prefix(60) {
            let purpose = text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            _ = try installation.get("/api/v1/clips?near=30.1892,120.1778&from=2026-03-02T07:00:00Z&to=2026-03-02T07:01:00Z&limit=1&purpose=\(purpose)")
        }
    }

    /// As the API has it, by the key of its row.
    func stored(_ path: String, _ list: String, _ key: String, _ field: String) throws -> [String: String] {
        let rows = try installation.json(path)[list] as? [[String: Any]] ?? []
        return Dictionary(rows.compactMap { row in (row[field] as? String).map { ("\(row[key] ?? "")", $0) } }, uniquingKeysWith: { first, _ in first })
    }
}
