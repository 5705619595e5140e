import CaselightModel
import CaselightQuery
import Foundation
import Hummingbird

extension API {
    /// How long incidents took, how many were solved, and how much cameras recorded: each as JSON, and as a table for a spreadsheet.
    var numbersRoutes: [Route] {
        let (cases, cameras) = (NumbersQuestion.names, ["from", "to", "grid"])
        func both(
            _ name: String, _ access: AccessRule, act: LogAction = .lookUp, _ query: [String],
            _ answer: @escaping @Sendable (Call, Bool) async throws -> Response
        ) -> [Route] {
            [
                Route(.get, "/api/v1/numbers/\(name)", access, act: act, query: query) { try await answer($0, false) },
                Route(.get, "/api/v1/numbers/\(name).csv", access, act: act, query: query) { try await answer($0, true) },
            ]
        }
        return both("minutes", Self.caseNumberReaders, cases, minutes) + both("solved", Self.caseNumberReaders, cases, solved)
            + both("cameras", .signedIn, [], camerasNow) + both("completeness", Self.completenessReaders, act: .search, cameras, completenessOfCameras)
    }

    // MARK: Incidents

    private struct MinutesReply: Encodable {
        let from, to: WallTime
        /// Whose months they are.
        let zone: String
        let total: CaseMinutes
        let byMonth, byUnit, byCategory: [CaseMinutes]
    }

    private func numbers(_ question: NumbersQuestion, _ call: Call) async throws -> CaseNumbers {
        let clocks = try await caseClocks(question, for: try call.principal())
        return CaseNumbers(clocks.lazy.filter(question.holds), months: question.months)
    }

    private func minutes(_ call: Call, asTable: Bool) async throws -> Response {
        let question = try numbersQuestion(call)
        let numbers = try await numbers(question, call)
        guard asTable else {
            return try JSONReply.response(
                MinutesReply(
                    from: question.span.start, to: question.span.end, zone: question.zone.name, total: numbers.total, byMonth: numbers.byMonth,
                    byUnit: numbers.byUnit, byCategory: numbers.byCategory))
        }
        let groups = [("all", [numbers.total]), ("month", numbers.byMonth), ("unit", numbers.byUnit), ("category", numbers.byCategory)]
        return DelimitedTable.response(DelimitedTable.text(Self.minutesHead, groups.flatMap { name, rows in rows.map { Self.fields($0, name) } }))
    }

    private static let minutesHead = [
        "grouping", "group", "cases", "claimed", "claimMedianMinutes", "claimP90Minutes", "withLead", "leadMedianMinutes", "leadP90Minutes",
        "closed", "outcomeMedianMinutes", "outcomeP90Minutes",
    ]

    private static func fields(_ row: CaseMinutes, _ grouping: String) -> [String] {
        func three(_ rank: NearestRank) -> [String] { ["\(rank.count)"] + [rank.medianMinutes, rank.p90Minutes].map { $0.map { number($0, 2) } ?? "" } }
        return [grouping, row.group, "\(row.cases)"] + three(row.toClaim) + three(row.toFirstLead) + three(row.toOutcome)
    }

    private static func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

    private struct SolvedReply: Encodable {
        let from, to: WallTime
        let zone: String
        let months: [MonthOutcomes]
    }

    private func solved(_ call: Call, asTable: Bool) async throws -> Response {
        let question = try numbersQuestion(call)
        let months = try await numbers(question, call).outcomes
        guard asTable else {
            return try JSONReply.response(
                SolvedReply(from: question.span.start, to: question.span.end, zone: question.zone.name, months: months))
        }
        return DelimitedTable.response(DelimitedTable.text(
            ["month", "solved", "unsolved", "unfounded", "duplicate"],
            months.map { [$0.month, "\($0.solved)", "\($0.unsolved)", "\($0.unfounded)", "\($0.duplicate)"] }))
    }

    // MARK: Cameras

    private func camerasNow(_ call: Call, asTable: Bool) async throws -> Response {
        let counts = try await feedCounts(for: try call.principal())
        guard asTable else { return try JSONReply.response(counts) }
        return DelimitedTable.response(DelimitedTable.text(
            ["at", "state", "cameras"], FeedStatus.State.allCases.map { [counts.at.rfc3339(), $0.rawValue, "\(counts.counts[$0.rawValue] ?? 0)"] }))
    }

    private struct CompletenessReply: Encodable {
        struct Camera: Encodable {
            let camera: CameraCode
            let name: String
            /// In the order of `days`.
            let recorded: [DayCompleteness]
        }

        let from, to: WallTime
        let zone: String
        let days: [String]
        let cameras: [Camera]
        let spread: [CompletenessSpread]
        /// Whether there are more cameras than are told of.
        let isCut: Bool
    }

    private func completenessOfCameras(_ call: Call, asTable: Bool) async throws -> Response {
        let question = try completenessQuestion(call)
        let found = try await completeness(question, call)
        guard asTable else {
            return try JSONReply.response(
                CompletenessReply(
                    from: question.span.start, to: question.span.end, zone: question.zone.name, days: found.days.map(\.name),
                    cameras: found.cameras.map { CompletenessReply.Camera(camera: $0.camera, name: $0.name, recorded: $0.days) },
                    spread: CompletenessSpread.of(found.cameras, days: found.days), isCut: found.isCut))
        }
        let rows = found.cameras.lazy.flatMap { camera in
            zip(found.days, camera.days).map { day, part in
                [
                    camera.camera.text, camera.name, day.name, Self.number(part.wantedUs.seconds, 0), Self.number(part.recordedUs.seconds, 0),
                    part.share.map { Self.number($0, 4) } ?? "",
                ]
            }
        }
        return DelimitedTable.response(DelimitedTable.text(["camera", "name", "day", "wantedSeconds", "recordedSeconds", "share"], rows))
    }
}
