import SwiftASN1

/// The parts of a constructed ASN.1 value, taken one after the other.
struct ASN1Parts {
    struct Unexpected: Error {}

    private var rest: ArraySlice<ASN1Node>

    /// - Throws: `Unexpected` where the node is not constructed, or has another tag.
    init(_ node: ASN1Node, _ identifier: ASN1Identifier? = nil) throws {
        guard case .constructed(let parts) = node.content, identifier == nil || identifier == node.identifier else { throw Unexpected() }
        rest = Array(parts)[...]
    }

    var isEmpty: Bool { rest.isEmpty }

    mutating func next(_ identifier: ASN1Identifier? = nil) throws -> ASN1Node {
        guard let node = rest.popFirst(), identifier == nil || identifier == node.identifier else { throw Unexpected() }
        return node
    }

    /// The next part where it has this tag.
    mutating func nextIf(_ identifier: ASN1Identifier) -> ASN1Node? { rest.first?.identifier == identifier ? rest.popFirst() : nil }

    mutating func all() -> [ASN1Node] {
        defer { rest = [] }
        return Array(rest)
    }
}

extension ASN1Identifier {
    static func tagged(_ number: UInt) -> ASN1Identifier { ASN1Identifier(tagWithNumber: number, tagClass: .contextSpecific) }
    static let generalizedTime = GeneralizedTime.defaultIdentifier
}

extension ASN1Node {
    /// A primitive value's bytes.
    var bytes: [UInt8] {
        get throws {
            guard case .primitive(let bytes) = content else { throw ASN1Parts.Unexpected() }
            return Array(bytes)
        }
    }

    var oid: ASN1ObjectIdentifier { get throws { try ASN1ObjectIdentifier(derEncoded: self) } }

    /// An AlgorithmIdentifier's algorithm; its parameters say nothing where we use it.
    var algorithm: ASN1ObjectIdentifier {
        get throws {
            var parts = try ASN1Parts(self, .sequence)
            return try parts.next(.objectIdentifier).oid
        }
    }
}
