package import CaselightModel
import Foundation
import SystemPackage
import Synchronization

/// The archive's own memory of holds: a small file for each, beside the footage, so that neither the loss of the records nor an older
/// backup of them frees what is held.
///
/// Any task may call anything. Files are read, written and removed one after another on the archive's threads; what they hold is
/// remembered once it was read, and follows every change made here.
package final class HoldFolder: Sendable {
    /// What the folder holds.
    package struct Content: Sendable, Hashable {
        /// By id.
        package fileprivate(set) var holds: [String: Hold] { didSet { cameras = Set(holds.values.map(\.camera)) } }
        /// Those of which something is held.
        private(set) var cameras: Set<CameraCode>
        /// Files that should be holds and cannot be read as such. They stay as they are.
        package fileprivate(set) var damaged: [DamagedHold]

        init(holds: [String: Hold] = [:], damaged: [DamagedHold] = []) {
            self.holds = holds
            self.damaged = damaged
            cameras = Set(holds.values.map(\.camera))
        }
    }

    /// No camera can have it: a code has no `@`.
    static let name = "@holds"

    private let path: String
    private let archivePath: String
    private let threads: DiskThreads
    private let lane = DiskThreads.Lane()
    /// `nil` until it has been read.
    private let known = Mutex<Content?>(nil)

    init(archivePath: String, threads: DiskThreads) {
        self.archivePath = archivePath
        path = "\(archivePath)/\(Self.name)"
        self.threads = threads
    }

    /// What is held, read from the disk the first time.
    ///
    /// - Throws: `diskFailed` where the folder cannot be read: then nobody knows what is held, and nothing may be deleted.
    package func content() async throws -> Content {
        if let content = known.withLock({ $0 }) { return content }
        return try await threads.run(on: lane) { [self] in try load() }
    }

    /// Makes the hold's file, or replaces it; durable when it returns.
    ///
    /// - Throws: `tooLarge`, `diskFull`, `diskFailed`. What stood there before stands then.
    package func write(_ hold: Hold) async throws {
        let bytes = try HoldFile.bytes(of: hold)
        try await threads.run(on: lane) { [self] in
            _ = try load()
            do {
                try Disk.makeFolder(path, in: archivePath)
                let newPath = "\(path)/\(HoldFile.unfinishedName(of: hold.id))"
                try Disk.remove(newPath)
                do {
                    try Disk.writeNew(newPath, bytes)
                    try Disk.replace("\(path)/\(HoldFile.name(of: hold.id))", with: newPath)
                } catch {
                    _ = try? Disk.remove(newPath)
                    throw error
                }
            } catch {
                throw CaselightError.disk("write the file of hold \(hold.id)", error)
            }
            known.withLock { content in
                content?.damaged.removeAll { $0.id == hold.id }
                content?.holds[hold.id] = hold
            }
        }
    }

    /// Removes a hold's file, also a damaged one; durable when it returns. One that is gone is no error.
    package func remove(_ id: String) async throws {
        try await threads.run(on: lane) { [self] in
            _ = try load()
            do {
                if try Disk.remove("\(path)/\(HoldFile.name(of: id))") { try Disk.makeDurable(folder: path) }
            } catch {
                throw CaselightError.disk("remove the file of hold \(id)", error)
            }
            known.withLock { content in
                content?.damaged.removeAll { $0.id == id }
                content?.holds[id] = nil
            }
        }
    }

    /// Whether something of the camera's may be held: also where nobody can tell.
    func mayConcern(_ camera: CameraCode) async -> Bool {
        guard let content = try? await content() else { return true }
        return !content.damaged.isEmpty || content.cameras.contains(camera)
    }

    /// In the lane.
    private func load() throws -> Content {
        if let content = known.withLock({ $0 }) { return content }
        let content = try HoldFile.readAll(in: path)
        known.withLock { $0 = content }
        return content
    }
}

/// A file in the place of a hold's that cannot be read as one.
package struct DamagedHold: Error, Sendable, Hashable {
    package let fileName: String
    /// The hold it is of by its name; `nil` where that is none.
    package let id: String?
    package let cause: String
}
