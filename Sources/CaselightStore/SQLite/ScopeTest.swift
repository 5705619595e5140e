import CaselightModel

/// What of a camera says whether it is in a scope.
struct CameraMarks: Hashable, Sendable {
    var cameraClass: CameraClass
    var grid: String?
    var owner: String
}

extension CameraScope {
    func holds(_ marks: CameraMarks) -> Bool { holds(cameraClass: marks.cameraClass, grid: marks.grid, owner: marks.owner) }
}

/// Asks a scope about the cameras of one question: neighbours share class, grid and owner, so most answers are known already.
struct ScopeTest {
    let scope: CameraScope
    let holdsAll: Bool
    private var known: [Int32: Bool] = [:]

    init(_ scope: CameraScope) {
        self.scope = scope
        holdsAll = scope == .all
    }

    /// - Parameter number: stands for the marks as long as the question lasts.
    mutating func holds(_ marks: CameraMarks, number: Int32) -> Bool {
        if let answer = known[number] { return answer }
        let answer = scope.holds(marks)
        known[number] = answer
        return answer
    }
}
