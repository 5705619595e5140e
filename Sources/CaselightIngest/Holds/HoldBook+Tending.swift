import CaselightArchive
import CaselightModel
import CaselightStore
import Logging
import Metrics

extension HoldBook {
    /// Compares rows and files and brings them together; to be called at start, before anything is deleted. What fails is tried again by
    /// `tend`; until then rows and files both keep what they name.
    package func reconcile() async {
        do {
            try await gate.during { try await self.reconcileAtGate() }
        } catch {
            mayDiffer = true
            logger.critical("rows and files of holds could not be compared, so both are kept to: \(error)")
        }
    }

    /// What has to be done from time to time: holds that lapse, and what could not be written when it was to be.
    func tend() async {
        if mayDiffer { await reconcile() }
        do {
            try await lapse()
        } catch {
            logger.warning("no hold lapses for now: \(error)")
        }
    }

    private func reconcileAtGate() async throws {
        let content = try await archive.holds.content()
        damagedGauge.record(content.damaged.count)
        for damaged in content.damaged {
            logger.critical("the hold file '\(damaged.fileName)' is damaged and stays as it is: \(damaged.cause)")
        }
        mayDiffer = false
        withoutRow = []
        for file in content.holds.values.sorted(by: { ($0.placedAt, $0.id) < ($1.placedAt, $1.id) }) {
            try await reconcile(file, row: try await store.hold(file.id))
        }
        let damagedIDs = Set(content.damaged.compactMap(\.id))
        for row in try await store.holdsInForce(at: clock.now()) where content.holds[row.id] == nil && !damagedIDs.contains(row.id) {
            try await refile(row)
        }
        await measureCount()
    }

    private func reconcile(_ file: Hold, row: Hold?) async throws {
        guard let row else { return try await takeUp(file) }
        guard Self.isSame(file, row) else {
            logger.critical("hold \(file.id) is one thing in the records and another in the archive; both are kept to")
            return
        }
        if Self.isReleased(row, asAskedIn: file) { return try await archive.holds.remove(file.id) }
        let hold = try await withEnd(Self.longer(file, row))
        if hold != row {
            if row.release?.approvedAt != nil { logger.critical("hold \(row.id) is released in the records and not in the archive; it stays") }
            try await store.updateHold(hold)
        }
        if hold != file { try await refile(hold) }
    }

    /// A hold that the records do not know: they were lost, or come from an older backup.
    private func takeUp(_ file: Hold) async throws {
        do {
            let hold = try await withEnd(file)
            try await store.addHold(hold)
            logger.notice("hold \(file.id) of camera '\(file.camera)' was unknown to the records and is known again")
            if hold != file { try await refile(hold) }
        } catch let error as CaselightError where error.code == .notFound {
            withoutRow.insert(file.id)
            logger.warning("the records do not take hold \(file.id), and it is in force by its file alone: \(error)")
        }
    }

    /// A full disk is no reason to forget that a file is wanted.
    private func refile(_ hold: Hold) async throws {
        do {
            try await archive.holds.write(hold)
        } catch let error as CaselightError where error.code == .diskFull {
            mayDiffer = true
            logger.warning("\(error)", metadata: ["hold": "\(hold.id)"])
        }
    }

    /// An incident that is closed has started its holds' clocks; where a crash came between, they start now.
    private func withEnd(_ hold: Hold) async throws -> Hold {
        guard hold.endsAt == nil, let number = hold.incident, try await records.incident(number)?.state == .closed else { return hold }
        var ending = hold
        ending.endsAt = clock.now() + .days(Int64(daysAfterClose))
        return ending
    }

    /// Whether they differ at most in their release and end.
    private static func isSame(_ file: Hold, _ row: Hold) -> Bool {
        var other = file
        (other.release, other.endsAt) = (row.release, row.endsAt)
        return other == row
    }

    /// Whether the row's release answers the request that the file knows of: then a crash came before the file was removed.
    private static func isReleased(_ row: Hold, asAskedIn file: Hold) -> Bool {
        guard var release = row.release, release.approvedAt != nil else { return false }
        release.approvedBy = nil
        release.approvedAt = nil
        return file.release == release
    }

    /// What both agree to give up.
    private static func longer(_ file: Hold, _ row: Hold) -> Hold {
        var hold = file
        hold.release = row.release?.approvedAt == nil ? row.release ?? file.release : file.release
        hold.release?.approvedBy = nil
        hold.release?.approvedAt = nil
        hold.endsAt = file.endsAt.flatMap { end in row.endsAt.map { max($0, end) } }
        return hold
    }

    /// Ends the holds whose time has come: the log's entry first, then the file, and with it the hold.
    private func lapse() async throws {
        let due = try await archive.holds.content().holds.values.filter { $0.endsAt.map { $0 <= clock.now() } ?? false }
        for hold in due.sorted(by: { ($0.placedAt, $0.id) < ($1.placedAt, $1.id) }) {
            try await gate.during { try await self.lapse(hold.id) }
        }
        if !due.isEmpty { await measureCount() }
    }

    private func lapse(_ id: String) async throws {
        guard let hold = try await archive.holds.content().holds[id], let end = hold.endsAt, end <= clock.now() else { return }
        if let row = try await store.hold(id), row.isInForce(at: clock.now()) || !Self.isSame(hold, row) {
            mayDiffer = mayDiffer || Self.isSame(hold, row)
            return
        }
        try await log.append(
            LoggedAct(
                .holdLapsed, by: .daemon, outcome: .done, camera: hold.camera, span: hold.span, incident: hold.incident, purpose: hold.reason,
                object: hold.id, detail: "its incident was closed and \(end) has passed"))
        try await archive.holds.remove(id)
        withoutRow.remove(id)
        logger.notice("hold lapsed", metadata: ["hold": "\(id)", "camera": "\(hold.camera)", "span": "\(hold.span)"])
    }
}

extension HoldBook {
    func measureCount() async {
        guard let holds = try? await keeping() else { return }
        holdGauge.record(Set(holds.map(\.id)).count)
    }

    /// Bytes of the files that holds keep, sound included; footage that was handed over is not counted.
    func measureBytes() async throws -> Int64 {
        let shield = try await shield()
        var byteCount: Int64 = 0
        for (camera, held) in shield.heldCameras {
            var counted: Set<SegmentID> = []
            for span in held.spans {
                for segment in try await TrueTime(index: index, records: records).recorded(by: camera, overlapping: span)
                where counted.insert(segment.id).inserted {
                    byteCount += segment.byteCount + (segment.audio?.byteCount ?? 0)
                }
            }
        }
        holdGauge.record(shield.holdCount)
        heldBytesGauge.record(byteCount)
        return byteCount
    }
}
