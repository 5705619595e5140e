package import CaselightModel

/// Where a package's files lie.
///
/// ```
/// native/CAMERA/…       originals, byte for byte            clips/CAMERA/…, stills/CAMERA/…   what was derived from them
/// manifest.json         and manifest.schema.json, its form   timestamp.json, manifest.tsr      RFC 3161, or why there is none
/// log/…                 entries, proofs and checkpoint       report.html, VERIFY.txt           for people
/// SHA256SUMS            all of the above, in order           SHA256SUMS.sig, signing-key.pem   Ed25519 over it
/// ```
package enum PackageLayout {
    package static let manifest = fixed("manifest.json")
    package static let schema = fixed("manifest.schema.json")
    package static let timestamp = fixed("timestamp.json")
    package static let token = fixed("manifest.tsr")
    package static let logEntries = fixed("log/entries.jsonl")
    package static let logProofs = fixed("log/proofs.json")
    package static let logCheckpoint = fixed("log/checkpoint")
    package static let key = fixed("signing-key.pem")
    package static let report = fixed("report.html")
    package static let instructions = fixed("VERIFY.txt")
    package static let sums = fixed("SHA256SUMS")
    package static let signature = fixed("SHA256SUMS.sig")

    /// What describes and seals the rest, in the order it is written.
    package static let sealing = [
        manifest, schema, token, timestamp, logEntries, logProofs, logCheckpoint, key, report, instructions, sums, signature,
    ]

    /// What cannot be listed in `sums`.
    static let unlisted: Set<PackagePath> = [sums, signature]

    /// Under which folder a file of this category lies.
    package static let nativeFolder = "native"
    package static let clipFolder = "clips"
    package static let stillFolder = "stills"

    /// An original: `native/CAMERA/NAME`.
    package static func native(folder: String, name: String) throws(CaselightError) -> PackagePath {
        try PackagePath(nativeFolder, folder, name)
    }

    /// The `number`th clip of a camera: `clips/CAMERA/clip.mp4`, then `clip-2.mp4`.
    package static func clip(folder: String, number: Int) throws(CaselightError) -> PackagePath {
        try PackagePath(clipFolder, folder, number == 1 ? "clip.mp4" : "clip-\(number).mp4")
    }

    /// A still: `stills/CAMERA/NAME`.
    package static func still(folder: String, name: String) throws(CaselightError) -> PackagePath {
        try PackagePath(stillFolder, folder, name)
    }

    /// Whether a path is one where originals lie.
    static func isNative(_ path: PackagePath) -> Bool { path.text.hasPrefix(nativeFolder + "/") }

    private static func fixed(_ text: String) -> PackagePath {
        guard let path = try? PackagePath(text) else { preconditionFailure("'\(text)' is a path") }
        return path
    }
}
