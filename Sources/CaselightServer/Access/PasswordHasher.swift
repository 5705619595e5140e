import CaselightModel
import Crypto
import CryptoExtras
import Foundation

/// Makes and checks what is kept of passwords: scrypt (RFC 7914) with 32 MB and about a tenth of a second a password, on threads of its
/// own, so that sign-ins stop nothing else and no number of them takes more memory than the threads do.
package struct PasswordHasher: Sendable {
    /// The rule for passwords, in characters of the normalized form; there is no other rule.
    static let lengthMinimum = 10
    static let lengthLimit = 256

    static let rounds = 1 << 15
    static let blockSize = 8
    static let parallelism = 1
    static let saltByteCount = 16
    static let keyByteCount = 32
    /// What a stored hash may ask for at most; more is no hash of ours, and would take the machine's memory.
    private static let memoryLimitBytes = 256 << 20
    private static let parallelismLimit = 16

    private let threads: HashingThreads

    package init() { threads = HashingThreads() }

    /// - Parameter waitingLimit: passwords that may wait for a thread.
    init(waitingLimit: Int) { threads = HashingThreads(waitingLimit: waitingLimit) }

    /// What is to be kept of a new password.
    ///
    /// - Throws: `invalidValue` where it breaks the rule, `busy` where too many wait.
    package func hash(_ password: String) async throws -> PasswordHash {
        let text = Self.normalized(password)
        guard (Self.lengthMinimum...Self.lengthLimit).contains(text.unicodeScalars.count) else {
            throw CaselightError(
                .invalidValue, "use this password",
                because: "it has \(text.unicodeScalars.count) characters and must have \(Self.lengthMinimum) to \(Self.lengthLimit)",
                remedy: "Several words make a good one.")
        }
        // The default generator is the system's, which is fit for secrets.
        let salt = (0..<Self.saltByteCount).map { _ in UInt8.random(in: .min ... .max) }
        return try await threads.run {
            let empty = PasswordHash(
                rounds: Self.rounds, blockSize: Self.blockSize, parallelism: Self.parallelism, salt: salt, key: [])
            let key = try Self.derive(Array(text.utf8), like: empty, byteCount: Self.keyByteCount)
            return PasswordHash(
                rounds: empty.rounds, blockSize: empty.blockSize, parallelism: empty.parallelism, salt: salt, key: key)
        }
    }

    /// Whether the password is the one that `hash` was made of. Takes as long where there is none, and is then never right.
    ///
    /// - Throws: `busy` where too many wait, `damagedDatabase` for a hash that is none of ours.
    package func verify(_ password: String, against hash: PasswordHash?) async throws -> Bool {
        let text = Self.normalized(password)
        let kept = hash ?? Self.nobody
        try Self.check(kept)
        return try await threads.run {
            let key = try Self.derive(Array(text.utf8), like: kept, byteCount: kept.key.count)
            // Keys compare in constant time.
            return SymmetricKey(data: key) == SymmetricKey(data: kept.key) && hash != nil
        }
    }

    static func derive(_ password: [UInt8], like hash: PasswordHash, byteCount: Int) throws -> [UInt8] {
        do {
            return try KDF.Scrypt.deriveKey(
                from: password, salt: hash.salt, outputByteCount: byteCount, rounds: hash.rounds, blockSize: hash.blockSize,
                parallelism: hash.parallelism
            ).withUnsafeBytes { Array($0) }
        } catch {
            throw CaselightError(.internalFailure, "check a password", because: "scrypt refused, perhaps for want of memory")
        }
    }

    /// What names that nobody has are checked against.
    static let nobody = PasswordHash(
        rounds: rounds, blockSize: blockSize, parallelism: parallelism, salt: [UInt8](repeating: 0, count: saltByteCount),
        key: [UInt8](repeating: 0, count: keyByteCount))

    /// As it is hashed: what is typed the same looks the same, whichever way a keyboard composes it. Never longer than can be right.
    private static func normalized(_ password: String) -> String {
        let bounded = String(String.UnicodeScalarView(password.unicodeScalars.prefix(4 * (lengthLimit + 1))))
        return bounded.precomposedStringWithCanonicalMapping
    }

    private static func check(_ hash: PasswordHash) throws(CaselightError) {
        let isPower = hash.rounds > 1 && hash.rounds & (hash.rounds - 1) == 0
        guard isPower, hash.rounds <= memoryLimitBytes, (1...64).contains(hash.blockSize),
            128 * hash.rounds * hash.blockSize <= memoryLimitBytes, (1...parallelismLimit).contains(hash.parallelism),
            hash.key.count >= keyByteCount
        else {
            throw CaselightError(
                .damagedDatabase, "check a password", because: "what is kept of it is none of our forms",
                remedy: "Set the account's password anew.")
        }
    }
}

/// Two threads that do nothing but derive keys. They end when the last reference goes. Anyone may call anything here.
private final class HashingThreads: Sendable {
    static let threadCount = 2
    /// Some 2 s of work: who comes later is better told so.
    static let waitingLimit = 32

    private let queue: HashingQueue

    init(waitingLimit: Int = waitingLimit) {
        queue = HashingQueue(limit: waitingLimit)
        for number in 1...Self.threadCount {
            let thread = Thread { [queue] in while let job = queue.next() { job() } }
            thread.name = "password-\(number)"
            thread.start()
        }
    }

    deinit { queue.stop() }

    /// - Throws: `busy` where too many wait.
    func run<Value: Sendable>(_ body: @Sendable @escaping () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let isTaken = queue.append { continuation.resume(with: Result { try body() }) }
            guard !isTaken else { return }
            ServerMetrics.limitReached("passwordsWaiting")
            continuation.resume(
                throwing: CaselightError(
                    .busy, "check a password", because: "\(queue.limit) others wait to be checked", remedy: "Try again in a moment."))
        }
    }
}

/// Jobs that wait, in order. Every field is guarded by `condition`.
private final class HashingQueue: @unchecked Sendable {
    let limit: Int
    private let condition = NSCondition()
    private var jobs: [@Sendable () -> Void] = []
    private var isStopped = false

    init(limit: Int) { self.limit = limit }

    /// Whether there was room for it.
    func append(_ job: @Sendable @escaping () -> Void) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        guard jobs.count < limit else { return false }
        jobs.append(job)
        condition.signal()
        return true
    }

    /// `nil` once nothing waits and nothing will.
    func next() -> (@Sendable () -> Void)? {
        condition.lock()
        defer { condition.unlock() }
        while jobs.isEmpty, !isStopped { condition.wait() }
        return jobs.isEmpty ? nil : jobs.removeFirst()
    }

    func stop() {
        condition.lock()
        isStopped = true
        condition.broadcast()
        condition.unlock()
    }
}
