import CaselightModel
import CaselightStore
import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import CaselightExport

/// What becomes of exports that wait, are given up, interrupted, or find no room.
@Suite struct ExporterTests {
    private static func shop() async throws -> (ExportWorkshop, ExportClip) {
        let shop = try await ExportWorkshop()
        _ = try await shop.record("gate-1", isFeed: true, ["-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-an"])
        let span = TimeSpan(start: ExportWorkshop.start, end: ExportWorkshop.start + .seconds(10))
        return (shop, ExportClip(camera: try CameraCode("gate-1"), span: span))
    }

    @Test func whatARestartInterruptedBeginsAgain() async throws {
        let (shop, clip) = try await Self.shop()
        var order = try await shop.order([clip])
        order.state = .running
        try await shop.records.addExport(order)
        try FileManager.default.createDirectory(at: shop.packages.appending(path: "\(order.id).work/clips-1"), withIntermediateDirectories: true)
        for name in ["\(order.id).zip.part", "0123456789abcdef.zip.part", "0123456789abcdef.zip", "notes.txt"] {
            try Data("half".utf8).write(to: shop.packages.appending(path: name))
        }
        let exporter = Exporter(shop.services, shop.settings)
        let updates = exporter.updates(of: order.id)
        try await exporter.start()
        for await _ in updates {}
        let ready = try #require(try await shop.records.export(order.id))
        #expect(ready.state == .ready, "\(ready.failure ?? "")")
        #expect(shop.left == ["0123456789abcdef.zip", "\(order.id).zip", "notes.txt"].sorted())
        await shop.stop()
    }

    @Test func aHoldOfAFirstAttemptIsNotPlacedAgain() async throws {
        let (shop, clip) = try await Self.shop()
        let order = try await shop.order([clip])
        try await shop.records.addExport(order)
        for _ in 0..<2 { try await HoldStep(order: order, services: shop.services).run() }
        #expect(try await shop.records.holds(of: shop.incident, camera: nil, after: nil, limit: 10).count == 1)
    }

    @Test func progressRunsForwardAndEnds() async throws {
        let (shop, clip) = try await Self.shop()
        let order = try await shop.order([clip])
        let exporter = Exporter(shop.services, shop.settings)
        try await exporter.start()
        var seen: [ExportProgress] = []
        let updates = exporter.updates(of: order.id)
        try await exporter.submit(order)
        for await progress in updates { seen.append(progress) }
        #expect(seen.last?.state == .ready)
        let phases = seen.compactMap(\.phase).compactMap { ExportPhase.allCases.firstIndex(of: $0) }
        #expect(phases == phases.sorted() && seen.map(\.doneBytes) == seen.map(\.doneBytes).sorted() || seen.last?.phase == nil)
        #expect(exporter.progress(of: try #require(try await shop.records.export(order.id))).state == .ready)
        await shop.stop()
    }

    @Test func oneThatIsGivenUpLeavesItsRecordAlone() async throws {
        let (shop, clip) = try await Self.shop()
        var services = shop.services
        let gate = WaitingClips()
        services.clips = gate
        let exporter = Exporter(services, shop.settings)
        try await exporter.start()
        let (running, waiting) = (try await shop.order([clip]), try await shop.order([clip]))
        try await exporter.submit(running)
        try await exporter.submit(waiting)
        await gate.reached()
        await exporter.cancel(waiting.id)
        await exporter.cancel(running.id)
        for order in [running, waiting] {
            let record = try #require(try await shop.records.export(order.id))
            #expect(record.state == .failed && record.failure == "the export was given up" && record.finishedAt != nil)
        }
        #expect(shop.left.isEmpty)
    }

    @Test func oneThatTheStopInterruptsIsTakenUpAgain() async throws {
        let (shop, clip) = try await Self.shop()
        var services = shop.services
        let gate = WaitingClips()
        services.clips = gate
        let exporter = Exporter(services, shop.settings)
        try await exporter.start()
        let order = try await shop.order([clip])
        try await exporter.submit(order)
        await gate.reached()
        await exporter.stop()
        #expect(try await shop.records.unfinishedExports().map(\.id) == [order.id])
        #expect(shop.left.isEmpty)
    }

    @Test func wantOfRoomIsSaidBeforeAnythingIsWritten() async throws {
        let (shop, clip) = try await Self.shop()
        for (change, word) in [
            ({ (settings: inout ExportSettings) in settings.reserveBytes = .max / 4 }, "are free in"),
            ({ settings in settings.packageLimitBytes = 1000 }, "a package may have"),
        ] {
            var settings = shop.settings
            change(&settings)
            let exporter = Exporter(shop.services, settings)
            try await exporter.start()
            let failed = try await shop.make(try await shop.order([clip]), with: exporter)
            #expect(failed.state == .failed && failed.failure?.contains(word) == true, "\(failed.failure ?? "")")
            #expect(shop.left.isEmpty)
        }
    }

    /// A disk of four megabytes, and an estimate that believes in more.
    @Test(.enabled(if: geteuid() == 0, "mounting a small disk takes root")) func aDiskThatRunsFullLeavesNothing() async throws {
        let (shop, clip) = try await Self.shop()
        try FileManager.default.createDirectory(at: shop.packages, withIntermediateDirectories: true)
        let mounted = try Program.run("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", shop.packages.path])
        try #require(mounted.status == 0, "\(mounted.errorText)")
        defer { _ = try? Program.run("umount", ["-l", shop.packages.path]) }
        var settings = shop.settings
        settings.reserveBytes = -(1 << 40)
        let exporter = Exporter(shop.services, settings)
        try await exporter.start()
        let failed = try await shop.make(try await shop.order([clip]), with: exporter)
        #expect(failed.state == .failed && failed.failure?.lowercased().contains("no space left") == true, "\(failed.failure ?? "")")
        #expect(shop.left.isEmpty)
        await shop.stop()
    }

    @Test func whatCannotWaitIsRefused() async throws {
        let (shop, clip) = try await Self.shop()
        var services = shop.services
        services.clips = WaitingClips()
        var settings = shop.settings
        settings.waitingLimit = 1
        let exporter = Exporter(services, settings)
        try await exporter.start()
        for _ in 0..<2 { try await exporter.submit(try await shop.order([clip])) }
        let third = try await shop.order([clip])
        await #expect(throws: CaselightError.self) { try await exporter.submit(third) }
        #expect(try await shop.records.export(third.id) == nil)
        await exporter.stop()
    }

    @Test func withoutALogEntryThereIsNoPackage() async throws {
        let (shop, clip) = try await Self.shop()
        let order = ExportOrder(
            id: RunID.random().description, incident: shop.incident, reason: "none", requestedBy: try AccountName("wang.fang"),
            requestedAt: ExportWorkshop.start, clips: [clip])
        let exporter = Exporter(shop.services, shop.settings)
        try await exporter.start()
        let failed = try await shop.make(order, with: exporter)
        #expect(failed.state == .failed && failed.failure?.contains("no entry of the log allows") == true)
        #expect(shop.left.isEmpty)
        await shop.stop()
    }
}

/// Waits until it is cancelled.
final class WaitingClips: ClipMaker {
    private let (signal, continuation) = AsyncStream<Void>.makeStream()

    func reached() async { for await _ in signal { return } }

    func clips(
        of sources: [ClipSource], wanted: TimeSpan, into folder: String, progress: @Sendable @escaping (Int64, Int64) -> Void
    ) async throws -> [ClipFile] {
        continuation.yield()
        try await Task.sleep(for: .seconds(600))
        return []
    }
}
