internal import CaselightModel

/// Something that is not as it was sealed.
package struct PackageFinding: Codable, Hashable, Sendable {
    package enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
        /// The zip itself.
        case container
        /// A file's bytes are not those that were sealed.
        case changed
        /// A file that was not sealed.
        case added
        case missing
        /// The signature over the hashes, or the key.
        case signature
        /// The manifest does not say what is there.
        case manifest
        /// The log's entries, proofs or checkpoint.
        case log
        case timestamp
    }

    package var kind: Kind
    /// The file it is about; `null` where it is about the whole, or its name is none.
    @Explicit package var path: PackagePath?
    package var text: String

    package init(_ kind: Kind, _ text: String, _ path: PackagePath? = nil) {
        self.kind = kind
        self.path = path
        self.text = text
    }

    static func container(_ text: String, _ path: PackagePath?) -> PackageFinding { PackageFinding(.container, text, path) }
}
