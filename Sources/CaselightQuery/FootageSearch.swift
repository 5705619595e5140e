public import CaselightModel
public import CaselightStore

/// Asks records and footage index by place and time.
///
/// A value without state: cheap to make, and safe to use from anywhere. It only reads.
public struct FootageSearch: Sendable {
    /// Cameras, areas, incidents, outages and statements about clocks.
    let records: any RecordStore
    /// What was recorded.
    let index: any FootageIndex
    let clock: any WallClock

    /// - Parameter clock: tells how much of a span has passed.
    public init(records: any RecordStore, index: any FootageIndex, clock: any WallClock = SystemWallClock()) {
        self.records = records
        self.index = index
        self.clock = clock
    }

    /// Finds the cameras that could have seen a place, what they recorded in a time, and what they did not.
    ///
    /// Cameras are ranked by whether they see the place, whether they recorded anything of the span, their distance, how much
    /// moved (where activity is asked for), and their code. The order is total, so that pages neither repeat nor leave out.
    /// - Throws: `CaselightError`: `invalidShape`, `invalidValue` (a limit, or a cursor of another question), `tooLarge`,
    ///   `notFound` for a grid that neither an area nor a camera names.
    public func clips(_ query: ClipQuery) async throws -> ClipAnswer {
        try await withTaskExecutorPreference(index.readExecutor) { try await answer(to: try query.checked()) }
    }

    private func answer(to query: ClipQuery) async throws -> ClipAnswer {
        let cursor = try query.cursor.map { text throws(CaselightError) in try ClipCursor(text, of: query) }
        let place = try await found(query)
        let unlocated = try await unlocatedCount(of: place, filter: query.filter)
        var cameras = CameraInRange.merged(try await camerasInRange(of: place, filter: query.filter), in: query.span)
        let codes = cameras.map { $0.code }
        let judged = judgedSpan(query.span)
        let footage = try await footage(of: codes, in: query.span, judged: judged, margin: query.wideningMargin)
        // One that was gone before and left nothing has no say in it.
        cameras.removeAll { $0.isGone(before: query.span) && footage[$0.code]?.state ?? .absent == .absent }
        let page = try await page(of: cameras, footage: footage, query: query, after: cursor)
        let gaps = try await gaps(of: page.cameras, footage: footage, in: judged)
        let samples = try await clockSamples(of: page.cameras.map { $0.code })
        let refined = try await refine(
            footage, of: page.cameras.map { $0.code }, samples: samples, in: query.span, margin: query.wideningMargin)
        let clips = page.cameras.map { entry(of: $0, footage: refined[$0.code], page: page, query: query) }
        let statement = CoverageStatement(
            wanted: query.span, judged: judged, states: cameras.map { footage[$0.code]?.state ?? .absent },
            sights: cameras.lazy.map { $0.sees }, unlocatedCameras: unlocated,
            wideningUs: clips.lazy.map { $0.wideningUs }.max() ?? query.wideningMargin, listed: clips.count)
        return ClipAnswer(clips: clips, gaps: gaps, statement: statement, nextCursor: page.nextCursor)
    }

    /// What of a span is old enough for its footage to have reached the index.
    func judgedSpan(_ span: TimeSpan) -> TimeSpan? {
        let end = min(span.end, clock.now() - CoverageStatement.recordingLag)
        return end > span.start ? TimeSpan(start: span.start, end: end) : nil
    }

    private func entry(of camera: CameraInRange, footage: CameraFootage?, page: ClipPage, query: ClipQuery) -> CameraClips {
        let spans = footage?.spans ?? []
        return CameraClips(
            camera: camera.code, name: camera.name, position: camera.position, sees: camera.sees,
            distanceMeters: camera.distanceMeters, bearingDegrees: camera.bearingDegrees, footage: footage?.state ?? .absent, spans: spans,
            activityPeaks: query.includesActivity ? page.activity[camera.code]?.peaks ?? [] : nil,
            activityBars: page.activity[camera.code]?.bars(over: query.span),
            cameraClock: footage?.cameraClock, wideningUs: query.wideningMargin + (footage?.uncertainty ?? .zero))
    }
}
