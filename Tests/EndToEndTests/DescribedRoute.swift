import Foundation

/// A route as `openapi.yaml` describes it.
struct DescribedRoute: Hashable, CustomStringConvertible {
    let method: String
    /// With its parameters in braces.
    let path: String

    var description: String { "\(method) \(path)" }

    /// All there are, so that a new one is walked too.
    static func all() throws -> [DescribedRoute] {
        let file = Workshop.packageRoot.appending(path: "Sources/CaselightServer/openapi.yaml")
        var (path, routes): (String?, [DescribedRoute]) = (nil, [])
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            if let match = line.wholeMatch(of: /[ ]{2}(\/.*):/) { path = String(match.1) }
            if line.wholeMatch(of: /components:/) != nil { path = nil }
            if let path, let match = line.wholeMatch(of: /[ ]{4}(get|post|put|patch|delete):/) {
                routes.append(DescribedRoute(method: match.1.uppercased(), path: path))
            }
        }
        guard routes.count > 50 else { throw Trouble("openapi.yaml is not understood: \(routes)") }
        return routes
    }
}
