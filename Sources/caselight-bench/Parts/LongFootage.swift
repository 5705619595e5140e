import CaselightModel
import Foundation

/// A recording of many minutes, as a recorder hands it over: the load's clip again and again.
struct LongFootage {
    let file: String
    let byteCount: Int64
    let seconds: Double

    static let clipSeconds = 48.0

    init(_ place: Place, clip: LoadClip, minutes: Int) throws {
        file = place.file("recording.mp4")
        let loops = max(1, Int((Double(minutes) * 60 / Self.clipSeconds).rounded(.up)))
        seconds = Double(loops) * Self.clipSeconds
        try place.run(
            "ffmpeg", ["-nostdin", "-v", "error", "-stream_loop", "\(loops - 1)", "-i", try clip.file(place), "-c", "copy", "-y", file])
        byteCount = (try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int64) ?? 0
    }

    /// Hands it over to a camera that is registered.
    ///
    /// - Throws: `Trouble` with the daemon's words where it is refused.
    func handOver(to camera: String, startingAt start: WallTime, _ connection: HTTPConnection) throws {
        let answer = try connection.upload(file, to: "/api/v1/cameras/\(camera)/footage?name=recording.mp4&startsAt=\(start.rfc3339())")
        let last = String(decoding: answer, as: UTF8.self).split(separator: "\n").last ?? ""
        guard !last.contains("\"code\""), last.contains("run") else { throw Trouble("the recording was not taken in: \(last.prefix(400))") }
    }
}
