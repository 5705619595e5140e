/// Where the subject of an incident went: seen at a place and a time, toward a bearing or a named place.
public struct Lead: Hashable, Sendable, Codable, Identifiable {
    public var id: Int64
    public var incident: IncidentNumber
    /// The camera that saw it, where one did.
    public var camera: CameraCode?
    /// When it was seen there, in true time.
    public var seenAt: WallTime
    /// Where it was seen, WGS-84.
    public var position: GeoPoint
    /// Where to, degrees clockwise from north; `nil` where only a place is named, or nothing is known.
    public var bearingDegrees: Double?
    /// The street or place it went toward, as people say it.
    public var toward: String
    public var note: String
    public var by: AccountName?
    public var at: WallTime

    public init(
        id: Int64 = 0, incident: IncidentNumber, camera: CameraCode? = nil, seenAt: WallTime, position: GeoPoint,
        bearingDegrees: Double? = nil, toward: String = "", note: String = "", by: AccountName?, at: WallTime
    ) {
        self.id = id
        self.incident = incident
        self.camera = camera
        self.seenAt = seenAt
        self.position = position
        self.bearingDegrees = bearingDegrees
        self.toward = toward
        self.note = note
        self.by = by
        self.at = at
    }
}
