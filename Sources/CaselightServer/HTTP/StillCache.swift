import CaselightModel
import Synchronization

/// The stills decoded last, so that a page of thumbnails asked for twice is decoded once. Safe from any thread.
final class StillCache: Sendable {
    struct Key: Hashable {
        let segment: SegmentID
        let offset: Int64
        let widthPixels: Int?
    }

    private struct Contents {
        var pictures: [Key: [UInt8]] = [:]
        /// Oldest first.
        var order: [Key] = []
        var byteCount = 0
    }

    private let limitBytes: Int
    private let contents = Mutex(Contents())

    init(limitBytes: Int) { self.limitBytes = limitBytes }

    func picture(_ key: Key) -> [UInt8]? { contents.withLock { $0.pictures[key] } }

    func keep(_ picture: [UInt8], for key: Key) {
        guard picture.count <= limitBytes / 4 else { return }
        contents.withLock { contents in
            guard contents.pictures.updateValue(picture, forKey: key) == nil else { return }
            contents.order.append(key)
            contents.byteCount += picture.count
            while contents.byteCount > limitBytes, let oldest = contents.order.first {
                contents.order.removeFirst()
                contents.byteCount -= contents.pictures.removeValue(forKey: oldest)?.count ?? 0
            }
        }
    }
}
