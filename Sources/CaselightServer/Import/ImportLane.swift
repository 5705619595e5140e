import Dispatch

/// Where lists are read: parsing 64 MiB takes seconds, and the cooperative pool has other things to do.
enum ImportLane {
    /// A thread of its own, one list at a time.
    private static let queue = DispatchQueue(label: "caselight.import")

    static func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result(catching: work)) }
        }
    }
}
