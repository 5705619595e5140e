import CaselightModel
import HTTPTypes
import Hummingbird
import NIOCore

extension API {
    /// Asked by supervisors and scrapers, which hold no token; they tell nothing of cameras or cases.
    var healthRoutes: [Route] {
        [
            Route(.get, "/healthz", .open) { _ in Response(status: .ok, headers: Self.plain, body: Self.text("ok\n")) },
            Route(.get, "/readyz", .open, handler: ready),
            Route(.get, "/metrics", .open) { _ in
                Response(
                    status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                    body: Self.text(PrometheusRegistry.shared.text()))
            },
            Route(.get, "/api/v1/openapi.yaml", .signedIn) { _ in
                Response(
                    status: .ok, headers: [.contentType: "application/yaml"],
                    body: .init(byteBuffer: ByteBuffer(bytes: PackageResources.openapi_yaml)))
            },
        ]
    }

    private func ready(_ call: Call) async throws -> Response {
        let problems = await services.readiness()
        return try JSONReply.response(
            Readiness(isReady: problems.isEmpty, problems: problems), status: problems.isEmpty ? .ok : .serviceUnavailable)
    }

    private struct Readiness: Encodable {
        let isReady: Bool
        let problems: [ReadinessProblem]
    }

    private static let plain: HTTPFields = [.contentType: "text/plain; charset=utf-8"]
    private static func text(_ text: String) -> ResponseBody { .init(byteBuffer: ByteBuffer(string: text)) }
}
