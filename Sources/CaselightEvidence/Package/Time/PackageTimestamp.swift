package import CaselightModel
import Foundation

/// What an authority said of the time a manifest existed, or why none did.
package struct PackageTimestamp: Hashable, Sendable {
    package var statement: TimestampStatement
    /// The authority's answer (RFC 3161, TimeStampResp) as it came; `nil` where there is none.
    package var response: [UInt8]?

    /// No token. Everything else of the package holds as well without.
    ///
    /// - Parameter reason: one line, without credentials: `no authority is configured`.
    package static func absent(_ reason: String, authority: String? = nil, manifest: [UInt8]) -> PackageTimestamp {
        PackageTimestamp(
            statement: TimestampStatement(
                status: .absent, statement: "There is no time stamp: \(reason). The package's time rests on this installation's clock and log alone.",
                authority: authority, manifestSHA256: ContentDigest(of: manifest).sha256, time: nil, accuracyUs: nil, serial: nil, policy: nil,
                signer: nil, nonce: nil),
            response: nil)
    }
}

/// `timestamp.json`. Every key is always there.
package struct TimestampStatement: Codable, Hashable, Sendable {
    package enum Status: String, Codable, Hashable, Sendable { case granted, absent }

    package var status: Status
    package var statement: String
    /// The address asked, without credentials and query.
    @Explicit package var authority: String?
    /// What the token is about.
    package var manifestSHA256: String
    @Explicit package var time: WallTime?
    @Explicit package var accuracyUs: Microseconds?
    /// Hexadecimal, as the token's serial number stands in it.
    @Explicit package var serial: String?
    /// The policy's object identifier.
    @Explicit package var policy: String?
    /// The subject of the certificate that signed it.
    @Explicit package var signer: String?
    /// Hexadecimal: what was sent along, so that no older answer could be given.
    @Explicit package var nonce: String?

    static let byteLimit = 64 << 10

    func encoded() throws -> [UInt8] { try ManifestJSON.encoded(self) }

    init(json: [UInt8]) throws(CaselightError) {
        do { self = try JSONDecoder().decode(TimestampStatement.self, from: Data(json)) } catch {
            throw CaselightError(.evidenceBroken, "read timestamp.json", because: ManifestJSON.reason(error))
        }
    }

    init(
        status: Status, statement: String, authority: String?, manifestSHA256: String, time: WallTime?, accuracyUs: Microseconds?,
        serial: String?, policy: String?, signer: String?, nonce: String?
    ) {
        self.status = status
        self.statement = statement
        self.authority = authority
        self.manifestSHA256 = manifestSHA256
        self.time = time
        self.accuracyUs = accuracyUs
        self.serial = serial
        self.policy = policy
        self.signer = signer
        self.nonce = nonce
    }
}
