import CaselightArchive
import CaselightModel
import CaselightStore
import Logging

extension HoldBook {
    package func place(_ hold: Hold) async throws -> PlacedHold {
        guard hold.release == nil, hold.endsAt == nil else {
            throw CaselightError(.invalidValue, "place hold \(hold.id)", because: "a new hold has neither a release nor an end")
        }
        return try await gate.during { try await self.placeAtGate(hold) }
    }

    private func placeAtGate(_ new: Hold) async throws -> PlacedHold {
        var hold = new
        // Asked at the gate: an incident that is closed later finds the hold.
        if let number = hold.incident, try await records.incident(number)?.state == .closed {
            hold.endsAt = hold.placedAt + .days(Int64(daysAfterClose))
        }
        try await write(new: hold)
        return try await found(for: hold)
    }

    /// File first, so that a crash between leaves footage held and not forgotten.
    private func write(new hold: Hold) async throws {
        let operation = "place hold \(hold.id)"
        let filed = try await archive.holds.content()
        guard filed.holds[hold.id] == nil, !filed.damaged.contains(where: { $0.id == hold.id }), try await store.hold(hold.id) == nil else {
            throw CaselightError(.duplicate, operation, because: "there is a hold of this id")
        }
        guard filed.holds.count < Self.holdLimit else {
            throw CaselightError(.overload, operation, because: "\(Self.holdLimit) holds are in force", remedy: "Release those that are not needed any more.")
        }
        do {
            try await archive.holds.write(hold)
        } catch let error as CaselightError where error.code == .diskFull {
            // The row alone keeps the footage as well; the file follows when there is room.
            logger.warning("\(error)", metadata: ["hold": "\(hold.id)"])
            mayDiffer = true
        }
        do {
            try await store.addHold(hold)
        } catch {
            await takeBack(hold.id)
            throw error
        }
        logger.notice("footage held", metadata: ["hold": "\(hold.id)", "camera": "\(hold.camera)", "span": "\(hold.span)"])
        await measureCount()
    }

    /// Nobody was told of the hold. Where its file stays, it keeps too much rather than too little.
    private func takeBack(_ id: String) async {
        do {
            try await archive.holds.remove(id)
        } catch {
            logger.error("\(error)", metadata: ["hold": "\(id)"])
            mayDiffer = true
        }
    }

    /// What the span has and has not at this moment, in true time.
    nonisolated func found(for hold: Hold) async throws -> PlacedHold {
        let segments = try await TrueTime(index: index, records: records).segments(of: hold.camera, overlapping: hold.span)
        let covered = joined(segments.map(\.trueSpan)).compactMap { $0.intersection(hold.span) }
        let missing = hold.span.subtracting(covered)
        let expired = try await records.outages(of: [hold.camera], overlapping: hold.span).filter { $0.cause == .expired }
        let gone = joined(expired.compactMap { try? TimeSpan(from: $0.startedAt, to: $0.endedAt ?? $0.startedAt) })
        return PlacedHold(
            hold: hold, segmentCount: segments.count,
            byteCount: segments.reduce(0) { $0 + $1.segment.byteCount + ($1.segment.audio?.byteCount ?? 0) },
            covered: covered, missing: missing,
            expired: missing.flatMap { part in gone.compactMap { part.intersection($0) } })
    }
}

/// Spans in order, those that touch as one.
func joined(_ spans: [TimeSpan]) -> [TimeSpan] {
    spans.sorted { $0.start < $1.start }.reduce(into: []) { joined, span in
        if let last = joined.last, span.start <= last.end {
            joined[joined.count - 1] = TimeSpan(start: last.start, end: max(last.end, span.end))
        } else {
            joined.append(span)
        }
    }
}
