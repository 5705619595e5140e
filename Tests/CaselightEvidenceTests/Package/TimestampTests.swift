@testable import CaselightEvidence
import CaselightModel
import Foundation
import Synchronization
import TestSupport
import Testing

/// Against a real authority: OpenSSL's.
@Suite struct TimestampTests {
    private static let manifest = Array("a manifest".utf8)

    @Test(arguments: [(LocalAuthority.Signer.rsa, "sha256"), (.rsa, "sha512"), (.p256, "sha256"), (.p384, "sha384")])
    func aGoodTokenIsTaken(signer: LocalAuthority.Signer, digest: String) async throws {
        let local = try LocalAuthority(signer, digest: digest)
        let before = SystemWallClock().now()
        let authority = TimestampAuthority(name: "https://tsa.example", trust: try TimestampTrust(pem: try local.rootPEM)) { try local.reply(to: $0) }
        let stamp = await authority.timestamp(of: Self.manifest)
        let statement = stamp.statement
        #expect(statement.status == .granted, "\(statement.statement)")
        let time = try #require(statement.time)
        #expect(time >= before - .seconds(2) && time <= SystemWallClock().now() + .seconds(2))
        #expect(statement.accuracyUs == Microseconds(1_500_100))
        #expect(statement.policy == "1.2.3.4.1")
        #expect(statement.signer == "CN=Test Time Stamps")
        #expect(statement.nonce?.utf8.count == 16)
        // OpenSSL agrees.
        let folder = local.folder
        _ = try folder.write("data", Self.manifest)
        _ = try folder.write("token", try #require(stamp.response))
        let check = ["ts", "-verify", "-data", folder.path("data"), "-in", folder.path("token"), "-CAfile", folder.path("ca.pem")]
        #expect(try Program.run("openssl", check).status == 0)
    }

    @Test func anAnswerToSomethingElseIsRefused() async throws {
        let local = try LocalAuthority()
        let old = try local.reply(to: try TimestampRequest(over: Self.manifest).der)
        let replayed = await TimestampAuthority(name: "t", trust: nil) { _ in old }.timestamp(of: Self.manifest)
        #expect(replayed.statement.statement.contains("nonce"))
        let other = try local.reply(to: try TimestampRequest(over: [1]).der)
        let wrong = await TimestampAuthority(name: "t", trust: nil) { _ in other }.timestamp(of: Self.manifest)
        #expect(wrong.statement.statement.contains("something else"))
        #expect(wrong.response == nil && wrong.statement.status == .absent)
    }

    @Test func anotherAuthorityIsRefused() async throws {
        let (local, stranger) = (try LocalAuthority(), try LocalAuthority())
        let trust = try TimestampTrust(pem: try stranger.rootPEM)
        let stamp = await TimestampAuthority(name: "t", trust: trust) { try local.reply(to: $0) }.timestamp(of: Self.manifest)
        #expect(stamp.statement.status == .absent)
        #expect(stamp.statement.statement.contains("does not lead to"))
    }

    /// OpenSSL refuses to stamp with a certificate that is not for it, so the purpose is checked of one that has another besides.
    @Test func aCertificateForMoreThanTimeStampsIsRefused() async throws {
        let local = try LocalAuthority(.rsa, purpose: "timeStamping")
        #expect(throws: LocalAuthority.Failure.self) { try local.reply(to: try TimestampRequest(over: Self.manifest).der) }
        let second = try? LocalAuthority(.rsa, purpose: "critical,timeStamping,emailProtection")
        guard let second, let reply = try? second.reply(to: try TimestampRequest(over: Self.manifest).der) else { return }
        let sha256 = ContentDigest(of: Self.manifest).sha256
        await #expect(throws: CaselightError.self) { try await TimestampToken.verified(reply, of: sha256, nonce: .any, trust: nil) }
    }

    @Test(arguments: [[], [0x30], Array("<html>".utf8), [0x30, 0x80], [0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x00], [UInt8](repeating: 0x30, count: 4000)])
    func nonsenseIsRefused(answer: [UInt8]) async throws {
        let stamp = await TimestampAuthority(name: "t", trust: nil) { _ in answer }.timestamp(of: Self.manifest)
        #expect(stamp.statement.status == .absent)
    }

    @Test func aRefusalSaysWhatTheAuthoritySays() async throws {
        let text: [UInt8] = Array("no such policy".utf8)
        let status: [UInt8] = [0x02, 0x01, 0x02, 0x30, UInt8(text.count + 2), 0x0C, UInt8(text.count)] + text
        let answer: [UInt8] = [0x30, UInt8(status.count + 2), 0x30, UInt8(status.count)] + status
        let stamp = await TimestampAuthority(name: "t", trust: nil) { _ in answer }.timestamp(of: Self.manifest)
        #expect(stamp.statement.statement.contains("the authority refused: rejection, no such policy"))
    }

    @Test func anAuthorityThatIsDownLeavesAStatement() async throws {
        let stamp = await TimestampAuthority(name: "https://tsa.example", trust: nil) { _ in
            throw CaselightError(.timedOut, "ask the authority", because: "no answer within 30 s")
        }.timestamp(of: Self.manifest)
        #expect(stamp.statement.status == .absent)
        #expect(stamp.statement.statement.contains("https://tsa.example gave none: no answer within 30 s"))
    }

    @Test func everyFlippedBitOfATokenShows() async throws {
        let local = try LocalAuthority(.p256)
        let request = TimestampRequest(over: Self.manifest)
        let good = try local.reply(to: try request.der)
        let (sha256, nonce) = (HexText.text(request.sha256), HexText.text(request.nonce))
        let clean = try await TimestampToken.verified(good, of: sha256, nonce: .exactly(nonce), trust: nil)
        var random = SeededGenerator(seed: 42)
        var survivors = 0
        for _ in 0..<1000 {
            var bytes = good
            let place = Int.random(in: 0..<bytes.count, using: &random)
            bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            guard let token = try? await TimestampToken.verified(bytes, of: sha256, nonce: .exactly(nonce), trust: nil) else { continue }
            // What the signature does not cover, such as certificates that only came along, says nothing; the time is covered.
            #expect(token.time == clean.time && token.serial == clean.serial && token.policy == clean.policy)
            survivors += 1
        }
        #expect(survivors < 800)
    }

    @Test func aTokenThatCameLateIsTakenToo() async throws {
        let (folder, local) = (try ScratchFolder(), try LocalAuthority())
        let sample = try SamplePackage(seed: 12)
        try sample.write(to: folder.path("a.zip"))
        let manifest = try sample.manifest.encoded()
        let trust = try TimestampTrust(pem: try local.rootPEM)
        let stamp = await TimestampAuthority(name: "t", trust: trust) { try local.reply(to: $0) }.timestamp(of: manifest)
        let verdict = try await PackageVerifier(timestampTrust: trust, lateTimestamp: stamp.response).verify(folder.path("a.zip"))
        #expect(verdict.isVerified && verdict.stampedAt == stamp.statement.time)
        let other = try local.reply(to: try TimestampRequest(over: [1]).der)
        #expect(try await !PackageVerifier(lateTimestamp: other).verify(folder.path("a.zip")).isVerified)
    }

    @Test func aPackageWithATokenIsVerified() async throws {
        let (folder, local) = (try ScratchFolder(), try LocalAuthority())
        let sample = try SamplePackage(seed: 11)
        let trust = try TimestampTrust(pem: try local.rootPEM)
        let authority = TimestampAuthority(name: "https://tsa.example", trust: trust) { try local.reply(to: $0) }
        let stamp = await authority.timestamp(of: try sample.manifest.encoded())
        let path = folder.path("a.zip")
        try sample.write(to: path, timestamp: stamp)
        let key = try ExpectedKey(sample.key.publicKey.fingerprint)
        let verdict = try await PackageVerifier(expectedKey: key, timestampTrust: trust).verify(path)
        #expect(verdict.isVerified, "\(verdict.findings)")
        #expect(verdict.stampedAt == stamp.statement.time)
        let other = try TimestampTrust(pem: try LocalAuthority().rootPEM)
        let doubted = try await PackageVerifier(expectedKey: key, timestampTrust: other).verify(path)
        #expect(!doubted.isVerified)
        #expect(doubted.paths == [PackageLayout.token])
        // As VERIFY.txt says it.
        #expect(try Program.run("unzip", ["-q", path, "-d", folder.path("package")]).status == 0)
        let script = "cd \(folder.path("package")) && cp \(local.folder.path("ca.pem")) tsa-ca.pem && $(grep -o 'openssl ts -verify .*' VERIFY.txt)"
        #expect(try Program.run("bash", ["-c", script]).status == 0)
    }
}
