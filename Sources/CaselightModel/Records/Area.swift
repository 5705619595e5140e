/// A grid (网格), district, police area or key area: polygons with a code.
public struct Area: Hashable, Sendable, Codable {
    public var code: String
    public var name: String
    /// Outer rings in WGS-84; a point in any of them is in the area.
    public var rings: [[GeoPoint]]

    public init(code: String, name: String, rings: [[GeoPoint]]) {
        self.code = code
        self.name = name
        self.rings = rings
    }
}
