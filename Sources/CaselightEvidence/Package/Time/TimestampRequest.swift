internal import CaselightModel
import SwiftASN1

/// What is asked of a time-stamping authority (RFC 3161, section 2.4.1): SHA-256 of what is to be stamped, a number used once, and its
/// certificate along with the answer.
package struct TimestampRequest: Sendable {
    package let sha256: [UInt8]
    /// 8 bytes, the first from 0x40 to 0x7F, so that their number has one form in DER.
    let nonce: [UInt8]

    /// The media type it is posted as (section 3.4).
    package static let mediaType = "application/timestamp-query"
    package static let replyMediaType = "application/timestamp-reply"

    package init(over bytes: [UInt8]) {
        var random = SystemRandomNumberGenerator()
        var nonce = (0..<8).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        nonce[0] = nonce[0] & 0x3F | 0x40
        self.init(sha256: TimestampDigest.sha256.hash(bytes), nonce: nonce)
    }

    init(sha256: [UInt8], nonce: [UInt8]) {
        self.sha256 = sha256
        self.nonce = nonce
    }

    package var der: [UInt8] {
        get throws {
            var coder = DER.Serializer()
            try coder.appendConstructedNode(identifier: .sequence) { coder in
                try coder.serialize(1)
                try coder.appendConstructedNode(identifier: .sequence) { coder in
                    try coder.appendConstructedNode(identifier: .sequence) { coder in
                        try coder.serialize(TimestampDigest.sha256.oid)
                        try coder.serialize(ASN1Null())
                    }
                    try coder.serialize(ASN1OctetString(contentBytes: sha256[...]))
                }
                coder.appendPrimitiveNode(identifier: .integer) { $0.append(contentsOf: nonce) }
                try coder.serialize(true)
            }
            return coder.serializedBytes
        }
    }
}
