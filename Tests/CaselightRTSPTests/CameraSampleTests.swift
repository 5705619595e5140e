import CaselightModel
import Foundation
import Testing

@testable import CaselightRTSP

/// What cameras of known makes were heard to say.
@Suite struct CameraSampleTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "shared/data/protocol/rtsp")
    static var isThere: Bool { FileManager.default.fileExists(atPath: folder.path) }

    static func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appending(path: name))) }

    static func message(_ name: String) throws -> RTSPMessage {
        var buffer = ReceiveBuffer()
        buffer.add(try bytes(name))
        guard case .message(let message) = try buffer.next(isKnown: { _ in false }) else {
            throw RTSPFailure.malformed("\(name) is no whole message")
        }
        return message
    }

    struct Expected: Sendable {
        var file: String
        var url: String
        /// Payload type, encoding and the address of SETUP.
        var media: [String]
        var aggregate: String
    }

    static let descriptions = [
        Expected(
            file: "bunny_describe.txt", url: "rtsp://192.0.2.1/vod/x",
            media: [
                "97 H264/90000 rtsp://192.0.2.1/vod/mp4:BigBuckBunny_115k.mov/trackID=2",
                "96 mpeg4-generic/12000/2 rtsp://192.0.2.1/vod/mp4:BigBuckBunny_115k.mov/trackID=1",
            ], aggregate: "rtsp://192.0.2.1/vod/mp4:BigBuckBunny_115k.mov/"),
        Expected(
            file: "dahua_describe_h264_aac_onvif.txt", url: "rtsp://camera:554/cam",
            media: [
                "96 H264/90000 rtsp://camera:554/cam/realmonitor?channel=1&subtype=1&unicast=true&proto=Onvif/trackID=0",
                "97 MPEG4-GENERIC/48000 rtsp://camera:554/cam/realmonitor?channel=1&subtype=1&unicast=true&proto=Onvif/trackID=1",
            ], aggregate: "rtsp://camera:554/cam/realmonitor?channel=1&subtype=1&unicast=true&proto=Onvif/"),
        Expected(
            file: "dahua_describe_h265_pcma.txt", url: "rtsp://cam-driveway/cam/realmonitor?channel=1&subtype=2",
            media: [
                "98 H265/90000 rtsp://cam-driveway/cam/realmonitor?channel=1&subtype=2/trackID=0",
                "8 PCMA/8000 rtsp://cam-driveway/cam/realmonitor?channel=1&subtype=2/trackID=1",
            ], aggregate: "rtsp://cam-driveway/cam/realmonitor?channel=1&subtype=2/"),
        Expected(
            file: "geovision_sdp.txt", url: "rtsp://camera/media/video1",
            media: ["105 H264/90000 rtsp://camera/media/video1/video"], aggregate: "rtsp://camera/media/video1"),
        Expected(
            file: "hikvision_describe.txt", url: "rtsp://camera/Streaming/Channels/101",
            media: ["96 H264/90000 rtsp://camera/Streaming/Channels/101/trackID=1?transportmode=unicast&profile=Profile_1"],
            aggregate: "rtsp://camera/Streaming/Channels/101/?transportmode=unicast&profile=Profile_1"),
        Expected(
            file: "reolink_describe.txt", url: "rtsp://camera/h264Preview_01_main",
            media: [
                "96 H264/90000 rtsp://camera/h264Preview_01_main/trackID=1",
                "97 MPEG4-GENERIC/16000 rtsp://camera/h264Preview_01_main/trackID=2",
            ], aggregate: "rtsp://camera/h264Preview_01_main/"),
        Expected(
            file: "reolink_describe_control_first.txt", url: "rtsp://camera/h264Preview_01_main",
            media: [
                "96 H264/90000 rtsp://camera/h264Preview_01_main/trackID=1",
                "97 MPEG4-GENERIC/16000 rtsp://camera/h264Preview_01_main/trackID=2",
            ], aggregate: "rtsp://camera/h264Preview_01_main/"),
        Expected(
            file: "tplink_sdp.txt", url: "rtsp://camera/stream1",
            media: ["96 H265/90000 rtsp://camera/stream1/track1", "8 PCMA/8000 rtsp://camera/stream1/track2"],
            aggregate: "rtsp://camera/stream1"),
        Expected(
            file: "ubiquiti_sdp.txt", url: "rtsp://camera:7447/abc",
            media: ["97 H264/90000 rtsp://camera:7447/abc/trackID=2", "96 mpeg4-generic/48000/1 rtsp://camera:7447/abc/trackID=0"],
            aggregate: "rtsp://camera:7447/abc"),
    ]

    @Test(.enabled(if: isThere, "the recorded answers are not here"), arguments: descriptions)
    func readsADescription(expected: Expected) throws {
        let isBare = expected.file.hasSuffix("_sdp.txt")
        let message = isBare ? nil : try Self.message(expected.file)
        let description = try SessionDescription.parse(try message?.body ?? Self.bytes(expected.file))
        // The test footage's own address stands for the connected camera's.
        let peer = expected.file.hasPrefix("bunny") ? "wowzaec2demo.streamlock.net" : "198.51.100.7"
        let address = try ControlAddress(
            FeedURL.parse(expected.url).url, peerHost: peer, base: message?.value("content-base"), session: description.control)
        let media = try ChosenMedium.choose(from: description).map {
            "\($0.payloadType) \($0.encoding ?? "-") \(try address.address(of: $0.control))"
        }
        #expect(media == expected.media)
        #expect(address.aggregate == expected.aggregate)
    }

    @Test(
        .enabled(if: isThere, "the recorded answers are not here"),
        arguments: [
            ("bunny_setup.txt", "1642021126"), ("dahua_setup.txt", "634214675641"), ("hikvision_setup.txt", "708345999"),
            ("hikvision_setup_ssrc_space.txt", "708886412"), ("reolink_setup.txt", "F8F8E425"),
        ])
    func readsTheAnswerToSetup(file: String, session: String) throws {
        let message = try Self.message(file)
        #expect(message.start == .answer(status: 200))
        let transport = TransportHeader(message.value("transport") ?? "")
        #expect(transport.isTCP && !transport.isMulticast)
        #expect(transport.channels == TransportHeader.Pair(media: 0, control: 1))
        let header = try #require(SessionHeader(message.value("session") ?? ""))
        #expect(header.id == session)
        #expect(header.timeoutSeconds == (file.hasPrefix("reolink") ? nil : 60))
    }

    @Test(
        .enabled(if: isThere, "the recorded answers are not here"),
        arguments: [
            ("bunny_play.txt", 3), ("dahua_play.txt", 7), ("hikvision_play.txt", 3), ("reolink_play.txt", 6), ("reolink_teardown.txt", 7),
            ("dahua_options.txt", 5),
        ])
    func readsOtherAnswers(file: String, sequence: Int) throws {
        let message = try Self.message(file)
        #expect(message.start == .answer(status: 200))
        #expect(message.sequence == sequence)
    }

    @Test(.enabled(if: isThere, "the recorded answers are not here"))
    func noSampleIsOverlooked() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter {
            $0.contains("describe") || $0.contains("_sdp")
        }
        #expect(Set(names) == Set(Self.descriptions.map(\.file)))
    }

    @Test(.enabled(if: isThere, "the recorded answers are not here"))
    func tellsLibavformatWhatWasSetUpAndNoMore() throws {
        let description = try SessionDescription.parse(try Self.message("dahua_describe_h264_aac_onvif.txt").body)
        let bytes = RewrittenDescription.bytes(name: description.name, media: try ChosenMedium.choose(from: description))
        let expected = """
            v=0
            o=- 0 0 IN IP4 0.0.0.0
            s=Media Server
            c=IN IP4 0.0.0.0
            t=0 0
            m=video 0 RTP/AVP 96
            a=rtpmap:96 H264/90000
            a=fmtp:96 packetization-mode=1;profile-level-id=64001E;sprop-parameter-sets=Z2QAHqwsaoLA9puCgIKgAAADACAAAAMD0IAA,aO4xshsA
            a=framerate:15.000000
            m=audio 0 RTP/AVP 97
            a=rtpmap:97 MPEG4-GENERIC/48000
            a=fmtp:97 streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1188

            """
        #expect(String(decoding: bytes, as: UTF8.self) == expected.replacingOccurrences(of: "\n", with: "\r\n"))
    }
}
