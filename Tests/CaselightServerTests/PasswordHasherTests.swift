import CaselightModel
import Crypto
import Testing

@testable import CaselightServer

@Suite struct PasswordHasherTests {
    /// RFC 7914, section 12; the one that takes a gigabyte is left out.
    @Test(arguments: [
        (
            "", "", 16, 1, 1,
            """
            77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442\
            fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906
            """
        ),
        (
            "password", "NaCl", 1024, 8, 16,
            """
            fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162\
            2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640
            """
        ),
        (
            "pleaseletmein", "SodiumChloride", 16_384, 8, 1,
            """
            7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2\
            d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887
            """
        ),
    ])
    func derivesAsTheStandardSays(_ vector: (String, String, Int, Int, Int, String)) throws {
        let (password, salt, rounds, blockSize, parallelism, expected) = vector
        let hash = PasswordHash(rounds: rounds, blockSize: blockSize, parallelism: parallelism, salt: Array(salt.utf8), key: [])
        let key = try PasswordHasher.derive(Array(password.utf8), like: hash, byteCount: 64)
        #expect(key.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == expected)
    }

    @Test func takesThePasswordAndNoOther() async throws {
        let hasher = PasswordHasher()
        let hash = try await hasher.hash("correct horse")
        #expect((hash.rounds, hash.blockSize, hash.parallelism) == (32_768, 8, 1))
        #expect(hash.salt.count == 16 && hash.key.count == 32)
        #expect(try await hasher.verify("correct horse", against: hash))
        for wrong in ["correct horsf", "correct hors", "correct horse ", "", "Correct horse"] {
            #expect(try await !hasher.verify(wrong, against: hash), "\(wrong)")
        }
        let again = try await hasher.hash("correct horse")
        #expect(again.salt != hash.salt && again.key != hash.key)
        #expect("\(hash)" == "<password>")
    }

    @Test func whoeverHasNoHashIsNeverRight() async throws {
        let hasher = PasswordHasher()
        #expect(try await !hasher.verify("correct horse", against: nil))
        #expect(try await !hasher.verify("", against: nil))
    }

    /// Times are too noisy beside other tests; what is asked of scrypt is the same, and `tellsThoseWhoCannotWait` shows that it is asked.
    @Test func aNameNobodyHasCostsAsMuch() async throws {
        let (known, nobody) = (try await PasswordHasher().hash("correct horse"), PasswordHasher.nobody)
        #expect((known.rounds, known.blockSize, known.parallelism) == (nobody.rounds, nobody.blockSize, nobody.parallelism))
        #expect(known.salt.count == nobody.salt.count && known.key.count == nobody.key.count)
    }

    @Test func composedAndDecomposedAreTheSame() async throws {
        let hasher = PasswordHasher()
        let hash = try await hasher.hash("caf\u{E9} au lait")
        #expect(try await hasher.verify("cafe\u{301} au lait", against: hash))
        #expect(try await !hasher.verify("cafe au lait", against: hash))
    }

    @Test func theRuleIsItsLengthAlone() async throws {
        let hasher = PasswordHasher()
        // Nine once they are composed, though twice as many before.
        let composed = String(repeating: "e\u{301}", count: 9)
        for wrong in ["", "123456789", composed, String(repeating: "x", count: 257), String(repeating: "x", count: 1_000_000)] {
            do {
                _ = try await hasher.hash(wrong)
                Issue.record("a password of \(wrong.unicodeScalars.count) characters went through")
            } catch let error as CaselightError {
                #expect(error.code == .invalidValue)
                #expect(wrong.isEmpty || !error.description.contains(wrong))
            }
        }
        for right in ["1234567890", "前进路二百六十九号夜间", String(repeating: "x", count: 256)] {
            #expect(try await hasher.verify(right, against: try await hasher.hash(right)), "\(right.count)")
        }
    }

    @Test func tellsThoseWhoCannotWait() async throws {
        let hasher = PasswordHasher(waitingLimit: 2)
        let outcomes = await withTaskGroup(of: CaselightError.Code?.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    do { return try await hasher.verify("wrong password", against: nil) ? .conflict : nil } catch {
                        return (error as? CaselightError)?.code ?? .conflict
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.contains(.busy) && outcomes.contains(nil))
        #expect(outcomes.allSatisfy { $0 == nil || $0 == .busy })
        // Room again.
        #expect(try await !hasher.verify("wrong password", against: nil))
    }

    @Test(arguments: [0, 1, 3, 1000, 1 << 30, -2]) func refusesAHashThatWouldTakeTheMachine(rounds: Int) async throws {
        let key = [UInt8](repeating: 0, count: 32)
        let hash = PasswordHash(rounds: rounds, blockSize: 8, parallelism: 1, salt: [], key: key)
        let error = await #expect(throws: CaselightError.self) { try await PasswordHasher().verify("correct horse", against: hash) }
        #expect(error?.code == .damagedDatabase)
    }
}
