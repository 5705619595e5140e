import CaselightEvidence
import CaselightModel
import CaselightStore
import Foundation
import Synchronization
import Testing

@testable import CaselightExport

/// What becomes of packages after they are made.
@Suite struct PackageKeepingTests {
    /// An authority that is down at first.
    private final class Authority: Sendable {
        let isUp = Mutex(false)
        let askedCount = Mutex(0)

        func timestamp(of manifest: [UInt8]) -> PackageTimestamp {
            askedCount.withLock { $0 += 1 }
            var stamp = PackageTimestamp.absent("it is down", authority: "tsa.example", manifest: manifest)
            guard isUp.withLock({ $0 }) else { return stamp }
            stamp.statement.time = ExportWorkshop.start
            stamp.response = [0x30, 0x03, 0x02, 0x01, 0x00]
            return stamp
        }
    }

    private static func made(_ authority: Authority) async throws -> (ExportWorkshop, ExportServices, ExportOrder) {
        let shop = try await ExportWorkshop()
        _ = try await shop.record("gate-1", isFeed: true, ["-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-an"])
        let span = TimeSpan(start: ExportWorkshop.start, end: ExportWorkshop.start + .seconds(6))
        var services = shop.services
        services.hasAuthority = true
        services.timestamp = { authority.timestamp(of: $0) }
        let exporter = Exporter(services, shop.settings)
        try await exporter.start()
        let order = try await shop.make(try await shop.order([ExportClip(camera: try CameraCode("gate-1"), span: span)]), with: exporter)
        try #require(order.state == .ready, "\(order.failure ?? "")")
        return (shop, services, order)
    }

    @Test func aTimeStampIsAskedForAgainUntilItComes() async throws {
        let authority = Authority()
        let (shop, services, order) = try await Self.made(authority)
        let exporter = Exporter(services, shop.settings)
        var keeping = PackageKeeping(services, shop.settings, ExportFolder(path: shop.packages.path))
        await keeping.run()
        #expect(exporter.lateTimestamp(of: order) == nil && authority.askedCount.withLock { $0 } == 2)
        authority.isUp.withLock { $0 = true }
        await keeping.run()
        #expect(exporter.lateTimestamp(of: order) == [0x30, 0x03, 0x02, 0x01, 0x00])
        #expect(try await shop.acts(.exportFinished).contains { $0.detail?.hasPrefix("the time stamp came later") == true })
        await keeping.run()
        #expect(authority.askedCount.withLock { $0 } == 3, "one that has its stamp is not asked for again")
        await shop.stop()
    }

    @Test func anOldPackageGoesAndSaysSo() async throws {
        let (shop, services, order) = try await Self.made(Authority())
        var settings = shop.settings
        settings.keepSpan = .zero
        var keeping = PackageKeeping(services, settings, ExportFolder(path: shop.packages.path))
        await keeping.run()
        let expired = try #require(try await shop.records.export(order.id))
        #expect(expired.state == .expired && expired.sha256 == order.sha256 && shop.left.isEmpty, "\(shop.left)")
        #expect(try await shop.acts(.expired).map(\.object) == [order.id])
        #expect(throws: CaselightError.self) { try Exporter(services, settings).packagePath(of: expired) }
        // What it was made of is still held, and so it can be made again.
        #expect(try await shop.records.holds(of: shop.incident, camera: nil, after: nil, limit: 10).count == 1)
        await shop.stop()
    }
}
