import CaselightModel

/// Who may use a route. Each route names its own; there is no default.
enum AccessRule: Hashable, Sendable {
    /// Health: asks for nothing.
    case open
    /// Signs in or out: asks for no principal yet.
    case signIn
    /// Anybody with an account.
    case signedIn
    /// The account that the path names, or an admin.
    case ownAccount
    /// Whoever holds one of the roles.
    case roles(Set<Role>)
    /// Shows footage, or where it is for a case: asks for an incident or a purpose too.
    case footage(Set<Role>)

    var asksForPrincipal: Bool { self != .open && self != .signIn }
    var showsFootage: Bool { if case .footage = self { true } else { false } }

    /// Whether somebody of these roles passes; what it is about is judged by `Gate`.
    func admits(_ principal: Principal) -> Bool {
        switch self {
        case .open, .signIn, .signedIn, .ownAccount: true
        case .roles(let roles), .footage(let roles): principal.has(anyOf: roles)
        }
    }

    /// As the description of the API names it.
    var text: [String] {
        switch self {
        case .open: ["open"]
        case .signIn: ["signIn"]
        case .signedIn: ["signedIn"]
        case .ownAccount: ["ownAccount", "admin"]
        case .roles(let roles), .footage(let roles): Role.allCases.filter(roles.contains).map(\.rawValue)
        }
    }
}
