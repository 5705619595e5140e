internal import CaselightEvidence
internal import CaselightModel
internal import CaselightStore
internal import Logging

/// Makes one package, from the order to the file. Runs on the exporter's own threads, which it may block.
struct ExportJob: Sendable {
    let order: ExportOrder
    let services: ExportServices
    let settings: ExportSettings
    let folder: ExportFolder
    let meter: ExportMeter

    struct Made: Sendable {
        let byteCount: Int64
        let sha256: String
        let sumsSHA256: String
    }

    /// - Returns: the package, durable under its name. What throws has left nothing behind but its holds and log entries.
    func run() async throws -> Made {
        do {
            try folder.clear(order.id)
            meter.enter(.holding)
            try await HoldStep(order: order, services: services).run()
            meter.enter(.gathering)
            let plan = try await ExportPlanner(services, settings).plan(order)
            try checkRoom(for: plan)
            let made = try await make(plan)
            try folder.publish(order.id)
            return made
        } catch {
            do {
                try folder.clear(order.id)
            } catch let leftover {
                services.logger.error("\(leftover)", metadata: ["export": "\(order.id)"])
            }
            throw error
        }
    }

    private func make(_ plan: ExportPlan) async throws -> Made {
        let files = try PackageFiles(path: folder.part(order.id))
        meter.enter(.originals, totalBytes: plan.workByteCount)
        let packed = try await OriginalsStep(plan: plan, services: services, folder: folder, meter: meter).run(files)
        meter.enter(.clips)
        let clips = try await ClipsStep(plan: plan, services: services, folder: folder, meter: meter, packed: packed).run(files)
        meter.enter(.stills)
        let stills = try await StillsStep(plan: plan, services: services, packed: packed).run(files)
        meter.enter(.sealing)
        let excerpt = try await LogStep(order: order, services: services, settings: settings).excerpt()
        let manifest = ManifestStep(plan: plan, files: files.listed, packed: packed, clipPaths: clips, stillPaths: stills)
            .manifest(log: excerpt.manifestLog(key: services.key.publicKey), at: services.clock.now())
        let timestamp = await timestamp(of: try manifest.encoded())
        try Task.checkCancellation()
        meter.enter(.finishing)
        let sealed = try files.seal(manifest, log: excerpt, timestamp: timestamp, key: services.key)
        return Made(byteCount: sealed.package.byteCount, sha256: sealed.sha256, sumsSHA256: sealed.package.sumsSHA256)
    }

    private func timestamp(of manifest: [UInt8]) async -> PackageTimestamp {
        await withTaskGroup(of: PackageTimestamp?.self) { group in
            group.addTask { await services.timestamp(manifest) }
            group.addTask { [limit = settings.timestampTimeout] in
                guard (try? await Task.sleep(for: limit)) != nil else { return nil }
                return .absent("the authority did not answer within \(limit)", manifest: manifest)
            }
            var first: PackageTimestamp?
            while first == nil, let next = await group.next() { first = next }
            group.cancelAll()
            return first ?? .absent("it was not waited for", manifest: manifest)
        }
    }

    private func checkRoom(for plan: ExportPlan) throws(CaselightError) {
        let operation = "make the package of export '\(order.id)'"
        guard plan.packageByteCount <= settings.packageLimitBytes else {
            throw CaselightError(
                .tooLarge, operation,
                because: "it would have up to \(Self.gigabytes(plan.packageByteCount)), and a package may have \(Self.gigabytes(settings.packageLimitBytes))",
                remedy: "Export shorter spans or fewer cameras at once.")
        }
        let wanted = plan.packageByteCount + plan.largestClipByteCount + settings.reserveBytes
        let free = try folder.freeBytes()
        guard free >= wanted else {
            throw CaselightError(
                .diskFull, operation,
                because: "it takes up to \(Self.gigabytes(wanted)) with the reserve, and \(Self.gigabytes(free)) are free in '\(folder.path)'",
                remedy: "Free space there, or export shorter spans.")
        }
    }

    private static func gigabytes(_ byteCount: Int64) -> String { "\(Double(byteCount / 10_000_000) / 100) GB" }
}
