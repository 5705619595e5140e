import CaselightExport
import CaselightModel
import CaselightStore
import Synchronization

@testable import CaselightServer

/// Keeps holds in the records and deletes nothing, so that there is nothing to keep from it.
final class ScriptedHolds: HoldKeeper {
    private let store: any CaseStore
    let closed = Mutex<[IncidentNumber]>([])

    init(store: any CaseStore) { self.store = store }

    func place(_ hold: Hold) async throws -> PlacedHold {
        try await store.addHold(hold)
        return PlacedHold(hold: hold, segmentCount: 0, byteCount: 0, covered: [], missing: [hold.span], expired: [])
    }

    func askRelease(of id: String, by account: AccountName, reason: String) async throws -> Hold {
        var hold = try await known(id)
        hold.release = HoldRelease(requestedBy: account, requestedAt: Installation.start, reason: reason)
        try await store.updateHold(hold)
        return hold
    }

    func approveRelease(of id: String, by account: AccountName) async throws -> Hold {
        var hold = try await known(id)
        guard hold.release?.requestedBy != account else {
            throw CaselightError(.forbidden, "release hold '\(id)'", because: "whoever asked may not approve")
        }
        hold.release?.approvedBy = account
        hold.release?.approvedAt = Installation.start
        try await store.updateHold(hold)
        return hold
    }

    func incidentClosed(_ number: IncidentNumber, at time: WallTime) async throws -> [Hold] {
        closed.withLock { $0.append(number) }
        return []
    }

    func incidentReopened(_ number: IncidentNumber) async throws -> [Hold] { [] }
    func hold(_ id: String) async throws -> Hold? { try await store.hold(id) }
    func holds(of incident: IncidentNumber?, camera: CameraCode?, after: String?, limit: Int) async throws -> [Hold] {
        try await store.holds(of: incident, camera: camera, after: after, limit: limit)
    }

    private func known(_ id: String) async throws -> Hold {
        guard let hold = try await store.hold(id) else { throw CaselightError(.notFound, "find hold '\(id)'", because: "there is none") }
        return hold
    }
}

/// Takes orders in, and hands out the bytes a test gave it.
final class ScriptedExports: ExportDesk {
    let orders = Mutex<[ExportOrder]>([])
    let package = Mutex<[UInt8]>([])
    /// Tells each time that somebody was told how far an export is.
    let (told, tells) = AsyncStream.makeStream(of: Void.self)
    let toldCount = Mutex(0)

    func begin(_ order: ExportOrder) async throws { orders.withLock { $0.append(order) } }
    func progress(of order: ExportOrder) async -> ExportProgress {
        tells.yield()
        toldCount.withLock { $0 += 1 }
        return ExportProgress(order, phase: .originals, doneBytes: 1, totalBytes: 2)
    }
    func lateTimestamp(of order: ExportOrder) async -> [UInt8]? { package.withLock { $0.isEmpty ? nil : [0x30, 0x03] } }

    func bytes(of order: ExportOrder, in range: Range<Int64>) async throws -> [UInt8] {
        package.withLock { Array($0[Int(range.lowerBound)..<Int(range.upperBound)]) }
    }
}
