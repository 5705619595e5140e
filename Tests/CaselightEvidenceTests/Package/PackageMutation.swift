@testable import CaselightEvidence
import CaselightModel
import Foundation
import SystemPackage
import TestSupport

/// A package's files, in order, to be changed and packed again as carefully as Caselight itself would.
struct OpenPackage {
    var files: [(path: PackagePath, bytes: [UInt8])]

    init(zip path: String) throws {
        let content = try ZippedPackage(path: path)
        files = try content.paths.map { ($0, try content.bytes(of: $0, limit: 1 << 24)) }
    }

    subscript(path: PackagePath) -> [UInt8] {
        get { files.first { $0.path == path }?.bytes ?? [] }
        set { files = files.map { $0.path == path ? ($0.path, newValue) : $0 } }
    }

    func write(zip path: String) throws {
        try ZipWriterTests.write(path) { writer in
            for (path, bytes) in files { try writer.add(path, bytes: bytes) }
        }
    }

    /// Lists every file's hash anew, as a forger would.
    mutating func listAgain() {
        var list = HashList()
        for (path, bytes) in files where path != PackageLayout.sums && path != PackageLayout.signature {
            list.append(path, sha256: ContentDigest(of: bytes).sha256)
        }
        self[PackageLayout.sums] = Array(list.text.utf8)
    }
}

/// Ways to forge a package.
enum PackageMutation: String, CaseIterable {
    /// In the zip as it lies on the disk.
    case flipInZip, truncateZip, growZip, cutInZip
    /// In the files, packed again.
    case flipInFile, addFile, dropFile, renameFile, swapContents, swapOrder, emptyFile
    /// With the list of hashes made again.
    case editManifest, editManifestAndList, replaceFileAndList, addFileAndList, dropFileAndList, otherKey, otherKeyKeptChecked

    /// Changes the package at `path`, and tells which files must be named.
    func apply(to path: String, _ random: inout SeededGenerator) throws -> Set<PackagePath> {
        switch self {
        case .flipInZip, .truncateZip, .growZip, .cutInZip:
            var bytes = Array(try Data(contentsOf: URL(filePath: path)))
            mutateZip(&bytes, &random)
            try Data(bytes).write(to: URL(filePath: path))
            return []
        default:
            var package = try OpenPackage(zip: path)
            let named = try mutate(&package, &random)
            try package.write(zip: path)
            return named
        }
    }

    private func mutateZip(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch self {
        case .flipInZip: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case .truncateZip: bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
        case .growZip: bytes += (0..<Int.random(in: 1...200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        default: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...500, using: &random)))
        }
    }

    private func mutate(_ package: inout OpenPackage, _ random: inout SeededGenerator) throws -> Set<PackagePath> {
        let (first, second) = twoFiles(of: package, &random)
        let extra = try PackagePath("native", "gate-3", "extra-\(UInt16.random(in: 0...9999, using: &random)).mp4")
        switch self {
        case .flipInFile: return flip(first, &package, &random)
        case .emptyFile:
            package[first] = []
            return [first]
        case .addFile, .addFileAndList:
            package.files.insert((extra, [1, 2, 3]), at: Int.random(in: 0...package.files.count, using: &random))
            return listed(&package, [extra])
        case .dropFile, .dropFileAndList:
            package.files.removeAll { $0.path == first }
            return listed(&package, [first])
        case .renameFile:
            package.files = package.files.map { $0.path == first ? (extra, $0.bytes) : $0 }
            return [first, extra]
        case .swapContents:
            let (one, other) = (package[first], package[second])
            package[first] = other
            package[second] = one
            // Without the list nothing can be compared with it.
            let lost: Set<PackagePath> = [first, second]
            return one == other ? [] : lost.contains(PackageLayout.sums) ? [PackageLayout.sums] : lost
        case .swapOrder:
            let order = Int.random(in: 1..<package.files.count, using: &random)
            package.files.swapAt(order - 1, order)
            return []
        case .editManifest, .editManifestAndList:
            package[PackageLayout.manifest] = Self.edited(package[PackageLayout.manifest], &random)
            return listed(&package, [PackageLayout.manifest])
        case .replaceFileAndList:
            _ = flip(first, &package, &random)
            return listed(&package, [first])
        default: return try sign(&package)
        }
    }

    /// After the list is made again only what does not agree with it can be named; the list itself always is.
    private func listed(_ package: inout OpenPackage, _ named: Set<PackagePath>) -> Set<PackagePath> {
        guard rawValue.hasSuffix("AndList") else { return named }
        package.listAgain()
        return [PackageLayout.sums]
    }

    private func flip(_ path: PackagePath, _ package: inout OpenPackage, _ random: inout SeededGenerator) -> Set<PackagePath> {
        let place = Int.random(in: 0..<package[path].count, using: &random)
        package[path][place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        // Of a signature that does not hold and what it is over, nobody can say which of the two was changed.
        return [path == PackageLayout.signature ? PackageLayout.sums : path]
    }

    /// Everything done right, with a key of the forger's.
    private func sign(_ package: inout OpenPackage) throws -> Set<PackagePath> {
        let forger = SigningKey()
        package[PackageLayout.manifest] = Array(String(decoding: package[PackageLayout.manifest], as: UTF8.self)
            .replacing("feedLost", with: "restart").utf8)
        if self == .otherKey { package[PackageLayout.key] = Array(forger.publicKey.pem.utf8) }
        package.listAgain()
        package[PackageLayout.signature] = try forger.signature(for: package[PackageLayout.sums])
        return [self == .otherKey ? PackageLayout.key : PackageLayout.sums]
    }

    /// The files that hold the rest together cannot be listed again: they are left to the other kinds.
    private func twoFiles(of package: OpenPackage, _ random: inout SeededGenerator) -> (PackagePath, PackagePath) {
        let own: Set = rawValue.hasSuffix("AndList") ? [PackageLayout.sums, PackageLayout.signature, PackageLayout.key] : []
        let paths = package.files.map(\.path).filter { !own.contains($0) }
        let first = Int.random(in: 0..<paths.count, using: &random)
        let second = (first + Int.random(in: 1..<paths.count, using: &random)) % paths.count
        return (paths[first], paths[second])
    }

    private static func edited(_ manifest: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        let edits = [("feedLost", "restart"), ("2026-03-02T", "2026-03-03T"), ("\"class\" : 9", "\"class\" : 1"), ("A2026-0302-17", "A2026-0302-18"), ("officer.1", "officer.2")]
        let edit = edits.randomElement(using: &random) ?? edits[0]
        return Array(String(decoding: manifest, as: UTF8.self).replacing(edit.0, with: edit.1).utf8)
    }
}
