import Foundation
import Testing

/// A figure on a dashboard is of no use to whoever does not know what it counts.
@Suite struct MetricTests {
    static let helpPath = "Sources/CaselightServer/Metrics/MetricHelp.swift"

    @Test func everyMetricSaysWhatItCounts() throws {
        let help = Set(try #require(Repository.text(of: Self.helpPath)).matches(of: #/"(caselight_\w+)": "\S.+\."/#).map { String($0.output.1) })
        let made = Repository.texts.filter { $0.path.hasPrefix("Sources/") && !$0.path.contains("bench") && $0.path.hasSuffix(".swift") }
            .flatMap { $0.lines.joined(separator: "\n").matches(of: #/label: "(caselight_\w+)"/#).map { String($0.output.1) } }
        #expect(Set(made).count > 40)
        #expect(Set(made).subtracting(help).sorted() == [], "\(Self.helpPath) does not tell of them")
        #expect(help.subtracting(made).sorted() == [], "nobody makes them")
    }
}
