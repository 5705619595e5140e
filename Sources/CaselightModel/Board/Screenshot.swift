/// A picture that somebody gave with an incident, and what was read off it. Its bytes are kept as they came.
public struct Screenshot: Hashable, Sendable, Codable, Identifiable {
    public var id: Int64
    public var incident: IncidentNumber
    public var mediaType: ScreenshotType
    public var byteCount: Int
    /// SHA-256 of the bytes, lower-case hexadecimal.
    public var sha256: String
    /// The camera's name as it is burnt in, as far as somebody read it.
    public var cameraText: String
    /// The clock as it is burnt in, in the time zone of whoever read it; `nil` until then.
    public var clockRead: WallTime?
    public var by: AccountName?
    public var at: WallTime

    public init(
        id: Int64 = 0, incident: IncidentNumber, mediaType: ScreenshotType, byteCount: Int, sha256: String, by: AccountName?, at: WallTime
    ) {
        self.id = id
        self.incident = incident
        self.mediaType = mediaType
        self.byteCount = byteCount
        self.sha256 = sha256
        cameraText = ""
        self.by = by
        self.at = at
    }

    /// The largest picture: a screen of 4K as PNG has fewer bytes.
    public static let limitBytes = 16 << 20
    /// The most of one incident.
    public static let countLimit = 20
}

/// What a screenshot may be: what every browser draws and makes.
public enum ScreenshotType: String, Hashable, Sendable, Codable, CaseIterable {
    case jpeg = "image/jpeg"
    case png = "image/png"
    case webP = "image/webp"

    /// Told by the first bytes; `nil` where they are of none of them.
    public init?(beginningOf bytes: some Collection<UInt8>) {
        let head = Array(bytes.prefix(12))
        if head.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if head.starts(with: Array("RIFF".utf8)), head.dropFirst(8).elementsEqual("WEBP".utf8) {
            self = .webP
        } else {
            return nil
        }
    }
}
