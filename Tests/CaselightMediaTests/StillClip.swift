import Foundation
import Testing

/// A clip of one frame, left half orange, right half blue, for the still tests.
struct StillClip: Sendable, CustomTestStringConvertible {
    let name: String
    /// The size the still must have.
    let shown: [Int]
    let arguments: [String]

    var testDescription: String { name }

    static let everyCodec = [
        clip("H.264", "640x360", shown: [640, 360], matrix: "bt709", ["-c:v", "libx264"]),
        clip("H.264, full range", "640x360", shown: [640, 360], matrix: "bt601", format: "yuvj420p", ["-c:v", "libx264"]),
        clip("H.264, BT.709 unsaid", "1280x720", shown: [1280, 720], matrix: "bt709", says: false, ["-c:v", "libx264"]),
        clip("H.264, 4:4:4 and odd", "641x361", shown: [640, 360], matrix: "bt709", format: "yuv444p", ["-c:v", "libx264"]),
        clip("H.264, wide samples", "704x576", aspect: "16/11", shown: [704, 396], matrix: "bt601", ["-c:v", "libx264"]),
        clip("H.264, tall samples", "352x288", aspect: "10/11", shown: [320, 288], matrix: "bt601", ["-c:v", "libx264"]),
        clip(
            "H.265, 10 bits", "640x360", shown: [640, 360], matrix: "bt709", format: "yuv420p10le", ["-c:v", "libx265", "-tag:v", "hvc1"]),
        clip("H.265", "640x360", shown: [640, 360], matrix: "bt601", ["-c:v", "libx265", "-x265-params", "log-level=none"]),
        clip("MJPEG", "640x480", shown: [640, 480], matrix: "bt601", format: "yuvj420p", ["-c:v", "mjpeg", "-q:v", "2"]),
        clip("MPEG-4 Part 2", "352x288", shown: [352, 288], matrix: "bt601", ["-c:v", "mpeg4", "-q:v", "2"]),
    ]

    static let detailed = StillClip(
        name: "detailed", shown: [640, 360],
        arguments: ["-f", "lavfi", "-i", "testsrc2=s=640x360", "-c:v", "libx264", "-pix_fmt", "yuv420p"])
    static let huge = StillClip(
        name: "huge", shown: [],
        arguments: ["-f", "lavfi", "-i", "color=s=10000x7000", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", "31"])
    static let soundAlone = StillClip(name: "sound", shown: [], arguments: ["-f", "lavfi", "-i", "sine", "-c:a", "aac"])

    private static func clip(
        _ name: String, _ size: String, aspect: String = "1", shown: [Int], matrix: String, format: String = "yuv420p", says: Bool = true,
        _ codec: [String]
    ) -> StillClip {
        let range = format.hasPrefix("yuvj") ? "pc" : "tv"
        let tags = says ? ["-colorspace", matrix == "bt601" ? "smpte170m" : matrix, "-color_range", range] : []
        let picture = "color=c=0xC04020:s=\(size),drawbox=x=iw/2:w=iw:h=ih:t=fill:c=0x2040C0,format=gbrp,"
        let convert = "scale=out_color_matrix=\(matrix):out_range=\(range),format=\(format),setsar=\(aspect)"
        return StillClip(name: name, shown: shown, arguments: ["-f", "lavfi", "-i", picture + convert] + codec + tags)
    }

    /// Encodes the clip and cuts it into its initialization and its one sample.
    func make() throws -> (initialization: [UInt8], keyframe: [UInt8]) {
        let file = try Clips.output(
            "ffmpeg",
            ["-v", "error"] + arguments + [
                "-frames:v", "1", "-frames:a", "1", "-movflags", "empty_moov+default_base_moof+frag_keyframe", "-f", "mp4", "pipe:1",
            ])
        var (initialization, keyframe, rest) = ([UInt8](), [UInt8](), file[...])
        while rest.count >= 8 {
            let size = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            let type = String(decoding: rest.dropFirst(4).prefix(4), as: UTF8.self)
            if ["ftyp", "moov"].contains(type) { initialization += rest.prefix(size) }
            if type == "mdat" { keyframe += rest.prefix(size).dropFirst(8) }
            rest = rest.dropFirst(max(8, size))
        }
        try #require(!initialization.isEmpty && !keyframe.isEmpty)
        return (initialization, keyframe)
    }
}

/// A JPEG's pixels, as another program reads them.
struct DecodedJPEG {
    let width: Int
    let height: Int
    private let samples: [UInt8]

    init(_ bytes: [UInt8]) throws {
        let file = URL.temporaryDirectory.appending(path: "still-\(UUID().uuidString).jpg")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(bytes).write(to: file)
        let size = try Clips.run("ffprobe", ["-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", file.path])
        let sides = size.split { !$0.isNumber }.compactMap { Int($0) }
        try #require(sides.count == 2)
        (width, height) = (sides[0], sides[1])
        samples = try Clips.output("ffmpeg", ["-v", "error", "-i", file.path, "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"])
        try #require(samples.count == width * height * 3)
    }

    /// Red, green and blue, 0 to 255, away from the edge between the halves.
    func mean(inLeftHalf isLeft: Bool) -> [Double] {
        let columns = isLeft ? 0..<(width / 2 - 8) : (width / 2 + 8)..<width
        var sums = [0, 0, 0]
        for row in 0..<height {
            for column in columns {
                for channel in 0..<3 { sums[channel] += Int(samples[(row * width + column) * 3 + channel]) }
            }
        }
        return sums.map { Double($0) / Double(height * columns.count) }
    }
}
