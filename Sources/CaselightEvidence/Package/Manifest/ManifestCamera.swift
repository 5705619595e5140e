package import CaselightModel

/// A camera whose footage the package holds, or was asked for.
package struct ManifestCamera: Codable, Hashable, Sendable {
    package var code: CameraCode
    package var name: String
    /// As GB/T 28181 numbers it.
    package var cameraClass: CameraClass
    package var kind: CameraKind
    package var owner: String
    package var address: String
    @Explicit package var grid: String?
    /// In WGS-84.
    @Explicit package var position: GeoPoint?
    /// Where the position comes from, or why there is none.
    package var positionStatement: String
    @Explicit package var givenPosition: GivenPosition?
    /// The optical axis, degrees clockwise from north; `null` where it is not registered, or the camera turns.
    @Explicit package var bearingDegrees: Double?
    @Explicit package var fieldDegrees: Double?
    @Explicit package var rangeMeters: Double?

    package init(_ camera: Camera) {
        code = camera.code
        name = camera.name
        cameraClass = camera.cameraClass
        kind = camera.kind
        owner = camera.owner
        address = camera.address
        grid = camera.grid
        position = camera.position
        positionStatement = Self.statement(of: camera)
        givenPosition = camera.givenPosition
        bearingDegrees = camera.bearingDegrees
        fieldDegrees = camera.fieldDegrees
        rangeMeters = camera.rangeMeters
    }

    private static func statement(of camera: Camera) -> String {
        guard camera.position != nil else { return "no position is registered for the camera" }
        guard let given = camera.givenPosition else { return "as registered, in WGS-84" }
        return given.datum == .wgs84 ? "as registered, in WGS-84" : "converted to WGS-84 from the registered position in \(given.datum.rawValue)"
    }

    private enum CodingKeys: String, CodingKey {
        case code, name, kind, owner, address, grid, position, positionStatement, givenPosition, bearingDegrees, fieldDegrees, rangeMeters
        case cameraClass = "class"
    }
}
