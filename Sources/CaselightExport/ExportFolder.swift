internal import CaselightModel
internal import CaselightStore
import Foundation
import Glibc
import SystemPackage

/// The files of exports: `<id>.zip` when whole, `<id>.tsr` for a time stamp that came later; `<id>.zip.part` and
/// `<id>.work/` while being made. All calls block.
struct ExportFolder: Sendable {
    let path: String

    func package(_ id: String) -> String { "\(path)/\(id).zip" }
    func part(_ id: String) -> String { "\(path)/\(id).zip.part" }
    func stamp(_ id: String) -> String { "\(path)/\(id).tsr" }
    func work(_ id: String) -> String { "\(path)/\(id).work" }

    func make() throws(CaselightError) {
        try Self.doing("make the folder of exports '\(path)'") { try makeFolder(path) }
    }

    /// Removes what an export left half made, and its package. What is not there is no error.
    func clear(_ id: String) throws(CaselightError) {
        try Self.doing("remove what was left of export '\(id)'") {
            for file in [part(id), package(id), stamp(id), stamp(id) + ".new"] { try remove(file) }
            try removeFolder(work(id))
            try sync(folder: path)
        }
    }

    /// Removes what exports left half made, of all ids; packages stay.
    ///
    /// - Returns: how many things there were.
    func clearLeftovers() throws(CaselightError) -> Int {
        try Self.doing("remove half-made exports in '\(path)'") {
            var count = 0
            for name in try FileManager.default.contentsOfDirectory(atPath: path) {
                let isPart = name.hasSuffix(".zip.part") && Self.isID(name.dropLast(9))
                let isWork = name.hasSuffix(".work") && Self.isID(name.dropLast(5))
                if isPart { try remove("\(path)/\(name)") }
                if isWork { try removeFolder("\(path)/\(name)") }
                if isPart || isWork { count += 1 }
            }
            if count > 0 { try sync(folder: path) }
            return count
        }
    }

    func makeWork(_ id: String, _ name: String) throws(CaselightError) -> String {
        let folder = "\(work(id))/\(name)"
        try Self.doing("make the work folder of export '\(id)'") {
            try makeFolder(work(id))
            try makeFolder(folder)
        }
        return folder
    }

    func removeWork(_ id: String, _ name: String) throws(CaselightError) {
        try Self.doing("remove the work folder of export '\(id)'") { try removeFolder("\(work(id))/\(name)") }
    }

    /// Gives a package that is on disk its name, durably, and removes the work folder.
    func publish(_ id: String) throws(CaselightError) {
        try Self.doing("publish the package of export '\(id)'") {
            try removeFolder(work(id))
            try call { rename(part(id), package(id)) }
            try sync(folder: path)
        }
    }

    /// The ids of all packages that are there.
    func packages() throws(CaselightError) -> [String] {
        try Self.doing("list the packages in '\(path)'") {
            try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".zip") }.map { String($0.dropLast(4)) }
                .filter { Self.isID($0) }.sorted()
        }
    }

    func hasStamp(_ id: String) -> Bool { FileManager.default.fileExists(atPath: stamp(id)) }

    /// Keeps an authority's answer that came after the package was sealed; durable, or not there.
    func publishStamp(_ id: String, _ response: [UInt8]) throws(CaselightError) {
        try DurableFile.put(response, at: stamp(id), mode: 0o640, replacing: true, doing: "keep the time stamp of export '\(id)'")
    }

    /// Bytes that this process may still write there.
    func freeBytes() throws(CaselightError) -> Int64 {
        try Self.doing("ask for the free space of '\(path)'") {
            var status = statvfs()
            try call { statvfs(path, &status) }
            return Int64(status.f_bavail) * Int64(status.f_frsize)
        }
    }

    static func isID(_ text: some StringProtocol) -> Bool { RunID(text: text) != nil }

    /// What the disk answers, as an error that says what to do.
    static func doing<Value>(_ operation: String, _ body: () throws -> Value) throws(CaselightError) -> Value {
        do {
            return try body()
        } catch let error as CaselightError {
            throw error
        } catch Errno.noSpace, Errno.diskQuotaExceeded {
            throw CaselightError(.diskFull, operation, because: "no space left on device", remedy: "Free space on the disk of the state folder.")
        } catch Errno.noSuchFileOrDirectory {
            throw CaselightError(.notFound, operation, because: "no such file or directory")
        } catch let error as Errno {
            throw CaselightError(.diskFailed, operation, because: error.description, remedy: "Check the disk and the state folder's owner.")
        } catch {
            throw CaselightError(.diskFailed, operation, because: "\(error.localizedDescription)")
        }
    }

    private func makeFolder(_ folder: String) throws {
        do { try call { mkdir(folder, 0o750) } } catch Errno.fileExists { return }
    }

    private func remove(_ file: String) throws {
        do { try call { unlink(file) } } catch Errno.noSuchFileOrDirectory { return }
    }

    private func removeFolder(_ folder: String) throws {
        guard FileManager.default.fileExists(atPath: folder) else { return }
        try FileManager.default.removeItem(atPath: folder)
    }

    private func sync(folder: String) throws {
        let descriptor = try FileDescriptor.open(FilePath(folder), .readOnly, options: [.directory, .closeOnExec])
        defer { try? descriptor.close() }
        try call { fsync(descriptor.rawValue) }
    }

    private func call(_ body: () -> CInt) throws {
        while body() < 0 {
            let error = Errno(rawValue: errno)
            if error != .interrupted { throw error }
        }
    }
}
