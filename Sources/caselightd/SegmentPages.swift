import CaselightModel
import CaselightStore

extension FootageIndex {
    private static var pageSize: Int { 500 }

    /// Hands over a camera's segments a page at a time, each once.
    func forEachPage(of camera: CameraCode, _ body: ([Segment]) async throws -> Void) async throws {
        var from = WallTime.distantPast
        var before: Set<SegmentID> = []
        while true {
            // Pages meet at the last one's start, so those that lie across it come twice.
            let page = try await segments(
                of: camera, overlapping: TimeSpan(start: from, end: .distantFuture), limit: Self.pageSize, detailed: false)
            let fresh = page.filter { !before.contains($0.id) }
            guard let last = page.last, !fresh.isEmpty else { return }
            try await body(fresh)
            before = Set(page.map(\.id))
            from = last.span.start
        }
    }
}
