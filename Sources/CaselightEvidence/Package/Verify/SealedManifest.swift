/// What a sealed package says about itself, read from the file that was made here.
package struct SealedManifest: Sendable {
    /// `manifest.json`, byte for byte: what a time stamp is about.
    package let bytes: [UInt8]
    /// Whether an authority attested its time when it was sealed.
    package let isStamped: Bool

    /// Reads two small files of the package; blocks. - Throws: `notFound`, `diskFailed`, `evidenceBroken`.
    package init(ofPackage path: String) throws {
        let package = try ZippedPackage(path: path)
        bytes = try package.bytes(of: PackageLayout.manifest, limit: Manifest.byteLimit)
        let statement = try package.bytes(of: PackageLayout.timestamp, limit: TimestampStatement.byteLimit)
        isStamped = try TimestampStatement(json: statement).status == .granted
    }
}
