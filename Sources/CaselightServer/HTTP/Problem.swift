import CaselightModel
import Foundation
import Hummingbird
import NIOCore

/// RFC 9457 problem details.
struct Problem: Hashable, Sendable, Codable {
    let type: String
    let title: String
    let status: Int
    let detail: String
    let code: String
    /// Names the log line that says more; only for failures that are ours.
    var failureID: String?

    /// - Parameter status: in place of the code's own.
    init(_ error: CaselightError, status: Int? = nil, failureID: String? = nil) {
        let entry = ProblemTable.entry(for: error.code)
        type = "urn:caselight:problem:\(error.code.rawValue)"
        title = entry.title
        self.status = status ?? entry.status
        detail = error.description
        code = error.code.rawValue
        self.failureID = failureID
    }

    func response(extra headers: HTTPFields = [:]) -> Response {
        var fields = headers
        fields[.contentType] = "application/problem+json"
        if status == 503, !fields.contains(.retryAfter) { fields[.retryAfter] = "1" }
        if status == 401 { fields[.wwwAuthenticate] = "Bearer realm=\"caselight\"" }
        return Response(
            status: .init(code: status), headers: fields, body: .init(byteBuffer: JSONReply.buffer(self)))
    }
}

/// A problem with headers, or a status, of its own.
struct DetailedError: Error {
    let error: CaselightError
    var headers: HTTPFields = [:]
    var status: Int?
}
