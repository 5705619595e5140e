import CaselightArchive
import CaselightModel
import CaselightStore

/// Finds a camera's segments by true time: those of its feed follow our own clock, those handed over a recorder's, as far as it is known.
struct TrueTime {
    /// Assumed of a recorder's clock that nobody has checked; what questions assume.
    private static let uncheckedUncertainty = Microseconds.seconds(60)
    /// Segments read at once.
    private static let pageSize = 2000

    let index: any FootageIndex
    let records: any RecordStore

    /// Those that may show something of the span, with the time they show.
    func segments(of camera: CameraCode, overlapping span: TimeSpan) async throws -> [(segment: Segment, trueSpan: TimeSpan)] {
        let runs = try await index.importedRuns(of: [camera])
        let imported = Set(runs.map(\.id))
        let measured = try await index.latestClockSamples(of: [camera])[camera]?.uncertaintyUs ?? .zero
        let margin = min(max(measured, HeldSpans.leastMargin), HoldBook.widestMargin)
        var found = try await read(camera, span.widened(by: margin)).filter { !imported.contains($0.id.run) }.map { ($0, $0.span) }
        guard !runs.isEmpty else { return found }
        let corrections = try await records.clockCorrections(of: [camera])
        for run in runs {
            let statement = corrections.last { $0.run == run.id } ?? corrections.last { $0.run == nil }
            let offset = statement?.offsetUs ?? .zero
            let uncertainty = min(max(statement?.uncertaintyUs ?? Self.uncheckedUncertainty, .zero), HoldBook.widestMargin)
            let segments = try await read(camera, span.widened(by: uncertainty).shifted(by: offset))
            found += segments.filter { $0.id.run == run.id }.map { ($0, $0.span.shifted(by: -offset)) }
        }
        return found
    }

    /// Those that the archive dates into the span; no clock is considered.
    func recorded(by camera: CameraCode, overlapping span: TimeSpan) async throws -> [Segment] { try await read(camera, span) }

    private func read(_ camera: CameraCode, _ span: TimeSpan) async throws -> [Segment] {
        var found: [SegmentID: Segment] = [:]
        var rest = span
        while true {
            let page = try await index.segments(of: camera, overlapping: rest, limit: Self.pageSize, detailed: false)
            let countBefore = found.count
            for segment in page { found[segment.id] = segment }
            guard page.count == Self.pageSize, found.count > countBefore, let last = page.last, last.span.start < rest.end else { break }
            rest = TimeSpan(start: max(rest.start, last.span.start), end: rest.end)
        }
        return found.values.sorted { ($0.span.start, $0.id) < ($1.span.start, $1.id) }
    }
}
