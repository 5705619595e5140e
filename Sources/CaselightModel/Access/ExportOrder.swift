/// An evidence package somebody asked for, and how far it is.
public struct ExportOrder: Hashable, Sendable, Codable {
    /// Drawn at random, 16 hexadecimal digits.
    public var id: String
    public var incident: IncidentNumber
    public var reason: String
    public var requestedBy: AccountName
    public var requestedAt: WallTime
    public var clips: [ExportClip]
    public var state: ExportState
    /// Bytes of the package; `nil` until it is ready.
    public var byteCount: Int64?
    /// Of the whole package, lower-case hexadecimal; `nil` until it is ready.
    public var sha256: String?
    /// Why it failed; one line.
    public var failure: String?
    public var finishedAt: WallTime?

    public init(
        id: String, incident: IncidentNumber, reason: String, requestedBy: AccountName, requestedAt: WallTime, clips: [ExportClip]
    ) {
        self.id = id
        self.incident = incident
        self.reason = reason
        self.requestedBy = requestedBy
        self.requestedAt = requestedAt
        self.clips = clips
        state = .waiting
    }
}

/// A camera and a span, in true time, that a package is to hold.
public struct ExportClip: Hashable, Sendable, Codable {
    public var camera: CameraCode
    public var span: TimeSpan
    /// What the clip shows; `nil` where it is no link of the incident.
    public var role: LinkRole?
    public var note: String

    public init(camera: CameraCode, span: TimeSpan, role: LinkRole? = nil, note: String = "") {
        self.camera = camera
        self.span = span
        self.role = role
        self.note = note
    }
}

/// Where an export stands. One that a restart interrupts begins again; the package of an expired one was removed, and can be made anew.
public enum ExportState: String, Hashable, Sendable, Codable, CaseIterable {
    case waiting, running, ready, failed, expired

    /// Whether nothing more is done for it.
    public var isOver: Bool { self != .waiting && self != .running }
}
