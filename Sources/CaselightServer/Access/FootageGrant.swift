import CaselightModel
import CaselightStore

/// That the choke point lets somebody see a camera's footage, and what for. Whatever reads a byte of footage for a client asks for one,
/// and only `Gate` makes them.
struct FootageGrant: Sendable {
    let camera: CameraCode
    let principal: Principal
    let disclosure: Disclosure

    fileprivate init(camera: CameraCode, principal: Principal, disclosure: Disclosure) {
        self.camera = camera
        self.principal = principal
        self.disclosure = disclosure
    }
}

/// The choke point: decides by object what somebody may know of. What lies outside somebody's scope is answered as if it did not exist.
struct Gate: Sendable {
    let records: any RecordStore
    let index: any FootageIndex

    /// Lets somebody see a camera's footage.
    ///
    /// - Throws: `notFound` alike for a camera that does not exist and one outside the scope.
    func footage(of code: CameraCode, for principal: Principal, _ disclosure: Disclosure) async throws -> FootageGrant {
        guard try await knowsFootage(of: code, principal.scope) else { throw Missing.camera(code) }
        return FootageGrant(camera: code, principal: principal, disclosure: disclosure)
    }

    /// Whether somebody may be told what exists of a camera's footage, as `footage` decides it.
    func checkFootage(of code: CameraCode, for principal: Principal) async throws {
        guard try await knowsFootage(of: code, principal.scope) else { throw Missing.camera(code) }
    }

    /// As `checkFootage`, for lists.
    func knows(_ code: CameraCode, _ principal: Principal) async throws -> Bool { try await knowsFootage(of: code, principal.scope) }

    /// What tells a foreign thing from an own one, done for one that does not exist: the time of an answer must not tell them apart.
    func feint(_ question: Feint, for principal: Principal) async throws {
        guard principal.scope != .all else { return }
        switch question {
        case .camera: _ = try await records.isCamera(try CameraCode("-"), in: principal.scope)
        case .incident: _ = try await records.incident(try IncidentNumber("-"))
        }
    }

    enum Feint { case camera, incident }

    /// A camera in service.
    func camera(_ code: CameraCode, in scope: CameraScope) async throws -> Camera {
        guard let camera = try await records.camera(code), scope.holds(camera) else { throw Missing.camera(code) }
        return camera
    }

    /// An incident of the scope, or one that the asker posted.
    func incident(_ number: IncidentNumber, for principal: Principal) async throws -> Incident {
        guard let incident = try await records.incident(number), Self.knows(incident, principal) else { throw Missing.incident(number) }
        return incident
    }

    static func knows(_ incident: Incident, _ principal: Principal) -> Bool {
        principal.scope.holds(incident) || incident.postedBy == principal.account.name
    }

    /// Whether in service or removed: footage outlives its camera. Of what was never registered, only those without limits know.
    private func knowsFootage(of code: CameraCode, _ scope: CameraScope) async throws -> Bool {
        guard scope == .all else { return try await records.isCamera(code, in: scope) }
        if try await records.camera(code) != nil { return true }
        return try await index.camerasWithFootage().contains(code)
    }
}
