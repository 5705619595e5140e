internal import CaselightModel

/// A time-stamping authority, asked through whatever carries the bytes.
package struct TimestampAuthority: Sendable {
    /// For people: where it is, without credentials and query.
    package let name: String
    /// What its certificate must lead to; `nil` takes any, and the package says so by what `caselight verify` prints.
    package let trust: TimestampTrust?
    /// Posts a request as `TimestampRequest.mediaType` and gives the answer's body. Sets its own time limit.
    package let post: @Sendable ([UInt8]) async throws -> [UInt8]

    package init(name: String, trust: TimestampTrust?, post: @escaping @Sendable ([UInt8]) async throws -> [UInt8]) {
        self.name = name
        self.trust = trust
        self.post = post
    }

    /// Asks it about a manifest. Never throws: without a token that holds, the package says why there is none.
    package func timestamp(of manifest: [UInt8]) async -> PackageTimestamp {
        let request = TimestampRequest(over: manifest)
        do {
            let response = try await post(try request.der)
            let sha256 = HexText.text(request.sha256)
            let token = try await TimestampToken.verified(response, of: sha256, nonce: .exactly(HexText.text(request.nonce)), trust: trust)
            return PackageTimestamp(statement: token.statement(authority: name, manifestSHA256: sha256), response: response)
        } catch let error as CaselightError where error.code == .evidenceBroken {
            return .absent("the answer of \(name) was refused: \(error.cause)", authority: name, manifest: manifest)
        } catch {
            let cause = (error as? CaselightError)?.cause ?? "\(error)"
            return .absent("\(name) gave none: \(cause)", authority: name, manifest: manifest)
        }
    }
}
