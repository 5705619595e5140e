import Testing

@testable import CaselightRTSP

/// What is asked for of what a camera offers.
@Suite struct SessionDescriptionTests {
    func choose(_ text: String) throws -> [String] {
        try ChosenMedium.choose(from: SessionDescription.parse(Array(text.utf8))).map { "\($0.payloadType) \($0.encoding ?? "-")" }
    }

    @Test func soundOfTheVideosPayloadTypeStaysOut() throws {
        #expect(
            try choose("m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\nm=audio 0 RTP/AVP 96\na=rtpmap:96 MPEG4-GENERIC/8000\n") == [
                "96 H264/90000"
            ])
    }

    @Test func oneOfEachKindIsTaken() throws {
        let text = """
            m=video 0 RTP/AVP 96
            a=rtpmap:96 H264/90000
            m=video 0 RTP/AVP 97
            a=rtpmap:97 H265/90000
            m=audio 0 RTP/AVP 0
            m=audio 0 RTP/AVP 98
            a=rtpmap:98 opus/48000/2
            """
        #expect(try choose(text) == ["96 H264/90000", "0 -"])
    }

    @Test func theFirstFormatThatIsKnownIsTaken() throws {
        #expect(try choose("m=video 0 RTP/AVP 99 26\na=rtpmap:99 X-NONSENSE/90000\n") == ["26 -"])
        #expect(try choose("m=video 0 RTP/AVP 99 100\na=rtpmap:100 h265/90000\na=rtpmap:99 rtx/90000\n") == ["100 h265/90000"])
    }

    @Test func aLoudspeakerIsNotAskedFor() throws {
        #expect(try choose("m=video 0 RTP/AVP 26\nm=audio 0 RTP/AVP 0\na=sendonly\n") == ["26 -"])
    }

    @Test(arguments: [
        "", "v=0\n", "m=audio 0 RTP/AVP 0\n", "m=video 0 RTP/SAVP 96\na=rtpmap:96 H264/90000\n", "m=video 0 RTP/AVP 96\n",
        "m=video 0 RTP/AVP smart\n", "m=video\n", "m=video 0 RTP/AVP 300\n", "m=video 0 RTP/AVP 96\na=rtpmap:97 H264/90000\n",
    ])
    func withoutVideoThereIsNothingToPlay(text: String) {
        #expect(throws: RTSPFailure.noPlayableMedia) { try choose(text) }
    }

    @Test func limitsHold() {
        #expect(throws: RTSPFailure.self) {
            try SessionDescription.parse(Array(String(repeating: "m=video 0 RTP/AVP 96\n", count: 33).utf8))
        }
        #expect(throws: RTSPFailure.self) { try SessionDescription.parse(Array(String(repeating: "a=x\n", count: 2001).utf8)) }
    }

    @Test func whatLibavformatReadsHasNoControlCharacters() throws {
        let text = "s=a\u{0}b\u{1b}[31m\nm=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=fmtp:96 x=\u{0}y\n"
        let description = try SessionDescription.parse(Array(text.utf8))
        let bytes = RewrittenDescription.bytes(name: description.name, media: try ChosenMedium.choose(from: description))
        #expect(bytes.allSatisfy { $0 >= 0x20 || $0 == 0x0D || $0 == 0x0A })
        #expect(String(decoding: bytes, as: UTF8.self).contains("s=ab[31m\r\n"))
    }

    @Test func aParameterTooLongForItIsLeftOut() throws {
        let text = "m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=fmtp:96 " + String(repeating: "x", count: 9000)
        let description = try SessionDescription.parse(Array(text.utf8))
        let bytes = RewrittenDescription.bytes(name: nil, media: try ChosenMedium.choose(from: description))
        #expect(String(decoding: bytes, as: UTF8.self).hasSuffix("a=rtpmap:96 H264/90000\r\n"))
    }

    @Test(arguments: [
        ("RTP/AVP/TCP;unicast;interleaved=4-5;ssrc= d6d6627", true, 4, 5), ("RTP/AVP/TCP; unicast; Interleaved = 2 - 3", true, 2, 3),
        ("RTP/AVP;interleaved=7", true, 7, 8), ("RTP/AVP/TCP;interleaved=0-1,RTP/AVP;unicast;client_port=1-2", true, 0, 1),
    ])
    func readsTransports(text: String, isTCP: Bool, media: Int, control: Int) {
        let header = TransportHeader(text)
        #expect(header.isTCP == isTCP)
        #expect(header.channels == TransportHeader.Pair(media: media, control: control))
    }

    @Test(arguments: [
        "RTP/AVP/TCP;interleaved=255", "RTP/AVP/TCP;interleaved=300-301", "RTP/AVP/TCP;interleaved=a-b", "RTP/AVP/TCP;interleaved",
    ])
    func passesOverChannelsThatAreNone(text: String) {
        #expect(TransportHeader(text).channels == nil)
    }
}
