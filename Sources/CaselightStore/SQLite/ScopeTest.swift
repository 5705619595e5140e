import CaselightModel

/// What of a camera says whether it is in a scope.
struct CameraMarks: Hashable, Sendable {
    var cameraClass: CameraClass
    var grid: String?
    var owner: String
}

/// Asks a scope about the cameras of one question: neighbours share class, grid and owner, so most answers are known already.
struct ScopeTest {
    private let scope: CameraScope
    private let repeated: [CameraCode: [CameraMarks]]
    private var known: [CameraMarks: Bool] = [:]

    init(_ scope: CameraScope, repeated: [CameraCode: [CameraMarks]]) {
        self.scope = scope
        self.repeated = repeated
    }

    /// Whether the camera, and every other registration of its code, is in the scope.
    mutating func holds(_ viewpoint: Viewpoint) -> Bool {
        guard holds(CameraMarks(cameraClass: viewpoint.cameraClass, grid: viewpoint.grid, owner: viewpoint.owner)) else { return false }
        guard !repeated.isEmpty, let others = repeated[viewpoint.code] else { return true }
        return others.allSatisfy { holds($0) }
    }

    private mutating func holds(_ marks: CameraMarks) -> Bool {
        if let answer = known[marks] { return answer }
        let answer = scope.holds(cameraClass: marks.cameraClass, grid: marks.grid, owner: marks.owner)
        known[marks] = answer
        return answer
    }
}
