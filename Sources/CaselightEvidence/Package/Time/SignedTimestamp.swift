internal import CaselightModel
import Crypto
import Foundation
import SwiftASN1
import X509

/// A time stamp in its envelope: CMS SignedData (RFC 5652) with one signer, whose certificate is in it.
struct SignedTimestamp: Sendable {
    let token: TimestampToken
    /// The signer's.
    let certificate: Certificate
    /// All that came with it.
    let certificates: [Certificate]
    /// Why the signature does not hold; `nil` where it does.
    let fault: String?

    private static let certificateLimit = 32

    init(contentInfo: ASN1Node) throws {
        var outer = try ASN1Parts(contentInfo, .sequence)
        guard try outer.next(.objectIdentifier).oid == .signedData else { throw ASN1Parts.Unexpected() }
        var explicit = try ASN1Parts(try outer.next(.tagged(0)))
        var parts = try ASN1Parts(try explicit.next(.sequence), .sequence)
        _ = try parts.next(.integer)
        _ = try parts.next(.set)
        var content = try ASN1Parts(try parts.next(.sequence), .sequence)
        guard try content.next(.objectIdentifier).oid == .timestampInfo else { throw ASN1Parts.Unexpected() }
        var holder = try ASN1Parts(try content.next(.tagged(0)))
        let info = Array(try ASN1OctetString(berEncoded: try holder.next()).bytes)
        var chest = try parts.nextIf(.tagged(0)).map { try ASN1Parts($0) }
        let nodes = (chest?.all() ?? []).filter { $0.identifier == .sequence }.prefix(Self.certificateLimit)
        _ = parts.nextIf(.tagged(1))
        var signers = try ASN1Parts(try parts.next(.set), .set)
        let signer = try TimestampSigner(try signers.next(.sequence))
        // A time stamp has one signer (RFC 3161, section 2.4.2).
        guard signers.isEmpty else { throw ASN1Parts.Unexpected() }
        // Some that come along may be of kinds we cannot read; the signer's is not one of them.
        let known = nodes.compactMap { node in (try? Certificate(derEncoded: node)).map { (Array(node.encodedBytes), $0) } }
        certificates = known.map(\.1)
        guard let own = known.first(where: { signer.isNamed($0.0, $0.1) }) else {
            throw TimestampToken.problem("its signer's certificate did not come with it, or is not the one that it names")
        }
        certificate = own.1
        token = try TimestampToken(info: info, signer: own.1.subject.description)
        fault = signer.fault(of: info, key: own.1.publicKey)
    }

    /// Why the certificate may not sign time stamps (RFC 3161, section 2.3); `nil` where it may.
    var certificateFault: String? {
        guard certificate.extensions[oid: .X509ExtensionID.extendedKeyUsage]?.critical == true,
            let usage = try? certificate.extensions.extendedKeyUsage, Array(usage) == [.timeStamping]
        else { return "its signer's certificate is not for time stamps alone" }
        let second = token.time.microseconds / 1_000_000
        guard Int64(certificate.notValidBefore.timeIntervalSince1970) <= second, second <= Int64(certificate.notValidAfter.timeIntervalSince1970) else {
            return "its signer's certificate was not valid at \(token.time)"
        }
        return nil
    }
}

extension ASN1ObjectIdentifier {
    fileprivate static let signedData: ASN1ObjectIdentifier = [1, 2, 840, 113_549, 1, 7, 2]
    static let timestampInfo: ASN1ObjectIdentifier = [1, 2, 840, 113_549, 1, 9, 16, 1, 4]
}
