import CaselightModel
import Foundation
import TestSupport
import Testing

/// The power goes while cameras record and an incident room works: of what the daemon said yes to nothing is lost, of footage 5 s at most.
@Suite(.serialized, .enabled(if: Workshop.missing == nil, "needs ffmpeg and GStreamer's RTSP server"))
struct PowerCutTests {
    static let rounds = 20
    static let secondsOfLoad: ClosedRange<TimeInterval> = 6...14
    static let lossLimitUs: Int64 = 5_000_000
    static let codes = ["gate-1", "gate-2"]

    @Test(.enabled(if: Workshop.isTorture, "a long proof"), .disabled(if: SmallDisk.missing != nil, "needs root, xfs_io and a loop device"))
    func whatWasAcknowledgedIsThereAfterwards() throws {
        let seed = UInt64(ProcessInfo.processInfo.environment["CASELIGHT_SEED"] ?? "") ?? .random(in: 0...999_999)
        var generator = SeededGenerator(seed: seed)
        print("power cuts: seed \(seed)")
        let town = try PoweredTown(Self.codes)
        var total = PowerCutReport()
        for round in 1...Self.rounds {
            total += try cutPower(of: town, round, using: &generator)
            print("power cut \(round): \(total)")
        }
        try town.expectLogHolds(total.acknowledged, checkpoint: town.lastCheckpoint, "in the end")
    }

    private func cutPower(of town: PoweredTown, _ round: Int, using generator: inout SeededGenerator) throws -> PowerCutReport {
        try town.waitForFootage()
        let work = CaseWork("R\(round)-\(generator.next() % 10_000)", seed: generator.next(), cameras: Self.codes, at: town.installation)
        pass(seconds: .random(in: Self.secondsOfLoad, using: &generator))
        let (checkpoint, runs) = (try town.checkpoint(), try town.runs())
        // Work presses the file system to disk, and footage with it: now and then there is none for a while.
        if round.isMultiple(of: 3) { work.end() }
        pass(seconds: round.isMultiple(of: 3) ? .random(in: 6...12, using: &generator) : .random(in: 0.1...1, using: &generator))
        work.expectTrouble()
        let cut = now()
        try town.cutPower()
        work.end()
        let acknowledged = work.result()
        try town.restorePower()

        let name = "round \(round)"
        #expect(acknowledged.refusals.isEmpty, "\(name): \(acknowledged.refusals.prefix(3))")
        #expect(acknowledged.links.count > 10 && !acknowledged.exports.isEmpty, "\(name): there was no load")
        try town.expectCases(acknowledged, name)
        try town.expectExports(acknowledged, name)
        try town.expectHolds(acknowledged, name)
        try town.expectLogHolds(acknowledged, checkpoint: checkpoint, name)
        let losses = try runs.map { try town.loss(of: $0, run: $1, cutAt: cut) }
        for loss in losses { #expect(loss <= Self.lossLimitUs, "\(name): \(Double(loss) / 1e6) s of footage are lost") }
        for code in Self.codes { try town.expectIndexed(code, from: cut - .seconds(8), to: cut - Microseconds(Self.lossLimitUs), name) }
        try town.expectSoundArchive(name)
        return PowerCutReport(acknowledged: acknowledged, worstLossUs: losses.max() ?? 0)
    }
}

/// Figures to print, and all that must be in the log.
struct PowerCutReport: CustomStringConvertible {
    var acknowledged = Acknowledged()
    var worstLossUs: Int64 = 0

    static func += (total: inout PowerCutReport, round: PowerCutReport) {
        let new = round.acknowledged
        total.acknowledged.incidents.merge(new.incidents) { $1 }
        total.acknowledged.links += new.links
        total.acknowledged.holds += new.holds
        total.acknowledged.exports.merge(new.exports) { $1 }
        total.acknowledged.searches.formUnion(new.searches)
        total.worstLossUs = max(total.worstLossUs, round.worstLossUs)
    }

    var description: String {
        let all = acknowledged
        return "\(all.incidents.count) incidents, \(all.links.count) links, \(all.holds.count) holds, \(all.exports.count) exports "
            + "(\(all.exports.values.count { $0 != nil }) ready), \(all.searches.count) searches acknowledged so far; "
            + "at worst \(Double(worstLossUs) / 1e6) s of footage lost"
    }
}
