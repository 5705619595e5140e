import CaselightModel
import Foundation
import TestSupport

/// Somebody else who watches a camera: FFmpeg notes each packet with the time at which it came.
final class Witness {
    struct Packet {
        var atUs: Int64
        var sum: String
    }

    private let notes: URL
    private let process: Child
    /// Parameter sets and the like stand elsewhere in a file than on the wire; pictures are the same.
    private static let picturesOnly = "filter_units=remove_types=6-9"

    init(of url: String, in folder: URL) throws {
        notes = folder.appending(path: "witness-\(UUID().uuidString.prefix(8))")
        process = try Child(
            "/usr/bin/ffmpeg",
            [
                "-v", "error", "-rtsp_transport", "tcp", "-use_wallclock_as_timestamps", "1", "-copyts", "-i", url, "-map", "0:v", "-c", "copy",
                "-bsf:v", Self.picturesOnly, "-f", "framemd5", "-flush_packets", "1", notes.path,
            ])
    }

    deinit { process.end() }

    /// All it has seen so far, in order.
    func packets() throws -> [Packet] {
        let text = (try? String(contentsOf: notes, encoding: .utf8)) ?? ""
        // The last line may be unfinished.
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().compactMap { line in
            let fields = Self.fields(line)
            // In 1/90000 s.
            return Int64(fields.first ?? "").flatMap { time in fields.last.map { Packet(atUs: time * 100 / 9, sum: $0) } }
        }
    }

    /// The sums of a recorded file's packets, to be found among those seen.
    static func sums(of file: URL) throws -> [String] {
        let read = Workshop.run(
            "/usr/bin/ffmpeg",
            ["-v", "error", "-i", file.path, "-map", "0:v", "-c", "copy", "-bsf:v", "h264_mp4toannexb,\(picturesOnly)", "-f", "framemd5", "-"])
        guard read.status == 0, read.error.isEmpty else { throw Trouble("\(file.lastPathComponent) cannot be read: \(read.error)") }
        return read.output.split(separator: "\n").compactMap { fields($0).last }
    }

    /// Time of decoding and sum; nothing of a comment.
    private static func fields(_ line: Substring) -> [String] {
        let fields = line.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        return line.hasPrefix("#") || fields.count < 6 ? [] : [fields[1], fields[5]]
    }
}
