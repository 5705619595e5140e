internal import CaselightModel
import SwiftASN1
import X509

/// An authority's answer (RFC 3161, section 2.4.2), verified: that what it was asked about existed at a time.
struct TimestampToken: Sendable {
    let time: WallTime
    let accuracyUs: Microseconds?
    /// Hexadecimal.
    let serial: String
    let policy: String
    /// Hexadecimal.
    let nonce: String?
    let sha256: [UInt8]
    /// Its certificate's subject.
    let signer: String

    static let byteLimit = 1 << 20

    /// The number sent along with the question, which the answer must repeat.
    enum Nonce: Hashable {
        case any
        /// Hexadecimal; `nil` where none was sent.
        case exactly(String?)
    }

    /// Reads an answer and checks it: status, imprint, nonce, certificate, signature, and whom the certificate leads to.
    ///
    /// - Parameters:
    ///   - sha256: of what was to be stamped, lower-case hexadecimal.
    ///   - nonce: as it was sent.
    ///   - trust: `nil` leaves open whether the authority is one.
    /// - Throws: `evidenceBroken` with what is wrong.
    static func verified(
        _ response: [UInt8], of sha256: String, nonce: Nonce, trust: TimestampTrust?
    ) async throws(CaselightError) -> TimestampToken {
        let signed = try read(response)
        let token = signed.token
        guard HexText.text(token.sha256) == sha256 else { throw problem("it stamps something else") }
        guard nonce == .any || nonce == .exactly(token.nonce) else { throw problem("its nonce is not the one that was sent") }
        if let fault = signed.fault { throw problem(fault) }
        if let fault = signed.certificateFault { throw problem(fault) }
        if let trust, let fault = await trust.fault(of: signed.certificate, others: signed.certificates, at: token.time) {
            throw problem("its signer, \(token.signer), does not lead to a certificate given: \(fault)")
        }
        return token
    }

    private static func read(_ response: [UInt8]) throws(CaselightError) -> SignedTimestamp {
        guard response.count <= byteLimit else { throw problem("it has more than \(byteLimit) bytes") }
        do {
            var parts = try ASN1Parts(try BER.parse(response), .sequence)
            var status = try ASN1Parts(try parts.next(.sequence), .sequence)
            let code = try Int(derEncoded: try status.next(.integer))
            // 0 is granted, 1 granted with modifications.
            guard code == 0 || code == 1 else { throw problem("the authority refused: \(refusal(code, status))") }
            return try SignedTimestamp(contentInfo: try parts.next(.sequence))
        } catch let error as CaselightError {
            throw error
        } catch {
            throw problem("it is no RFC 3161 answer that can be read")
        }
    }

    /// PKIStatus and what the authority says beside it.
    private static func refusal(_ code: Int, _ rest: ASN1Parts) -> String {
        var rest = rest
        let names = [2: "rejection", 3: "waiting", 4: "revocation warning", 5: "revocation notification"]
        let texts = rest.nextIf(.sequence).flatMap { try? ASN1Parts($0) }.map { parts in
            var parts = parts
            return parts.all().compactMap { try? $0.bytes }.map { String(decoding: $0.prefix(200), as: UTF8.self) }
        }
        return ([names[code] ?? "status \(code)"] + (texts ?? [])).joined(separator: ", ")
    }

    static func problem(_ cause: String) -> CaselightError {
        CaselightError(.evidenceBroken, "use the time stamp", because: cause, remedy: "Ask the authority for another, or another authority.")
    }

    /// As `timestamp.json` says it.
    func statement(authority: String?, manifestSHA256: String) -> TimestampStatement {
        let accuracy = accuracyUs.map { ", to \($0.seconds) s" } ?? ""
        return TimestampStatement(
            status: .granted, statement: "\(signer) states that manifest.json existed at \(time)\(accuracy).", authority: authority,
            manifestSHA256: manifestSHA256, time: time, accuracyUs: accuracyUs, serial: serial, policy: policy, signer: signer, nonce: nonce)
    }

    /// TSTInfo (section 2.4.2).
    init(info: [UInt8], signer: String) throws {
        var parts = try ASN1Parts(try DER.parse(info), .sequence)
        guard try Int(derEncoded: try parts.next(.integer)) == 1 else { throw ASN1Parts.Unexpected() }
        policy = try parts.next(.objectIdentifier).oid.description
        var imprint = try ASN1Parts(try parts.next(.sequence), .sequence)
        guard try imprint.next(.sequence).algorithm == TimestampDigest.sha256.oid else { throw ASN1Parts.Unexpected() }
        sha256 = try imprint.next(.octetString).bytes
        serial = HexText.text(try parts.next(.integer).bytes)
        time = try WallTime(GeneralizedTime(derEncoded: try parts.next(.generalizedTime)))
        accuracyUs = try parts.nextIf(.sequence).map(Self.accuracy)
        _ = parts.nextIf(.boolean)
        nonce = try parts.nextIf(.integer).map { HexText.text(try $0.bytes) }
        self.signer = signer
    }

    /// Seconds, milliseconds and microseconds, each where it is not 0.
    private static func accuracy(_ node: ASN1Node) throws -> Microseconds {
        var parts = try ASN1Parts(node)
        let seconds = try parts.nextIf(.integer).map { try Int32(derEncoded: $0) } ?? 0
        let millis = try parts.nextIf(.tagged(0)).map { try Int32(derEncoded: $0, withIdentifier: .tagged(0)) } ?? 0
        let micros = try parts.nextIf(.tagged(1)).map { try Int32(derEncoded: $0, withIdentifier: .tagged(1)) } ?? 0
        return Microseconds(Int64(seconds) * 1_000_000 + Int64(millis) * 1000 + Int64(micros))
    }
}

extension WallTime {
    fileprivate init(_ time: GeneralizedTime) {
        let days = Int64(Civil.days(year: time.year, month: time.month, day: time.day))
        let seconds = days * 86_400 + Int64(time.hours * 3600 + time.minutes * 60 + time.seconds)
        self.init(microseconds: seconds * 1_000_000 + Int64(time.fractionalSeconds * 1_000_000))
    }
}
