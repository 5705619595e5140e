import CaselightModel
import Testing

@testable import CaselightStore

@Suite struct SecretSealerTests {
    private let credentials = FeedCredentials(user: "admin", password: "p\u{E9}ss:/@%")

    @Test func opensWhatItSealedAndForTheSameCameraOnly() throws {
        let sealer = SecretSealer(.random())
        let gate = try code("gate")
        let sealed = try sealer.seal(credentials, of: gate)
        #expect(try sealer.credentials(sealed, of: gate) == credentials)
        #expect(try sealer.seal(credentials, of: gate) != sealed, "a nonce is used once")
        #expect(sealed.count == 8 + 12 + "admin".utf8.count + 1 + credentials.password.utf8.count + 16)
        #expect(throws: CaselightError.self) { try sealer.credentials(sealed, of: try code("yard")) }
        #expect(throws: CaselightError.self) { try sealer.open(sealed, of: .installation("gate")) }
    }

    @Test func noByteCanBeChangedAndNoneLeftOut() throws {
        let sealer = SecretSealer(.random())
        let owner = SecretSealer.Owner.installation("seed")
        let sealed = try sealer.seal(Array("secret".utf8), of: owner)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: CaselightError.self) { try sealer.open(changed, of: owner) }
            #expect(throws: CaselightError.self) { try sealer.open(Array(sealed.prefix(index)), of: owner) }
        }
        #expect(throws: CaselightError.self) { try sealer.open(sealed + [0], of: owner) }
        #expect(try sealer.open(sealed, of: owner) == Array("secret".utf8))
        #expect(try sealer.open(try sealer.seal([], of: owner), of: owner) == [])
    }

    @Test func saysWhichCameraAndWhatToDoWhereTheKeyIsMissing() throws {
        let old = try SecretKeys(text: SecretKeys.random().text, origin: "/state/secret.key")
        let sealed = try SecretSealer(old).seal(credentials, of: code("gate-3"))
        let other = try SecretKeys(text: SecretKeys.random().text, origin: "/state/secret.key")
        let missing = #expect(throws: CaselightError.self) { try SecretSealer(other).credentials(sealed, of: code("gate-3")) }
        #expect(missing?.code == .invalidConfiguration)
        #expect(
            missing?.description == """
                cannot read the credentials of camera 'gate-3': the key \(old.newestID) that sealed it is not among those in \
                /state/secret.key. Add the key's line from a backup of that file and start again, or give the camera's user and password anew.
                """)
        // The same name, another key.
        let (id, key) = (old.newestID, try #require(other.text.split(separator: " ").last))
        let impostor = SecretSealer(try SecretKeys(text: "\(id) \(key)", origin: "/state/secret.key"))
        let wrong = #expect(throws: CaselightError.self) { try impostor.credentials(sealed, of: code("gate-3")) }
        #expect(wrong?.code == .damagedDatabase && wrong?.description.contains("'gate-3'") == true)
        #expect(wrong?.description.contains(credentials.password) == false)
    }

    @Test func opensWithAnyOfItsKeysAndSealsWithTheNewest() throws {
        let old = SecretKeys.random()
        let both = old.withNewKey()
        let (before, after) = (SecretSealer(old), SecretSealer(both))
        let sealed = try before.seal(credentials, of: code("a"))
        #expect(try after.credentials(sealed, of: code("a")) == credentials)
        #expect(!after.isOfNewestKey(sealed) && after.hasKey(of: sealed))
        let fresh = try after.seal(credentials, of: code("a"))
        #expect(after.isOfNewestKey(fresh) && !before.hasKey(of: fresh))
        #expect(try SecretSealer(both.newestOnly).credentials(fresh, of: code("a")) == credentials)
    }
}
