import Crypto
import Foundation
import SwiftASN1
import X509

/// Who signed a time stamp, and what exactly (RFC 5652, section 5.3): attributes that name the content's hash and the signer's certificate.
struct TimestampSigner: Sendable {
    private let digest: TimestampDigest
    private let algorithm: ASN1ObjectIdentifier
    private let signature: [UInt8]
    /// As it is hashed: a SET.
    private let signedAttributes: [UInt8]
    private let attributes: [ASN1ObjectIdentifier: ASN1Node]
    private let identifier: ASN1Node

    init(_ node: ASN1Node) throws {
        var parts = try ASN1Parts(node, .sequence)
        _ = try parts.next(.integer)
        identifier = try parts.next()
        guard let digest = TimestampDigest(try parts.next(.sequence).algorithm) else { throw ASN1Parts.Unexpected() }
        self.digest = digest
        let signed = try parts.next(.tagged(0))
        // Signed with the tag of a SET in place of [0] (section 5.4).
        signedAttributes = [0x31] + signed.encodedBytes.dropFirst()
        var (list, attributes) = (try ASN1Parts(signed), [ASN1ObjectIdentifier: ASN1Node]())
        for attribute in list.all() {
            var pair = try ASN1Parts(attribute, .sequence)
            let name = try pair.next(.objectIdentifier).oid
            var values = try ASN1Parts(try pair.next(.set), .set)
            // Each of those we read has one value, and stands there once.
            guard attributes.updateValue(try values.next(), forKey: name) == nil else { throw ASN1Parts.Unexpected() }
        }
        self.attributes = attributes
        algorithm = try parts.next(.sequence).algorithm
        signature = try parts.next(.octetString).bytes
    }

    /// Why it is not this content that was signed; `nil` where it is.
    func fault(of content: [UInt8], key: Certificate.PublicKey) -> String? {
        guard (try? attributes[.contentType]?.oid) == .timestampInfo else { return "its signature is over something that is no time stamp" }
        guard (try? attributes[.messageDigest]?.bytes) == digest.hash(content) else { return "its signature is over another time stamp" }
        guard digest.isSigned(signedAttributes, by: key, signature, algorithm: algorithm) else { return "its signature does not hold" }
        return nil
    }

    /// Whether this is the certificate that the signer names: in the signed attribute (RFC 2634, RFC 5816), and beside it.
    func isNamed(_ der: [UInt8], _ certificate: Certificate) -> Bool {
        let isIdentified = (try? isIdentified(certificate)) ?? false
        if let second = attributes[.signingCertificateV2] { return isIdentified && ((try? Self.names(second, der)) ?? false) }
        if let first = attributes[.signingCertificate] { return isIdentified && ((try? Self.namesBySHA1(first, der)) ?? false) }
        return false
    }

    /// By issuer and serial number, or by subject key identifier.
    private func isIdentified(_ certificate: Certificate) throws -> Bool {
        if identifier.identifier == .tagged(0) {
            return try Array(certificate.extensions.subjectKeyIdentifier?.keyIdentifier ?? []) == identifier.bytes
        }
        var parts = try ASN1Parts(identifier, .sequence)
        let issuer = try DistinguishedName(derEncoded: try parts.next(.sequence))
        let serial = Array(try parts.next(.integer).bytes.drop { $0 == 0 })
        return issuer == certificate.issuer && serial == Array(certificate.serialNumber.bytes.drop { $0 == 0 })
    }

    /// ESSCertIDv2: an algorithm, SHA-256 where there is none, and a hash.
    private static func names(_ attribute: ASN1Node, _ der: [UInt8]) throws -> Bool {
        var first = try firstCertificate(attribute)
        let digest: TimestampDigest? = try first.nextIf(.sequence).map { TimestampDigest(try $0.algorithm) } ?? .sha256
        return try first.next(.octetString).bytes == digest?.hash(der)
    }

    /// ESSCertID. SHA-1 only picks out a certificate here, of a few that came along.
    private static func namesBySHA1(_ attribute: ASN1Node, _ der: [UInt8]) throws -> Bool {
        var first = try firstCertificate(attribute)
        return try first.next(.octetString).bytes == Array(Insecure.SHA1.hash(data: der))
    }

    private static func firstCertificate(_ attribute: ASN1Node) throws -> ASN1Parts {
        var parts = try ASN1Parts(attribute, .sequence)
        var list = try ASN1Parts(try parts.next(.sequence), .sequence)
        return try ASN1Parts(try list.next(.sequence), .sequence)
    }
}

extension ASN1ObjectIdentifier {
    fileprivate static let contentType: ASN1ObjectIdentifier = [1, 2, 840, 113_549, 1, 9, 3]
    fileprivate static let messageDigest: ASN1ObjectIdentifier = [1, 2, 840, 113_549, 1, 9, 4]
    fileprivate static let signingCertificate: ASN1ObjectIdentifier = [1, 2, 840, 113_549, 1, 9, 16, 2, 12]
    fileprivate static let signingCertificateV2: ASN1ObjectIdentifier = [1, 2, 840, 113_549, 1, 9, 16, 2, 47]
}
