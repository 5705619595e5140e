internal import CaselightModel

/// Where files stand below the archive's folder. Paths here are relative to it.
enum ArchiveLayout {
    static let volumeFileName = "volume.json"
    static let originalsFolderName = "originals"
    /// What stands beside the cameras' folders and is no stranger.
    static let namesBesideCameras: Set<String> = [volumeFileName, HoldFolder.name, "lost+found"]

    /// `gate-3/2026-03-02/070812.250Z-5f0c2a91b3d4e6f7-000012.mp4`
    static func video(_ id: SegmentID, camera: CameraCode, start: WallTime) -> String {
        stem(id, camera: camera, start: start) + ".mp4"
    }

    /// G.711 takes the QuickTime form, since MP4 has no place for it.
    static func audio(_ id: SegmentID, camera: CameraCode, start: WallTime, codec: String) -> String {
        stem(id, camera: camera, start: start) + (codec.hasPrefix("pcm_") ? ".audio.mov" : ".audio.mp4")
    }

    /// What `audio` may have named, for the video at `path`.
    static func possibleAudio(ofVideo path: String) -> [String] {
        let stem = path.hasSuffix(".mp4") ? String(path.dropLast(4)) : path
        return [stem + ".audio.mp4", stem + ".audio.mov"]
    }

    /// The name of the video beside a sound file's name; `nil` when it is none.
    static func video(ofAudio name: String) -> String? {
        for suffix in [".audio.mp4", ".audio.mov"] where name.hasSuffix(suffix) { return name.dropLast(suffix.count) + ".mp4" }
        return nil
    }

    static func day(_ camera: CameraCode, _ time: WallTime) -> String {
        let civil = Civil(time)
        return "\(camera)/\(digits(civil.year, 4))-\(digits(civil.month, 2))-\(digits(civil.day, 2))"
    }

    /// When the day of a day's folder begins; `nil` for another folder.
    static func start(ofDay name: String) -> WallTime? { try? WallTime(rfc3339: name + "T00:00:00Z") }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return String(path[..<slash])
    }

    private static func stem(_ id: SegmentID, camera: CameraCode, start: WallTime) -> String {
        let civil = Civil(start)
        let clock = digits(civil.hour, 2) + digits(civil.minute, 2) + digits(civil.second, 2)
        return "\(day(camera, start))/\(clock).\(digits(civil.microsecond / 1000, 3))Z-\(id)"
    }

    private static func digits(_ value: Int, _ count: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }
}
