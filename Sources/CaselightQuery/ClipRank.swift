import CaselightModel

/// A camera's place in the order of an answer. No two cameras of an answer have the same.
struct ClipRank: Hashable, Comparable {
    let sees: Int
    let hasFootage: Bool
    /// Whole millimetres, so that a cursor can carry them; the largest number where there is no distance.
    let distanceMillimeters: Int64
    /// 0 to 255; more comes first.
    let activity: Int
    let camera: CameraCode

    init(_ camera: CameraInRange, state: FootageState, activity: Int) {
        sees = Self.place(of: camera.sees)
        hasFootage = state != .absent
        distanceMillimeters = camera.distanceMeters.map { Int64(($0 * 1000).rounded()) } ?? .max
        self.activity = activity
        self.camera = camera.code
    }

    init(sees: Int, hasFootage: Bool, distanceMillimeters: Int64, activity: Int, camera: CameraCode) {
        self.sees = sees
        self.hasFootage = hasFootage
        self.distanceMillimeters = distanceMillimeters
        self.activity = activity
        self.camera = camera
    }

    /// What decides before activity does, least first.
    var standing: (Int, Int, Int64) { (sees, hasFootage ? 0 : 1, distanceMillimeters) }

    static func < (left: Self, right: Self) -> Bool {
        if left.standing != right.standing { return left.standing < right.standing }
        return left.activity != right.activity ? left.activity > right.activity : left.camera < right.camera
    }

    private static func place(of sight: Sight) -> Int {
        switch sight {
        case .yes: 0
        case .partly: 1
        case .unknown: 2
        case .no: 3
        }
    }
}
