import CaselightModel

extension API {
    private struct Choice { let value, label: String, isCurrent: Bool }

    func newCameraPage(_ call: Call, _ viewer: Viewer) async throws -> Page {
        var model = choices(nil, viewer)
        model["isNew"] = true
        return Page(viewer.say("addCamera"), model)
    }

    func changeCameraPage(_ call: Call, _ viewer: Viewer) async throws -> Page {
        let camera = try await existingCamera(call)
        var model = choices(camera, viewer)
        let given = camera.givenPosition
        let texts: [String: String] = [
            "code": camera.code.text, "name": camera.name, "url": camera.feed?.url.masked.text ?? "", "lat": given.map { "\($0.latitude)" } ?? "",
            "lon": given.map { "\($0.longitude)" } ?? "", "bearing": camera.bearingDegrees.map { "\($0)" } ?? "",
            "field": camera.fieldDegrees.map { "\($0)" } ?? "", "range": camera.rangeMeters.map { "\($0)" } ?? "", "address": camera.address,
            "owner": camera.owner, "grid": camera.grid ?? "", "tags": camera.tags.joined(separator: ", "),
            "retention": camera.retentionDays.map { "\($0)" } ?? "",
        ]
        model.merge(texts) { $1 }
        model["hasCredentials"] = camera.feed?.hasCredentials ?? false
        return Page(viewer.say("changeCamera", ["name": camera.name]), model)
    }

    private func choices(_ camera: Camera?, _ viewer: Viewer) -> [String: any Sendable] {
        func choices<Value: CaseIterable & RawRepresentable & Equatable>(_ current: Value, _ label: (String) -> String) -> [Choice] {
            Value.allCases.map { Choice(value: "\($0.rawValue)", label: label("\($0.rawValue)"), isCurrent: $0 == current) }
        }
        return [
            "kinds": choices(camera?.kind ?? .fixed) { viewer.say(oneOf: "cameraKind", $0) },
            "classes": choices(camera?.cameraClass ?? .other) { viewer.say(oneOf: "cameraClass", $0) },
            "policies": choices(camera?.policy ?? .full) { viewer.say(oneOf: "policy", $0) },
            "transports": choices(camera?.feed?.transport ?? .automatic) { viewer.say(oneOf: "transport", $0) },
            "datums": choices(camera?.givenPosition?.datum ?? .wgs84) { $0.uppercased() },
            "isEnabled": camera?.isEnabled ?? true, "hasMap": LeafletFiles.isInstalled,
        ]
    }
}
