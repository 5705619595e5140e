import CaselightArchive
import CaselightModel
import CaselightStore
import Logging
import Metrics

/// A walk through the oldest footage of all cameras, remembered between calls: what holds keep at its front is not walked past anew each time.
struct RoomWalk {
    /// How long it is believed: holds end, and segments are found late.
    static let lifetime = Microseconds.seconds(3600)

    var cursor: OldestCursor?
    var begunAt = WallTime.distantPast
    /// The holds it was walked with: others may have freed what lies behind.
    var holds = 0
}

extension Retention {
    /// Less is no room for a second of a hundred cameras.
    private static let leastFreeBytes: Int64 = 32 << 20
    /// Footage younger than this is never deleted to make room: then recording stops instead, with an alarm.
    private static let youngestDeleted = Microseconds.seconds(120)
    /// Of one decision: an entry of the log for each camera and stretch, so that fewer decisions make fewer entries.
    private static let segmentsAtOnce = 5000
    /// Below the reserve, so much more than what is missing goes, as a part of the disk: not a few segments twice a minute.
    private static let stepPart: Int64 = 1000

    /// Deletes the oldest footage of all cameras that no hold and no floor keeps, until the reserve is free again.
    func makeRoom(reserveBytes: Int64, _ policy: RetentionPolicy) async throws {
        var (freeBytes, totalBytes) = try archive.space()
        defer { freeGauge.record(freeBytes) }
        if freeBytes < reserveBytes {
            let goal = reserveBytes.addingReportingOverflow(totalBytes / Self.stepPart)
            let goalBytes = goal.overflow ? reserveBytes : goal.partialValue
            // Counted by what was deleted: a file system may take its time to give the room back.
            var missingBytes = goalBytes - freeBytes
            do {
                while missingBytes > 0, !Task.isCancelled, let freed = try await deleteOldest(toFree: missingBytes, policy) {
                    missingBytes -= freed
                }
                freeBytes = try archive.space().freeBytes
            } catch {
                if freeBytes < Self.leastFreeBytes { await reportFull("nothing is deleted: \(error)") }
                throw error
            }
            if missingBytes > 0, freeBytes < reserveBytes { return await reportFull(await whyNothingGoes(policy)) }
        }
        fullGauge.record(0)
        // Without a reserve the disk itself is the limit.
        await onRoom(freeBytes < Self.leastFreeBytes ? "it is full: free space on \(archive.path), or set a reserve" : nil)
    }

    private func reportFull(_ cause: String) async {
        fullGauge.record(1)
        await onRoom("it is full, and \(cause)")
        logger.critical("the archive is full, and \(cause). Recording stops where the disk refuses; everything else goes on.")
    }

    /// - Returns: bytes of what was deleted; `nil` where nothing may go.
    private func deleteOldest(toFree wantedBytes: Int64, _ policy: RetentionPolicy) async throws -> Int64? {
        let shield = try await holds.shield()
        let now = clock.now()
        if shield.signature != roomWalk.holds || now < roomWalk.begunAt || now - roomWalk.begunAt > RoomWalk.lifetime {
            roomWalk = RoomWalk(begunAt: now, holds: shield.signature)
        }
        let limit = now - max(Self.youngestDeleted, .days(Int64(policy.floorDays)))
        var chosen: [Segment] = []
        var freed: Int64 = 0
        var cursor = roomWalk.cursor
        while freed < wantedBytes, chosen.count < Self.segmentsAtOnce {
            let page = try await index.oldestSegments(of: nil, endedBefore: limit, from: cursor, limit: Self.batchSize)
            guard let last = page.last else { break }
            for segment in page where !shield.keeps(segment) && freed < wantedBytes {
                chosen.append(segment)
                freed += segment.byteCount + (segment.audio?.byteCount ?? 0)
            }
            cursor = .after(last)
            // Until there is one that may go, all of it stays.
            if chosen.isEmpty { roomWalk.cursor = cursor }
        }
        guard !chosen.isEmpty else { return nil }
        return try await delete(chosen, because: "the disk was full", evenUnlogged: true).byteCount
    }

    private func whyNothingGoes(_ policy: RetentionPolicy) async -> String {
        var causes: [String] = []
        if let heldBytes = try? await holds.measureBytes(), heldBytes > 0, let holdCount = try? await holds.shield().holdCount {
            causes.append("\(holdCount) holds keep \(heldBytes) bytes of it")
        }
        if policy.floorDays > 0 { causes.append("nothing younger than \(policy.floorDays) days may be deleted") }
        if causes.isEmpty { causes.append("nothing in it may be deleted") }
        return causes.joined(separator: ", and ") + ": free space on \(archive.path), add a disk, or release holds that are not needed"
    }
}
