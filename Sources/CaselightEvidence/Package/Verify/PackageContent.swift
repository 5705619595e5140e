internal import CaselightModel
import Foundation
import Glibc
internal import SystemPackage

/// A package's files, wherever they lie.
protocol PackageContent: AnyObject {
    /// In the container's order, where it has one.
    var paths: [PackagePath] { get }
    /// Whether `paths` are in the order they were sealed in.
    var hasOrder: Bool { get }
    /// What is wrong with the container itself, as far as it has been read.
    var faults: [PackageFinding] { get }
    func bytes(of path: PackagePath, limit: Int) throws -> [UInt8]
    func digest(of path: PackagePath) throws -> ContentDigest
}

/// The zip.
final class ZippedPackage: PackageContent {
    private let file: FileDescriptor
    private let reader: ZipReader

    init(path: String) throws {
        file = try PackageFile.doing("open '\(path)'") { try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec) }
        do { reader = try ZipReader(file) } catch {
            try? file.close()
            throw error
        }
    }

    deinit { try? file.close() }

    var paths: [PackagePath] { reader.entries.map(\.path) }
    var hasOrder: Bool { true }
    var faults: [PackageFinding] { reader.faults }
    func bytes(of path: PackagePath, limit: Int) throws -> [UInt8] { try reader.bytes(of: path, limit: limit) }
    func digest(of path: PackagePath) throws -> ContentDigest { try reader.digest(of: path) }
}

/// A folder it was unpacked into. Links are not followed.
final class UnpackedPackage: PackageContent {
    private static let depthLimit = 16

    private(set) var paths: [PackagePath] = []
    private(set) var faults: [PackageFinding] = []
    private let root: String
    private let lane = DigestLane()

    var hasOrder: Bool { false }

    init(path: String) throws {
        root = path
        try look(into: "", depth: 0)
    }

    func bytes(of path: PackagePath, limit: Int) throws -> [UInt8] {
        try reading(path) { file, byteCount in
            guard byteCount <= Int64(limit) else {
                throw CaselightError(.tooLarge, "read '\(path)'", because: "it has \(byteCount) bytes and may have \(limit)")
            }
            return try file.bytes(at: 0, byteCount: Int(byteCount))
        }
    }

    func digest(of path: PackagePath) throws -> ContentDigest {
        try reading(path) { try lane.digest(of: $0, named: path.text, byteCount: $1) }
    }

    private func reading<Value>(_ path: PackagePath, _ body: (FileDescriptor, Int64) throws -> Value) throws -> Value {
        let whole = "\(root)/\(path)"
        let file = try PackageFile.doing("open '\(whole)'") {
            try FileDescriptor.open(FilePath(whole), .readOnly, options: [.closeOnExec, .noFollow, .nonBlocking])
        }
        return try file.closeAfter { try body(file, try PackageFile.doing("read '\(whole)'") { try file.seek(offset: 0, from: .end) }) }
    }

    /// Reads names as bytes: Foundation passes over what is not UTF-8, and an added file must not hide behind its name.
    private func look(into folder: String, depth: Int) throws {
        guard let stream = opendir("\(root)/\(folder)") else {
            throw CaselightError(.notFound, "read the folder '\(root)/\(folder)'", because: String(cString: strerror(errno)))
        }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name == [0x2E] || name == [0x2E, 0x2E] { continue }
            let text = String(decoding: name, as: UTF8.self)
            try take(folder + text, isText: text.utf8.elementsEqual(name), depth: depth)
        }
        if depth == 0 { paths.sort() }
    }

    private func take(_ text: String, isText: Bool, depth: Int) throws {
        guard paths.count <= ZipLayout.entryLimit else {
            throw CaselightError(.tooLarge, "read the folder '\(root)'", because: "it holds more than \(ZipLayout.entryLimit) files")
        }
        // A link is a link here, not what it leads to.
        let kind = try? FileManager.default.attributesOfItem(atPath: "\(root)/\(text)")[.type] as? FileAttributeType
        let path = isText ? try? PackagePath(text) : nil
        if kind == .typeDirectory, isText, depth < Self.depthLimit {
            try look(into: text + "/", depth: depth + 1)
        } else if kind == .typeRegular, let path {
            paths.append(path)
        } else {
            faults.append(PackageFinding(.added, "'\(text)' is no file of a package", path))
        }
    }
}
