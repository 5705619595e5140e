import CaselightArchive
import CaselightModel
import CaselightWorkerProtocol
import Foundation
import Testing

@testable import CaselightMedia

/// What becomes of every real and every damaged file at hand: accepted with so many pictures, or refused for a reason.
@Suite struct ImportOutcomeTests {
    enum Outcome: Equatable {
        case accepted(String, Int)
        case refused(String)
    }

    /// Beside the package, not in it.
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared/data").standardized
    private static let isPresent = FileManager.default.fileExists(atPath: folder.appending(path: "video").path)

    @Test(.enabled(if: isPresent, "the sample files are not beside the package"), .timeLimit(.minutes(2)), arguments: table.keys.sorted())
    func everyFileEndsAsTheTableSays(name: String) throws {
        let (event, sink) = try ImportTests.run(Self.folder.appending(path: name).path)
        switch event {
        case .importDone(_, let run):
            let samples = try sink.segments.flatMap { try $0.videoFragments() }.flatMap(\.samples)
            #expect(Outcome.accepted(run.stream.video?.codec ?? "", samples.count) == Self.table[name])
            let span = (run.endedAt ?? run.startedAt) - run.startedAt
            #expect(span > .zero && span < .seconds(600))
        case .requestFailed(_, let error):
            #expect(Outcome.refused(error.code.rawValue) == Self.table[name])
            #expect(!"\(error)".contains("\n"))
        default: Issue.record("\(event)")
        }
    }

    @Test(.enabled(if: isPresent, "the sample files are not beside the package")) func theTableKnowsEveryFile() throws {
        let found = ["video", "fuzz"].flatMap { part -> [String] in
            let files = FileManager.default.enumerator(
                at: Self.folder.appending(path: part), includingPropertiesForKeys: [.isRegularFileKey])
            return (files?.allObjects as? [URL] ?? []).filter { url in
                (try? url.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true && url.lastPathComponent != "SOURCES.md"
            }.map { String($0.standardized.path.dropFirst(Self.folder.path.count + 1)) }
        }
        #expect(Set(found) == Set(Self.table.keys))
    }

    /// Shared with the test that hands the same files to a running daemon.
    static let table: [String: Outcome] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../fixtures/handover.tsv").standardized
        let lines = ((try? String(contentsOf: file, encoding: .utf8)) ?? "").split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        return lines.reduce(into: [:]) { table, columns in
            guard columns.count == 3 else { return }
            table[columns[0]] = columns[1] == "refused" ? .refused(columns[2]) : .accepted(columns[1], Int(columns[2]) ?? 0)
        }
    }()
}
