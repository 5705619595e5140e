import CaselightModel
import CaselightStore
import Hummingbird

/// Good rows, and what was wrong with the others.
struct ImportBatch<Record: Sendable>: Sendable {
    var records: [Record] = []
    var errors: [RowError] = []
    var errorCount = 0

    /// - Parameter hidden: texts that the answer must not repeat.
    mutating func refuse(_ row: Int, _ error: CaselightError, hiding hidden: [String] = [], limit: Int) {
        errorCount += 1
        guard errors.count < limit else { return }
        errors.append(RowError(row: row, code: error.code.rawValue, detail: RowError.masked(error.description, hidden)))
    }
}

struct RowError: Encodable, Sendable {
    let row: Int
    let code: String
    let detail: String

    /// Errors quote what they are about, and cut it where it is long.
    static func masked(_ detail: String, _ hidden: [String]) -> String {
        var detail = detail
        for text in hidden.sorted(by: { $0.count > $1.count }) {
            detail = detail.replacing("'\(text)'", with: "'***'")
            for length in stride(from: text.count, through: shortestCut, by: -1) {
                detail = detail.replacing("'\(text.prefix(length))", with: "'***")
            }
        }
        return detail
    }

    /// No error cuts what it quotes shorter.
    private static let shortestCut = 8
}

/// What an import did.
struct ImportReply: Encodable {
    let added: Int
    let updated: Int
    let skipped: Int
    let errorCount: Int
    /// The first of them.
    let errors: [RowError]

    init(_ count: ImportCount, _ errorCount: Int, _ errors: [RowError]) {
        (added, updated, skipped) = (count.added, count.updated, count.skipped)
        self.errorCount = errorCount
        self.errors = errors
    }
}

/// A refused import: a problem, with the rows that were wrong.
struct ImportProblem: Encodable {
    private let problem: Problem
    private let reply: ImportReply

    init(_ batch: ImportBatch<some Sendable>) {
        problem = Problem(CaselightError(
            .importRefused, "import the list", because: "\(batch.errorCount) of its rows cannot be used, so nothing was written",
            remedy: "Correct them, or import the others with strict=false."))
        reply = ImportReply(ImportCount(), batch.errorCount, batch.errors)
    }

    func encode(to encoder: any Encoder) throws {
        try problem.encode(to: encoder)
        try reply.encode(to: encoder)
    }

    func response() throws -> Response {
        var response = try JSONReply.response(self, status: .init(code: problem.status))
        response.headers[.contentType] = "application/problem+json"
        return response
    }
}
