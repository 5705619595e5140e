import CaselightEvidence
import CaselightLog
import CaselightModel
import CaselightStore
import Hummingbird

extension API {
    private struct VerificationReply: Encodable {
        let isIntact: Bool
        let verdict: LogVerdict
        /// The signed note as of now.
        let checkpoint: String
        let keyFingerprints: [String]
    }

    private static let verifiedRowCount = 1000

    /// As `caselight log verify` does elsewhere: every entry, against every checkpoint that was saved and the one signed now.
    func verifyLog(_ call: Call) async throws -> Response {
        try await verificationSlots.during {
            try await consultations.allow(.logRead, call, detail: "verified the whole log")
            let (saved, now) = (try await services.book.savedCheckpoints(), try await services.book.checkpoint())
            var verifier = LogVerifier(checkpoints: saved.last == now ? saved : saved + [now], keys: services.book.verifyingKeys)
            var next: Int64 = 0
            while true {
                let rows = try await services.logRows.rows(from: next, limit: Self.verifiedRowCount)
                for row in rows { verifier.take(row.body) }
                guard rows.count == Self.verifiedRowCount, let last = rows.last else { break }
                next = last.sequence + 1
            }
            let verdict = verifier.finish()
            return try JSONReply.response(VerificationReply(
                isIntact: verdict.isIntact, verdict: verdict, checkpoint: now.note, keyFingerprints: services.book.verifyingKeys.map(\.fingerprint)))
        }
    }
}
