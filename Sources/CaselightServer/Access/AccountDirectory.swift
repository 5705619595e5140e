import CaselightModel
import CaselightStore
import Synchronization

/// Accounts and tokens as every request asks for them, remembered between changes.
///
/// Safe from any thread. All changes of accounts go through this process, and each forgets what was remembered before it is
/// acknowledged: what is revoked opens nothing from then on.
final class AccountDirectory: Sendable {
    struct Entry: Hashable, Sendable {
        let account: Account
        let scope: CameraScope
    }

    private struct Memory {
        var entries: [AccountName: Entry] = [:]
        var tokens: [String: (token: AccessToken, digest: [UInt8])] = [:]
        /// Counts changes, so that what was read before one is not remembered after it.
        var generation = 0
    }

    /// Entries remembered before all are forgotten.
    private static let limit = 10_000

    private let store: any AccountStore
    private let memory = Mutex(Memory())

    init(store: any AccountStore) { self.store = store }

    /// `nil` where there is no such account, or it is disabled.
    func entry(_ name: AccountName) async throws -> Entry? {
        let (known, generation) = memory.withLock { ($0.entries[name], $0.generation) }
        if let known { return known }
        guard let account = try await store.account(name), account.isEnabled else { return nil }
        let entry = Entry(account: account, scope: try await scope(of: account))
        memory.withLock { memory in
            guard memory.generation == generation else { return }
            if memory.entries.count >= Self.limit { memory.entries = [:] }
            memory.entries[name] = entry
        }
        return entry
    }

    /// The token of a text, where its secret is right; whether it expired is the caller's question.
    func token(_ text: TokenText) async throws -> AccessToken? {
        let (known, generation) = memory.withLock { ($0.tokens[text.id], $0.generation) }
        if let known { return text.isOf(known.digest) ? known.token : nil }
        guard let (token, digest) = try await store.token(text.id), text.isOf(digest) else { return nil }
        memory.withLock { memory in
            guard memory.generation == generation else { return }
            if memory.tokens.count >= Self.limit { memory.tokens = [:] }
            memory.tokens[text.id] = (token, digest)
        }
        return token
    }

    /// To be called after every change, before the one who made it is told.
    func forget() {
        memory.withLock { memory in
            memory.entries = [:]
            memory.tokens = [:]
            memory.generation += 1
        }
    }

    private func scope(of account: Account) async throws -> CameraScope {
        guard !account.groups.isEmpty else { return .all }
        return .groups(try await store.groups().filter { account.groups.contains($0.code) })
    }
}
