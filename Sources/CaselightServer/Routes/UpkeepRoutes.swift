import CaselightEvidence
import CaselightLog
import CaselightModel
import Hummingbird

extension API {
    /// What `caselightd rotate-key` and `caselightd backup` ask of the daemon that runs.
    var upkeepRoutes: [Route] {
        [
            Route(.post, "/api/v1/key-rotations", Self.admins, act: .keyRotated, handler: rotateKey),
            Route(.post, "/api/v1/backups", Self.admins, act: .backup, handler: beginBackup),
        ]
    }

    private struct BackupReply: Encodable {
        /// A signed note; the copy of the log that is made now has at least its entries.
        let checkpoint: String
    }

    private func rotateKey(_ call: Call) async throws -> Response {
        try await consultations.allow(.keyRotated, call, detail: "every secret is sealed anew")
        return try JSONReply.response(try await services.keys.rotate())
    }

    private func beginBackup(_ call: Call) async throws -> Response {
        var fields = try await call.fields(of: "backup", limits: limits)
        let folder = try fields.text("folder", limit: 4096)
        try fields.finish()
        guard let folder = folder.value else { throw fields.missing("folder") }
        try await consultations.allow(.backup, call, object: folder)
        return try JSONReply.response(BackupReply(checkpoint: try await services.book.checkpoint().note), status: .created)
    }
}
