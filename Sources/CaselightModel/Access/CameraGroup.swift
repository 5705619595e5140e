/// Some of the cameras, by class, grid and owner: what an account may be limited to.
public struct CameraGroup: Hashable, Sendable, Codable {
    /// 1 to 64 of `A-Z a-z 0-9 . _ -`.
    public var code: String
    public var name: String
    /// A camera must be of one of them; empty asks for none in particular. So with the others; all conditions must hold.
    public var classes: [CameraClass]
    public var grids: [String]
    public var owners: [String]

    public init(code: String, name: String, classes: [CameraClass] = [], grids: [String] = [], owners: [String] = []) {
        self.code = code
        self.name = name
        self.classes = classes
        self.grids = grids
        self.owners = owners
    }

    /// Whether a camera of these is in the group.
    public func holds(cameraClass: CameraClass, grid: String?, owner: String) -> Bool {
        (classes.isEmpty || classes.contains(cameraClass)) && holds(grid: grid) && (owners.isEmpty || owners.contains(owner))
    }

    /// Whether an incident of this grid is one for the group's people: classes and owners say nothing of incidents.
    public func holds(grid: String?) -> Bool { grids.isEmpty || grid.map { grids.contains($0) } == true }
}

/// Which cameras and incidents somebody may know of.
public enum CameraScope: Hashable, Sendable {
    case all
    /// Those in any of the groups; of none where there is none.
    case groups([CameraGroup])

    /// Whether a camera of these is in it.
    public func holds(cameraClass: CameraClass, grid: String?, owner: String) -> Bool {
        switch self {
        case .all: true
        case .groups(let groups): groups.contains { $0.holds(cameraClass: cameraClass, grid: grid, owner: owner) }
        }
    }

    /// Whether the camera is in it.
    public func holds(_ camera: Camera) -> Bool { holds(cameraClass: camera.cameraClass, grid: camera.grid, owner: camera.owner) }

    /// Whether the incident is in it.
    public func holds(_ incident: Incident) -> Bool {
        switch self {
        case .all: true
        case .groups(let groups): groups.contains { $0.holds(grid: incident.grid) }
        }
    }
}
