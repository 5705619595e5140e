internal import CaselightModel
import Foundation
import SystemPackage

/// A hold as a file: its JSON under its id. Blocks.
enum HoldFile {
    /// A hold's texts are limited by those who place it; a longer file was not written by this program.
    static let byteLimit = 64 << 10

    static func name(of id: String) -> String { "\(id).json" }
    static func unfinishedName(of id: String) -> String { ".\(id).json.new" }

    /// - Throws: `tooLarge`, `invalidCode`.
    static func bytes(of hold: Hold) throws -> [UInt8] {
        let operation = "write the file of hold '\(hold.id.prefix(20))'"
        guard RunID(text: hold.id) != nil else {
            throw CaselightError(.invalidCode, operation, because: "its id is not 16 hexadecimal digits")
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let bytes = [UInt8](try encoder.encode(hold)) + [UInt8(ascii: "\n")]
        guard bytes.count <= byteLimit else {
            throw CaselightError(.tooLarge, operation, because: "it takes \(bytes.count) bytes and \(byteLimit) may be")
        }
        // A file that could not be read back would stop every deletion.
        guard (try? JSONDecoder().decode(Hold.self, from: Data(bytes))) == hold else {
            throw CaselightError(.invalidValue, operation, because: "one of its times or texts cannot be written down")
        }
        return bytes
    }

    /// Reads every hold of a folder; none where there is no folder. What a crash left unfinished goes: nobody was told of it.
    static func readAll(in folder: String) throws -> HoldFolder.Content {
        var holds: [String: Hold] = [:]
        var damaged: [DamagedHold] = []
        do {
            for entry in try Disk.entries(of: folder) {
                if entry.kind == .file, isUnfinished(entry.name) {
                    try Disk.remove("\(folder)/\(entry.name)")
                } else if entry.name.hasSuffix(".json") {
                    switch read(entry.name, in: folder) {
                    case .success(let hold): holds[hold.id] = hold
                    case .failure(let damage): damaged.append(damage)
                    }
                }
            }
        } catch Errno.noSuchFileOrDirectory {
            return HoldFolder.Content()
        } catch {
            throw CaselightError.disk("read what is held in '\(folder)'", error)
        }
        return HoldFolder.Content(holds: holds, damaged: damaged)
    }

    private static func isUnfinished(_ name: String) -> Bool {
        guard name.hasPrefix("."), name.hasSuffix(".json.new") else { return false }
        return RunID(text: name.dropFirst().dropLast(".json.new".count)) != nil
    }

    private static func read(_ name: String, in folder: String) -> Result<Hold, DamagedHold> {
        let id = RunID(text: name.dropLast(".json".count))?.description
        do {
            let hold = try hold(in: "\(folder)/\(name)")
            guard hold.id == id else {
                return .failure(DamagedHold(fileName: name, id: id, cause: "it is another hold's by its content"))
            }
            return .success(hold)
        } catch {
            return .failure(DamagedHold(fileName: name, id: id, cause: CaselightError.disk("read it", error).cause))
        }
    }

    private static func hold(in path: String) throws -> Hold {
        let file = try Disk.openForReading(path)
        defer { try? file.close() }
        let bytes = try Disk.read(file, at: 0, count: byteLimit + 1)
        guard bytes.count <= byteLimit else {
            throw CaselightError(.tooLarge, "read it", because: "it is longer than \(byteLimit) bytes")
        }
        do {
            return try JSONDecoder().decode(Hold.self, from: Data(bytes))
        } catch {
            throw CaselightError(.damagedMedia, "read it", because: "it is not a hold's JSON")
        }
    }
}

extension Disk {
    /// Puts a finished file in the place of another or of none, at once and durably.
    static func replace(_ finalPath: String, with path: String) throws {
        try systemCall { rename(path, finalPath) }
        try makeDurable(folder: ArchiveLayout.folder(of: finalPath))
    }
}
