import CaselightArchive
import CaselightModel
import CaselightStore
import Logging

extension HoldBook {
    package func askRelease(of id: String, by account: AccountName, reason: String) async throws -> Hold {
        try await gate.during { try await self.askReleaseAtGate(of: id, by: account, reason: reason) }
    }

    private func askReleaseAtGate(of id: String, by account: AccountName, reason: String) async throws -> Hold {
        let operation = "ask for the release of hold '\(id)'"
        var hold = try await inForce(id, operation)
        if let other = hold.release, other.requestedBy != account {
            throw CaselightError(
                .conflict, operation, because: "'\(other.requestedBy)' has asked already", remedy: "Approve that, as another person than who asked.")
        }
        hold.release = HoldRelease(requestedBy: account, requestedAt: clock.now(), reason: reason)
        try await rewrite(hold)
        return hold
    }

    package func approveRelease(of id: String, by account: AccountName) async throws -> Hold {
        try await gate.during { try await self.approveReleaseAtGate(of: id, by: account) }
    }

    /// Row first: until the file is gone too, the hold is in force.
    private func approveReleaseAtGate(of id: String, by account: AccountName) async throws -> Hold {
        let operation = "release hold '\(id)'"
        var hold = try await inForce(id, operation)
        guard let release = hold.release else {
            throw CaselightError(.conflict, operation, because: "nobody has asked for it", remedy: "One person asks with a reason, another approves.")
        }
        guard release.requestedBy != account else {
            throw CaselightError(.forbidden, operation, because: "'\(account)' has asked for it", remedy: "Another person has to approve.")
        }
        hold.release?.approvedBy = account
        hold.release?.approvedAt = clock.now()
        do {
            if try await store.hold(id) != nil { try await store.updateHold(hold) }
            try await archive.holds.remove(id)
        } catch {
            mayDiffer = true
            throw error
        }
        withoutRow.remove(id)
        logger.notice("hold released", metadata: ["hold": "\(id)", "camera": "\(hold.camera)", "by": "\(release.requestedBy), \(account)"])
        await measureCount()
        return hold
    }

    package func incidentClosed(_ number: IncidentNumber, at time: WallTime) async throws -> [Hold] {
        let end = time + .days(Int64(daysAfterClose))
        return try await gate.during { try await self.setEnds(of: number, to: end) }
    }

    package func incidentReopened(_ number: IncidentNumber) async throws -> [Hold] {
        try await gate.during { try await self.setEnds(of: number, to: nil) }
    }

    /// An end moves later or away, never nearer.
    private func setEnds(of number: IncidentNumber, to end: WallTime?) async throws -> [Hold] {
        var changed: [Hold] = []
        for var hold in try await unreleased(of: number) {
            if let end {
                guard hold.isInForce(at: clock.now()), hold.endsAt.map({ $0 < end }) ?? true else { continue }
            } else if hold.endsAt == nil {
                continue
            }
            hold.endsAt = end
            try await rewrite(hold)
            changed.append(hold)
        }
        return changed
    }

    /// The incident's holds that nobody has released, lapsed ones included.
    private func unreleased(of number: IncidentNumber) async throws -> [Hold] {
        let pageSize = 1000
        var all: [Hold] = []
        while true {
            let page = try await holds(of: number, camera: nil, after: all.last?.id, limit: pageSize)
            all += page
            guard page.count == pageSize else { break }
        }
        return all.filter { $0.release?.approvedAt == nil }
    }

    /// The hold as its row has it, or its file alone; in force.
    private func inForce(_ id: String, _ operation: String) async throws -> Hold {
        guard let hold = try await hold(id) else {
            throw CaselightError(.notFound, operation, because: "there is no such hold", remedy: "caselight hold list shows them.")
        }
        if hold.release?.approvedAt != nil { throw CaselightError(.conflict, operation, because: "it is released") }
        let content = try await archive.holds.content()
        let isFiled = content.holds[id] != nil || content.damaged.contains { $0.id == id }
        guard hold.isInForce(at: clock.now()) || isFiled else { throw CaselightError(.conflict, operation, because: "it has lapsed") }
        return hold
    }

    /// Writes a change of a hold that stays in force: row, then file. Where the file cannot be written the one that stands there keeps
    /// the same footage, and follows later.
    func rewrite(_ hold: Hold) async throws {
        if try await store.hold(hold.id) != nil { try await store.updateHold(hold) }
        do {
            try await archive.holds.write(hold)
        } catch {
            logger.warning("\(error)", metadata: ["hold": "\(hold.id)"])
            mayDiffer = true
            // Without a row the file is all there is.
            if withoutRow.contains(hold.id) { throw error }
        }
    }
}
