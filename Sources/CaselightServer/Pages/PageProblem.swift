import CaselightModel
import HTTPTypes
import Hummingbird

/// A page's failure is a page: in the viewer's language, and then in the problem's own words.
extension API {
    /// - Parameter problem: what went wrong.
    /// - Returns: the way to sign in, where that is all that is missing.
    func page(telling problem: Problem, _ headers: HTTPFields, _ request: Request, _ context: APIContext) async -> Response {
        let isRead = request.method == .get || request.method == .head
        if problem.status == 401, isRead, request.headers[.authorization] == nil {
            let next = OwnPath.of(request.uri.string)
            return Response(status: .seeOther, headers: [.location: next == "/" ? "/sign-in" : "/sign-in?next=\(QueryText.encode(next))"])
        }
        let principal = problem.status == 401 ? nil : try? await gatekeeper.principal(of: request, context)
        let viewer = Viewer(request, principal)
        let title = viewer.say(oneOf: "problem", problem.code)
        var response = frame(viewer).response(
            Page(
                title,
                [
                    "status": problem.status, "code": problem.code, "advice": viewer.say(oneOf: "advice", problem.code),
                    "detail": problem.detail,
                ]), template: "problem", status: .init(code: problem.status))
        for field in headers where field.name != .contentType { response.headers[field.name] = field.value }
        return response
    }

    /// Whether a request that no route took came from somebody who follows links: a browser that asks for a page.
    static func asksForPage(_ request: Request) -> Bool {
        (request.method == .get || request.method == .head) && !request.uri.path.hasPrefix("/api/") && !request.uri.path.hasPrefix("/ui/")
            && (request.headers[.accept] ?? "").contains("text/html")
    }
}
