internal import CaselightModel

/// Makes the addresses of later requests from what a camera calls its media (RFC 2326, C.1.1).
///
/// Every address made here begins with the scheme, host and port that were given: whatever a camera writes, it names the camera.
struct ControlAddress {
    /// `rtsp://host:port`.
    private let authority: String
    private let knownHosts: Set<String>
    /// Path and query that the media's names are appended to.
    private let basePath: String
    /// Of requests that concern all media.
    let aggregate: String

    /// - Parameters:
    ///   - peerHost: the connected address in numbers, by which a camera reached by name may call itself.
    ///   - base: `Content-Base`, or else `Content-Location`.
    ///   - session: the `a=control` above the media.
    init(_ url: FeedURL, peerHost: String, base: String?, session: String?) throws(RTSPFailure) {
        authority = url.redacted
        knownHosts = [url.host.lowercased(), peerHost.lowercased()]
        let session = session?.trimmed ?? ""
        var basePath = url.pathAndQuery
        var aggregatePath: String?
        if let base = base?.trimmed, !base.isEmpty, let path = try Self.path(of: base, knownHosts: knownHosts) {
            basePath = path
        } else if let path = try Self.path(of: session, knownHosts: knownHosts) {
            basePath = path
        }
        if !session.isEmpty, session != "*" {
            aggregatePath = try Self.path(of: session, knownHosts: knownHosts) ?? Self.joined(basePath, session)
        }
        self.basePath = basePath
        aggregate = authority + (aggregatePath ?? basePath)
        try Self.check(aggregate)
    }

    /// The address of one medium. Without a name of its own it is that of all.
    func address(of control: String?) throws(RTSPFailure) -> String {
        guard let control = control?.trimmed, !control.isEmpty, control != "*" else { return aggregate }
        let address = authority + (try Self.path(of: control, knownHosts: knownHosts) ?? Self.joined(basePath, control))
        try Self.check(address)
        return address
    }

    /// A name is appended behind the query too: that is how cameras mean it, and how other clients do it.
    private static func joined(_ base: String, _ name: String) -> String {
        if name.hasPrefix("/") {
            let folder = base.hasSuffix("/") ? String(base.dropLast()) : base
            return name.hasPrefix(folder + "/") || folder.isEmpty ? name : folder + name
        }
        return base.hasSuffix("/") ? base + name : base + "/" + name
    }

    /// Path and query of an absolute address; `nil` for one that is not absolute.
    ///
    /// - Throws: `malformed` for another host's. A camera behind address translation calls itself by its inside address; that one
    ///   is passed over, for requests go to the connected camera all the same.
    private static func path(of text: String, knownHosts: Set<String>) throws(RTSPFailure) -> String? {
        let lower = text.lowercased()
        guard let scheme = ["rtsp://", "rtspt://", "rtspu://"].first(where: { lower.hasPrefix($0) }) else { return nil }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let path = rest.dropFirst(authority.count)
        let host = host(of: authority).lowercased()
        guard knownHosts.contains(host) || InsideAddress.isInside(host) else {
            throw .malformed("an address of another host for its media")
        }
        return path.isEmpty || path.hasPrefix("/") ? String(path) : "/" + path
    }

    private static func host(of authority: Substring) -> String {
        let place = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        if place.hasPrefix("["), let close = place.firstIndex(of: "]") {
            return String(place[place.index(after: place.startIndex)..<close])
        }
        return String(place.prefix { $0 != ":" })
    }

    private static func check(_ address: String) throws(RTSPFailure) {
        guard address.utf8.count <= RTSPLimits.addressBytes, address.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") })
        else { throw .malformed("an address of its media that is too long or has characters no address has") }
    }
}

/// Addresses that have a meaning only inside some network (RFC 1918, 3927, 6598).
enum InsideAddress {
    static func isInside(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4, let first = parts[0], let second = parts[1], parts[2] != nil, parts[3] != nil else { return false }
        switch (first, second) {
        case (0, _), (10, _), (127, _), (192, 168), (169, 254): return true
        case (172, 16...31), (100, 64...127): return true
        default: return false
        }
    }
}
