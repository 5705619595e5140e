import CaselightModel
import CaselightStore

extension FootageSearch {
    /// A question's place, found: by geometry where there is any, else by what cameras' records say.
    enum FoundPlace: Sendable {
        case geometry(PlaceGeometry)
        case records(CameraFilter)
    }

    /// Cameras read at a time while looking for those without a position.
    private static let cameraPageSize = 500

    func found(_ query: ClipQuery) async throws -> FoundPlace {
        switch query.place {
        case .shape(let shape): return .geometry(PlaceGeometry(shape))
        case .address(let text):
            var filter = query.filter
            filter.text = text
            return .records(filter)
        case .grid(let code):
            if let area = try await records.area(code), let geometry = PlaceGeometry(area) { return .geometry(geometry) }
            guard try await isKnown(grid: code, to: query.filter.scope) else {
                throw CaselightError(
                    .notFound, "search grid '\(code)'", because: "neither an area nor a camera has this code",
                    remedy: "Import the grid's polygon, or search by place.")
            }
            var filter = query.filter
            filter.grid = code
            return .records(filter)
        }
    }

    /// Whether an area has the code, or a camera of the scope names it.
    func isKnown(grid code: String, to scope: CameraScope) async throws -> Bool {
        if let area = try await records.area(code), PlaceGeometry(area) != nil { return true }
        let filter = CameraFilter(grid: code, scope: scope)
        if try await !records.cameras(filter, after: nil, limit: 1).isEmpty { return true }
        return try await !records.viewpoints(filter: filter).isEmpty
    }

    func camerasInRange(of place: FoundPlace, filter: CameraFilter) async throws -> [CameraInRange] {
        switch place {
        case .geometry(let geometry):
            return try Self.limited(
                try await records.viewpoints(meeting: geometry.box, filter: filter).compactMap(geometry.cameraInRange))
        case .records(let filter):
            let located = try await records.viewpoints(filter: filter).map {
                CameraInRange($0, sees: .unknown, meters: nil, bearing: nil)
            }
            return try await unlocatedCameras(filter, among: Self.limited(located))
        }
    }

    /// Cameras that the question cannot place and so leaves out.
    func unlocatedCount(of place: FoundPlace, filter: CameraFilter) async throws -> Int {
        guard case .geometry = place else { return 0 }
        return try await records.unlocatedCameraCount(filter)
    }

    private func unlocatedCameras(_ filter: CameraFilter, among located: [CameraInRange]) async throws -> [CameraInRange] {
        var cameras = located
        let known = Set(located.map(\.code))
        var last: CameraCode?
        while true {
            let page = try await records.cameras(filter, after: last, limit: Self.cameraPageSize)
            cameras += page.filter { !known.contains($0.code) }.map(CameraInRange.init(unlocated:))
            _ = try Self.limited(cameras)
            guard page.count == Self.cameraPageSize else { return cameras }
            last = page.last?.code
        }
    }

    private static func limited(_ cameras: [CameraInRange]) throws(CaselightError) -> [CameraInRange] {
        guard cameras.count <= ClipQuery.cameraLimit else {
            throw CaselightError(
                .tooLarge, "search for clips", because: "the place has over \(ClipQuery.cameraLimit) cameras in range",
                remedy: "Ask for a smaller place, or filter by class, owner or tag.")
        }
        return cameras
    }
}
