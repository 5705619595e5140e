import CaselightModel
import Foundation

/// A camera out of a row of somebody's list.
enum ImportedCamera {
    static let fields = [
        "code", "name", "lat", "lon", "datum", "bearing", "field", "range", "kind", "class", "address", "owner", "grid", "tags", "policy",
        "retentionDays", "isEnabled", "url", "user", "password", "transport",
    ]

    /// Column names as normalized; the first that has a value wins.
    static let synonyms: [String: [String]] = [
        "code": ["code", "cameracode", "cameraid", "deviceid", "apeid", "gbcode", "设备编码", "国标编码", "编码", "id"],
        "name": ["name", "cameraname", "devicename", "title", "commonname", "view", "intersection", "设备名称", "名称", "description"],
        "lat": ["latitude", "lat", "givenpositionlatitude", "positionlatitude", "纬度"],
        "lon": ["longitude", "lon", "lng", "long", "givenpositionlongitude", "positionlongitude", "经度"],
        "datum": ["datum", "givenpositiondatum"],
        "bearing": ["bearingdegrees", "bearing", "cameradirection", "direction", "heading", "azimuth", "firstapproach", "朝向", "方位角"],
        "field": ["fielddegrees", "fov", "fieldofview"],
        "range": ["rangemeters", "range", "rangem"],
        "kind": ["kind", "cameratype", "type"],
        "class": ["class", "cameraclass", "pointtype"],
        "address": ["address", "street", "installaddress", "安装地址", "地址", "description"],
        "owner": ["owner", "operator", "管理单位"],
        "grid": ["grid", "gridcode", "网格"],
        "tags": ["tags"],
        "policy": ["policy"],
        "retentionDays": ["retentiondays"],
        "isEnabled": ["isenabled", "enabled"],
        "url": ["url", "rtsp", "rtspurl", "streamurl", "feedurl"],
        "user": ["user", "username"],
        "password": ["password"],
        "transport": ["transport", "feedtransport"],
    ]

    static func camera(
        _ source: ImportRow, options: ImportOptions, codes: inout DerivedCodes, at now: WallTime
    ) throws(CaselightError) -> (Camera, FeedCredentials?) {
        let reader = RowReader(row: OSMTags.spread(source), options: options, synonyms: synonyms)
        let stated = reader.text("code")
        let code = if let stated { stated } else { try codes.code(of: source, field: "code") }
        var camera = Camera(code: try CameraCode(code), name: code, createdAt: now)
        camera.name = try reader.checkedText("name", limit: TextRule.nameLimit) ?? code
        camera.address = try reader.checkedText("address", limit: TextRule.addressLimit) ?? ""
        camera.owner = try reader.checkedText("owner", limit: TextRule.nameLimit) ?? ""
        camera.grid = try reader.checkedText("grid", limit: 64)
        (camera.givenPosition, camera.position) = try PlaceInput.derived(try reader.place())
        camera.bearingDegrees = try bearing(reader)
        camera.fieldDegrees = try reader.number("field", in: 1...360)
        camera.rangeMeters = try reader.number("range", in: 1...10_000)
        camera.kind = reader.text("kind").flatMap { kind($0) } ?? .fixed
        camera.cameraClass = try cameraClass(reader)
        camera.tags = try tags(reader)
        camera.policy = try reader.choice("policy", of: RecordingPolicy.self) ?? .full
        camera.retentionDays = try reader.number("retentionDays", in: 1...Double(CameraInput.retentionLimitDays)).map { Int($0) }
        camera.isEnabled = reader.text("isEnabled").map { !["false", "0", "no"].contains($0.lowercased()) } ?? true
        let credentials = try feed(reader, &camera)
        return (camera, credentials)
    }

    /// What must not be repeated of a row that cannot be used: where a list has logins, one may stand in any column, for rows slip.
    static func secrets(in row: ImportRow, options: ImportOptions) -> [String] {
        let columns = ["url", "user", "password"].flatMap { [options.columns[$0]].compactMap { $0 } + (synonyms[$0] ?? []) }
        guard columns.contains(where: { row.columns[$0] != nil }) else { return [] }
        return row.columns.values.compactMap(\.scalarText).map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { !$0.isEmpty }
    }

    private static func feed(_ reader: RowReader, _ camera: inout Camera) throws(CaselightError) -> FeedCredentials? {
        guard let text = reader.text("url") else { return nil }
        let (url, inAddress) = try FeedURL.parse(text)
        let beside = reader.text("user").map { FeedCredentials(user: $0, password: reader.text("password") ?? "") }
        let credentials = beside ?? inAddress
        camera.feed = Feed(
            url: url, transport: try reader.choice("transport", of: FeedTransport.self) ?? .automatic, hasCredentials: credentials != nil)
        return credentials
    }

    /// Degrees or a compass word; several directions are none.
    private static func bearing(_ reader: RowReader) throws(CaselightError) -> Double? {
        guard let text = reader.text("bearing") else { return nil }
        let others = ["secondapproach", "thirdapproach"].compactMap { reader.row.columns[$0]?.scalarText }
        if others.contains(where: { !$0.isEmpty }) || text.contains(";") || text.contains(",") { return nil }
        guard let degrees = Compass.degrees(text) else {
            throw reader.wrong("bearing", text, "degrees from 0 to 360, or a compass word such as N, NE, EB, 东北")
        }
        return degrees
    }

    private static func kind(_ text: String) -> CameraKind? {
        if let kind = CameraKind(rawValue: text) { return kind }
        let word = text.lowercased()
        let words: [(CameraKind, [String])] = [
            (.panTilt, ["ptz", "pan", "turn", "球机"]), (.dome, ["dome", "360", "hemisphere", "半球"]), (.fixed, ["fixed", "bullet", "static", "枪机"]),
        ]
        return words.first { $0.1.contains { word.contains($0) } }?.0
    }

    private static func cameraClass(_ reader: RowReader) throws(CaselightError) -> CameraClass {
        guard let text = reader.text("class") else { return .other }
        guard let number = Int(text), let value = CameraClass(rawValue: number) else { throw reader.wrong("class", text, "one of 1, 2, 3, 9") }
        return value
    }

    private static func tags(_ reader: RowReader) throws(CaselightError) -> [String] {
        var texts: [String] = []
        switch reader.value("tags") {
        case .array(let list): texts = list.compactMap(\.scalarText)
        case .string(let text) where !text.hasPrefix("{"): texts = text.split(whereSeparator: { $0 == "," || $0 == ";" }).map { $0.trimmingCharacters(in: .whitespaces) }
        default: break
        }
        var result: [String] = []
        for text in texts where !text.isEmpty { result.append(try TextRule.check(text, named: "tag", limit: 64)) }
        guard result.count <= CameraInput.tagCountLimit else {
            throw CaselightError(.invalidValue, "use the row's tags", because: "there are over \(CameraInput.tagCountLimit)")
        }
        return result
    }
}

/// OpenStreetMap extracts keep their tags in one column, as a Python dictionary: `{'camera:direction': '330'}`.
enum OSMTags {
    static func spread(_ row: ImportRow) -> ImportRow {
        guard case .string(let text)? = row.columns["tags"], text.hasPrefix("{"), text.hasSuffix("}") else { return row }
        var result = row
        let words = text.split(separator: "'", omittingEmptySubsequences: false)
        // 'key': 'value' cut at quotes is: "", key, ": ", value, ", ", key, …
        var index = 1
        while index + 2 < words.count {
            let name = ColumnName.normalized(String(words[index]))
            if words[index + 1] == ": ", result.columns[name] == nil || name == "cameratype" { result.columns[name] = .string(String(words[index + 2])) }
            index += 4
        }
        return result
    }
}

/// Directions as words.
enum Compass {
    static func degrees(_ text: String) -> Double? {
        if let number = Double(text) { return number.isFinite && (0...360).contains(number) ? normalizedDegrees(number) : nil }
        var word = text.uppercased().replacing("-", with: "").replacing(" ", with: "")
        for ending in ["BOUND", "WARD", "FACING"] where word.hasSuffix(ending) { word.removeLast(ending.count) }
        if let known = points[word] { return known }
        // Traffic lists say EB for eastbound, NWB for northwestbound.
        return word.hasSuffix("B") ? points[String(word.dropLast())] : nil
    }

    private static let points: [String: Double] = {
        let names = ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"]
        var points = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Double($0) * 22.5) })
        let words = ["NORTH", "NORTHEAST", "EAST", "SOUTHEAST", "SOUTH", "SOUTHWEST", "WEST", "NORTHWEST"]
        let chinese = ["北", "东北", "东", "东南", "南", "西南", "西", "西北"]
        for (index, word) in words.enumerated() { points[word] = Double(index) * 45 }
        for (index, word) in chinese.enumerated() { points[word] = Double(index) * 45 }
        return points
    }()
}
