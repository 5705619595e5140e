/// How long footage is kept where no hold keeps it longer: by camera, by class, and never shorter than the floor.
public struct RetentionPolicy: Hashable, Sendable {
    /// Days where neither the camera's record nor its class says.
    public var defaultDays: Int
    /// Days for the cameras of a class.
    public var daysByClass: [CameraClass: Int]
    /// Whose rules set the floor.
    public var profile: RetentionProfile

    public init(defaultDays: Int = 30, daysByClass: [CameraClass: Int] = [:], profile: RetentionProfile = .none) {
        self.defaultDays = defaultDays
        self.daysByClass = daysByClass
        self.profile = profile
    }

    /// Days below which nothing is deleted, also not to make room; 0 where there is no floor.
    public var floorDays: Int { profile.floorDays }

    /// Days that the camera's footage is kept: its own, else its class's, else the default. One that was registered before the floor was
    /// set gets the floor.
    public func days(of camera: Camera) -> Int {
        max(camera.retentionDays ?? daysByClass[camera.cameraClass] ?? defaultDays, floorDays)
    }

    /// Days for footage of a camera that no record names: the longest of all, since nobody can say which it was.
    public var daysOfUnknown: Int { max(daysByClass.values.max() ?? 0, defaultDays, floorDays) }

    /// Refuses days below the floor.
    ///
    /// - Parameter what: what they are stated for: `camera 'gate-3'`, `the setting archive.retentionDays`.
    /// - Throws: `invalidValue`.
    public func check(_ days: Int, for what: String) throws(CaselightError) {
        guard days >= floorDays else {
            throw CaselightError(
                .invalidValue, "keep footage for \(days) days: \(what)",
                because: "the retention profile '\(profile.rawValue)' asks for at least \(floorDays)", remedy: "Give \(floorDays) or more.")
        }
    }
}

/// Rules of a jurisdiction on how long footage is kept at least.
public enum RetentionProfile: String, Hashable, Sendable, Codable, CaseIterable {
    /// No floor.
    case none
    /// 国务院令第799号 (in force 2025-04-01), article 17: not less than 30 days.
    case cn

    /// Days below which nothing may be deleted; 0 where there is no floor.
    public var floorDays: Int {
        switch self {
        case .none: 0
        case .cn: 30
        }
    }
}
