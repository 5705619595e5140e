import CaselightArchive
import CaselightModel
import CaselightStore
import CaselightWorkerProtocol
import Logging
import Synchronization

/// Stills, clips, imports and probes: what people ask of the media workers.
package final class MediaDesk: StillMaker, ClipMaker {
    /// Probes at once: each holds a connection to a camera.
    private static let probeLimit = 16
    private static let probeTimeout: Duration = .seconds(20)

    private let stills: RequestDesk
    private let probes: RequestDesk
    private let index: any FootageIndex
    private let archive: Archive
    private let settings: IngestSettings
    private let logger: Logger

    package init(index: any FootageIndex, archive: Archive, settings: IngestSettings, logger: Logger) {
        self.index = index
        self.archive = archive
        self.settings = settings
        self.logger = logger
        stills = RequestDesk(role: .still, settings: settings, limit: settings.stillLimit, logger: logger)
        probes = RequestDesk(role: .feed, settings: settings, limit: Self.probeLimit, logger: logger)
    }

    package func still(initialization: [UInt8], keyframe: [UInt8], widthPixels: Int?) async throws -> [UInt8] {
        let answer = try await stills.ask(timeout: settings.stillTimeout) { number in
            .still(StillOrder(request: number, initialization: initialization, keyframe: keyframe, widthPixels: widthPixels))
        }
        guard case .stillDone(_, let picture, _, _) = answer else { throw unexpected("decode a still") }
        return picture.bytes
    }

    package func clips(
        of sources: [ClipSource], wanted: TimeSpan, into folder: String, progress: @Sendable @escaping (Int64, Int64) -> Void
    ) async throws -> [ClipFile] {
        let answer = try await stills.ask(
            timeout: nil, onEvent: { event in if case .remuxProgress(_, let done, let total) = event { progress(done, total) } }
        ) { number in
            .remux(RemuxOrder(request: number, sources: sources, wanted: wanted, folder: folder))
        }
        guard case .remuxDone(_, let clips) = answer else { throw unexpected("make clips") }
        // They become paths: the worker, which reads what strangers send, does not choose them.
        guard zip(clips, 1...).allSatisfy({ $0.name == ClipFile.name($1, isQuickTime: $0.name.hasSuffix(".mov")) }) else {
            throw unexpected("make clips")
        }
        return clips
    }

    /// The feed's worker hands over a keyframe and no picture: what decodes has no network.
    func probe(
        _ url: FeedURL, credentials: FeedCredentials?, transport: FeedTransport, pictureWidthPixels: Int?
    ) async throws -> ProbedFeed {
        let answer = try await probes.ask(timeout: Self.probeTimeout) { number in
            .probe(ProbeOrder(request: number, url: url, credentials: credentials, transport: transport, wantsKeyframe: pictureWidthPixels != nil))
        }
        guard case .probeDone(_, let stream, let found) = answer else { throw unexpected("probe a feed") }
        guard let pictureWidthPixels, let found else { return ProbedFeed(stream: stream) }
        let picture = try await still(
            initialization: found.initialization.bytes, keyframe: found.keyframe.bytes, widthPixels: pictureWidthPixels)
        return ProbedFeed(stream: stream, picture: picture)
    }

    /// Has a recorded file written as segments, and puts all of it into the index at once, or nothing.
    func importFootage(_ order: FootageImport, progress: @Sendable @escaping (Int64, Int64) -> Void) async throws -> Run {
        let segments = Mutex<[SegmentID: Segment]>([:])
        do {
            let answer = try await stills.ask(
                timeout: nil,
                onEvent: { event in
                    switch event {
                    case .segmentClosed(let segment) where segment.id.run == order.run: segments.withLock { $0[segment.id] = segment }
                    case .segmentOpened(let segment) where segment.id.run == order.run: segments.withLock { $0[segment.id] = segment }
                    case .importProgress(_, let done, let total): progress(done, total)
                    default: break
                    }
                }
            ) { number in
                .importFootage(
                    ImportOrder(
                        request: number, camera: order.camera, run: order.run, path: order.path,
                        origin: .file(name: order.name, sha256: order.sha256), startsAt: order.startsAt))
            }
            guard case .importDone(_, let run) = answer else { throw unexpected("import '\(order.name)'") }
            let written = segments.withLock { $0.values.sorted { $0.id < $1.id } }
            var changes: [IndexChange] = [.run(run)] + written.map { .segment($0) }
            if let end = written.last?.span.end { changes.append(.runEnded(run.id, at: end)) }
            try await index.apply(changes)
            return run
        } catch {
            await discard(segments.withLock { Array($0.values) }, of: order)
            throw error
        }
    }

    func stop() async {
        await stills.stop()
        await probes.stop()
    }

    private func discard(_ segments: [Segment], of order: FootageImport) async {
        do {
            try await archive.discard(segments)
        } catch {
            logger.error("\(error)", metadata: ["import": "\(order.name)"])
        }
    }

    private func unexpected(_ operation: String) -> CaselightError {
        CaselightError(.workerFailed, operation, because: "the worker answered something else")
    }
}
