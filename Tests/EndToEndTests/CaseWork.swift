import CaselightModel
import Foundation
import Synchronization
import TestSupport

/// What the daemon said yes to; from then on it must never be gone.
struct Acknowledged {
    struct Link {
        var id: Int
        var incident: String
        var camera: String
        var span: TimeSpan
    }

    /// Number and text.
    var incidents: [String: String] = [:]
    var links: [Link] = []
    var holds: [Hold] = []
    /// Id, and the package's SHA-256 where it was said to be ready.
    var exports: [String: String?] = [:]
    /// The purposes of answered searches; each stands in the log alone.
    var searches: Set<String> = []
    var refusals: [String] = []
}

/// An incident room at full tilt: some threads that post, link, hold, search and export, and remember each yes.
final class CaseWork: Sendable {
    private static let hands = 4
    private let address: String
    private let token: String
    private let cameras: [String]
    private let name: String
    private let acknowledged = Mutex(Acknowledged())
    private let isOver = Atomic(false)
    private let mayBeRefused = Atomic(false)
    private let group = DispatchGroup()

    init(_ name: String, seed: UInt64, cameras: [String], at installation: Installation) {
        (self.name, self.cameras, address, token) = (name, cameras, installation.address, installation.token)
        for hand in 0..<Self.hands {
            begin { work in
                var generator = SeededGenerator(seed: seed &+ UInt64(hand))
                var number = 0
                while !work.isOver.load(ordering: .relaxed) {
                    number += 1
                    work.attempt { try work.pursue("\(name)-\(hand)-\(number)", using: &generator) }
                }
            }
        }
        begin { work in
            var number = 0
            while !work.isOver.load(ordering: .relaxed) {
                number += 1
                work.attempt { try work.export("\(name)-export-\(number)") }
            }
        }
    }

    private func begin(_ body: @escaping @Sendable (CaseWork) -> Void) {
        group.enter()
        Thread.detachNewThread { [self] in
            body(self)
            group.leave()
        }
    }

    /// From here on a no is no surprise; a yes still is a yes.
    func expectTrouble() { mayBeRefused.store(true, ordering: .relaxed) }

    /// Nothing new is asked for from here on; what is under way may still be answered, and then it counts.
    func end() { isOver.store(true, ordering: .relaxed) }

    func result() -> Acknowledged {
        group.wait()
        return acknowledged.withLock { $0 }
    }

    /// A daemon that is dead or drowning answers nothing: that acknowledges nothing.
    private func attempt(_ body: () throws -> Void) {
        do { try body() } catch { pass(seconds: 0.05) }
    }

    // MARK: One after the other

    private func pursue(_ number: String, using generator: inout SeededGenerator) throws {
        let camera = cameras.randomElement(using: &generator) ?? ""
        let span = try span(-12, -Int64.random(in: 3...8, using: &generator))
        let text = "as told by witness \(UInt32.random(in: 0 ... .max, using: &generator))"
        guard try ask("POST", "/api/v1/incidents", ["number": number, "category": "theft", "text": text] + span.fields) != nil else { return }
        acknowledged.withLock { $0.incidents[number] = text }
        if let link = try ask("POST", "/api/v1/incidents/\(number)/links", ["camera": camera, "role": "event"] + span.fields),
            let id = link["id"] as? Int, let hold = try Self.hold(in: link["held"]) {
            acknowledged.withLock {
                $0.links.append(Acknowledged.Link(id: id, incident: number, camera: camera, span: span))
                $0.holds.append(hold)
            }
        }
        if Bool.random(using: &generator),
            let placed = try ask("POST", "/api/v1/holds", ["camera": camera, "reason": "by hand for \(number)"] + span.fields),
            let hold = try Self.hold(in: placed) {
            acknowledged.withLock { $0.holds.append(hold) }
        }
        let purpose = "search-of-\(number)"
        let place = "near=30.1892,120.1782&from=\(span.start.rfc3339())&to=\(span.end.rfc3339())"
        if try ask("GET", "/api/v1/clips?\(place)&purpose=\(purpose)") != nil { acknowledged.withLock { _ = $0.searches.insert(purpose) } }
        pass(seconds: 0.03)
    }

    private func export(_ number: String) throws {
        let span = try span(-14, -6)
        guard try ask("POST", "/api/v1/incidents", ["number": number, "category": "theft", "text": "exported"] + span.fields) != nil else { return }
        acknowledged.withLock { $0.incidents[number] = "exported" }
        let clips = cameras.map { ["camera": $0] + span.fields }
        guard let order = try ask("POST", "/api/v1/exports", ["incident": number, "reason": "asked for by the court", "clips": clips]),
            let id = order["id"] as? String
        else { return }
        acknowledged.withLock { $0.exports[id] = .some(nil) }
        while !isOver.load(ordering: .relaxed) {
            guard let now = try ask("GET", "/api/v1/exports/\(id)") else { return }
            if now["state"] as? String == "ready" {
                acknowledged.withLock { $0.exports[id] = now["sha256"] as? String }
                return
            }
            pass(seconds: 0.1)
        }
    }

    /// - Returns: `nil` for a no.
    private func ask(_ method: String, _ path: String, _ fields: [String: Any]? = nil) throws -> [String: Any]? {
        let answer = try HTTP.request(
            method, address + path, token: token, body: try fields.map { try JSONSerialization.data(withJSONObject: $0) })
        guard (200..<300).contains(answer.status) else {
            if !mayBeRefused.load(ordering: .relaxed) { acknowledged.withLock { $0.refusals.append("\(method) \(path): \(answer.text)") } }
            return nil
        }
        return answer.object
    }

    private func span(_ from: Int64, _ to: Int64) throws -> TimeSpan {
        let now = now()
        return try TimeSpan(from: now + .seconds(from), to: now + .seconds(to))
    }

    private static func hold(in placed: Any?) throws -> Hold? {
        guard let hold = (placed as? [String: Any])?["hold"] else { return nil }
        return try JSONDecoder().decode(Hold.self, from: try JSONSerialization.data(withJSONObject: hold))
    }
}

extension TimeSpan {
    fileprivate var fields: [String: Any] { ["startedAt": start.rfc3339(), "endedAt": end.rfc3339()] }
}

private func + (left: [String: Any], right: [String: Any]) -> [String: Any] { left.merging(right) { $1 } }
