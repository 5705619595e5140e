import Foundation

/// The packets of a file's video, as they stand in it, brought to a form in which a recording and its source can be compared.
enum Packets {
    /// - Parameter codec: `h264` and audio are compared byte for byte; of `hevc` the zeros that may trail a NAL unit are left out;
    ///   of `mjpeg` only the entropy-coded scan counts, since RTP rebuilds the headers (RFC 2435).
    static func read(_ file: URL, codec: String) throws -> [Data] {
        let probe = Workshop.run(
            "/usr/bin/ffprobe",
            ["-v", "error", "-select_streams", codec.isVideo ? "v" : "a", "-show_entries", "packet=pos,size", "-of", "csv=p=0", file.path])
        guard probe.status == 0 else { throw Trouble("ffprobe of \(file.lastPathComponent): \(probe.error)") }
        let bytes = try Data(contentsOf: file, options: .mappedIfSafe)
        return probe.output.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ",").compactMap { Int($0) }
            guard fields.count == 2 else { return nil }
            return normalized(bytes.subdata(in: fields[1]..<fields[1] + fields[0]), codec)
        }
    }

    private static func normalized(_ packet: Data, _ codec: String) -> Data {
        switch codec {
        case "hevc": units(packet)
        case "mjpeg": scan(packet)
        default: packet
        }
    }

    private static func units(_ packet: Data) -> Data {
        let bytes = [UInt8](packet)
        var (result, position) = (Data(), 0)
        while position + 4 <= bytes.count {
            let length = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
            var unit = bytes[(position + 4)..<min(bytes.count, position + 4 + length)]
            while unit.last == 0 { unit.removeLast() }
            result.append(contentsOf: unit)
            position += 4 + length
        }
        return result
    }

    private static func scan(_ packet: Data) -> Data {
        let bytes = [UInt8](packet)
        var position = 2
        while position + 4 <= bytes.count, bytes[position] == 0xFF {
            let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
            let isScan = bytes[position + 1] == 0xDA
            position += 2 + length
            if isScan { break }
        }
        var end = position
        while end + 1 < bytes.count, !(bytes[end] == 0xFF && bytes[end + 1] == 0xD9) { end += 1 }
        return Data(bytes[position..<end])
    }

    /// Where `run` begins in `source` if it is an unbroken run of it, going round at its end; `nil` if it is not.
    static func position(of run: [Data], in source: [Data]) -> Int? {
        guard let first = run.first else { return nil }
        return source.indices.first { start in
            source[start] == first && run.indices.allSatisfy { run[$0] == source[(start + $0) % source.count] }
        }
    }
}

extension String {
    fileprivate var isVideo: Bool { ["h264", "hevc", "mjpeg"].contains(self) }
}
