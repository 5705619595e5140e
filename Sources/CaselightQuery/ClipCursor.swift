import CaselightModel
import CaselightStore
import Foundation

/// Where a page ended: the last camera's rank, and which question it belongs to. Opaque text outside.
struct ClipCursor {
    let last: ClipRank
    let question: UInt64

    private static let version = "1"

    init(after last: ClipRank, of query: ClipQuery) {
        self.last = last
        question = query.fingerprint
    }

    /// - Throws: `CaselightError` with code `invalidValue` for what is no cursor, or another question's.
    init(_ text: String, of query: ClipQuery) throws(CaselightError) {
        guard let cursor = Self.parsed(text) else {
            throw Self.refusal("'\(String(text.unicodeScalars.prefix(40)))' is not a cursor of this program")
        }
        guard cursor.question == query.fingerprint else { throw Self.refusal("the cursor belongs to another question") }
        (last, question) = (cursor.last, cursor.question)
    }

    private init(last: ClipRank, question: UInt64) {
        self.last = last
        self.question = question
    }

    /// base64url (RFC 4648, section 5) without padding.
    var text: String {
        let parts = [
            Self.version, String(question, radix: 16), "\(last.sees)", last.hasFootage ? "1" : "0", "\(last.distanceMillimeters)",
            "\(last.activity)", last.camera.text,
        ]
        return Data(parts.joined(separator: ",").utf8).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private static func parsed(_ text: String) -> ClipCursor? {
        guard text.utf8.count <= 400 else { return nil }
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        let base64 = text.replacing("-", with: "+").replacing("_", with: "/") + padding
        guard let bytes = Data(base64Encoded: base64) else { return nil }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 7, parts[0] == version, let question = UInt64(parts[1], radix: 16), let sees = Int(parts[2]),
            let millimeters = Int64(parts[4]), let activity = Int(parts[5]), let camera = try? CameraCode(String(parts[6]))
        else { return nil }
        let last = ClipRank(
            sees: sees, hasFootage: parts[3] == "1", distanceMillimeters: millimeters, activity: activity, camera: camera)
        return ClipCursor(last: last, question: question)
    }

    private static func refusal(_ cause: String) -> CaselightError {
        CaselightError(.invalidValue, "go on with this search", because: cause, remedy: "Search again from the first page.")
    }
}

extension ClipQuery {
    /// A number that changes with anything that changes the order of the answer. Stable from run to run, unlike `hashValue`.
    var fingerprint: UInt64 {
        var hash = FNV1a()
        switch place {
        case .shape(.circle(let center, let radius)): hash.add("circle", [center], radius)
        case .shape(.polygon(let corners)): hash.add("polygon", corners, 0)
        case .shape(.corridor(let line, let halfWidth)): hash.add("corridor", line, halfWidth)
        case .grid(let code): hash.add("grid", code)
        case .address(let text): hash.add("address", text)
        }
        hash.add(UInt64(bitPattern: span.start.microseconds))
        hash.add(UInt64(bitPattern: span.end.microseconds))
        hash.add(UInt64(bitPattern: wideningMargin.value))
        hash.add(includesActivity ? "activity" : "")
        hash.add(filter.cameraClass.map { "\($0.rawValue)" }, filter.grid, filter.owner, filter.text)
        for tag in filter.tags { hash.add(tag) }
        hash.add(filter.scope)
        return hash.value
    }
}

/// The public FNV-1a hash of 64 bits.
private struct FNV1a {
    var value: UInt64 = 0xCBF2_9CE4_8422_2325

    private mutating func add(byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
    }

    mutating func add(_ number: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { add(byte: UInt8(truncatingIfNeeded: number >> shift)) }
    }

    /// Texts with their lengths, so that no two lists of texts are the same bytes; `nil` differs from empty.
    mutating func add(_ texts: String?...) {
        for text in texts {
            add(text.map { UInt64($0.utf8.count) } ?? .max)
            for byte in (text ?? "").utf8 { add(byte: byte) }
        }
    }

    /// Whoever may know of other cameras asks another question.
    mutating func add(_ scope: CameraScope) {
        guard case .groups(let groups) = scope else { return }
        add("groups", "\(groups.count)")
        for group in groups {
            for texts in [group.classes.map { "\($0.rawValue)" }, group.grids, group.owners] {
                add(UInt64(texts.count))
                for text in texts { add(text) }
            }
        }
    }

    mutating func add(_ kind: String, _ points: [GeoPoint], _ meters: Double) {
        add(kind)
        for point in points {
            add(point.latitude.bitPattern)
            add(point.longitude.bitPattern)
        }
        add(meters.bitPattern)
    }
}
