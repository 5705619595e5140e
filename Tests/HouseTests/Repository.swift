import Foundation
import TestSupport

/// The repository these tests stand in, as somebody else would clone it.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Paths from the root: what Git holds or would add, or every file where this is no checkout.
    static let paths: [String] = (gitPaths() ?? folderPaths()).sorted()

    static let swiftSources: [SwiftSource] = paths.filter { $0.hasSuffix(".swift") && $0.contains("/") }.compactMap { path in
        text(of: path).map { SwiftSource(path: path, text: $0) }
    }

    static var sources: [SwiftSource] { swiftSources.filter { $0.path.hasPrefix("Sources/") } }

    /// `nil` for a file that is not text, or is gone.
    static func text(of path: String) -> String? {
        guard let data = try? Data(contentsOf: root.appendingPathComponent(path)), !data.prefix(8192).contains(0) else { return nil }
        return String(decoding: data, as: UTF8.self)
    }

    /// Every text file with its lines.
    static let texts: [(path: String, lines: [Substring])] = paths.compactMap { path in
        text(of: path).map { (path, $0.split(separator: "\n", omittingEmptySubsequences: false)) }
    }

    private static func gitPaths() -> [String]? {
        guard FileManager.default.fileExists(atPath: root.appendingPathComponent(".git").path) else { return nil }
        let listing = ["-C", root.path, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        guard let outcome = try? Program.run("git", listing), outcome.status == 0 else { return nil }
        let listed = Set(outcome.outputText.split(separator: "\0").map(String.init))
        return listed.filter { FileManager.default.fileExists(atPath: root.appendingPathComponent($0).path) }
    }

    private static func folderPaths() -> [String] {
        let made = [".build", ".git", ".demo", ".swiftpm", "Package.resolved"]
        guard let walk = FileManager.default.enumerator(atPath: root.path) else { return [] }
        return walk.compactMap { entry in
            guard let path = entry as? String else { return nil }
            if made.contains(where: { path.hasPrefix($0) }) {
                walk.skipDescendants()
                return nil
            }
            return walk.fileAttributes?[.type] as? FileAttributeType == .typeRegular ? path : nil
        }
    }
}
