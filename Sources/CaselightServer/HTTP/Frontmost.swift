import CaselightModel
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The outermost middleware: every answer leaves through it, with its headers, its count, and never an error that is not a problem.
struct Frontmost: RouterMiddleware {
    let routes: [RouteShape]
    /// The paths that answer people: there a problem is a page.
    let pages: Set<String>
    let pageTelling: @Sendable (Problem, HTTPFields, Request, APIContext) async -> Response
    let logger: Logger

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            let answer = answer(to: error, request, context)
            let isPage = isOnRoute(context) ? pages.contains(context.endpointPath ?? "") : API.asksForPage(request)
            response =
                isPage ? await pageTelling(answer.problem, answer.headers, request, context) : answer.problem.response(extra: answer.headers)
        }
        if request.method == .head { response = response.createHeadResponse() }
        for (name, value) in Self.headers where !response.headers.contains(name) { response.headers[name] = value }
        ServerMetrics.request(
            route: context.endpointPath ?? "none", method: Self.knownMethod(request.method), status: response.status.code,
            duration: ContinuousClock.now - start)
        return response
    }

    /// What no route took has no path, or one that is none of ours.
    private func isOnRoute(_ context: APIContext) -> Bool { routes.contains { $0.path == context.endpointPath } }

    private typealias Answer = (problem: Problem, headers: HTTPFields)

    private func answer(to error: any Error, _ request: Request, _ context: APIContext) -> Answer {
        switch error {
        case let error as DetailedError: return (Problem(error.error, status: error.status), error.headers)
        case let error as CaselightError: return (answer(to: error, context), [:])
        case let error as HTTPError where error.status == .notFound: return noRoute(request)
        case is CancellationError:
            return (Problem(CaselightError(.interrupted, "answer", because: "the request was given up")), [:])
        default:
            return (answer(to: CaselightError(.internalFailure, "answer", because: String(reflecting: error)), context), [:])
        }
    }

    /// What failed on our side is told in the log, with an id; the answer names the id.
    private func answer(to error: CaselightError, _ context: APIContext) -> Problem {
        guard ProblemTable.entry(for: error.code).status == 500 else { return Problem(error) }
        let id = String(UInt64.random(in: 0 ... .max), radix: 16)
        logger.error(
            "request failed", metadata: ["failure": "\(id)", "code": "\(error.code.rawValue)", "error": "\(error)", "request": "\(context.id)"])
        let shown = CaselightError(
            error.code, "answer", because: "something failed on the server's side", remedy: "Its log tells more under failure \(id).")
        return Problem(shown, failureID: id)
    }

    private func noRoute(_ request: Request) -> Answer {
        if (request.uri.query ?? "").lowercased().contains("token=") { return (Problem(QueryReader.secretInAddress), [:]) }
        let methods = RouteShape.methods(at: request.uri.path, in: routes)
        guard !methods.isEmpty else {
            return (Problem(CaselightError(
                .notFound, "answer", because: "there is no such route", remedy: "GET /api/v1/openapi.yaml lists them.")), [:])
        }
        let allowed = methods.map(\.rawValue).sorted().joined(separator: ", ")
        return (Problem(CaselightError(.methodNotAllowed, "answer", because: "this route takes \(allowed)")), [.allow: allowed])
    }

    /// Methods are the client's own words; only those we know become a metric's label.
    private static func knownMethod(_ method: HTTPRequest.Method) -> String {
        let known: [HTTPRequest.Method] = [.get, .head, .post, .patch, .delete, .put, .options]
        return known.contains(method) ? method.rawValue : "other"
    }

    private static let headers: [(HTTPField.Name, String)] = [
        (.xContentTypeOptions, "nosniff"),
        (.cacheControl, "no-store"),
        (.contentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'"),
        (.referrerPolicy, "no-referrer"),
        (.resourcePolicy, "same-origin"),
    ]
}

/// A route's method and path, for questions about the routes as a whole.
struct RouteShape: Hashable, Sendable {
    let method: HTTPRequest.Method
    let path: String

    /// The methods that routes at `path` take. As for the router a word of a route's path goes before a parameter: at
    /// `/cameras/import` nothing of `/cameras/{code}` is to be had.
    static func methods(at path: String, in routes: [RouteShape]) -> Set<HTTPRequest.Method> {
        let parts = path.split(separator: "/")
        let matching = routes.filter { matches($0.path.split(separator: "/"), parts) }
        guard let nearest = matching.max(by: { $0.wordiness < $1.wordiness }) else { return [] }
        return Set(matching.filter { $0.wordiness == nearest.wordiness }.map(\.method))
    }

    /// Orders routes that match one path: a letter for each part of the path, the higher for a word.
    private var wordiness: String { String(path.split(separator: "/").map { $0.contains("{") ? "a" : "b" }) }

    private static func matches(_ pattern: [Substring], _ parts: [Substring]) -> Bool {
        guard pattern.count == parts.count else { return false }
        return zip(pattern, parts).allSatisfy { pattern, part in
            guard let open = pattern.firstIndex(of: "{"), let close = pattern.firstIndex(of: "}") else { return pattern == part }
            return part.hasPrefix(pattern[..<open]) && part.hasSuffix(pattern[pattern.index(after: close)...])
        }
    }
}
