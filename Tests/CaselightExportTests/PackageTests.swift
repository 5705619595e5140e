import CaselightArchive
import CaselightEvidence
import CaselightLog
import CaselightModel
import CaselightStore
import Foundation
import TestSupport
import Testing

@testable import CaselightExport

/// A package holds what was wanted, says what it does not hold, and can be checked with what any machine has.
@Suite struct PackageTests {
    private static let start = ExportWorkshop.start
    private static let h264 = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-sc_threshold", "0"]

    /// A feed's camera with AAC and a recording handed over with G.711, whose clock was 100 s fast.
    private static func shop() async throws -> (ExportWorkshop, ExportOrder) {
        let shop = try await ExportWorkshop()
        _ = try await shop.record("gate-1", isFeed: true, h264 + ["-bf", "2", "-c:a", "aac"])
        _ = try await shop.record("shop-1", at: start + .seconds(100), isFeed: false, h264 + ["-bf", "0", "-c:a", "pcm_alaw"])
        try await shop.records.addClockCorrection(
            ClockCorrection(
                camera: try CameraCode("shop-1"), run: nil, offsetUs: .seconds(100), uncertaintyUs: .seconds(2), note: "against a telephone",
                statedAt: start + .seconds(3600)))
        let order = try await shop.order([
            ExportClip(camera: try CameraCode("gate-1"), span: span(5.5, 7.25), role: .event, note: "the rider"),
            ExportClip(camera: try CameraCode("shop-1"), span: span(2, 3)),
            ExportClip(camera: try CameraCode("gate-1"), span: span(9, 20)),
        ])
        return (shop, order)
    }

    private static func span(_ from: Double, _ to: Double) -> TimeSpan {
        TimeSpan(start: start + Microseconds(Int64(from * 1_000_000)), end: start + Microseconds(Int64(to * 1_000_000)))
    }

    @Test func everyFileIsThereAndIsWhatTheManifestSays() async throws {
        let (shop, order) = try await Self.shop()
        let camera = try #require(order.clips.first?.camera)
        try await shop.book.append(LoggedAct(.cameraChanged, by: .daemon, outcome: .allowed, camera: camera, detail: "bearing 90.0 to 270.0"))
        let exporter = Exporter(shop.services, shop.settings)
        try await exporter.start()
        let ready = try await shop.make(order, with: exporter)
        try #require(ready.state == .ready, "\(ready.failure ?? "")")
        let zip = URL(filePath: try exporter.packagePath(of: ready))
        #expect(try ready.sha256 == sha256(zip) && ready.byteCount == Int64(try Data(contentsOf: zip).count))
        #expect(shop.left == ["\(order.id).zip"])
        let verdict = try await PackageVerifier(expectedKey: try ExpectedKey(shop.key.publicKey.fingerprint)).verify(zip.path)
        #expect(verdict.isVerified && verdict.isKeyCompared, "\(verdict.findings)")

        let root = try shop.unpack(ready)
        // What the camera was when it recorded stands in its entries, and the package carries them.
        #expect(try String(contentsOf: root.appending(path: "log/entries.jsonl"), encoding: .utf8).contains("bearing 90.0 to 270.0"))
        let manifest = try Manifest(json: [UInt8](try Data(contentsOf: root.appending(path: "manifest.json"))))
        for file in manifest.files { #expect(try sha256(root.appending(path: file.path.text)) == file.sha256, "\(file.path)") }
        try Self.checkOriginals(manifest, root, shop)
        try Self.checkDerived(manifest, root)
        try Self.checkStatements(manifest, order)
        try await Self.checkWithStockTools(root)
        let holds = try await shop.records.holds(of: shop.incident, camera: nil, after: nil, limit: 10)
        #expect(holds.map(\.span) == order.clips.map(\.span) && holds.allSatisfy { $0.origin == .export && $0.originID == order.id })
        #expect(try await shop.acts(.hold).count == 3)
        #expect(try await shop.acts(.exportFinished).map(\.outcome) == [.done])
        #expect(try await shop.acts(.exportFinished).first?.detail?.contains(ready.sha256 ?? "-") == true)
        await shop.stop()
    }

    private static func checkOriginals(_ manifest: Manifest, _ root: URL, _ shop: ExportWorkshop) throws {
        let natives = manifest.files.filter { $0.kind == .nativeVideo || $0.kind == .nativeAudio }
        // Segments of four seconds: 4–8 and 8–12 of the feed, 0–4 of the import; each with its sound.
        #expect(natives.count == 6 && natives.filter { $0.camera.text == "gate-1" }.count == 4)
        for file in natives {
            let kept = shop.folder.appending(path: "archive/\(file.path.text.dropFirst("native/".count))")
            #expect(try Data(contentsOf: kept) == Data(contentsOf: root.appending(path: file.path.text)), "\(file.path)")
            #expect(file.sha256AtIngest == file.sha256 && file.category == .original)
        }
        let handedOver = manifest.files.filter { $0.kind == .importedOriginal }
        #expect(handedOver.count == 1 && handedOver[0].sha256AtIngest == handedOver[0].sha256 && handedOver[0].format == "mkv")
    }

    private static func checkDerived(_ manifest: Manifest, _ root: URL) throws {
        let clips = manifest.files.filter { $0.kind == .clip }
        #expect(clips.map(\.path.text) == ["clips/gate-1/clip.mp4", "clips/shop-1/clip.mov", "clips/gate-1/clip-2.mp4"])
        #expect(clips.map(\.codecs) == [["h264", "aac"], ["h264", "pcm_alaw"], ["h264", "aac"]])
        // Widened to keyframes, which come every second; the import's times are the recorder's own.
        #expect(clips.map { $0.recorded?.start } == [start + .seconds(5), start + .seconds(102), start + .seconds(9)])
        #expect(clips[0].derivation?.contains("widened to keyframes by 0.5 s before and 0.75 s after") == true)
        for clip in clips {
            let decoded = try Program.run("ffmpeg", ["-v", "error", "-nostdin", "-i", root.appending(path: clip.path.text).path, "-f", "null", "-"])
            #expect(decoded.status == 0 && decoded.error.isEmpty, "\(clip.path): \(decoded.errorText)")
        }
        let stills = manifest.files.filter { $0.kind == .still }
        #expect(stills.count == 3)
        for still in stills { #expect(try Data(contentsOf: root.appending(path: still.path.text)).starts(with: [0xFF, 0xD8])) }
        #expect(stills[0].path.text == "stills/gate-1/20260302T060005Z.jpg")
    }

    private static func checkStatements(_ manifest: Manifest, _ order: ExportOrder) throws {
        #expect(manifest.id == order.id && manifest.request.reason == order.reason && manifest.request.requester.unit == "三大队")
        #expect(manifest.incident.address == "269 Qianjin Road" && manifest.cameras.map(\.code.text) == ["gate-1", "shop-1"])
        #expect(manifest.clips.map(\.wanted) == order.clips.map(\.span) && manifest.clips[0].role == .event)
        #expect(manifest.coverage.addsUp && manifest.coverage.camerasWithFullFootage == 1 && manifest.coverage.camerasWithGaps == 1)
        #expect(manifest.clips[2].gaps.reduce(0) { $0 + $1.span.duration.value } > 7_900_000 && manifest.clips[0].gaps.isEmpty)
        #expect(manifest.clips[1].clock.method == .administratorStatement && manifest.clips[1].clock.offsetUs == .seconds(100))
        #expect(manifest.clips[0].clock.method == .none && !manifest.clips[0].clock.statement.isEmpty)
        let delivered = manifest.clips.map(\.delivered)
        #expect(delivered[0]?.start == start + .seconds(4) && delivered[1]?.start == start)
        let listed = Set(manifest.files.map(\.path))
        for clip in manifest.clips { #expect(!clip.files.isEmpty && listed.isSuperset(of: clip.files)) }
    }

    private static func checkWithStockTools(_ root: URL) async throws {
        let sums = try Program.run("bash", ["-c", "cd '\(root.path)' && sha256sum --quiet --strict -c SHA256SUMS"])
        #expect(sums.status == 0 && sums.output.isEmpty, "\(sums.errorText)")
        let signature = try Program.run(
            "bash",
            ["-c", "cd '\(root.path)' && openssl pkeyutl -verify -rawin -pubin -inkey signing-key.pem -in SHA256SUMS -sigfile SHA256SUMS.sig"])
        #expect(signature.status == 0, "\(signature.errorText)")
        let entries = try String(contentsOf: root.appending(path: "log/entries.jsonl"), encoding: .utf8)
        #expect(entries.contains("\"action\":\"export\"") && entries.contains("\"action\":\"hold\""))
        let time = try String(contentsOf: root.appending(path: "timestamp.json"), encoding: .utf8)
        #expect(time.contains("no authority is configured"))
        let validates = "import json, jsonschema, sys; jsonschema.validate(*(json.load(open(f)) for f in sys.argv[1:]))"
        let files = ["manifest.json", "manifest.schema.json"].map { root.appending(path: $0).path }
        if try Program.run("python3", ["-c", "import jsonschema"]).status == 0 {
            let schema = try Program.run("python3", ["-c", validates] + files)
            #expect(schema.status == 0, "\(schema.errorText.suffix(600))")
        }
    }

    /// An incident that much was looked up for: the newest entries go along, and the manifest says how many did not.
    @Test func entriesThatAreTooManyAreCounted() async throws {
        let shop = try await ExportWorkshop()
        _ = try await shop.record("gate-1", isFeed: true, Self.h264 + ["-bf", "0", "-an"])
        for _ in 0..<7 { try await shop.book.append(LoggedAct(.search, by: LogActor(who: "wang.fang"), incident: shop.incident)) }
        let order = try await shop.order([ExportClip(camera: try CameraCode("gate-1"), span: Self.span(1, 2))])
        var settings = shop.settings
        settings.logEntryLimit = 3
        let exporter = Exporter(shop.services, settings)
        try await exporter.start()
        let ready = try await shop.make(order, with: exporter)
        try #require(ready.state == .ready, "\(ready.failure ?? "")")
        let root = try shop.unpack(ready)
        let log = try Manifest(json: [UInt8](try Data(contentsOf: root.appending(path: "manifest.json")))).log
        // Seven searches, the order, and the hold that came with it.
        #expect(log.entryCount == 3 && log.leftOutCount == 6, "\(log)")
        #expect(try String(contentsOf: root.appending(path: "report.html"), encoding: .utf8).contains("6 more entries concern the incident"))
        let verdict = try await PackageVerifier(expectedKey: nil).verify(try exporter.packagePath(of: ready))
        #expect(verdict.isVerified, "\(verdict.findings)")
    }

    @Test func anOpenSegmentGoesAsFarAsItsLastWholeFragment() async throws {
        let shop = try await ExportWorkshop()
        let run = try await shop.record("gate-1", isFeed: true, Self.h264 + ["-bf", "0", "-an"])
        var last = try #require(try await shop.index.segment(SegmentID(run: run.id, sequence: 2)))
        let file = shop.archive.videoPath(of: last)
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: file)))
        let fragments = try FragmentReaderOfTests.fragments(bytes)
        (last.byteCount, last.sha256, last.endReason) = (fragments[1].upperBound, nil, nil)
        try await shop.index.apply([.segment(last)])
        let order = try await shop.order([ExportClip(camera: last.camera, span: Self.span(9, 9.5))])
        let exporter = Exporter(shop.services, shop.settings)
        try await exporter.start()
        let ready = try await shop.make(order, with: exporter)
        try #require(ready.state == .ready, "\(ready.failure ?? "")")
        let root = try shop.unpack(ready)
        let manifest = try Manifest(json: [UInt8](try Data(contentsOf: root.appending(path: "manifest.json"))))
        let native = try #require(manifest.files.first { $0.kind == .nativeVideo })
        #expect([UInt8](try Data(contentsOf: root.appending(path: native.path.text))) == Array(bytes[..<Int(last.byteCount)]))
        #expect(native.sha256AtIngest == nil && native.sha256AtIngestStatement.contains("still being recorded"))
        #expect(manifest.files.contains { $0.kind == .clip } && manifest.files.contains { $0.kind == .still })
        await shop.stop()
    }

    @Test func footageThatChangedIsNeverHandedOver() async throws {
        let (shop, order) = try await Self.shop()
        let segment = try #require(
            try await shop.index.segments(of: try CameraCode("gate-1"), overlapping: Self.span(5, 6), limit: 1, detailed: false).first)
        let file = URL(filePath: shop.archive.videoPath(of: segment))
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: file)
        let exporter = Exporter(shop.services, shop.settings)
        try await exporter.start()
        let failed = try await shop.make(order, with: exporter)
        #expect(failed.state == .failed && failed.byteCount == nil && failed.sha256 == nil)
        #expect(failed.failure?.contains(file.lastPathComponent) == true && failed.failure?.contains(segment.sha256 ?? "-") == true)
        #expect(shop.left.isEmpty)
        #expect(try await shop.acts(.exportFinished).map(\.outcome) == [.failed])
        #expect(throws: CaselightError.self) { try exporter.packagePath(of: failed) }
        await shop.stop()
    }

    @Test func anAuthorityThatIsSilentIsNotWaitedForLong() async throws {
        let (shop, order) = try await Self.shop()
        var services = shop.services
        services.timestamp = { manifest in
            try? await Task.sleep(for: .seconds(600))
            return .absent("it slept", manifest: manifest)
        }
        var settings = shop.settings
        settings.timestampTimeout = .milliseconds(20)
        let exporter = Exporter(services, settings)
        try await exporter.start()
        let ready = try await shop.make(order, with: exporter)
        try #require(ready.state == .ready, "\(ready.failure ?? "")")
        let time = try String(contentsOf: try shop.unpack(ready).appending(path: "timestamp.json"), encoding: .utf8)
        #expect(time.contains("did not answer within"))
        await shop.stop()
    }

    @Test func footageOfWhichNoClipCanBeMadeGoesWithoutAndSaysSo() async throws {
        let (shop, order) = try await Self.shop()
        var services = shop.services
        services.clips = NoClips(error: CaselightError(.unsupportedMedia, "make a clip", because: "of a reason"))
        services.timestamp = { .absent("the authority did not answer", authority: "https://tsa.example", manifest: $0) }
        let exporter = Exporter(services, shop.settings)
        try await exporter.start()
        let ready = try await shop.make(order, with: exporter)
        try #require(ready.state == .ready, "\(ready.failure ?? "")")
        let root = try shop.unpack(ready)
        #expect(try String(contentsOf: root.appending(path: "clips/gate-1/no-clip-1.txt"), encoding: .utf8).contains("of a reason"))
        #expect(try String(contentsOf: root.appending(path: "timestamp.json"), encoding: .utf8).contains("the authority did not answer"))
        await shop.stop()
    }
}

/// Makes none.
struct NoClips: ClipMaker {
    let error: CaselightError

    func clips(
        of sources: [ClipSource], wanted: TimeSpan, into folder: String, progress: @Sendable @escaping (Int64, Int64) -> Void
    ) async throws -> [ClipFile] { throw error }
}
