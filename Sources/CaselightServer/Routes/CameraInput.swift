import CaselightModel
import CaselightStore

/// What a request says about a camera: all of it when new, some of it in a change.
struct CameraInput {
    private let name: Given<String>
    private let place: Given<GivenPosition>
    private let bearing: Given<Double>
    private let field: Given<Double>
    private let range: Given<Double>
    private let kind: Given<CameraKind>
    private let cameraClass: Given<CameraClass>
    private let address: Given<String>
    private let owner: Given<String>
    private let grid: Given<String>
    private let tags: Given<[String]>
    private let policy: Given<RecordingPolicy>
    private let retention: Given<Int>
    private let isEnabled: Given<Bool>
    private let feed: FeedInput
    let code: Given<String>

    static let tagCountLimit = 64
    static let retentionLimitDays = 36_500

    /// - Throws: `CaselightError` naming the field that cannot be used.
    init(_ fields: inout FieldReader) throws(CaselightError) {
        code = try fields.text("code", limit: 64)
        name = try fields.text("name", limit: TextRule.nameLimit)
        place = try PlaceInput.read(&fields)
        bearing = try fields.number("bearingDegrees")
        if let degrees = bearing.value, !(degrees >= 0 && degrees <= 360) { throw fields.wrong("bearingDegrees", "is \(degrees) and must be 0 to 360") }
        field = try fields.number("fieldDegrees", over: 0, atMost: 360)
        range = try fields.number("rangeMeters", over: 0, atMost: 10_000)
        kind = try fields.choice("kind", of: CameraKind.self)
        cameraClass = try Self.cameraClass(&fields)
        address = try fields.text("address", limit: TextRule.addressLimit)
        owner = try fields.text("owner", limit: TextRule.nameLimit)
        grid = try fields.text("grid", limit: 64)
        tags = try fields.texts("tags", countLimit: Self.tagCountLimit, limit: 64)
        policy = try fields.choice("policy", of: RecordingPolicy.self)
        retention = try fields.whole("retentionDays", in: 1...Self.retentionLimitDays)
        isEnabled = try fields.flag("isEnabled")
        feed = try FeedInput(&fields)
        try fields.finish()
    }

    func newCamera(at now: WallTime) throws(CaselightError) -> (Camera, FeedCredentials?) {
        guard let code = code.value else {
            throw CaselightError(.invalidValue, "read the camera", because: "its 'code' is missing")
        }
        var camera = Camera(code: try CameraCode(code), name: code, createdAt: now)
        let change = try apply(to: &camera, at: now)
        if case .set(let credentials) = change { return (camera, credentials) }
        return (camera, nil)
    }

    /// Changes what was given and nothing else.
    func apply(to camera: inout Camera, at now: WallTime) throws(CaselightError) -> CredentialsChange {
        name.apply(to: &camera.name, default: camera.code.text)
        if place.isGiven { (camera.givenPosition, camera.position) = try PlaceInput.derived(place.value) }
        bearing.map { normalizedDegrees($0) }.apply(to: &camera.bearingDegrees)
        field.apply(to: &camera.fieldDegrees)
        range.apply(to: &camera.rangeMeters)
        kind.apply(to: &camera.kind, default: .fixed)
        cameraClass.apply(to: &camera.cameraClass, default: .other)
        address.apply(to: &camera.address, default: "")
        owner.apply(to: &camera.owner, default: "")
        grid.apply(to: &camera.grid)
        tags.apply(to: &camera.tags, default: [])
        policy.apply(to: &camera.policy, default: .full)
        retention.apply(to: &camera.retentionDays)
        isEnabled.apply(to: &camera.isEnabled, default: true)
        camera.updatedAt = now
        return try feed.apply(to: &camera.feed)
    }

    private static func cameraClass(_ fields: inout FieldReader) throws(CaselightError) -> Given<CameraClass> {
        switch try fields.whole("class", in: 0...9) {
        case .absent: return .absent
        case .null: return .null
        case .value(let number):
            guard let value = CameraClass(rawValue: number) else { throw fields.wrong("class", "is \(number) and must be one of 1, 2, 3, 9") }
            return .value(value)
        }
    }
}

/// A place as a request gives it: `lat`, `lon` and `datum`, or a `position` object.
enum PlaceInput {
    static func read(_ fields: inout FieldReader) throws(CaselightError) -> Given<GivenPosition> {
        let (latitude, longitude) = (try fields.number("lat"), try fields.number("lon"))
        let datum = try fields.text("datum", limit: 20)
        let position = try fields.object("position")
        switch position {
        case .absent: break
        case .null where !latitude.isGiven && !longitude.isGiven: return .null
        case .value(var inner) where !latitude.isGiven && !longitude.isGiven && !datum.isGiven:
            return try pair(
                try inner.number("latitude"), try inner.number("longitude"), try inner.text("datum", limit: 20), reader: &inner,
                names: ("latitude", "longitude"), isWhole: true)
        default: throw fields.wrong("position", "is given beside lat, lon or datum: give one or the other")
        }
        return try pair(latitude, longitude, datum, reader: &fields, names: ("lat", "lon"), isWhole: false)
    }

    private static func pair(
        _ latitude: Given<Double>, _ longitude: Given<Double>, _ datum: Given<String>, reader: inout FieldReader,
        names: (String, String), isWhole: Bool
    ) throws(CaselightError) -> Given<GivenPosition> {
        if isWhole { try reader.finish() }
        switch (latitude, longitude) {
        case (.absent, .absent):
            guard !datum.isGiven else { throw reader.wrong("datum", "is given without a position") }
            return .absent
        case (.null, .null): return .null
        case (.value(let latitude), .value(let longitude)):
            let known = try datum.value.map { name throws(CaselightError) in try Datum(name: name) } ?? .wgs84
            _ = try GeoPoint(latitude: latitude, longitude: longitude)
            return .value(GivenPosition(datum: known, latitude: latitude, longitude: longitude))
        default: throw reader.wrong(names.0, "and '\(names.1)' must be given together")
        }
    }

    /// What was given, and the WGS-84 position it means; 0,0 means unlocated.
    static func derived(_ given: GivenPosition?) throws(CaselightError) -> (GivenPosition?, GeoPoint?) {
        guard let given, given.latitude != 0 || given.longitude != 0 else { return (nil, nil) }
        return (given, given.datum.toWGS84(try GeoPoint(latitude: given.latitude, longitude: given.longitude)))
    }
}

/// A feed as a request gives it: an address that may carry credentials, or credentials beside it.
struct FeedInput {
    private let url: Given<String>
    private let user: Given<String>
    private let password: Given<String>
    private let transport: Given<FeedTransport>

    init(_ fields: inout FieldReader) throws(CaselightError) {
        url = try fields.text("url", limit: FeedURL.lengthLimit)
        user = try fields.text("user", limit: 256)
        password = try fields.text("password", limit: 256)
        transport = try fields.choice("transport", of: FeedTransport.self)
        guard url.value != nil || url.isGiven == false || (user.value == nil && password.value == nil) else {
            throw fields.wrong("user", "and 'password' need a 'url'")
        }
    }

    /// The parts of a probe: an address is a must.
    func address() throws(CaselightError) -> (FeedURL, FeedCredentials?, FeedTransport) {
        var feed: Feed?
        let change = try apply(to: &feed)
        guard let feed else { throw CaselightError(.invalidValue, "read the probe", because: "its 'url' is missing") }
        if case .set(let credentials) = change { return (feed.url, credentials, feed.transport) }
        return (feed.url, nil, feed.transport)
    }

    func apply(to feed: inout Feed?) throws(CaselightError) -> CredentialsChange {
        var change = CredentialsChange.keep
        switch url {
        case .absent: break
        case .null:
            feed = nil
            return .remove
        case .value(let text):
            let (address, credentials) = try FeedURL.parse(text)
            // A new host must not be sent the old host's password.
            let isElsewhere = feed.map { $0.url.host != address.host } ?? true
            feed = Feed(url: address, transport: feed?.transport ?? .automatic, hasCredentials: isElsewhere ? false : feed?.hasCredentials ?? false)
            if let credentials { change = .set(credentials) } else if isElsewhere { change = .remove }
        }
        guard var kept = feed else {
            guard user.value == nil, password.value == nil, transport.value == nil else {
                throw CaselightError(.invalidValue, "read the feed", because: "user, password and transport need a 'url'")
            }
            return change
        }
        if case .value(let user) = user { change = .set(FeedCredentials(user: user, password: password.value ?? "")) }
        if case .null = user { change = .remove }
        if user.value == nil, password.value != nil {
            throw CaselightError(.invalidValue, "read the feed", because: "'password' is given without 'user'")
        }
        transport.apply(to: &kept.transport, default: .automatic)
        switch change {
        case .set: kept.hasCredentials = true
        case .remove: kept.hasCredentials = false
        case .keep: break
        }
        feed = kept
        return change
    }
}
