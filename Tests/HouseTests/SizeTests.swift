import Testing

/// How long a file and a function may get before there must be a seam.
@Suite struct SizeTests {
    static let fileLimitLines = 500
    static let bodyLimitLines = 70

    @Test func filesStayWithinTheLimit() {
        let long = Repository.swiftSources.filter { $0.lineCount > Self.fileLimitLines }
        let report = long.map { "\($0.path) has \($0.lineCount) lines; the limit is \(Self.fileLimitLines)" }
        #expect(report.isEmpty, "\(report.joined(separator: "\n"))")
    }

    @Test func functionsStayWithinTheLimit() {
        let report = Repository.swiftSources.flatMap { source in
            source.bodies.filter { $0.lineCount > Self.bodyLimitLines }.map { body in
                "\(source.path):\(body.line + 1): \(body.name) has \(body.lineCount) lines; the limit is \(Self.bodyLimitLines)"
            }
        }
        #expect(report.isEmpty, "\(report.joined(separator: "\n"))")
    }
}
