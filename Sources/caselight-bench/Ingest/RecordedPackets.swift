import CaselightArchive
import CaselightModel
import Foundation

/// The packets of files, read by the parsers that the product itself uses.
enum RecordedPackets {
    /// What one camera's folder of the archive holds.
    struct Recording {
        var packets: [Packet] = []
        var runCount = 0
        /// From the first packet's time to the last one's end, gaps included.
        var seconds = 0.0
        var byteCount: Int64 = 0
    }

    /// - Parameter folder: `<archive>/<camera>`.
    static func recording(in folder: String) throws -> Recording {
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        var recording = Recording()
        var runs: Set<Substring> = []
        var (first, last) = (WallTime.distantFuture, WallTime.distantPast)
        for name in names.filter({ $0.hasSuffix(".mp4") && !$0.hasSuffix(".audio.mp4") }).sorted() {
            // 2026-03-02/070812.250Z-5f0c2a91b3d4e6f7-000012.mp4
            runs.insert(name.split(separator: "-").suffix(2).first ?? "")
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
            recording.byteCount += Int64(bytes.count)
            for fragment in try fragments(bytes) {
                (first, last) = (min(first, fragment.startsAt), max(last, fragment.endsAt))
                recording.packets += fragment.samples.map { packet(bytes, at: Int($0.offset), $0.byteCount) }
            }
        }
        recording.runCount = runs.count
        recording.seconds = recording.packets.isEmpty ? 0 : Double((last - first).value) / 1e6
        return recording
    }

    /// One loop of what a camera sends.
    static func source(_ file: String, _ place: Place) throws -> [Packet] {
        let text = try place.run(
            "ffprobe", ["-v", "error", "-select_streams", "v", "-show_entries", "packet=pos,size", "-of", "csv=p=0", file])
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
        return text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ",").compactMap { Int($0) }
            return fields.count == 2 ? packet(bytes, at: fields[1], fields[0]) : nil
        }
    }

    /// Of one segment's file.
    static func keyframeCount(_ file: String) throws -> Int {
        try fragments([UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))).reduce(0) { $0 + $1.samples.count { $0.isSync } }
    }

    private static func fragments(_ bytes: [UInt8]) throws -> [MediaFragment] {
        var offset = 0
        while offset + 8 <= bytes.count {
            let type = bytes[offset + 4..<offset + 8]
            // The first box of ours follows the initialization.
            if type.elementsEqual("uuid".utf8) {
                let reader = FragmentReader(initialization: try MediaInitialization(Array(bytes[..<offset])))
                return try reader.fragments(in: bytes[offset...], at: Int64(offset))
            }
            offset += max(8, bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) })
        }
        return []
    }

    /// FNV-1a over words of eight bytes: tells packets apart at the speed of memory.
    private static func packet(_ bytes: [UInt8], at offset: Int, _ count: Int) -> Packet {
        bytes.withUnsafeBytes { all in
            let piece = UnsafeRawBufferPointer(rebasing: all[offset..<offset + count])
            var digest: UInt64 = 0xCBF2_9CE4_8422_2325
            var place = piece.startIndex
            while place + 8 <= piece.endIndex {
                digest = (digest ^ piece.loadUnaligned(fromByteOffset: place, as: UInt64.self)) &* 0x100_0000_01B3
                place += 8
            }
            while place < piece.endIndex {
                digest = (digest ^ UInt64(piece[place])) &* 0x100_0000_01B3
                place += 1
            }
            return Packet(size: count, digest: digest)
        }
    }
}
