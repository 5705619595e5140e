import CaselightModel
import CaselightQuery
import CaselightStore

extension API {
    var cameraPages: [Route] {
        let readers = AccessRule.roles([.investigator, .dispatcher, .cameraAdmin])
        let filter = ["text", "class", "grid", "tag", "cursor"]
        return [
            page("/cameras", readers, query: filter, template: "cameras", fragments: ["camera-list"], camerasPage),
            page("/cameras/{code}", readers, template: "camera", cameraPage),
            page("/cameras/{code}/edit", .roles([.cameraAdmin]), template: "camera-form", changeCameraPage),
            page("/new-camera", .roles([.cameraAdmin]), template: "camera-form", newCameraPage),
        ]
    }

    /// Rows on a page of cameras: as many strips as are drawn at once.
    private static let rowCount = 50

    private struct CameraRow {
        let code, name, address: String
        let state: FeedTone
        let stream: String
        /// In the viewer's language, and in its own words.
        let problemTitle, problem: String
        let strip: CoverageStrip?
    }

    private struct ClassChoice { let value, label: String, isCurrent: Bool }

    private func camerasPage(_ call: Call, _ viewer: Viewer) async throws -> Page {
        let after = try call.query.text("cursor").map { try CameraCode($0) }
        let found = try await records.cameras(try cameraFilter(call), after: after, limit: Self.rowCount + 1)
        let shown = found.prefix(Self.rowCount)
        let statuses = Dictionary(await services.feeds.statuses().map { ($0.camera, $0) }, uniquingKeysWith: { _, last in last })
        let strips = try await strips(of: shown.map(\.code), call, viewer)
        let rows = shown.map { camera in
            let status = statuses[camera.code]
            return CameraRow(
                code: camera.code.text, name: camera.name, address: camera.address, state: FeedTone(status, viewer),
                stream: StreamWords.short(status?.stream),
                problemTitle: status?.problemCode.map { viewer.say(oneOf: "problem", $0.rawValue) } ?? "", problem: status?.problem ?? "",
                strip: strips[camera.code])
        }
        let wanted = try call.query.cameraClass()
        let classes = CameraClass.allCases.map {
            ClassChoice(value: "\($0.rawValue)", label: viewer.say(oneOf: "cameraClass", "\($0.rawValue)"), isCurrent: $0 == wanted)
        }
        var model: [String: any Sendable] = [
            "rows": rows, "hasStrips": !strips.isEmpty, "text": call.query.text("text") ?? "", "grid": call.query.text("grid") ?? "",
            "tag": call.query.text("tag") ?? "", "classes": classes, "hasMap": LeafletFiles.isInstalled,
            "isAdmin": viewer.principal?.has(.cameraAdmin) ?? false, "filter": Self.filterText(call), "isFirst": after == nil,
        ]
        if found.count > shown.count, let last = shown.last { model["next"] = last.code.text }
        return Page(viewer.say("navCameras"), model)
    }

    /// The filter as a query, for the next page and for the map.
    private static func filterText(_ call: Call) -> String {
        ["text", "class", "grid", "tag"].compactMap { name in
            call.query.text(name).map { "\(name)=\(QueryText.encode($0))&" }
        }.joined()
    }

    /// The last day of each camera, for those who may ask for it; one entry of the log stands for all of a page.
    private func strips(of codes: [CameraCode], _ call: Call, _ viewer: Viewer) async throws -> [CameraCode: CoverageStrip] {
        guard let first = codes.first, let last = codes.last, let principal = viewer.principal, Self.seesCoverage(principal) else { return [:] }
        let span = lastDay
        try await consultations.allow(.search, call, span: span, detail: "coverage of \(codes.count) cameras, \(first) to \(last)")
        var strips: [CameraCode: CoverageStrip] = [:]
        for code in codes { strips[code] = CoverageStrip(try await search.coverage(of: code, in: span), viewer) }
        return strips
    }

    var lastDay: TimeSpan { TimeSpan(start: services.clock.now() - .days(1), end: services.clock.now()) }

    static func seesCoverage(_ principal: Principal) -> Bool { principal.has(anyOf: [.investigator, .cameraAdmin]) }
}

/// A stream in a few words.
enum StreamWords {
    /// `H264 1920×1080 25 fps`.
    static func short(_ stream: StreamMetadata?) -> String {
        guard let video = stream?.video else { return "" }
        let rate = (video.measuredFrameRate ?? video.nominalFrameRate).map { " \(Int($0.rounded())) fps" } ?? ""
        return "\(video.codec.uppercased()) \(video.widthPixels)×\(video.heightPixels)\(rate)"
    }
}
