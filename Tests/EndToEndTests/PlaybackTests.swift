import CaselightModel
import Foundation
import Testing

/// Recorded footage plays: each file alone, and a playlist over several runs in a browser and in FFmpeg.
@Suite(.enabled(if: Workshop.missing == nil, "needs ffmpeg and GStreamer's RTSP server"))
struct PlaybackTests {
    @Test func playsThreeRunsAsOne() throws {
        let cameras = try Cameras()
        let installation = try Installation("playback")
        try register("gate-2", at: cameras.url("gate-2"), in: installation)
        let from = SystemWallClock().now()
        // The last drop lasts: a fourth run would begin while the three are compared.
        for seconds in [1, 1, 120] {
            try waitFor("the camera to record") { state(of: "gate-2", in: installation) == "recording" }
            Thread.sleep(forTimeInterval: 6)
            try cameras.control("drop/gate-2?seconds=\(seconds)")
            try waitFor("the drop to be noticed") { state(of: "gate-2", in: installation) != "recording" }
        }
        // The worker tells of a segment's end a moment after the feed's.
        try waitFor("the last file to be closed") { installation.isSettled }
        let span = "from=\(from.rfc3339())&to=\(SystemWallClock().now().rfc3339())"
        let path = "/api/v1/cameras/gate-2/playlist.m3u8?\(span)&purpose=playback-test"
        let playlist = try installation.get(path)
        #expect(playlist.status == 200, "\(String(decoding: playlist.body, as: UTF8.self))")

        for file in installation.segments(of: "gate-2") {
            let probe = Workshop.run("/usr/bin/ffprobe", ["-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", file.path])
            #expect(probe.status == 0 && probe.output.contains("h264") && probe.error.isEmpty, "\(file.lastPathComponent): \(probe.error)")
        }
        try readWithFFmpeg(path, installation)
        if Browser.missing == nil { try playInBrowser(path, installation) }
    }

    private func readWithFFmpeg(_ path: String, _ installation: Installation) throws {
        let read = Workshop.run(
            "/usr/bin/ffmpeg",
            [
                "-v", "error", "-headers", "Authorization: Bearer \(installation.token)\r\n", "-i",
                "http://127.0.0.1:\(installation.port)\(path)", "-map", "0:v", "-c", "copy", "-f", "framemd5", "-",
            ])
        let packets = read.output.split(separator: "\n").count { !$0.hasPrefix("#") }
        let stored = try installation.segments(of: "gate-2").map { try Packets.read($0, codec: "h264").count }.reduce(0, +)
        #expect(packets == stored, "ffmpeg read \(packets) of \(stored) packets: \(read.error)")
    }

    private func playInBrowser(_ path: String, _ installation: Installation) throws {
        let browser = try Browser()
        try browser.devTools("Network.enable", [:])
        try browser.devTools("Network.setExtraHTTPHeaders", ["headers": ["Authorization": "Bearer \(installation.token)"]])
        try browser.devTools("Page.setBypassCSP", ["enabled": true])
        try browser.open("http://127.0.0.1:\(installation.port)/healthz")
        let script = """
            const [source, done] = arguments; const video = document.createElement('video'); video.muted = true; document.body.append(video);
            const fail = why => done({error: why + ' ' + (video.error ? video.error.message : '')}); setTimeout(() => fail('timeout'), 25000);
            video.onerror = () => fail('error'); video.src = source;
            video.onloadedmetadata = async () => { const seen = []; try { await video.play(); } catch (e) { return fail(String(e)); }
              for (const part of [0.1, 0.5, 0.9]) { video.currentTime = video.duration * part; await new Promise(r => video.onseeked = r);
                const from = video.currentTime; await new Promise(r => { const t = setInterval(() => { if (video.currentTime > from + 0.4) { clearInterval(t); r(); } }, 50); });
                seen.push([from, video.currentTime]); }
              done({duration: video.duration, width: video.videoWidth, seen}); };
            """
        let result = try #require(try browser.run(script, [path]) as? [String: Any])
        #expect(result["error"] == nil, "\(result)")
        #expect((result["duration"] as? Double ?? 0) > 12, "\(result)")
        #expect((result["seen"] as? [[Double]])?.count == 3, "\(result)")
    }
}
