import CaselightLog
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
    let gate: Gate
    let consultations: Consultations
    let desk: AccountDesk
    let uploadSlots: SlotCounter
    let importSlots: SlotCounter
    let verificationSlots: SlotCounter
    let eventSlots: SlotCounter
    let stills: StillDesk

    var limits: ServerLimits { settings.limits }
    var records: any RecordStore { services.records }
    var board: any BoardStore { services.board }
    var index: any FootageIndex { services.index }

    init(services: ServerServices, settings: ServerSettings, logger: Logger) {
        self.services = services
        self.settings = settings
        self.logger = logger
        let limits = settings.limits
        gatekeeper = Gatekeeper(accounts: services.accounts, limits: limits, clock: services.clock)
        gate = Gate(records: services.records, index: services.index)
        consultations = Consultations(log: services.book, logger: logger)
        desk = AccountDesk(
            store: services.accounts, log: services.book, hasher: gatekeeper.hasher, clock: services.clock,
            onChange: { [gatekeeper] name in
                gatekeeper.directory.forget()
                if let name { gatekeeper.sessions.closeAll(of: name) }
            })
        uploadSlots = SlotCounter(limit: limits.uploadsAtOnceCount, name: "uploadsAtOnce", what: "take in a file")
        importSlots = SlotCounter(limit: limits.importsAtOnceCount, name: "importsAtOnce", what: "import a list")
        verificationSlots = SlotCounter(limit: limits.verificationsAtOnceCount, name: "verificationsAtOnce", what: "verify the log")
        eventSlots = SlotCounter(limit: limits.eventStreamCount, name: "eventStreams", what: "tell what happens")
        stills = StillDesk(archive: services.archive, maker: services.stills, limits: limits)
    }

    var routes: [Route] {
        healthRoutes + sessionRoutes + cameraRoutes + footageRoutes + pictureRoutes + handoverRoutes + clipRoutes + incidentRoutes
            + boardRoutes + screenshotRoutes + stepRoutes + linkRoutes + areaRoutes + statusRoutes + accountRoutes + groupRoutes
            + holdRoutes + exportRoutes + pushRoutes + consultationRoutes + numbersRoutes + upkeepRoutes + pageRoutes + assetRoutes
    }

    /// The router over all routes; HEAD answers wherever GET does.
    func router() -> Router<APIContext> {
        let routes = self.routes
        let router = Router(context: APIContext.self)
        let pages = Set(routes.filter { $0.kind == .page }.map(\.path))
        router.add(middleware: Frontmost(routes: shapes(of: routes), pages: pages, pageTelling: page(telling:_:_:_:), logger: logger))
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

    /// A request's way to its route: secrets out of addresses, who asks, whether the route is for him, what the query says, what the
    /// footage is for. What is refused on the way is logged, and what was allowed and then failed.
    private func answer(_ route: Route, _ request: Request, _ context: APIContext) async throws -> Response {
        var context = context
        if route.access != .open { try refuseSecretInQuery(request) }
        if route.access.asksForPrincipal { context.principal = try await principal(route, request, context) }
        do {
            let call = try await call(route, request, context)
            do {
                return try await route.handler(call)
            } catch {
                await consultations.failed(call.acts.all, error)
                throw error
            }
        } catch let error as CaselightError where Self.refusals.contains(error.code) && route.access.asksForPrincipal {
            await consultations.refused(refusal(route, request, context, error))
            throw error
        }
    }

    private func principal(_ route: Route, _ request: Request, _ context: APIContext) async throws -> Principal {
        do {
            return try await gatekeeper.principal(of: request, context)
        } catch let error as CaselightError where error.code == .unauthenticated || error.code == .forbidden {
            // A browser without a session asks before it signs in; who sends something wrong is another matter.
            if request.headers[.authorization] != nil { await consultations.refused(refusal(route, request, context, error)) }
            throw error
        }
    }

    private func call(_ route: Route, _ request: Request, _ context: APIContext) async throws -> Call {
        if let principal = context.principal { try admit(principal, to: route, context) }
        if route.access.showsFootage, let problem = services.book.problem {
            throw CaselightError(.logUnwritable, "show footage", because: "the consultation log cannot be written: \(problem)")
        }
        let query = try QueryReader(request.uri.query, known: route.query, required: [])
        var disclosure: Disclosure?
        if route.access.showsFootage, let principal = context.principal {
            let pathIncident = try context.parameters.get("number").map { try IncidentNumber($0) }
            disclosure = try await Disclosure.stated(in: query, pathIncident: pathIncident, gate: gate, principal: principal)
        }
        for name in route.required where query.text(name) == nil { throw query.missing(name) }
        return Call(request: request, context: context, query: query, disclosure: disclosure)
    }

    private func admit(_ principal: Principal, to route: Route, _ context: APIContext) throws {
        if route.access == .ownAccount {
            guard principal.has(.admin) || context.parameters.get("name") == principal.account.name.text else {
                throw CaselightError(.forbidden, "answer", because: "this is another account's, and you are no admin")
            }
        } else if !route.access.admits(principal) {
            throw CaselightError(
                .forbidden, "answer", because: "this asks for the role \(route.access.text.joined(separator: " or ")), and \(principal.account.name) has \(principal.account.roles.isEmpty ? "none" : principal.account.roles.map(\.rawValue).joined(separator: ", "))",
                remedy: "An administrator grants roles.")
        }
    }

    /// What counts as a refused attempt. What is outside somebody's scope answers, and is logged, like what does not exist.
    private static let refusals: Set<CaselightError.Code> = [.forbidden, .purposeRequired, .notFound]

    private func refusal(_ route: Route, _ request: Request, _ context: APIContext, _ error: CaselightError) -> LoggedAct {
        let parameters = context.parameters
        var act = LoggedAct(route.act, by: context.actor, outcome: .refused, detail: "\(error.code.rawValue) \(request.method) \(route.path)")
        if route.path.contains("/cameras/") { act.camera = parameters.get("code").flatMap { try? CameraCode($0) } }
        act.incident = parameters.get("number").flatMap { try? IncidentNumber($0) }
        return act
    }

    /// Said before anything else, so that whoever puts a token into an address learns it even when the token is right.
    private func refuseSecretInQuery(_ request: Request) throws {
        guard let query = request.uri.query, query.lowercased().contains("token=") else { return }
        throw QueryReader.secretInAddress
    }
}
