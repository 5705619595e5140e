/// A `Session` header: what names the session, and after how many silent seconds the camera forgets it (RFC 2326, 12.37).
struct SessionHeader: Equatable {
    let id: String
    let timeoutSeconds: Int?

    /// - Returns: `nil` where there is no id, or one that cannot be sent back.
    init?(_ value: String) {
        let parts = value.split(separator: ";", omittingEmptySubsequences: false).map(\.trimmed)
        guard let id = parts.first, !id.isEmpty, id.utf8.count <= RTSPLimits.sessionIDBytes, id.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        self.id = id
        let stated = parts.dropFirst().lazy.compactMap { part -> Int? in
            let pair = part.split(separator: "=", maxSplits: 1).map(\.trimmed)
            guard pair.count == 2, pair[0].lowercased() == "timeout" else { return nil }
            return Int(pair[1])
        }.first
        timeoutSeconds = stated.flatMap { $0 > 0 ? min($0, RTSPLimits.longestSessionSeconds) : nil }
    }
}
