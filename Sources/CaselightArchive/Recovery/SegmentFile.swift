internal import CaselightModel
import SystemPackage

/// What a segment's file, video or audio, holds as it stands on disk.
struct SegmentFile {
    /// A `moov`, `moof` or header of ours is a few kilobytes.
    static let boxLimitBytes: Int64 = 1 << 20
    /// A segment lasts a minute or so; more samples are damage and must not cost memory.
    static let sampleLimit = 1_000_000

    let initialization: MediaInitialization
    let header: SegmentHeader
    let tally: SegmentTally
    /// Up to the last whole fragment, or the header where there is none.
    let wholeByteCount: Int64
    /// `nil` for a file that was cut by a crash.
    let trailer: SegmentTrailer?
    /// Up to the trailer's end, or the last whole fragment's.
    let endByteCount: Int64

    /// Reads box by box, and stops where they stop making sense.
    ///
    /// - Parameters:
    ///   - byteCount: as if the file ended there.
    ///   - limit: fragments that begin at this time or later are left out, and with them a trailer.
    ///   - weighsFrames: whether the tally is to know activity, for which each frame's beginning is read; a trailer tells it.
    /// - Throws: `BoxDamage` when the file does not begin as a segment of ours; `Errno`.
    init(_ file: FileDescriptor, byteCount: Int64, before limit: WallTime = .distantFuture, weighsFrames: Bool = false) throws {
        var window = FileWindow(file, byteCount: byteCount)
        let (initialization, header, bodyOffset) = try Self.readHead(&window)
        (self.initialization, self.header) = (initialization, header)
        var assembler = FragmentAssembler(initialization: initialization)
        var tally = SegmentTally(start: header.startedAt, initialization: weighsFrames ? initialization : nil)
        var (offset, whole, sampleCount) = (bodyOffset, bodyOffset, 0)
        var trailer: SegmentTrailer?
        while trailer == nil, let box = try unlessDamaged({ try window.box(at: offset) }) {
            let contentOffset = offset + Int64(box.headerByteCount)
            let end = offset + box.byteCount
            if box.type == "mdat" {
                guard let fragment = try unlessDamaged({ try assembler.finish(mediaData: contentOffset..<end) }),
                    fragment.startsAt < limit
                else { break }
                sampleCount += fragment.samples.count
                guard sampleCount <= Self.sampleLimit else { break }
                try tally.add(fragment) { try window.bytes(at: $0.offset, count: $0.headByteCount) }
                whole = end
            } else {
                guard box.byteCount <= Self.boxLimitBytes,
                    let content = try unlessDamaged({ try window.content(of: box, at: offset) })
                else { break }
                if box.type == "uuid" { trailer = SegmentBox.trailer(content) }
                guard try unlessDamaged({ try assembler.take(box.type, content: content, at: offset) }) != nil else { break }
            }
            offset = end
        }
        self.tally = tally
        self.trailer = trailer
        wholeByteCount = whole
        endByteCount = trailer == nil ? whole : offset
    }

    private static func readHead(_ window: inout FileWindow) throws -> (MediaInitialization, SegmentHeader, Int64) {
        var bytes: [UInt8] = []
        var offset: Int64 = 0
        while true {
            let box = try window.box(at: offset)
            guard box.byteCount <= boxLimitBytes, offset <= boxLimitBytes, box.type != "moof", box.type != "mdat" else {
                throw BoxDamage(cause: "box '\(box.type)' of \(box.byteCount) bytes stands before the segment's header")
            }
            let content = try window.content(of: box, at: offset)
            if box.type == "uuid" {
                guard let header = SegmentBox.header(content) else { throw BoxDamage(cause: "its header is not one of ours") }
                do {
                    return (try MediaInitialization(bytes), header, offset + box.byteCount)
                } catch {
                    throw BoxDamage(cause: error.cause)
                }
            }
            bytes += try window.bytes(at: offset, count: Int(box.byteCount))
            offset += box.byteCount
        }
    }
}

/// `nil` for damage, which ends what can be read of a file. A disk that cannot be read is another matter, and is thrown.
func unlessDamaged<Value>(_ body: () throws -> Value) throws -> Value? {
    do {
        return try body()
    } catch is BoxDamage {
        return nil
    }
}

/// Reads a file piece by piece through a window, since boxes are small and stand close to each other.
struct FileWindow {
    private static let windowByteCount = 64 << 10

    private let file: FileDescriptor
    private let byteCount: Int64
    private var start: Int64 = 0
    private var buffer: [UInt8] = []

    init(_ file: FileDescriptor, byteCount: Int64) {
        self.file = file
        self.byteCount = byteCount
    }

    /// The header of the box at an offset; the box lies within the file.
    mutating func box(at offset: Int64) throws -> BoxHeader {
        let count = Int(min(Int64(BoxHeader.lengthLimitBytes), byteCount - offset))
        var cursor = ByteCursor(try bytes(at: offset, count: max(0, count)))
        let header = try BoxHeader(&cursor)
        guard header.byteCount <= byteCount - offset else { throw BoxDamage(cause: "box '\(header.type)' reaches beyond the file") }
        return header
    }

    mutating func content(of box: BoxHeader, at offset: Int64) throws -> ArraySlice<UInt8> {
        try bytes(at: offset + Int64(box.headerByteCount), count: Int(box.byteCount) - box.headerByteCount)
    }

    mutating func bytes(at offset: Int64, count: Int) throws -> ArraySlice<UInt8> {
        if offset < start || offset + Int64(count) > start + Int64(buffer.count) {
            let wanted = max(Int64(count), min(Int64(Self.windowByteCount), byteCount - offset))
            buffer = try Disk.read(file, at: offset, count: Int(wanted))
            start = offset
        }
        let first = Int(offset - start)
        guard first + count <= buffer.count else { throw BoxDamage(cause: "the file ends within a box") }
        return buffer[first..<first + count]
    }
}
