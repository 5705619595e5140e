import Crypto
import Foundation

/// What of `Web` is embedded in the program, by its file's name.
enum WebFiles {
    static func bytes(_ name: String) -> [UInt8] {
        guard let bytes = all[name] else { preconditionFailure("\(name) is embedded") }
        return bytes
    }

    /// Of all files together: stands in their address, so that a browser keeps them for ever and an upgrade is seen at once.
    static let version: String = {
        var hash = SHA256()
        for (name, bytes) in all.sorted(by: { $0.key < $1.key }) {
            hash.update(data: Data(name.utf8))
            hash.update(data: Data(bytes))
        }
        return hash.finalize().prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }()

    /// Where the pages find them.
    static var folder: String { "/ui/\(version)" }

    /// What a browser fetches by name: styles, modules, and each language's strings as a module.
    static let assets: [String: Asset] = {
        var assets: [String: Asset] = [:]
        for (name, bytes) in all {
            if let type = Asset.type(of: name) { assets[name] = Asset(type: type, bytes: bytes) }
        }
        for language in Language.allCases {
            let text = "export default " + String(decoding: bytes("\(language.rawValue).json"), as: UTF8.self)
            assets["\(language.rawValue).js"] = Asset(type: Asset.module, bytes: Array(text.utf8))
        }
        return assets
    }()

    static var templates: [String: String] {
        Dictionary(uniqueKeysWithValues: all.filter { $0.key.hasSuffix(".mustache") }.map {
            (String($0.key.dropLast(".mustache".count)), String(decoding: $0.value, as: UTF8.self))
        })
    }

    /// SwiftPM makes a constant of each file and no list of them. A test compares this one with the folder.
    static let all: [String: [UInt8]] = [
        "board-columns.mustache": PackageResources.board_columns_mustache,
        "board.mustache": PackageResources.board_mustache,
        "camera-form.mustache": PackageResources.camera_form_mustache,
        "camera-list.mustache": PackageResources.camera_list_mustache,
        "camera.mustache": PackageResources.camera_mustache,
        "cameras.mustache": PackageResources.cameras_mustache,
        "deliveries.mustache": PackageResources.deliveries_mustache,
        "delivery-list.mustache": PackageResources.delivery_list_mustache,
        "chart.mustache": PackageResources.chart_mustache,
        "hatches.mustache": PackageResources.hatches_mustache,
        "incident-evidence.mustache": PackageResources.incident_evidence_mustache,
        "incident-footage.mustache": PackageResources.incident_footage_mustache,
        "incident-form.mustache": PackageResources.incident_form_mustache,
        "incident-leads.mustache": PackageResources.incident_leads_mustache,
        "incident-now.mustache": PackageResources.incident_now_mustache,
        "incident-timeline.mustache": PackageResources.incident_timeline_mustache,
        "incident.mustache": PackageResources.incident_mustache,
        "layout.mustache": PackageResources.layout_mustache,
        "log.mustache": PackageResources.log_mustache,
        "player.mustache": PackageResources.player_mustache,
        "numbers-completeness.mustache": PackageResources.numbers_completeness_mustache,
        "numbers.mustache": PackageResources.numbers_mustache,
        "problem.mustache": PackageResources.problem_mustache,
        "sign-in.mustache": PackageResources.sign_in_mustache,
        "strip-key.mustache": PackageResources.strip_key_mustache,
        "strip.mustache": PackageResources.strip_mustache,
        "base.css": PackageResources.base_css,
        "board.css": PackageResources.board_css,
        "cameras.css": PackageResources.cameras_css,
        "icon.svg": PackageResources.icon_svg,
        "incident.css": PackageResources.incident_css,
        "log.css": PackageResources.log_css,
        "player.css": PackageResources.player_css,
        "numbers.css": PackageResources.numbers_css,
        "api.js": PackageResources.api_js,
        "board.js": PackageResources.board_js,
        "camera-form.js": PackageResources.camera_form_js,
        "camera.js": PackageResources.camera_js,
        "cameras.js": PackageResources.cameras_js,
        "clusters.js": PackageResources.clusters_js,
        "course.js": PackageResources.course_js,
        "evidence.js": PackageResources.evidence_js,
        "deliveries.js": PackageResources.deliveries_js,
        "events.js": PackageResources.events_js,
        "fragments.js": PackageResources.fragments_js,
        "incident-form.js": PackageResources.incident_form_js,
        "incident-map.js": PackageResources.incident_map_js,
        "incident.js": PackageResources.incident_js,
        "log.js": PackageResources.log_js,
        "map.js": PackageResources.map_js,
        "numbers.js": PackageResources.numbers_js,
        "page.js": PackageResources.page_js,
        "player.js": PackageResources.player_js,
        "screen.js": PackageResources.screen_js,
        "scrub.js": PackageResources.scrub_js,
        "sign-in.js": PackageResources.sign_in_js,
        "stage.js": PackageResources.stage_js,
        "strings.js": PackageResources.strings_js,
        "strips.js": PackageResources.strips_js,
        "times.js": PackageResources.times_js,
        "en.json": PackageResources.en_json,
        "zh-CN.json": PackageResources.zh_CN_json,
    ]
}

/// A file as a browser gets it.
struct Asset: Sendable {
    let type: String
    let bytes: [UInt8]

    static let module = "text/javascript; charset=utf-8"

    /// `nil` for what no browser asks for.
    static func type(of name: String) -> String? {
        switch name.split(separator: ".").last {
        case "js": module
        case "css": "text/css; charset=utf-8"
        case "svg": "image/svg+xml"
        default: nil
        }
    }
}
