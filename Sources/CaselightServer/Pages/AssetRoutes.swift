import CaselightModel
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

extension API {
    /// What pages are made of; it tells nothing of cameras or cases, and the page to sign in needs it.
    var assetRoutes: [Route] {
        [
            Route(.get, "/ui/{version}/{name}", .open, kind: .asset, handler: asset),
            Route(.get, "/ui/leaflet/{name}", .open, kind: .asset, handler: leaflet),
        ]
    }

    private func asset(_ call: Call) async throws -> Response {
        let (version, name) = (try call.parameter("version"), try call.parameter("name"))
        guard version == WebFiles.version, let asset = WebFiles.assets[name] else { throw Self.noFile(name) }
        // Its address changes with its content.
        return Self.answer(asset, keep: "public, max-age=31536000, immutable")
    }

    private func leaflet(_ call: Call) async throws -> Response {
        let name = try call.parameter("name")
        guard let asset = LeafletFiles.all[name] else { throw Self.noFile(name) }
        return Self.answer(asset, keep: "public, max-age=86400")
    }

    private static func answer(_ asset: Asset, keep: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: asset.type, .cacheControl: keep], body: .init(byteBuffer: ByteBuffer(bytes: asset.bytes)))
    }

    private static func noFile(_ name: String) -> CaselightError {
        CaselightError(.notFound, "send the file '\(name)'", because: "the pages have no such file", remedy: "Load the page anew.")
    }
}

/// The map's library, as Debian's package `libjs-leaflet` installs it; read once.
enum LeafletFiles {
    static let folder = "/usr/share/javascript/leaflet"
    static let names = ["leaflet.esm.js", "leaflet.css"]

    /// Empty where one is missing: then pages say so, and list instead of drawing.
    static let all: [String: Asset] = {
        var files: [String: Asset] = [:]
        for name in names {
            guard let type = Asset.type(of: name), let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else { return [:] }
            files[name] = Asset(type: type, bytes: Array(data))
        }
        return files
    }()

    static var isInstalled: Bool { !all.isEmpty }
}
