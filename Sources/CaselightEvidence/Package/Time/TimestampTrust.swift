package import CaselightModel
import Foundation
import SwiftASN1
@_spi(FixedExpiryValidationTime) import X509

/// The certificates that a time-stamping authority must lead to.
package struct TimestampTrust: Sendable {
    private let roots: [Certificate]

    /// - Parameter pem: one certificate or several.
    /// - Throws: `invalidValue`.
    package init(pem: String) throws(CaselightError) {
        do {
            roots = try PEMDocument.parseMultiple(pemString: pem).filter { $0.discriminator == Certificate.defaultPEMDiscriminator }
                .map { try Certificate(pemDocument: $0) }
        } catch {
            throw CaselightError(.invalidValue, "use the time-stamping authority's certificates", because: "they cannot be read as X.509 in PEM")
        }
        guard !roots.isEmpty else {
            throw CaselightError(.invalidValue, "use the time-stamping authority's certificates", because: "there is none in what was given")
        }
    }

    /// Why the certificate does not lead to one of them, as of the time stamped; `nil` where it does. What expired since was valid then.
    func fault(of leaf: Certificate, others: [Certificate], at time: WallTime) async -> String? {
        let date = Date(timeIntervalSince1970: Double(time.microseconds) / 1_000_000)
        var verifier = Verifier(rootCertificates: CertificateStore(roots)) {
            RFC5280Policy(fixedExpiryValidationTime: date)
            TimestampPurpose()
        }
        switch await verifier.validate(leaf: leaf, intermediates: CertificateStore(others)) {
        case .validCertificate: return nil
        case .couldNotValidate(let failures): return failures.first.map { "\($0.policyFailureReason)" } ?? "no chain of signatures joins them"
        }
    }
}

/// Understands the extension that says what a key is for. That the signer's is for time stamps alone is checked of the token itself.
private struct TimestampPurpose: VerifierPolicy {
    let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [.X509ExtensionID.extendedKeyUsage]

    func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) -> PolicyEvaluationResult {
        guard let usage = try? chain.leaf.extensions.extendedKeyUsage, usage.contains(.timeStamping) else {
            return .failsToMeetPolicy(reason: "the signer's certificate is not for time stamps")
        }
        return .meetsPolicy
    }
}
