import CaselightModel

/// What the index must know of a camera to ask for its rows.
struct IndexedCamera: Hashable, Sendable {
    let id: Int64
    /// How far before a moment a segment that holds it may have started. Doubles as longer ones come, so that it changes rarely.
    var longestSegmentUs: Int64
    /// One bit for each policy that has coverage, and ``importBit``.
    var policies: Int

    /// Set where a run was handed over: what reads coverage must then tell clocks apart.
    static let importBit = 1 << 3

    /// Those of the policies that coverage may have.
    static let policyBits = importBit - 1

    var hasImports: Bool { policies & Self.importBit != 0 }

    /// Nothing is gained by a shorter one: a segment is to last 60 s.
    static let leastLongestSegmentUs: Int64 = 1 << 26
}

extension RecordingPolicy {
    /// As the index stores it.
    var number: Int {
        switch self {
        case .full: 0
        case .keyframes: 1
        case .metadata: 2
        }
    }

    init(number: Int) throws(CaselightError) {
        switch number {
        case 0: self = .full
        case 1: self = .keyframes
        case 2: self = .metadata
        default: throw StoreFailure.unexpected(number, in: "policy")
        }
    }
}

extension RunID {
    /// As SQLite stores it: the same 64 bits, signed.
    var stored: Int64 { Int64(bitPattern: value) }

    init(stored: Int64) { self.init(UInt64(bitPattern: stored)) }
}
