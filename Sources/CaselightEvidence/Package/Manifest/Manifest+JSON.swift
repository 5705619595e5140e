package import CaselightModel
import Foundation

extension Manifest {
    /// A manifest of a package with as many files as a package may have stays below it.
    static let byteLimit = 256 << 20

    /// `manifest.json`: the same manifest gives the same bytes.
    package func encoded() throws -> [UInt8] { try ManifestJSON.encoded(self) }

    /// - Throws: `evidenceBroken` where it is none, or lacks a key.
    package init(json: [UInt8]) throws(CaselightError) {
        do {
            self = try JSONDecoder().decode(Manifest.self, from: Data(json))
        } catch {
            throw CaselightError(.evidenceBroken, "read manifest.json", because: ManifestJSON.reason(error))
        }
        guard format == Self.format, formatVersion == Self.formatVersion else {
            throw CaselightError(
                .newerSchema, "read manifest.json", because: "it is of the format '\(format.prefix(40))', version \(formatVersion)",
                remedy: "This program knows version \(Self.formatVersion) of \(Self.format).")
        }
    }

    /// `manifest.schema.json`: JSON Schema 2020-12.
    package static var schema: [UInt8] { PackageResources.manifest_schema_json }
}

/// JSON for people to read and machines to hash: sorted keys, two blanks of indentation, slashes as they are, a line's end at the end.
enum ManifestJSON {
    static func encoded(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
    }

    /// What a decoder complains of, in one line.
    static func reason(_ error: any Error) -> String {
        func place(_ path: [any CodingKey]) -> String {
            path.isEmpty ? "it" : path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        }
        switch error {
        case DecodingError.keyNotFound(let key, let context): return "\(place(context.codingPath + [key])) is missing"
        case DecodingError.valueNotFound(_, let context): return "\(place(context.codingPath)) is null"
        case DecodingError.typeMismatch(_, let context): return "\(place(context.codingPath)) is of another type"
        case DecodingError.dataCorrupted(let context): return "\(place(context.codingPath)) is not what it should be"
        case let error as CaselightError: return error.cause
        default: return "it is not JSON of the expected form"
        }
    }
}
