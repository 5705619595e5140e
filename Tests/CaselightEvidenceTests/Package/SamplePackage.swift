import CaselightEvidence
import CaselightModel
import Foundation
import SystemPackage
import TestSupport

/// A small package with everything in it that a large one has: two cameras or three, gaps, clocks, files handed over, odd names.
struct SamplePackage {
    let id: String
    let key: SigningKey
    let manifest: Manifest
    let log: LogExcerpt
    let files: [(path: PackagePath, bytes: [UInt8])]

    static let start = WallTime(microseconds: 1_772_424_300_000_000)

    init(seed: UInt64, key: SigningKey? = nil) throws {
        var random = SeededGenerator(seed: seed)
        id = HexText.text((0..<8).map { _ in UInt8.random(in: 0...255, using: &random) })
        self.key = try key ?? SigningKey(seed: (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) })
        log = try Self.log(export: id, key: self.key, random: &random)
        var made = Contents()
        for number in 0..<Int.random(in: 2...3, using: &random) { try made.add(camera: number, random: &random) }
        files = made.bytes
        var incident = Incident(
            number: try IncidentNumber("A2026-0302-17"), category: "盗窃", span: TimeSpan(start: Self.start, end: Self.start + .seconds(600)),
            postedAt: Self.start + .seconds(900))
        incident.address = "钱金路 269 号 <门口>"
        incident.text = "A fridge \"stolen\" off a tricycle & driven away"
        let who = ManifestPerson(account: try AccountName("officer.1"), displayName: "Officer <One>", unit: "城南派出所")
        manifest = Manifest(
            id: id, createdAt: Self.start + .seconds(7200), incident: ManifestIncident(incident),
            request: ManifestRequest(
                reason: "侦查 <script>alert(1)</script>", requestedAt: Self.start + .seconds(7000), requester: who, approver: nil,
                approverStatement: "the installation asks for no approval of exports"),
            cameras: made.cameras, clips: made.clips, files: made.files, log: log.manifestLog(key: self.key.publicKey))
    }

    /// Writes it to `path`.
    @discardableResult
    func write(to path: String, timestamp: PackageTimestamp? = nil, manifest other: Manifest? = nil) throws -> SealedPackage {
        let manifest = other ?? manifest
        let target = try FileDescriptor.open(FilePath(path), .readWrite, options: [.create, .truncate], permissions: [.ownerReadWrite])
        return try target.closeAfter {
            let builder = PackageBuilder(target)
            for (path, bytes) in files { try builder.add(path, bytes: bytes) }
            let stamp = try timestamp ?? .absent("no authority is configured", manifest: try manifest.encoded())
            return try builder.seal(manifest, log: log, timestamp: stamp, key: key)
        }
    }

    private static func log(export id: String, key: SigningKey, random: inout SeededGenerator) throws -> LogExcerpt {
        let actor = LogActor(who: "officer.1", unit: "城南派出所", roles: [.investigator], address: "10.0.0.7")
        let number = try IncidentNumber("A2026-0302-17")
        let (count, mine) = (Int.random(in: 3...9, using: &random), 2)
        var (bodies, previous, tree) = ([[UInt8]](), LogEntry.noPrevious, MerkleTree())
        for sequence in 0..<count {
            let act = LoggedAct(
                sequence == mine ? .export : .search, by: actor, incident: number, purpose: "侦查", object: sequence == mine ? id : nil)
            let entry = LogEntry(sequence: Int64(sequence), at: start + .seconds(Int64(sequence)), previous: previous, act: act)
            let body = try LogBody.bytes(of: entry)
            let leaf = MerkleHash.leaf(body)
            tree.append(leaf)
            bodies.append(body)
            previous = leaf.hex
        }
        let entries = [1, mine].compactMap { index in
            tree.inclusionProof(of: Int64(index), in: Int64(count)).map { LogExcerpt.Entry(body: bodies[index], proof: $0) }
        }
        let checkpoint = Checkpoint(origin: "caselight/test", size: Int64(count), root: tree.root)
        return LogExcerpt(entries: entries, checkpoint: try checkpoint.signed(by: key))
    }
}

/// What goes into it, camera by camera.
private struct Contents {
    var cameras: [ManifestCamera] = []
    var clips: [ManifestClip] = []
    var files: [ManifestFile] = []
    var bytes: [(path: PackagePath, bytes: [UInt8])] = []
    private var folders = PackageFolders()

    mutating func add(camera number: Int, random: inout SeededGenerator) throws {
        let code = try CameraCode(["gate-3", "Gate-3", "33020300001320000001"][number])
        var camera = Camera(code: code, name: "路口 \(number) <&>", createdAt: SamplePackage.start)
        if number == 0 {
            camera.position = try GeoPoint(latitude: 29.8683, longitude: 121.544)
            camera.givenPosition = GivenPosition(datum: .gcj02, latitude: 29.866, longitude: 121.5487)
            camera.bearingDegrees = 135
        }
        cameras.append(ManifestCamera(camera))
        let folder = folders.name(for: code.text)
        let run = RunID(0x5f0c_2a91_b3d4_0000 + UInt64(number))
        let wanted = TimeSpan(start: SamplePackage.start, end: SamplePackage.start + .seconds(180))
        var originals: [PackagePath] = []
        for sequence in 0..<UInt32.random(in: 1...3, using: &random) {
            originals.append(try addSegment(SegmentID(run: run, sequence: sequence), code, folder, random: &random))
        }
        let covered = TimeSpan(start: wanted.start, end: wanted.start + .seconds(Int64(originals.count) * 60 - 10))
        let gap = TimeSpan(start: covered.end, end: wanted.end)
        let clip = try addClip(code, folder, originals, random: &random)
        let delivered = TimeSpan(start: wanted.start - .seconds(5), end: covered.end)
        let sample = ClockSample(at: wanted.start, offsetUs: Microseconds(137_000_000), uncertaintyUs: Microseconds(40_000))
        clips.append(
            ManifestClip(
                camera: code, role: number == 0 ? .event : nil, note: "", wanted: wanted, delivered: delivered,
                covered: [Coverage(span: covered, policy: .full)], gaps: [ManifestGap(span: gap, cause: .feedLost, detail: "connection refused")],
                clock: number == 1 ? .recorder(nil) : .feed(number == 0 ? [sample] : []), files: originals + [clip]))
    }

    private mutating func addSegment(
        _ segment: SegmentID, _ code: CameraCode, _ folder: String, random: inout SeededGenerator
    ) throws -> PackagePath {
        let path = try PackageLayout.native(folder: folder, name: segment.sequence == 2 ? "店内 \(segment).mp4" : "\(segment).mp4")
        let digest = try add(path, random: &random)
        var stream = StreamMetadata(container: "rtsp")
        stream.video = VideoStream(codec: "h264", widthPixels: 1920, heightPixels: 1080, timeBaseHertz: 90_000)
        let started = SamplePackage.start + .seconds(Int64(segment.sequence) * 60)
        files.append(
            ManifestFile(
                original: path, kind: .nativeVideo, camera: code, format: "mp4", codecs: ["h264"], digest: digest, atIngest: digest.sha256,
                statement: "taken when the segment was closed", segment: segment, run: segment.run,
                recorded: TimeSpan(start: started, end: started + .seconds(60)), stream: stream))
        return path
    }

    private mutating func addClip(
        _ code: CameraCode, _ folder: String, _ originals: [PackagePath], random: inout SeededGenerator
    ) throws -> PackagePath {
        let path = try PackageLayout.clip(folder: folder, number: 1)
        let digest = try add(path, random: &random)
        files.append(
            ManifestFile(
                derived: path, kind: .clip, camera: code, format: "mp4", codecs: ["h264"], digest: digest, recorded: nil, stream: nil,
                from: originals, derivation: "packets copied into one file, not transcoded"))
        return path
    }

    private mutating func add(_ path: PackagePath, random: inout SeededGenerator) throws -> ContentDigest {
        let content = (0..<Int.random(in: 1...3000, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        bytes.append((path, content))
        return ContentDigest(of: content)
    }
}
