import CaselightArchive
import CaselightModel
import CaselightStore
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Synchronization
import Testing

@testable import CaselightServer

@Suite struct PictureRouteTests {
    private static let file = "/api/v1/cameras/gate-3/segments/0000000000000001-000000.mp4?purpose=test"

    @Test(arguments: [
        ("bytes=0-99", 206, 0..<100), ("bytes=100-", 206, 100..<10_000), ("bytes=-300", 206, 9_700..<10_000),
        ("bytes=9999-20000", 206, 9_999..<10_000), ("bytes=-20000", 206, 0..<10_000), ("bytes=0-1,5-6", 200, 0..<10_000),
        ("lines=1-2", 200, 0..<10_000), ("bytes=5-2", 200, 0..<10_000), ("bytes=x", 200, 0..<10_000),
    ])
    func sendsTheRangeAskedFor(range: String, status: Int, expected: Range<Int>) async throws {
        try await Installation.run { installation, client in
            _ = try await installation.addCamera("gate-3")
            try await installation.addSegment("gate-3")
            let answer = try await client.get(Self.file, headers: [.range: range])
            #expect(answer.status == status)
            #expect(answer.bytes == Array(Installation.content(10_000)[expected]))
            #expect(answer.headers[.contentLength] == "\(expected.count)")
            #expect(answer.headers[.contentRange] == (status == 206 ? "bytes \(expected.lowerBound)-\(expected.upperBound - 1)/10000" : nil))
            let head = try await client.send(.head, Self.file, headers: [.range: range])
            #expect(head.status == status && head.bytes.isEmpty && head.headers[.contentLength] == "\(expected.count)")
        }
    }

    @Test(arguments: ["bytes=10000-", "bytes=10000-10001", "bytes=-0", "bytes=99999999999999999999-"])
    func refusesARangeBeyondTheEnd(range: String) async throws {
        try await Installation.run { installation, client in
            _ = try await installation.addCamera("gate-3")
            try await installation.addSegment("gate-3")
            let answer = try await client.get(Self.file, headers: [.range: range])
            #expect(answer.refusal == "416 rangeNotSatisfiable")
            #expect(answer.headers[.contentRange] == "bytes */10000")
        }
    }

    @Test func knowsAFileByItsHash() async throws {
        try await Installation.run { installation, client in
            _ = try await installation.addCamera("gate-3")
            try await installation.addSegment("gate-3")
            let whole = try await client.get(Self.file)
            let tag = try #require(whole.headers[.eTag])
            #expect(tag == "\"\(String(repeating: "ab", count: 32))\"" && whole.headers[.contentType] == "video/mp4")
            #expect(whole.bytes == Installation.content(10_000) && whole.headers[.acceptRanges] == "bytes")
            #expect(try await client.get(Self.file, headers: [.ifNoneMatch: tag]).status == 304)
            #expect(try await client.get(Self.file, headers: [.range: "bytes=0-9", .ifRange: tag]).status == 206)
            #expect(try await client.get(Self.file, headers: [.range: "bytes=0-9", .ifRange: "\"other\""]).status == 200)
        }
    }

    @Test func sendsALargeFileWholeOverARealConnection() async throws {
        try await Installation.run(setup: .live) { installation, client in
            _ = try await installation.addCamera("gate-3")
            try await installation.addSegment("gate-3", byteCount: 3_000_000)
            #expect(try await client.get(Self.file).bytes == Installation.content(3_000_000))
        }
    }

    @Test func sendsSoundInTheFormItIsKeptIn() async throws {
        try await Installation.run { installation, client in
            _ = try await installation.addCamera("gate-3")
            let sound = AudioSibling(codec: "pcm_alaw", byteCount: 500, initializationByteCount: 100, sha256: nil)
            try await installation.addSegment("gate-3", audio: sound)
            let base = "/api/v1/cameras/gate-3/segments/0000000000000001-000000.audio"
            let answer = try await client.get(base + ".mov?purpose=test")
            #expect(answer.status == 200 && answer.bytes == Installation.content(500) && answer.headers[.contentType] == "audio/quicktime")
            #expect(try await client.get(base + ".mp4?purpose=test").refusal == "404 notFound")
        }
    }

    @Test(arguments: [
        "/api/v1/cameras/gate-4/segments/0000000000000001-000000.mp4", "/api/v1/cameras/gate-3/segments/0000000000000001-000001.mp4",
        "/api/v1/cameras/gate-3/segments/..%2F..%2Frecords.db", "/api/v1/cameras/gate-3/segments/x.mp4",
        "/api/v1/cameras/gate-3/segments/0000000000000001-000000.avi",
    ])
    func findsNoOtherFile(path: String) async throws {
        try await Installation.run { installation, client in
            _ = try await installation.addCamera("gate-3")
            _ = try await installation.addCamera("gate-4")
            try await installation.addSegment("gate-3")
            #expect(try await client.get(path + "?purpose=test").refusal == "404 notFound")
        }
    }

    @Test func playlistPassesItsReasonOnToItsSegments() async throws {
        try await Installation.run { installation, client in
            _ = try await installation.addCamera("gate-3")
            let sound = AudioSibling(codec: "aac", byteCount: 500, initializationByteCount: 100, sha256: nil)
            for minute in 0..<3 { try await installation.addSegment("gate-3", sequence: UInt32(minute), second: Int64(minute * 60), audio: sound) }
            let base = "/api/v1/cameras/gate-3/"
            let span = "from=2026-03-02T07:00:30Z&to=2026-03-02T07:02:30Z&purpose=lost%20%26%20found"
            let list = try await client.get(base + "playlist.m3u8?" + span)
            #expect(list.headers[.contentType] == "application/vnd.apple.mpegurl")
            let addresses = list.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
            #expect(addresses.count == 3)
            for address in addresses {
                #expect(address.hasSuffix("?purpose=lost%20%26%20found"))
                #expect(try await client.get(base + address).status == 200)
            }
            let all = try await client.get(base + "playlist.m3u8?track=all&" + span)
            let sounds = try #require(all.text.split(separator: "\"").first { $0.hasPrefix("playlist.m3u8?track=audio") })
            let audio = try await client.get(base + sounds)
            #expect(audio.text.contains("000000.audio.mp4?purpose="))
        }
    }

    @Test func playlistOfNothingIsNotFound() async throws {
        try await Installation.run { installation, client in
            _ = try await installation.addCamera("gate-3")
            let path = "/api/v1/cameras/gate-3/playlist.m3u8?purpose=test"
            #expect(try await client.get(path + "&from=2026-03-02T07:00:00Z&to=2026-03-02T08:00:00Z").refusal == "404 notFound")
            #expect(try await client.get(path + "&from=2026-03-02T07:00:00Z&to=2026-03-02T06:00:00Z").refusal == "400 reversedTimes")
            #expect(try await client.get(path + "&from=2026-03-02T07:00:00Z&to=2026-03-09T08:00:00Z").refusal == "400 invalidValue")
            #expect(try await client.get(path + "&from=2026-13-02T07:00:00Z&to=2026-03-09T08:00:00Z").refusal == "400 invalidTime")
            #expect(try await client.get(path + "&from=2026-03-02T07:00:00Z").refusal == "400 invalidValue")
        }
    }

    @Test func stillIsTheKeyframeBeforeTheMoment() async throws {
        try await Installation.run { installation, client in
            _ = try await installation.addCamera("gate-3")
            try await installation.addSegment("gate-3")
            let path = "/api/v1/cameras/gate-3/still.jpg?purpose=test&width=320&at="
            let answer = try await client.get(path + "2026-03-02T15:00:30+08:00")
            #expect(answer.status == 200 && answer.headers[.contentType] == "image/jpeg" && answer.bytes.starts(with: [0xFF, 0xD8]))
            #expect(answer.headers[.init("Caselight-Keyframe-At")!] == "2026-03-02T07:00:24Z")
            let content = Installation.content(10_000)
            let expected = ScriptedStills.Order(initializationByteCount: 800, keyframe: Array(content[3000..<3500]), widthPixels: 320)
            #expect(installation.stills.orders.withLock { $0 } == [expected])
            // The next moment of the same keyframe is not decoded again.
            #expect(try await client.get(path + "2026-03-02T07:00:31Z").bytes == answer.bytes)
            #expect(installation.stills.orders.withLock { $0.count } == 1)
            #expect(try await client.get(path + "2026-03-02T09:00:31Z").refusal == "404 notFound")
        }
    }

    @Test func refusesStillsPastTheLimitAndSaysWhenToComeBack() async throws {
        var limits = ServerLimits()
        limits.stillsAtOnceCount = 1
        try await Installation.run(limits: limits) { installation, client in
            _ = try await installation.addCamera("gate-3")
            try await installation.addSegment("gate-3")
            let path = "/api/v1/cameras/gate-3/still.jpg?purpose=test&at=2026-03-02T07:00:"
            await installation.stills.gate.close()
            async let first = client.get(path + "05Z")
            await installation.stills.gate.reached()
            let second = try await client.get(path + "30Z")
            #expect(second.refusal == "503 busy" && second.headers[.retryAfter] == "1")
            await installation.stills.gate.open()
            #expect(try await first.status == 200)
            #expect(try await client.get(path + "30Z").status == 200)
        }
    }

    @Test func aFileThatIsGoneIsOurFailureAndTellsNoPath() async throws {
        try await Installation.run { installation, client in
            _ = try await installation.addCamera("gate-3")
            let segment = try await installation.addSegment("gate-3")
            try FileManager.default.removeItem(atPath: installation.archive.videoPath(of: segment))
            let answer = try await client.get("/api/v1/cameras/gate-3/still.jpg?purpose=test&at=2026-03-02T07:00:30Z")
            #expect(answer.status >= 400 && !answer.text.contains(installation.folder.path))
        }
    }
}
