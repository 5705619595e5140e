import Foundation

/// Public data that stands beside the repository on some machines; tests that need it are skipped elsewhere.
enum SharedData {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("shared/data")

    static var isThere: Bool { FileManager.default.fileExists(atPath: folder.path) }
    static let absence = "the folder ../shared/data is not on this machine"

    static func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: folder.appendingPathComponent(name))) }

    static func files(in name: String) -> [String] {
        let found = FileManager.default.enumerator(atPath: folder.appendingPathComponent(name).path)?.compactMap { $0 as? String } ?? []
        return found.map { "\(name)/\($0)" }.filter { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: folder.appendingPathComponent(path).path, isDirectory: &isFolder) && !isFolder.boolValue
        }.sorted()
    }
}
