internal import CaselightEvidence
internal import CaselightModel
internal import CaselightStore
import Foundation

/// What somebody wants of the log.
enum LogWork: Sendable {
    case acts([LoggedAct])
    case watched(TimeSpan, ViewingSubject)
    /// Seals the viewings that are due; those of a former run are always.
    case sealDue
    case sealAll
    /// Writes what is gone again at once: whether the disk takes anything.
    case probe

    /// How much of the queue it takes.
    var entryCount: Int {
        switch self {
        case .acts(let acts): acts.count
        case .watched, .sealDue, .sealAll, .probe: 1
        }
    }
}

/// Viewings under way, as they are on disk.
struct ViewingTable: Sendable {
    var current: [ViewingSubject: Viewing] = [:]
    /// Left by a former run.
    var left: [Viewing] = []
    /// Whose playback stands in the log already, and when it was written or last watched.
    var announced: [ViewingSubject: WallTime] = [:]

    static let announcedLimit = 20_000
}

/// Work put together into one commit: rows and changes that hold all together or not at all. Made and spent by the writer alone.
struct LogGroup {
    private(set) var tail: LogTail
    private(set) var table: ViewingTable
    private(set) var rows: [LogRow] = []
    private(set) var subtrees: [LogSubtree] = []
    /// By id; `nil` drops its row.
    private var changes: [String: Viewing?] = [:]
    private var isProbe = false
    private let clock: any WallClock
    private static let probeID = "probe"

    /// Each viewing once, however many spans came together.
    var viewingChanges: [ViewingChange] {
        changes.map { id, viewing in viewing.map { .put(id: id, state: ViewingState.bytes($0)) } ?? .drop(id: id) }
            + (isProbe ? [.put(id: Self.probeID, state: []), .drop(id: Self.probeID)] : [])
    }
    var isEmpty: Bool { rows.isEmpty && changes.isEmpty && !isProbe }

    init(tail: LogTail, table: ViewingTable, clock: any WallClock) {
        self.tail = tail
        self.table = table
        self.clock = clock
    }

    /// Adds one work: of its acts all, or none where this throws.
    ///
    /// - Returns: the sequence of its first entry, or of the next one where it makes none.
    mutating func take(_ work: LogWork) throws(CaselightError) -> Int64 {
        let first = tail.count
        switch work {
        case .acts(let acts): try append(acts)
        case .watched(let span, let subject): try watch(span, subject)
        case .sealDue: try sealDue()
        case .probe: isProbe = true
        case .sealAll:
            for viewing in table.left { try sealLeft(viewing) }
            for viewing in table.current.values.sorted(by: { $0.startedAt < $1.startedAt }) { try seal(viewing) }
        }
        return first
    }

    private mutating func append(_ acts: [LoggedAct]) throws(CaselightError) {
        let now = clock.now()
        var tail = tail
        var (rows, subtrees) = ([LogRow](), [LogSubtree]())
        for act in acts {
            let (row, subtree) = try tail.seal(act, at: now)
            rows.append(row)
            if let subtree { subtrees.append(subtree) }
        }
        self.tail = tail
        self.rows += rows
        self.subtrees += subtrees
        for subject in acts.compactMap(ViewingSubject.init) { announce(subject, at: now) }
    }

    private mutating func announce(_ subject: ViewingSubject, at now: WallTime) {
        if table.announced.count >= ViewingTable.announcedLimit {
            // An entry too many is written for whoever is forgotten; never one too few.
            table.announced = table.announced.filter { table.current[$0.key] != nil }
        }
        table.announced[subject] = now
    }
}

// MARK: - Viewings

extension LogGroup {
    private mutating func watch(_ span: TimeSpan, _ subject: ViewingSubject) throws(CaselightError) {
        let now = clock.now()
        if let viewing = table.current[subject] {
            if viewing.covers(span), !viewing.isDue(at: now) {
                table.current[subject]?.lastAt = now
                return
            }
            if viewing.isFull || viewing.isDue(at: now) { try seal(viewing) }
        }
        if table.current[subject] == nil { try begin(subject, with: span, at: now) }
        guard var viewing = table.current[subject] else { return }
        viewing.lastAt = now
        viewing.add(span)
        put(viewing)
    }

    private mutating func begin(_ subject: ViewingSubject, with span: TimeSpan, at now: WallTime) throws(CaselightError) {
        if table.current.count >= LogLimits.viewingCount, let oldest = table.current.values.min(by: { $0.lastAt < $1.lastAt }) {
            try seal(oldest)
        }
        if table.announced[subject] == nil {
            try append([
                LoggedAct(
                    .playback, by: subject.actor, camera: subject.camera, span: span, incident: subject.incident, purpose: subject.purpose)
            ])
        }
        table.current[subject] = Viewing(id: Viewing.newID(), subject: subject, startedAt: now)
    }

    private mutating func put(_ viewing: Viewing) {
        table.current[viewing.subject] = viewing
        changes[viewing.id] = .some(viewing)
    }

    private mutating func sealDue() throws(CaselightError) {
        let now = clock.now()
        for viewing in table.left { try sealLeft(viewing) }
        for viewing in table.current.values.filter({ $0.isDue(at: now) }).sorted(by: { $0.startedAt < $1.startedAt }) {
            try seal(viewing)
        }
        // Whoever comes back after a pause begins a playback of its own.
        let (oldest, current) = (now - LogLimits.viewingLength, table.current)
        table.announced = table.announced.filter { current[$0.key] != nil || $0.value > oldest && $0.value <= now }
    }

    private mutating func seal(_ viewing: Viewing) throws(CaselightError) {
        try append([viewing.act])
        table.current[viewing.subject] = nil
        changes[viewing.id] = .some(nil)
        table.announced[viewing.subject] = viewing.isIdle(at: clock.now()) ? nil : viewing.lastAt
    }

    private mutating func sealLeft(_ viewing: Viewing) throws(CaselightError) {
        try append([viewing.act])
        table.left.removeAll { $0.id == viewing.id }
        changes[viewing.id] = .some(nil)
    }
}

/// A viewing as its row holds it.
enum ViewingState {
    static func bytes(_ viewing: Viewing) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts, times and lists of them: nothing in it can fail to be JSON.
        return (try? encoder.encode(viewing)).map(Array.init) ?? []
    }

    static func viewing(_ bytes: [UInt8]) -> Viewing? { try? JSONDecoder().decode(Viewing.self, from: Data(bytes)) }
}
