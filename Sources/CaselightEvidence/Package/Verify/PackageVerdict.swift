package import CaselightModel

/// What a package was found to be. In JSON as `caselight verify --json` prints it.
package struct PackageVerdict: Codable, Sendable {
    /// One thing that was looked at.
    package struct Check: Codable, Hashable, Sendable {
        package enum Name: String, Codable, Hashable, Sendable, CaseIterable {
            case container, signature, key, files, manifest, ingest, log, timestamp
        }

        package enum Outcome: String, Codable, Hashable, Sendable {
            case passed, failed
            /// Could not be looked at, or needs something from outside that was not given: says nothing against the package.
            case notChecked
        }

        package var name: Name
        package var outcome: Outcome
        package var text: String
    }

    /// Whether nothing is wrong with what could be checked.
    package var isVerified: Bool
    /// Whether the key was compared with one that did not come with the package: without, whoever changed the package may have signed it.
    package var isKeyCompared: Bool
    /// Of the key in the package, or of the one given where they differ; `null` where there is none.
    @Explicit package var keyFingerprint: String?
    @Explicit package var id: String?
    @Explicit package var incident: IncidentNumber?
    @Explicit package var createdAt: WallTime?
    /// The time stamp's; `null` without one.
    @Explicit package var stampedAt: WallTime?
    /// Of `SHA256SUMS`: names the package as a whole.
    @Explicit package var sumsSHA256: String?
    package var fileCount: Int
    package var byteCount: Int64
    package var checks: [Check]
    package var findings: [PackageFinding]

    /// Paths of the files that findings name, each once.
    package var paths: [PackagePath] {
        var seen: Set<PackagePath> = []
        return findings.compactMap(\.path).filter { seen.insert($0).inserted }
    }
}
