import CaselightModel

/// 2026-03-02T06:00:00Z, and so many seconds after it.
func at(_ seconds: Double) -> WallTime { WallTime(microseconds: 1_772_431_200_000_000 + Int64((seconds * 1_000_000).rounded())) }

func span(_ start: Double, _ end: Double) -> TimeSpan { TimeSpan(start: at(start), end: at(end)) }

func code(_ text: String) throws -> CameraCode { try CameraCode(text) }

func number(_ text: String) throws -> IncidentNumber { try IncidentNumber(text) }

func point(_ latitude: Double, _ longitude: Double) -> GeoPoint { GeoPoint(unchecked: latitude, longitude) }

func camera(_ text: String, name: String = "Gate", at position: GeoPoint? = nil) throws -> Camera {
    var camera = Camera(code: try code(text), name: name, createdAt: at(0))
    camera.position = position
    return camera
}

/// Every field set, to something that is nobody's default.
func fullCamera(_ text: String) throws -> Camera {
    var camera = try camera(text, name: "前进路269号 — Tor №3", at: point(30.123456789, 104.987654321))
    camera.givenPosition = GivenPosition(datum: .gcj02, latitude: 30.12, longitude: 104.98)
    camera.bearingDegrees = 271.5
    camera.fieldDegrees = 92.25
    camera.rangeMeters = 85
    camera.kind = .panTilt
    camera.cameraClass = .second
    camera.address = "前进路 269\n\"二楼\""
    camera.owner = "Лавка 'Ромашка'"
    camera.grid = "510100-07"
    camera.tags = ["gate", "夜视", "gate-2"]
    camera.policy = .keyframes
    camera.retentionDays = 90
    camera.feed = Feed(url: try FeedURL.parse("rtsp://10.0.4.14:554/stream1?a=%20b").url, transport: .udp)
    camera.isEnabled = false
    camera.updatedAt = at(5)
    return camera
}

func incident(_ text: String, posted: Double = 0, span time: TimeSpan = span(-60, 0)) throws -> Incident {
    Incident(number: try number(text), category: "theft", span: time, postedAt: at(posted))
}

func fullIncident(_ text: String) throws -> Incident {
    var incident = try incident(text, posted: 10)
    incident.position = point(30.1234, 104.9876)
    incident.givenPosition = GivenPosition(datum: .bd09, latitude: 30.13, longitude: 104.99)
    incident.address = "前进路269号"
    incident.grid = "510100-07"
    incident.text = "冰箱从三轮车上被盗 🧊\nrider → 大道路"
    incident.state = .lead
    incident.postedBy = try AccountName("wang")
    incident.updatedAt = at(20)
    return incident
}

func square(_ code: String, south: Double, west: Double, size: Double) -> Area {
    let (north, east) = (south + size, west + size)
    return Area(
        code: code, name: "网格 \(code)", rings: [[point(south, west), point(south, east), point(north, east), point(north, west)]])
}

func outage(_ camera: String, _ start: Double, _ end: Double?, _ cause: GapCause = .feedLost, _ detail: String = "") throws -> Outage {
    Outage(camera: try code(camera), startedAt: at(start), endedAt: end.map { at($0) }, cause: cause, detail: detail)
}

func run(_ id: UInt64, _ camera: String, from start: Double = 0, to end: Double? = nil) throws -> Run {
    Run(
        id: RunID(id), camera: try code(camera), origin: .feed, startedAt: at(start), endedAt: end.map { at($0) },
        stream: StreamMetadata(container: "rtsp"))
}

/// A closed segment unless `isOpen`.
func segment(
    _ run: UInt64, _ sequence: UInt32, _ camera: String, _ start: Double, _ end: Double, _ policy: RecordingPolicy = .full,
    isOpen: Bool = false
) throws -> Segment {
    Segment(
        id: SegmentID(run: RunID(run), sequence: sequence), camera: try code(camera), span: span(start, end), policy: policy,
        byteCount: 1000, initializationByteCount: 800, sha256: isOpen ? nil : String(repeating: "0a", count: 32),
        endReason: isOpen ? nil : .full, audio: nil, keyframes: .empty, activity: .empty)
}

func coverage(_ start: Double, _ end: Double, _ policy: RecordingPolicy = .full) -> Coverage {
    Coverage(span: span(start, end), policy: policy)
}

let everywhere = GeoBox(south: -90, west: -180, north: 90, east: 180)
let always = TimeSpan(start: .distantPast, end: .distantFuture)
