import CaselightModel
import CaselightStore
import Testing

/// Where a store lives while a clause looks at it: opened and closed as often as the clause likes, always the same content.
protocol StoreHome<Store>: Sendable {
    associatedtype Store: Sendable
    /// Makes an empty home.
    init() async throws
    func open() async throws -> Store
    func close(_ store: Store) async throws
}

/// One thing a protocol's comments promise, and how it is checked. A form's own test runs all clauses in a home of its own.
struct ContractClause<Store: Sendable>: Sendable, CustomTestStringConvertible {
    let testDescription: String
    private let body: @Sendable (any StoreHome<Store>) async throws -> Void

    /// A clause that needs no more than an open store.
    init(_ name: String, _ body: @escaping @Sendable (Store) async throws -> Void) {
        self.init(reopening: name) { home in
            let store = try await home.open()
            try await body(store)
            try await home.close(store)
        }
    }

    /// A clause that opens and closes by itself.
    init(reopening name: String, _ body: @escaping @Sendable (any StoreHome<Store>) async throws -> Void) {
        testDescription = name
        self.body = body
    }

    func check(in home: any StoreHome<Store>) async throws { try await body(home) }
}

/// Expects a `CaselightError` with this code, in one line.
func expect(
    _ code: CaselightError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async {
    do {
        try await body()
        Issue.record("it went through and should have been refused with \(code.rawValue)", sourceLocation: sourceLocation)
    } catch let error as CaselightError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
        #expect(!error.description.contains("\n"), sourceLocation: sourceLocation)
    } catch {
        Issue.record("\(type(of: error)) is no CaselightError: \(error)", sourceLocation: sourceLocation)
    }
}
