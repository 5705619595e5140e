import CaselightModel
import CaselightStore
import Foundation
import Logging
import Synchronization

/// Feeds that do what a test says.
final class ScriptedFeeds: LiveFeeds {
    struct Script {
        var statuses: [FeedStatus] = []
        var changed: [CameraCode] = []
        var probes: [(FeedURL, FeedCredentials?, FeedTransport)] = []
        var probeError: CaselightError?
        var orders: [FootageImport] = []
        var importError: CaselightError?
    }

    let script = Mutex(Script())

    func status(of code: CameraCode) async -> FeedStatus? { script.withLock { $0.statuses.first { $0.camera == code } } }
    func statuses() async -> [FeedStatus] { script.withLock { $0.statuses } }
    func cameraChanged(_ code: CameraCode) async { script.withLock { $0.changed.append(code) } }

    func probe(
        _ url: FeedURL, credentials: FeedCredentials?, transport: FeedTransport, pictureWidthPixels: Int?
    ) async throws -> ProbedFeed {
        let error = script.withLock { script in
            script.probes.append((url, credentials, transport))
            return script.probeError
        }
        if let error { throw error }
        return ProbedFeed(stream: Installation.stream, picture: pictureWidthPixels.map { _ in [0xFF, 0xD8, 0xFF, 0xD9] })
    }

    func importFootage(_ order: FootageImport, progress: @Sendable @escaping (Int64, Int64) -> Void) async throws -> Run {
        let error = script.withLock { script in
            script.orders.append(order)
            return script.importError
        }
        let size = Int64((try? FileManager.default.attributesOfItem(atPath: order.path)[.size] as? Int) ?? 0)
        progress(size / 2, size)
        if let error { throw error }
        progress(size, size)
        let start = order.startsAt ?? Installation.start
        return Run(
            id: order.run, camera: order.camera, origin: .file(name: order.name, sha256: order.sha256), startedAt: start,
            endedAt: start + .seconds(60), stream: Installation.stream)
    }
}

/// Answers a still with what it was asked for.
final class ScriptedStills: StillMaker {
    struct Order: Hashable {
        let initializationByteCount: Int
        let keyframe: [UInt8]
        let widthPixels: Int?
    }

    let orders = Mutex<[Order]>([])
    /// Holds stills back until it is opened.
    let gate = Gate()

    func still(initialization: [UInt8], keyframe: [UInt8], widthPixels: Int?) async throws -> [UInt8] {
        orders.withLock { $0.append(Order(initializationByteCount: initialization.count, keyframe: keyframe, widthPixels: widthPixels)) }
        await gate.pass()
        return [0xFF, 0xD8, 0xFF, UInt8(orders.withLock { $0.count })]
    }
}

/// Open from the start; closed, it lets nobody through until it is opened again.
actor Gate {
    private var isClosed = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var watchers: [CheckedContinuation<Void, Never>] = []

    func close() { isClosed = true }

    func open() {
        isClosed = false
        waiting.forEach { $0.resume() }
        waiting = []
    }

    func pass() async {
        guard isClosed else { return }
        watchers.forEach { $0.resume() }
        watchers = []
        await withCheckedContinuation { waiting.append($0) }
    }

    /// Returns once somebody waits.
    func reached() async {
        guard waiting.isEmpty else { return }
        await withCheckedContinuation { watchers.append($0) }
    }
}

/// Keeps what was logged.
final class LogBook: Sendable {
    struct Entry: Sendable {
        let level: Logger.Level
        let message: String
        let metadata: [String: String]
    }

    private let kept = Mutex<[Entry]>([])
    func add(_ entry: Entry) { kept.withLock { $0.append(entry) } }
    var entries: [Entry] { kept.withLock { $0 } }
    func entries(_ message: String) -> [Entry] { entries.filter { $0.message == message } }
    /// Everything at once, for looking for what must not be there.
    var text: String { entries.map { "\($0.message) \($0.metadata)" }.joined(separator: "\n") }
}

struct BookLogHandler: LogHandler {
    let book: LogBook
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        book.add(LogBook.Entry(level: event.level, message: "\(event.message)", metadata: all.mapValues { "\($0)" }))
    }
}
