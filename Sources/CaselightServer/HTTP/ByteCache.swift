import Metrics
import NIOCore
import Synchronization

/// Bytes asked for again soon, bounded by their sum: what was not asked for a second time goes first. Safe from any thread.
final class ByteCache<Key: Hashable & Sendable>: Sendable {
    private struct Entry {
        let bytes: ByteBuffer
        var wasUsed = false
    }

    private struct Contents {
        var entries: [Key: Entry] = [:]
        /// Keys in the order in which they are looked at to go; those before `head` are gone.
        var order: [Key] = []
        var head = 0
        var byteCount = 0
    }

    /// What an entry counts for besides its bytes.
    private static var entryCostBytes: Int { 200 }

    private let limitBytes: Int
    private let contents = Mutex(Contents())
    private let hits: Counter
    private let misses: Counter
    private let size: Gauge

    /// - Parameter name: the metrics' label.
    init(_ name: String, limitBytes: Int) {
        self.limitBytes = limitBytes
        hits = Counter(label: "caselight_cache_hits_total", dimensions: [("cache", name)])
        misses = Counter(label: "caselight_cache_misses_total", dimensions: [("cache", name)])
        size = Gauge(label: "caselight_cache_bytes", dimensions: [("cache", name)])
    }

    func bytes(_ key: Key) -> ByteBuffer? {
        let found = contents.withLock { contents in
            contents.entries[key]?.wasUsed = true
            return contents.entries[key]?.bytes
        }
        found == nil ? misses.increment() : hits.increment()
        return found
    }

    /// Keeps bytes, unless they alone would take a quarter of the room.
    func keep(_ bytes: ByteBuffer, for key: Key) {
        guard bytes.readableBytes <= limitBytes / 4 else { return }
        let byteCount = contents.withLock { contents in
            if contents.entries[key] == nil {
                contents.entries[key] = Entry(bytes: bytes)
                contents.order.append(key)
                contents.byteCount += Self.cost(bytes)
                makeRoom(&contents)
            }
            return contents.byteCount
        }
        size.record(byteCount)
    }

    private func makeRoom(_ contents: inout Contents) {
        while contents.byteCount > limitBytes, contents.head < contents.order.count {
            let key = contents.order[contents.head]
            contents.head += 1
            guard let entry = contents.entries[key] else { continue }
            if entry.wasUsed {
                contents.entries[key]?.wasUsed = false
                contents.order.append(key)
            } else {
                contents.entries[key] = nil
                contents.byteCount -= Self.cost(entry.bytes)
            }
        }
        if contents.head > contents.order.count / 2 {
            contents.order.removeFirst(contents.head)
            contents.head = 0
        }
    }

    private static func cost(_ bytes: ByteBuffer) -> Int { bytes.readableBytes + entryCostBytes }
}
