import CaselightModel
import CaselightStore
import Logging
import Metrics

/// Notes outages in the records, in order, and keeps trying while the database does not take them: a gap's cause is an exhibit.
actor OutageBook {
    private enum Entry: Sendable {
        case open(Outage)
        case close(CameraCode, WallTime)
        case past(Outage)
    }

    /// Past it the oldest notes are given up, which is counted and logged as critical.
    private static let waitingLimit = 100_000

    private let records: any RecordStore
    private let logger: Logger
    private var waiting: [Entry] = []
    private var isWriting = false
    /// The open outage of each camera, as noted last.
    private var current: [CameraCode: Outage] = [:]
    private let lostCounter = Counter(label: "caselight_outage_notes_lost_total")

    init(records: any RecordStore, logger: Logger) {
        self.records = records
        self.logger = logger
    }

    /// Takes up what the records know to be open; to be called once, before anything else.
    func load() async throws {
        for outage in try await records.openOutages() { current[outage.camera] = outage }
    }

    /// Notes that recording stopped, or goes on being stopped for another cause: then the first cause ends where the next begins.
    func open(_ outage: Outage) async {
        if let known = current[outage.camera], known.cause == outage.cause {
            guard known.detail != outage.detail else { return }
        } else if let known = current[outage.camera] {
            await add(.close(outage.camera, max(outage.startedAt, known.startedAt + Microseconds(1))))
        }
        current[outage.camera] = outage
        await add(.open(outage))
    }

    func openUnlessOpen(_ outage: Outage) async {
        if current[outage.camera] == nil { await open(outage) }
    }

    func close(_ camera: CameraCode, at time: WallTime) async {
        guard current.removeValue(forKey: camera) != nil else { return }
        await add(.close(camera, time))
    }

    /// Notes an outage that is over.
    func note(_ past: Outage) async { await add(.past(past)) }

    private func add(_ entry: Entry) async {
        if waiting.count >= Self.waitingLimit {
            waiting.removeFirst()
            lostCounter.increment()
            logger.critical("an outage's note is lost: records.db has taken none of the last \(Self.waitingLimit)")
        }
        waiting.append(entry)
        await write()
    }

    /// Returns when everything is written, or at the first failure after which it goes on by itself.
    func write() async {
        guard !isWriting else { return }
        isWriting = true
        defer { isWriting = false }
        while let entry = waiting.first {
            do {
                try await apply(entry)
                waiting.removeFirst()
            } catch {
                logger.error("\(error)")
                Task {
                    try? await Task.sleep(for: .seconds(1))
                    await self.write()
                }
                return
            }
        }
    }

    private func apply(_ entry: Entry) async throws {
        switch entry {
        case .open(let outage): try await records.openOutage(outage)
        case .close(let camera, let time): try await records.closeOutage(of: camera, at: time)
        case .past(let outage): try await records.addOutage(outage)
        }
    }
}
