import CaselightModel

/// Looks, while something long is being sent, whether its reader may still have it: who is revoked meanwhile gets no more.
struct RightWatch {
    private static let interval = Duration.seconds(2)

    private let call: Call
    private let gatekeeper: Gatekeeper
    private let mayGoOn: (Principal) async throws -> Bool
    private var dueAt = ContinuousClock.now + interval

    init(_ call: Call, _ gatekeeper: Gatekeeper, mayGoOn: @escaping (Principal) async throws -> Bool) {
        (self.call, self.gatekeeper, self.mayGoOn) = (call, gatekeeper, mayGoOn)
    }

    /// To be called before each piece; asks every two seconds. - Throws: `unauthenticated`, `forbidden`.
    mutating func look() async throws {
        guard ContinuousClock.now >= dueAt else { return }
        dueAt = .now + Self.interval
        guard try await mayGoOn(try await gatekeeper.principal(of: call.request, call.context)) else {
            throw CaselightError(.forbidden, "go on sending", because: "the right to it has ended")
        }
    }
}
