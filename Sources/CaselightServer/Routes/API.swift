import CaselightModel
import CaselightStore
import HTTPTypes
import Hummingbird
import Logging

/// All routes over one set of services.
struct API: Sendable {
    let services: ServerServices
    let settings: ServerSettings
    let logger: Logger
    let gatekeeper: Gatekeeper
    let consultations: ConsultationLog
    let uploadSlots: SlotCounter
    let importSlots: SlotCounter
    let stills: StillDesk

    var limits: ServerLimits { settings.limits }
    var records: any RecordStore { services.records }
    var index: any FootageIndex { services.index }

    init(services: ServerServices, settings: ServerSettings, logger: Logger) {
        self.services = services
        self.settings = settings
        self.logger = logger
        let limits = settings.limits
        let sessions = SessionStore(countLimit: limits.sessionCount, idleSeconds: limits.sessionIdleSeconds, clock: services.clock)
        gatekeeper = Gatekeeper(token: settings.token, sessions: sessions)
        consultations = ConsultationLog(logger: logger)
        uploadSlots = SlotCounter(limit: limits.uploadsAtOnceCount, name: "uploadsAtOnce", what: "take in a file")
        importSlots = SlotCounter(limit: limits.importsAtOnceCount, name: "importsAtOnce", what: "import a list")
        stills = StillDesk(archive: services.archive, maker: services.stills, limits: limits)
    }

    var routes: [Route] {
        healthRoutes + sessionRoutes + cameraRoutes + footageRoutes + pictureRoutes + handoverRoutes + clipRoutes + incidentRoutes
            + linkRoutes + areaRoutes + statusRoutes
    }

    /// The router over all routes; HEAD answers wherever GET does.
    func router() -> Router<APIContext> {
        let routes = self.routes
        let router = Router(context: APIContext.self)
        router.add(middleware: Frontmost(routes: shapes(of: routes), logger: logger))
        for route in routes {
            for method in route.method == .get ? [.get, .head] : [route.method] {
                router.on(RouterPath(route.path), method: method) { request, context in
                    try await answer(route, request, context)
                }
            }
        }
        return router
    }

    private func shapes(of routes: [Route]) -> [RouteShape] {
        routes.flatMap { $0.method == .get ? [$0.shape, RouteShape(method: .head, path: $0.path)] : [$0.shape] }
    }

    /// A request's way to its route: secrets out of addresses, who asks, what the query says, what the footage is for.
    private func answer(_ route: Route, _ request: Request, _ context: APIContext) async throws -> Response {
        var context = context
        if route.access != .open, route.access != .session {
            try refuseSecretInQuery(request)
            context.principal = try gatekeeper.principal(of: request)
        }
        let query = try QueryReader(request.uri.query, known: route.query, required: [])
        var disclosure: Disclosure?
        if route.access == .footage {
            disclosure = try await statedDisclosure(route, query, context)
        }
        for name in route.required where query.text(name) == nil { throw query.missing(name) }
        return try await route.handler(Call(request: request, context: context, query: query, disclosure: disclosure))
    }

    private func statedDisclosure(_ route: Route, _ query: QueryReader, _ context: APIContext) async throws -> Disclosure {
        do {
            let pathIncident = try context.parameters.get("number").map { try IncidentNumber($0) }
            return try await Disclosure.stated(in: query, pathIncident: pathIncident, records: records)
        } catch let error as CaselightError where error.code == .purposeRequired {
            consultations.refused(context, route: route.path)
            throw error
        }
    }

    /// Said before anything else, so that whoever puts a token into an address learns it even when the token is right.
    private func refuseSecretInQuery(_ request: Request) throws {
        guard let query = request.uri.query, query.lowercased().contains("token=") else { return }
        throw QueryReader.secretInAddress
    }
}
