package import CaselightModel
import Foundation

/// A file's place in a package: relative, `/` between its parts, and safe to unpack on any system.
///
/// Written in one way only, so that no two names mean one file: Unicode's composed form, no empty part, no `.` or `..`, nothing that
/// Windows refuses, no control or invisible character.
package struct PackagePath: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    package static let byteLimit = 512
    package static let partByteLimit = 200

    /// - Throws: `CaselightError` with code `invalidValue`.
    package init(_ text: String) throws(CaselightError) {
        if let fault = Self.fault(of: text) {
            throw CaselightError(.invalidValue, "use '\(text.prefix(80))' as the name of a file in a package", because: fault)
        }
        self.text = text
    }

    package init(_ parts: String...) throws(CaselightError) { try self.init(parts.joined(separator: "/")) }

    package var description: String { text }
    package static func < (left: Self, right: Self) -> Bool { left.text.utf8.lexicographicallyPrecedes(right.text.utf8) }

    /// Equal for names that a file system without case takes for one.
    package var folded: String { text.lowercased().precomposedStringWithCanonicalMapping }

    /// The names of the folders it lies in, folded: `a/b/c` lies in `a` and `a/b`.
    var foldedFolders: [String] {
        let parts = folded.split(separator: "/")
        return (1..<max(1, parts.count)).map { parts.prefix($0).joined(separator: "/") }
    }

    private static func fault(of text: String) -> String? {
        guard (1...byteLimit).contains(text.utf8.count) else { return "it must be 1 to \(byteLimit) bytes" }
        guard text.precomposedStringWithCanonicalMapping.utf8.elementsEqual(text.utf8) else { return "it is not in Unicode's composed form" }
        guard text.unicodeScalars.allSatisfy(isAllowed) else { return "a character in it is not safe in a file's name everywhere" }
        for part in text.split(separator: "/", omittingEmptySubsequences: false) {
            guard (1...partByteLimit).contains(part.utf8.count) else { return "each part must be 1 to \(partByteLimit) bytes" }
            guard part.contains(where: { $0 != "." }) else { return "a part of it is dots alone" }
            guard part.first != " ", part.last != " ", part.last != "." else { return "a part of it begins or ends with a blank or ends with a dot" }
        }
        return nil
    }

    static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: !"\\:*?\"<>|".unicodeScalars.contains(scalar)
        }
    }
}

extension PackagePath: TextIdentifier {
    package static func parse(_ text: String) throws -> Self { try Self(text) }
}

/// Gives each camera, or whatever else has a name, a folder's name of its own that every system can unpack.
package struct PackageFolders: Sendable {
    private var taken: Set<String> = []
    private var known: [String: String] = [:]

    package init() {}

    /// The same text gets the same name again; texts that differ only in case get different ones.
    package mutating func name(for text: String) -> String {
        if let name = known[text] { return name }
        let safe = Self.safe(text)
        var (name, number) = (safe, 2)
        while taken.contains(name.lowercased()) {
            name = "\(safe)~\(number)"
            number += 1
        }
        taken.insert(name.lowercased())
        known[text] = name
        return name
    }

    /// A text as one part of a path: what is not safe becomes `_`.
    package static func safe(_ text: String) -> String {
        var kept = String.UnicodeScalarView()
        var byteCount = 0
        for scalar in text.precomposedStringWithCanonicalMapping.unicodeScalars {
            let safe = scalar != "/" && PackagePath.isAllowed(scalar) ? scalar : "_"
            byteCount += String(safe).utf8.count
            guard byteCount <= PackagePath.partByteLimit / 2 else { break }
            kept.append(safe)
        }
        // What the cut, the trimming or another composition spoilt is not worth keeping letter by letter.
        let name = String(kept).trimmingCharacters(in: .whitespaces)
        let ends = name.hasSuffix(".") ? String(name.dropLast()) + "_" : name
        let isReserved = reserved.contains(String(ends.prefix { $0 != "." }).uppercased())
        let whole = isReserved ? "_" + ends : ends
        return (try? PackagePath(whole))?.text ?? "unnamed"
    }

    /// Names of devices on Windows.
    private static let reserved: Set<String> = Set(["CON", "PRN", "AUX", "NUL"] + (1...9).flatMap { ["COM\($0)", "LPT\($0)"] })
}
