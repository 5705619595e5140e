import CaselightArchive
import CaselightModel
import CaselightStore
import Metrics
import NIOCore
import Synchronization

/// Has stills made: of those asked for lately none is decoded twice, and those who ask for the same at once share one. Safe from
/// any thread.
final class StillDesk: Sendable {
    private struct Key: Hashable, Sendable {
        let segment: SegmentID
        let offset: Int64
        let widthPixels: Int?
    }

    private let archive: Archive
    private let maker: any StillMaker
    private let slots: SlotCounter
    private let pictures: ByteCache<Key>
    private let initializations: ByteCache<SegmentID>
    private let underWay = Mutex<[Key: Task<ByteBuffer, any Error>]>([:])
    private let sharedCounter = Counter(label: "caselight_stills_shared_total")
    private let madeCounter = Counter(label: "caselight_stills_decoded_total")

    init(archive: Archive, maker: any StillMaker, limits: ServerLimits) {
        self.archive = archive
        self.maker = maker
        slots = SlotCounter(limit: limits.stillsAtOnceCount, name: "stillsAtOnce", what: "decode a still")
        pictures = ByteCache("stills", limitBytes: limits.stillCacheBytes)
        initializations = ByteCache("initializations", limitBytes: limits.initializationCacheBytes)
    }

    /// A JPEG of a segment's keyframe.
    ///
    /// - Throws: `busy` past the limit, and what reading and decoding throw.
    func picture(of segment: Segment, _ keyframe: Keyframe, widthPixels: Int?, _ grant: FootageGrant) async throws -> ByteBuffer {
        precondition(segment.camera == grant.camera, "a grant is for its camera's footage alone")
        let key = Key(segment: segment.id, offset: keyframe.offset, widthPixels: widthPixels)
        if let kept = pictures.bytes(key) { return kept }
        let task = try underWay.withLock { underWay in
            if let task = underWay[key] {
                sharedCounter.increment()
                return task
            }
            try slots.take()
            // Not the asking request's own: others may wait for it when that one is given up.
            let task = Task { try await self.make(key, segment, keyframe) }
            underWay[key] = task
            return task
        }
        return try await task.value
    }

    private func make(_ key: Key, _ segment: Segment, _ keyframe: Keyframe) async throws -> ByteBuffer {
        defer {
            underWay.withLock { $0[key] = nil }
            slots.giveBack()
        }
        let (initialization, bytes) = try await read(segment, keyframe)
        let picture = try await maker.still(initialization: initialization, keyframe: bytes, widthPixels: key.widthPixels)
        madeCounter.increment()
        let buffer = ByteBuffer(bytes: picture)
        pictures.keep(buffer, for: key)
        return buffer
    }

    /// One read where the segment's initialization is known, else two of one opened file.
    private func read(_ segment: Segment, _ keyframe: Keyframe) async throws -> (initialization: [UInt8], keyframe: [UInt8]) {
        let range = keyframe.offset..<keyframe.offset + Int64(keyframe.byteCount)
        if let known = initializations.bytes(segment.id) {
            return (Array(known.readableBytesView), try await archive.bytes(of: segment, track: .video, in: range))
        }
        let pieces = try await archive.pieces(of: segment, track: .video, in: [0..<Int64(segment.initializationByteCount), range])
        initializations.keep(ByteBuffer(bytes: pieces[0]), for: segment.id)
        return (pieces[0], pieces[1])
    }
}
