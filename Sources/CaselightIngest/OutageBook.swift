import CaselightModel
import CaselightStore
import Logging
import Metrics

/// Notes outages in the records, in order, and keeps trying while the database does not take them: a gap's cause is an exhibit.
actor OutageBook {
    /// Past it the oldest notes are given up, which is counted and logged as critical.
    private static let waitingLimit = 100_000

    private let records: any RecordStore
    private let logger: Logger
    /// Notes of one durable write, which costs the disk as much as one of one note.
    private static let batchSize = 512
    private var waiting: [OutageNote] = []
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
            add(.closed(outage.camera, at: max(outage.startedAt, known.startedAt + Microseconds(1))))
        }
        current[outage.camera] = outage
        add(.opened(outage))
        await write()
    }

    /// Opens those of cameras that have none open.
    func openUnlessOpen(_ outages: [Outage]) async {
        for outage in outages where current[outage.camera] == nil {
            current[outage.camera] = outage
            add(.opened(outage))
        }
        await write()
    }

    func close(_ camera: CameraCode, at time: WallTime) async {
        guard current.removeValue(forKey: camera) != nil else { return }
        add(.closed(camera, at: time))
        await write()
    }

    /// Notes outages that are over.
    func note(_ past: [Outage]) async {
        for outage in past { add(.past(outage)) }
        await write()
    }

    private func add(_ note: OutageNote) {
        if waiting.count >= Self.waitingLimit {
            waiting.removeFirst()
            lostCounter.increment()
            logger.critical("an outage's note is lost: records.db has taken none of the last \(Self.waitingLimit)")
        }
        waiting.append(note)
    }

    /// Returns when everything is written, or at the first failure after which it goes on by itself. What comes while a write is under
    /// way goes with the next.
    func write() async {
        guard !isWriting else { return }
        isWriting = true
        defer { isWriting = false }
        while !waiting.isEmpty {
            let batch = Array(waiting.prefix(Self.batchSize))
            waiting.removeFirst(batch.count)
            do {
                try await records.note(batch)
            } catch let error as CaselightError where error.code == .invalidValue || error.code == .notFound {
                await writeSingly(batch)
            } catch {
                waiting.insert(contentsOf: batch, at: 0)
                logger.error("\(error)")
                Task {
                    try? await Task.sleep(for: .seconds(1))
                    await self.write()
                }
                return
            }
        }
    }

    /// A note that the records will never take must not hold up those behind it.
    private func writeSingly(_ batch: [OutageNote]) async {
        for note in batch {
            do {
                try await records.note([note])
            } catch {
                lostCounter.increment()
                logger.critical("an outage's note is lost: \(error)")
            }
        }
    }

    /// Writes what waits, also where a write is under way already; gives up on records that take nothing.
    func finish() async {
        for _ in 0..<200 where isWriting { try? await Task.sleep(for: .milliseconds(10)) }
        await write()
    }
}
