import CaselightModel
import CaselightStore

/// Cameras with nothing but a feed are answered by one look at their coverage. Where recordings were handed over, coverage mixes our
/// clock with others': such a camera is answered from its segments, run by run.
extension FootageSearch {
    /// Segments read at a time.
    private static let segmentPageSize = 2000

    /// What `cameras` recorded in `span` and as far around it as a clock without samples may be off.
    func footage(
        of cameras: [CameraCode], in span: TimeSpan, judged: TimeSpan?, margin: Microseconds
    ) async throws -> [CameraCode: CameraFootage] {
        guard !cameras.isEmpty else { return [:] }
        let window = span.widened(by: margin + SpanClock.defaultReceiverUncertainty)
        let coverage = try await index.coverage(of: cameras, overlapping: window)
        let imports = try await imports(of: cameras)
        var footage = [CameraCode: CameraFootage](minimumCapacity: cameras.count)
        for (camera, recorded) in coverage where imports[camera] == nil {
            footage[camera, default: CameraFootage()].add(recorded, following: .receiver(measuredBy: nil))
        }
        for (camera, clocks) in imports {
            footage[camera] = try await segmented(camera, imports: clocks, around: span, margin: margin)
        }
        for camera in footage.keys { footage[camera]?.judge(judged ?? span) }
        return footage
    }

    func clockSamples(of cameras: [CameraCode]) async throws -> [CameraCode: ClockSample] {
        cameras.isEmpty ? [:] : try await index.latestClockSamples(of: cameras)
    }

    /// Adds what the cameras' clock samples tell, reads more where they are less sure than assumed, and cuts to the window.
    func refine(
        _ footage: [CameraCode: CameraFootage], of cameras: [CameraCode], samples: [CameraCode: ClockSample], in span: TimeSpan, margin: Microseconds
    ) async throws -> [CameraCode: CameraFootage] {
        var refined: [CameraCode: CameraFootage] = [:]
        for camera in cameras {
            var known = footage[camera] ?? CameraFootage()
            known.cameraClock = samples[camera]
            if known.receiverClock.uncertaintyUs > SpanClock.defaultReceiverUncertainty, known.imports.isEmpty {
                let window = span.widened(by: margin + known.receiverClock.uncertaintyUs)
                let recorded = try await index.coverage(of: [camera], overlapping: window)[camera] ?? []
                known.spans = []
                known.withoutPictures = []
                known.add(recorded, following: known.receiverClock)
            }
            known.cut(to: span, margin: margin)
            refined[camera] = known
        }
        return refined
    }

    func imports(of cameras: [CameraCode]) async throws -> [CameraCode: [SpanClock: Set<RunID>]] {
        let runs = try await index.importedRuns(of: cameras)
        guard !runs.isEmpty else { return [:] }
        let corrections = Dictionary(
            grouping: try await records.clockCorrections(of: Array(Set(runs.map(\.camera)))), by: \.camera)
        return runs.reduce(into: [:]) { found, run in
            let clock = SpanClock.imported(run.id, corrections: corrections[run.camera] ?? [])
            found[run.camera, default: [:]][clock, default: []].insert(run.id)
        }
    }

    private func segmented(
        _ camera: CameraCode, imports: [SpanClock: Set<RunID>], around span: TimeSpan, margin: Microseconds
    ) async throws -> CameraFootage {
        var footage = CameraFootage()
        footage.imports = imports
        for (clock, segments) in try await segments(of: camera, imports: imports, around: span, margin: margin, detailed: false) {
            footage.add(Coverage.joined(segments), following: clock)
        }
        return footage
    }

    /// A camera's segments in `span` as widened for the clock they follow, by clock. Their own times stay as the archive has them.
    func segments(
        of camera: CameraCode, imports: [SpanClock: Set<RunID>], around span: TimeSpan, margin: Microseconds, detailed: Bool
    ) async throws -> [(clock: SpanClock, segments: [Segment])] {
        let imported = imports.values.reduce(into: Set()) { $0.formUnion($1) }
        let receiver = SpanClock.receiver(measuredBy: nil)
        var found: [(SpanClock, [Segment])] = []
        let live = try await segments(of: camera, overlapping: span.widened(by: margin + receiver.uncertaintyUs), detailed: detailed)
        found.append((receiver, imported.isEmpty ? live : live.filter { !imported.contains($0.id.run) }))
        for (clock, runs) in imports {
            let window = span.widened(by: margin + clock.uncertaintyUs).shifted(by: clock.offsetUs)
            let segments = try await segments(of: camera, overlapping: window, detailed: detailed)
            found.append((clock, segments.filter { runs.contains($0.id.run) }))
        }
        return found
    }

    private func segments(of camera: CameraCode, overlapping span: TimeSpan, detailed: Bool) async throws -> [Segment] {
        var all = try await index.segments(of: camera, overlapping: span, limit: Self.segmentPageSize, detailed: detailed)
        // Most spans end here; a longer one goes on from the last start, which several segments may share.
        var page = all
        var known = page.count == Self.segmentPageSize ? Set(page.map(\.id)) : []
        var rest = span
        while page.count == Self.segmentPageSize, let last = page.last, last.span.start > rest.start, last.span.start < rest.end {
            rest = TimeSpan(start: last.span.start, end: rest.end)
            page = try await index.segments(of: camera, overlapping: rest, limit: Self.segmentPageSize, detailed: detailed)
            all += page.filter { known.insert($0.id).inserted }
        }
        return all
    }
}

extension Coverage {
    /// Segments as stretches: those of one policy that touch are one.
    static func joined(_ segments: [Segment]) -> [Coverage] {
        var stretches: [Coverage] = []
        for segment in segments.sorted(by: { ($0.span.start, $0.id) < ($1.span.start, $1.id) }) {
            if let last = stretches.last, last.policy == segment.policy, segment.span.start <= last.span.end {
                stretches[stretches.count - 1].span = TimeSpan(start: last.span.start, end: max(last.span.end, segment.span.end))
            } else {
                stretches.append(Coverage(span: segment.span, policy: segment.policy))
            }
        }
        return stretches
    }
}
