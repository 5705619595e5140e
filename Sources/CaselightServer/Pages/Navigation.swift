import CaselightModel

/// A page that the head of every page leads to.
struct NavigationEntry: Sendable {
    let path: String
    /// Whether somebody's day happens there; elsewhere one looks in.
    var isHome = true
    let label: @Sendable (Strings) -> String

    /// Whether a page belongs to it.
    func leads(to page: String) -> Bool { page == path || (path != "/" && page.hasPrefix(path + "/")) }

    /// In their order. One appears once its page exists, to those whose role opens it.
    static let all: [NavigationEntry] = [
        NavigationEntry(path: "/") { $0.say("navBoard") },
        NavigationEntry(path: "/cameras") { $0.say("navCameras") },
        NavigationEntry(path: "/numbers", isHome: false) { $0.say("navNumbers") },
        NavigationEntry(path: "/deliveries") { $0.say("navDeliveries") },
        NavigationEntry(path: "/log") { $0.say("navLog") },
    ]
}

extension API {
    /// All pages. A new one stands in an extension of its own and is added here.
    var pageRoutes: [Route] {
        signInPage + boardPages + incidentPages + cameraPages + numbersPages + deliveryPages + logPages
    }

    func frame(_ viewer: Viewer, path: String = "") -> PageFrame {
        let pages = pageRoutes
        let open = NavigationEntry.all.filter { entry in
            guard let principal = viewer.principal, let page = pages.first(where: { $0.path == entry.path }) else { return false }
            return page.access.admits(principal)
        }
        return PageFrame(viewer: viewer, navigation: open, path: path)
    }

    /// A page within the frame; see `Route.page`.
    func page(
        _ path: String, _ access: AccessRule, act: LogAction = .lookUp, query: [String] = [], template: String, fragments: [String] = [],
        _ content: @escaping @Sendable (Call, Viewer) async throws -> Page
    ) -> Route {
        Route.page(
            path, access, act: act, query: query, template: template, fragments: fragments, frame: { frame($0, path: path) }, content: content)
    }
}
