package import CaselightModel

/// What a package says of itself: `manifest.json`. Its form is `manifest.schema.json`, which every package carries.
///
/// Every key is always there. What is not known is `null`, and where a court would ask, a sentence beside it says why.
package struct Manifest: Codable, Hashable, Sendable {
    package static let format = "caselight-evidence-package"
    package static let formatVersion = 1

    /// Always `Manifest.format`.
    package var format: String
    package var formatVersion: Int
    /// The export's id.
    package var id: String
    package var createdAt: WallTime
    package var software: ManifestSoftware
    package var incident: ManifestIncident
    package var request: ManifestRequest
    package var cameras: [ManifestCamera]
    package var clips: [ManifestClip]
    /// Originals and what was derived from them; not the files that describe and seal the package.
    package var files: [ManifestFile]
    package var coverage: ManifestCoverage
    package var forms: ManifestForms
    package var log: ManifestLog

    /// - Parameter coverage: `nil` adds it up from the clips.
    package init(
        id: String, createdAt: WallTime, incident: ManifestIncident, request: ManifestRequest, cameras: [ManifestCamera],
        clips: [ManifestClip], files: [ManifestFile], log: ManifestLog, coverage: ManifestCoverage? = nil, forms: ManifestForms? = nil
    ) {
        format = Self.format
        formatVersion = Self.formatVersion
        self.id = id
        self.createdAt = createdAt
        software = ManifestSoftware(name: "caselight", version: CaselightVersion.current)
        self.incident = incident
        self.request = request
        self.cameras = cameras
        self.clips = clips
        self.files = files
        self.coverage = coverage ?? ManifestCoverage(clips: clips)
        self.forms = forms ?? ManifestForms(incident: incident, request: request, cameras: cameras, clips: clips, files: files)
        self.log = log
    }
}

/// What made the package.
package struct ManifestSoftware: Codable, Hashable, Sendable {
    package var name: String
    package var version: String
}

/// The incident as it stood when the package was made.
package struct ManifestIncident: Codable, Hashable, Sendable {
    package var number: IncidentNumber
    package var category: String
    package var span: TimeSpan
    package var address: String
    /// The code of the grid (网格).
    @Explicit package var grid: String?
    /// In WGS-84.
    @Explicit package var position: GeoPoint?
    @Explicit package var givenPosition: GivenPosition?
    package var text: String

    package init(_ incident: Incident) {
        number = incident.number
        category = incident.category
        span = incident.span
        address = incident.address
        grid = incident.grid
        position = incident.position
        givenPosition = incident.givenPosition
        text = incident.text
    }
}

/// Who wanted the package, who allowed it, and why.
package struct ManifestRequest: Codable, Hashable, Sendable {
    package var reason: String
    package var requestedAt: WallTime
    package var requester: ManifestPerson
    @Explicit package var approver: ManifestPerson?
    /// Who approved and by what right, or why nobody did.
    package var approverStatement: String

    package init(reason: String, requestedAt: WallTime, requester: ManifestPerson, approver: ManifestPerson?, approverStatement: String) {
        self.reason = reason
        self.requestedAt = requestedAt
        self.requester = requester
        self.approver = approver
        self.approverStatement = approverStatement
    }
}

/// Somebody with an account.
package struct ManifestPerson: Codable, Hashable, Sendable {
    package var account: AccountName
    /// May be empty.
    package var displayName: String
    /// May be empty.
    package var unit: String

    package init(_ account: Account) {
        self.init(account: account.name, displayName: account.displayName, unit: account.unit)
    }

    package init(account: AccountName, displayName: String, unit: String) {
        self.account = account
        self.displayName = displayName
        self.unit = unit
    }
}

/// The consultation log as the package's proofs name it.
package struct ManifestLog: Codable, Hashable, Sendable {
    /// The checkpoint's first line.
    package var origin: String
    /// Entries the checkpoint speaks for.
    package var size: Int64
    /// The root of the Merkle tree (RFC 6962) over them, lower-case hexadecimal.
    package var root: String
    /// SHA-256 of the signing key's SubjectPublicKeyInfo, lower-case hexadecimal.
    package var keyFingerprint: String
    /// Entries in the package: those that concern the incident, and those about the records of its cameras.
    package var entryCount: Int
    /// Such entries that are not, since there are so many.
    package var leftOutCount: Int

    package init(origin: String, size: Int64, root: String, keyFingerprint: String, entryCount: Int, leftOutCount: Int) {
        self.origin = origin
        self.size = size
        self.root = root
        self.keyFingerprint = keyFingerprint
        self.entryCount = entryCount
        self.leftOutCount = leftOutCount
    }
}
