import CaselightModel
import Foundation

/// What tests ask an installation again and again.
extension Installation {
    var address: String { "http://127.0.0.1:\(port)" }

    func send(_ method: String, _ path: String, _ fields: [String: Any]) throws -> HTTP.Answer {
        try HTTP.request(method, address + path, token: token, body: try JSONSerialization.data(withJSONObject: fields))
    }

    func camera(_ code: String) throws -> [String: Any] { try json("/api/v1/cameras/\(code)") }

    func status(of code: String) throws -> [String: Any] { (try camera(code)["status"] as? [String: Any]) ?? [:] }

    func run(of code: String) throws -> String? { try status(of: code)["run"] as? String }

    func about(_ code: String, _ what: String, from: WallTime, to: WallTime) throws -> [String: Any] {
        try json("/api/v1/cameras/\(code)/\(what)?from=\(from.rfc3339())&to=\(to.rfc3339())")
    }

    /// Has FFmpeg read a camera's playlist whole.
    func played(_ code: String, from: WallTime, to: WallTime) -> (packets: Int, complaint: String) {
        let path = "/api/v1/cameras/\(code)/playlist.m3u8?from=\(from.rfc3339())&to=\(to.rfc3339())&purpose=end-to-end-test"
        let read = Workshop.run(
            "/usr/bin/ffmpeg",
            [
                "-v", "error", "-headers", "Authorization: Bearer \(token)\r\n", "-i", address + path, "-map", "0:v", "-c", "copy", "-f",
                "framemd5", "-",
            ])
        return (read.output.split(separator: "\n").count { !$0.hasPrefix("#") }, read.error)
    }
}

extension HTTP.Answer {
    var object: [String: Any] { ((try? JSONSerialization.jsonObject(with: body)) as? [String: Any]) ?? [:] }
    /// The problem's stable code.
    var code: String? { object["code"] as? String }
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// What ffprobe says of a file's video.
struct Probe {
    let codec: String
    /// Without a time of display where the container has none.
    let packets: [(seconds: Double, isKey: Bool)]
    let complaint: String

    init(_ file: URL) {
        let stream = Workshop.run(
            "/usr/bin/ffprobe", ["-v", "error", "-select_streams", "v", "-show_entries", "stream=codec_name", "-of", "csv=p=0", file.path])
        let list = Workshop.run(
            "/usr/bin/ffprobe", ["-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time,flags", "-of", "csv=p=0", file.path])
        codec = stream.output.split(separator: "\n").first.map(String.init) ?? ""
        complaint = stream.error + list.error
        packets = list.output.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ",")
            return fields.count >= 2 ? (Double(fields[0]) ?? .nan, fields[1].hasPrefix("K")) : nil
        }
    }
}

func now() -> WallTime { SystemWallClock().now() }

/// Real time that must pass: with real cameras there is no other clock.
func pass(seconds: TimeInterval) { Thread.sleep(forTimeInterval: seconds) }
