import CaselightModel

/// Who asks: an account, by what means it spoke, and which cameras it may know of.
struct Principal: Hashable, Sendable {
    enum Means: Hashable, Sendable {
        /// A browser that signed in; the SHA-256 of the session's id names it.
        case session
        /// A personal token, by its id.
        case token(String)
        /// The system's administrator on the machine itself, through the daemon's own socket.
        case machine
    }

    let account: Account
    let scope: CameraScope
    let means: Means

    func has(_ role: Role) -> Bool { account.roles.contains(role) }
    func has(anyOf roles: Set<Role>) -> Bool { !roles.isDisjoint(with: account.roles) }

    /// As the consultation log names it.
    func actor(from address: String?) -> LogActor {
        var actor = LogActor(who: account.name.text, unit: account.unit, roles: account.roles, address: address)
        if case .token(let id) = means { actor.token = id }
        return actor
    }

    /// Keeps accounts and settings, as any account of the role `admin`: whoever may open the socket may do as much with a shell.
    static func machine(at time: WallTime) -> Principal? {
        guard let name = try? AccountName(ReservedName.machine.rawValue) else { return nil }
        return Principal(account: Account(name: name, roles: [.admin], createdAt: time), scope: .all, means: .machine)
    }
}

/// Names that the log uses for those who have no account.
enum ReservedName: String, CaseIterable {
    case machine, caselightd, nobody
}
