public import CaselightModel

/// What must never be lost: cameras, places, incidents, links, outages, clock statements, volumes.
///
/// A call that returns has made its change durable: it survives a power cut. SQLite is one form; a contract suite
/// (`RecordStoreContract` in the tests) holds every form to the same behaviour. Errors are `CaselightError`.
public protocol RecordStore: Sendable {
    // Cameras
    /// - Throws: `duplicate` where the code is registered. A removed camera's code may be registered anew.
    func addCamera(_ camera: Camera, credentials: FeedCredentials?) async throws
    /// Adds many in one transaction: all or none. Those whose code is registered are updated where `replacing`, else counted as skipped.
    /// Credentials that are not given stay as they are.
    func importCameras(_ cameras: [(Camera, FeedCredentials?)], replacing: Bool) async throws -> ImportCount
    /// Changes all but the time of registration. A grid that was derived is derived anew. - Throws: `notFound`.
    func updateCamera(_ camera: Camera, credentials: CredentialsChange) async throws
    /// Takes a camera out of service. Its record stays for the footage it made; its credentials go. - Throws: `notFound`.
    func removeCamera(_ code: CameraCode, at time: WallTime) async throws
    /// `nil` where none in service is registered under the code.
    func camera(_ code: CameraCode) async throws -> Camera?
    /// The camera in service under the code, else the one removed last: what its footage is kept by. `nil` where there never was one.
    func lastRegistration(of code: CameraCode) async throws -> Camera?
    /// In the order of codes, those in service only.
    func cameras(_ filter: CameraFilter, after: CameraCode?, limit: Int) async throws -> [Camera]
    /// How many are in service.
    func cameraCount() async throws -> Int
    /// Whether somebody of this scope may know of the code: it was registered, and every registration of it, removed ones included, is in
    /// the scope. Footage does not tell apart whose registration it was made under. To who sees all, every code may be known.
    func isCamera(_ code: CameraCode, in scope: CameraScope) async throws -> Bool
    /// Cameras in service that pass the filter and have no position.
    func unlocatedCameraCount(_ filter: CameraFilter) async throws -> Int
    /// `nil` where the camera's feed asks for none. For the worker that connects, and nobody else.
    func credentials(of code: CameraCode) async throws -> FeedCredentials?
    /// Cameras whose field of view's bounding box meets `box`, removed ones included: the first step of every question about a place.
    /// A code registered anew after a removal stands once for each registration; their times in service do not overlap.
    func viewpoints(meeting box: GeoBox, filter: CameraFilter) async throws -> [Viewpoint]
    /// All located cameras that pass the filter; for questions by grid or address alone.
    func viewpoints(filter: CameraFilter) async throws -> [Viewpoint]

    // Areas
    /// All or none. Areas known already are replaced. Cameras and incidents without a stated grid get the smallest area around them.
    func importAreas(_ areas: [Area]) async throws -> ImportCount
    /// `nil` where there is no such area.
    func area(_ code: String) async throws -> Area?
    /// In the order of their codes, `limit` at most.
    func areas(limit: Int) async throws -> [Area]
    /// Codes of the areas that `point` lies in, smallest first.
    func areas(containing point: GeoPoint) async throws -> [String]

    // Incidents
    /// - Throws: `duplicate`.
    func addIncident(_ incident: Incident) async throws
    /// All or none. A number known already is replaced, but for when and by whom it was posted and what steps alone change; or left as
    /// it is. An imported register makes no steps.
    func importIncidents(_ incidents: [Incident], replacing: Bool) async throws -> ImportCount
    /// Changes all but when and by whom it was posted, and what steps alone change (see `BoardStore`). - Throws: `notFound`.
    func updateIncident(_ incident: Incident, by account: AccountName?) async throws
    /// `nil` where none was posted under the number.
    func incident(_ number: IncidentNumber) async throws -> Incident?
    /// Newest post first; `after` is the last one of the page before. - Throws: `notFound` for an unknown `after`.
    func incidents(_ filter: IncidentFilter, after: IncidentNumber?, limit: Int) async throws -> [Incident]
    /// How many there are.
    func incidentCount() async throws -> Int

    // Links
    /// Stores the link under a new id, which it returns. - Throws: `notFound` for an unknown incident or camera, `duplicate` where the
    /// same clip is linked in the same role.
    func addLink(_ link: ClipLink) async throws -> ClipLink
    /// The clips tied to an incident, in the order of their starts.
    func links(of incident: IncidentNumber) async throws -> [ClipLink]
    /// - Throws: `notFound`.
    func removeLink(_ link: ClipLink, by account: AccountName?, at time: WallTime) async throws

    // Outages
    /// Notes that a camera's recording stopped. Where one is open already, its cause and detail change and its start stays.
    func openOutage(_ outage: Outage) async throws
    /// Ends the camera's open outage; nothing happens where none is open. One that began no earlier is forgotten.
    func closeOutage(of camera: CameraCode, at time: WallTime) async throws
    /// Notes a past outage, such as a time found by recovery or footage that expired. Joins one of the same cause that it touches.
    func addOutage(_ outage: Outage) async throws
    /// Applies notes in their order, each as the call of its name would, in one durable write: all or none.
    func note(_ notes: [OutageNote]) async throws
    /// Outages that overlap the span, as they were noted, in the order of their starts.
    func outages(of cameras: [CameraCode], overlapping span: TimeSpan) async throws -> [Outage]
    /// Those still open, of all cameras.
    func openOutages() async throws -> [Outage]

    // Clocks
    /// Adds a statement; those before stay.
    func addClockCorrection(_ correction: ClockCorrection) async throws
    /// Oldest statement first.
    func clockCorrections(of cameras: [CameraCode]) async throws -> [ClockCorrection]

    // Volumes
    /// The ids of the archives these records belong to.
    func volumes() async throws -> [String]
    /// Makes an archive one that may be recorded to and deleted from.
    func addVolume(_ id: String, path: String, at time: WallTime) async throws
}

/// Something to note of an outage.
public enum OutageNote: Hashable, Sendable {
    /// As `openOutage`.
    case opened(Outage)
    /// As `closeOutage`.
    case closed(CameraCode, at: WallTime)
    /// As `addOutage`.
    case past(Outage)
}

/// What becomes of a feed's stored credentials in an update.
public enum CredentialsChange: Sendable {
    case keep
    case set(FeedCredentials)
    case remove
}

/// What an import did.
public struct ImportCount: Hashable, Sendable, Codable {
    public var added: Int
    public var updated: Int
    public var skipped: Int

    public init(added: Int = 0, updated: Int = 0, skipped: Int = 0) {
        self.added = added
        self.updated = updated
        self.skipped = skipped
    }
}

/// All conditions given must hold.
public struct CameraFilter: Hashable, Sendable {
    public var cameraClass: CameraClass?
    public var grid: String?
    public var owner: String?
    /// Every one must be among the camera's tags.
    public var tags: [String]
    /// Stands in the name, the code or the address; letters' case does not matter.
    public var text: String?
    /// The cameras the asker may know of; others are not found and not counted. Of a code registered anew, see `isCamera(_:in:)`.
    public var scope: CameraScope

    public init(
        cameraClass: CameraClass? = nil, grid: String? = nil, owner: String? = nil, tags: [String] = [], text: String? = nil,
        scope: CameraScope = .all
    ) {
        self.cameraClass = cameraClass
        self.grid = grid
        self.owner = owner
        self.tags = tags
        self.text = text
        self.scope = scope
    }
}

/// Which incidents are meant; what is `nil` does not narrow.
public struct IncidentFilter: Hashable, Sendable {
    public var state: IncidentState?
    public var category: String?
    public var grid: String?
    /// Incidents whose time overlaps it.
    public var span: TimeSpan?
    /// Stands in the number, the address or the text.
    public var text: String?
    public var unit: String?
    /// Whoever works on it.
    public var claimedBy: AccountName?
    /// The incidents the asker may know of, beside those that `postedBy` posted.
    public var scope: CameraScope
    /// Sees what it posted, wherever that is.
    public var postedBy: AccountName?

    public init(
        state: IncidentState? = nil, category: String? = nil, grid: String? = nil, span: TimeSpan? = nil, text: String? = nil,
        unit: String? = nil, claimedBy: AccountName? = nil, scope: CameraScope = .all, postedBy: AccountName? = nil
    ) {
        self.state = state
        self.category = category
        self.grid = grid
        self.span = span
        self.text = text
        self.unit = unit
        self.claimedBy = claimedBy
        self.scope = scope
        self.postedBy = postedBy
    }
}

/// What a question about a place needs to know of a camera, and no more.
public struct Viewpoint: Hashable, Sendable {
    public var code: CameraCode
    public var name: String
    public var fieldOfView: FieldOfView
    public var kind: CameraKind
    public var cameraClass: CameraClass
    /// Since when it is in service.
    public var registeredAt: WallTime
    /// `nil` while in service.
    public var removedAt: WallTime?

    public init(
        code: CameraCode, name: String, fieldOfView: FieldOfView, kind: CameraKind, cameraClass: CameraClass, registeredAt: WallTime,
        removedAt: WallTime?
    ) {
        self.code = code
        self.name = name
        self.fieldOfView = fieldOfView
        self.kind = kind
        self.cameraClass = cameraClass
        self.registeredAt = registeredAt
        self.removedAt = removedAt
    }
}
