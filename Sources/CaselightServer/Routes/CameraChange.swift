import CaselightModel
import Foundation

/// What a change of a camera changes, for the log: place and axis are evidence, and the record keeps only how they are now.
enum CameraChange {
    private static let valueLimit = 80

    /// `name 'Gate 1' to 'Moved', bearing 90 to 270`; never an address of a feed or a password.
    static func text(from old: Camera, to new: Camera, changesCredentials: Bool) -> String {
        var parts: [String] = []
        for (name, before, after) in zip(facts(old), facts(new)).map({ ($0.0, $0.1, $1.1) }) where before != after {
            parts.append("\(name) \(before) to \(after)")
        }
        if old.feed?.url != new.feed?.url || old.feed?.transport != new.feed?.transport { parts.append("feed") }
        if changesCredentials { parts.append("credentials") }
        return parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
    }

    /// How a camera is registered.
    static func text(of camera: Camera) -> String {
        facts(camera).filter { $0.1 != "none" && $0.1 != "''" }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }

    private static func facts(_ camera: Camera) -> [(String, String)] {
        [
            ("name", quoted(camera.name)), ("place", camera.position.map { "\($0.latitude),\($0.longitude)" } ?? "none"),
            ("bearing", number(camera.bearingDegrees)), ("field", number(camera.fieldDegrees)), ("range", number(camera.rangeMeters)),
            ("address", quoted(camera.address)), ("owner", quoted(camera.owner)), ("grid", camera.grid ?? "none"),
            ("class", "\(camera.cameraClass.rawValue)"), ("policy", camera.policy.rawValue),
            ("retention", camera.retentionDays.map { "\($0) days" } ?? "none"), ("enabled", "\(camera.isEnabled)"),
        ]
    }

    private static func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "none" }
    private static func quoted(_ text: String) -> String { "'\(text.prefix(valueLimit))'" }
}
