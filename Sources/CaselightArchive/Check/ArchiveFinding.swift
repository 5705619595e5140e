package import CaselightModel

/// How far a check goes. Each includes those before it.
package enum CheckLevel: String, Sendable, Codable, CaseIterable {
    case presence, size, hash
}

/// Something that a check found wrong.
package struct ArchiveFinding: Hashable, Sendable, Codable {
    package enum Problem: String, Sendable, Codable, CaseIterable {
        /// The index knows it and the file is not there.
        case missing
        case wrongSize
        case wrongHash
        /// The file cannot be read.
        case unreadable
        /// A segment's file that the index does not know.
        case orphan
        /// A file or folder that is none of ours.
        case foreign
    }

    package var problem: Problem
    package var segment: SegmentID?
    package var camera: CameraCode?
    /// Below the archive's folder.
    package var path: String
    /// What was expected and what was found.
    package var detail: String
}

/// The outcome of a check, as `--json` prints it.
package struct ArchiveCheckReport: Hashable, Sendable, Codable {
    package var level: CheckLevel
    package var segmentCount = 0
    /// Of them, those still being written: their files may have grown since.
    package var openSegmentCount = 0
    package var fileCount = 0
    /// Of the files checked, as the index knows them.
    package var byteCount: Int64 = 0
    package var findings: [ArchiveFinding] = []

    package init(level: CheckLevel) { self.level = level }

    package var isClean: Bool { findings.isEmpty }

    package mutating func add(_ segments: [Segment], _ found: [ArchiveFinding]) {
        segmentCount += segments.count
        openSegmentCount += segments.count { $0.isOpen }
        fileCount += segments.reduce(0) { $0 + ($1.audio == nil ? 1 : 2) }
        byteCount += segments.reduce(0) { $0 + $1.byteCount + ($1.audio?.byteCount ?? 0) }
        findings += found
    }
}
