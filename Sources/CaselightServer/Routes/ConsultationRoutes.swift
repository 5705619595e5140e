import CaselightEvidence
import CaselightLog
import CaselightModel
import CaselightStore
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

extension API {
    /// The log, for auditors.
    var consultationRoutes: [Route] {
        let filter = ["who", "camera", "incident", "action", "outcome", "from", "to", "before", "limit"]
        return [
            Route(.get, "/api/v1/consultations", Self.auditors, act: .logRead, query: filter + ["format"], handler: listEntries),
            Route(.get, "/api/v1/consultations/log.jsonl", Self.auditors, act: .logRead, query: ["first"], handler: wholeLog),
            Route(.get, "/api/v1/consultations/checkpoint", Self.auditors, act: .logRead, query: ["saved"], handler: checkpoint),
            Route(.post, "/api/v1/consultations/verify", Self.auditors, act: .logRead, handler: verifyLog),
            Route(
                .get, "/api/v1/consultations/{sequence}/proof", Self.auditors, act: .logRead, query: ["size"], required: ["size"],
                handler: inclusionProof),
            Route(
                .get, "/api/v1/consultations/consistency", Self.auditors, act: .logRead, query: ["first", "second"],
                required: ["first", "second"], handler: consistencyProof),
            Route(.get, "/api/v1/signing-key.pem", .signedIn, handler: signingKey),
        ]
    }

    static var auditors: AccessRule { .roles([.auditor]) }

    private enum LogFormat: String, CaseIterable { case json, csv }

    private func listEntries(_ call: Call) async throws -> Response {
        let query = call.query
        let filter = LogFilter(
            who: query.text("who"), camera: try query.given("camera").map { try CameraCode($0) },
            incident: try query.given("incident").map { try IncidentNumber($0) }, action: try query.choice("action", of: LogAction.self),
            outcome: try query.choice("outcome", of: LogOutcome.self), span: try query.optionalSpan())
        let before = try query.sequence("before")
        let limit = try query.limit(limits)
        let format = try query.choice("format", of: LogFormat.self) ?? .json
        try await consultations.allow(.logRead, call, detail: String((call.request.uri.query ?? "all").prefix(300)))
        let rows = try await services.logRows.rows(filter, before: before, limit: limit + 1)
        let page = rows.prefix(limit)
        switch format {
        case .json: return jsonPage(page, hasMore: rows.count > limit)
        case .csv:
            return DelimitedTable.response(try LogTable.text(page))
        }
    }

    /// The entries as they stand in the log, byte for byte.
    private func jsonPage(_ rows: ArraySlice<LogRow>, hasMore: Bool) -> Response {
        var buffer = ByteBuffer(string: #"{"entries":["#)
        for (index, row) in rows.enumerated() {
            if index > 0 { buffer.writeString(",") }
            buffer.writeBytes(row.body)
        }
        let next = hasMore ? rows.last.map { ",\"nextBefore\":\($0.sequence)" } ?? "" : ""
        buffer.writeString("]\(next)}")
        return Response(status: .ok, headers: [.contentType: "application/json; charset=utf-8"], body: .init(byteBuffer: buffer))
    }

    private static let pageRowCount = 1000

    /// Every entry from one on, a line each, as it was hashed: what a verifier reads.
    private func wholeLog(_ call: Call) async throws -> Response {
        let first = try call.query.sequence("first") ?? 0
        try await consultations.allow(.logRead, call, detail: "whole log from \(first)")
        let end = try await services.logRows.count()
        let rows = services.logRows
        let body = ResponseBody { writer in
            var next = first
            while next < end {
                let page = try await rows.rows(from: next, limit: min(Self.pageRowCount, Int(end - next)))
                guard let last = page.last else { break }
                var buffer = ByteBuffer()
                for row in page {
                    buffer.writeBytes(row.body)
                    buffer.writeString("\n")
                }
                try await writer.write(buffer)
                next = last.sequence + 1
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "application/jsonl"], body: body)
    }

    private func checkpoint(_ call: Call) async throws -> Response {
        let now = try await services.book.checkpoint()
        let saved = try call.query.flag("saved") == true ? try await services.book.savedCheckpoints() : []
        let note = (saved.last == now ? saved : saved + [now]).map(\.note).joined(separator: "\n")
        return Response(
            status: .ok, headers: [.contentType: "text/plain; charset=utf-8"], body: .init(byteBuffer: ByteBuffer(string: note)))
    }

    /// The public half of what signs checkpoints and packages, and after it those of retired keys: to be published, and compared with.
    private func signingKey(_ call: Call) async throws -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/x-pem-file"],
            body: .init(byteBuffer: ByteBuffer(string: services.book.verifyingKeys.map(\.pem).joined())))
    }

    private func inclusionProof(_ call: Call) async throws -> Response {
        guard let sequence = Int64(try call.parameter("sequence")), sequence >= 0 else {
            throw CaselightError(.invalidValue, "prove an entry", because: "its sequence must be a whole number from 0")
        }
        return try JSONReply.response(try await services.book.inclusionProof(of: sequence, in: try call.query.sequence("size") ?? 0))
    }

    private func consistencyProof(_ call: Call) async throws -> Response {
        let (first, second) = (try call.query.sequence("first") ?? 0, try call.query.sequence("second") ?? 0)
        return try JSONReply.response(try await services.book.consistencyProof(from: first, to: second))
    }
}

/// Entries as a table for people: RFC 4180, with a head.
enum LogTable {
    private static let head = [
        "sequence", "at", "who", "unit", "roles", "address", "action", "operation", "outcome", "camera", "startedAt", "endedAt", "incident",
        "purpose", "object", "detail",
    ]

    static func text(_ rows: some Sequence<LogRow>) throws -> String {
        let decoder = JSONDecoder()
        return DelimitedTable.text(head, try rows.map { fields(try decoder.decode(LogEntry.self, from: Data($0.body))) })
    }

    private static func fields(_ entry: LogEntry) -> [String] {
        let (act, actor) = (entry.act, entry.act.actor)
        return [
            "\(entry.sequence)", entry.at.rfc3339(), actor.who, actor.unit, actor.roles.map(\.rawValue).joined(separator: " "),
            actor.address ?? "", act.action.rawValue, entry.operation.rawValue, act.outcome.rawValue, act.camera?.text ?? "",
            act.span?.start.rfc3339() ?? "", act.span?.end.rfc3339() ?? "", act.incident?.text ?? "", act.purpose ?? "", act.object ?? "",
            act.detail ?? "",
        ]
    }
}
