import TestSupport
import Testing

@testable import CaselightRTSP

/// Packets and messages in one stream of bytes, whole, cut and damaged.
@Suite struct ReceiveBufferTests {
    static let packet: [UInt8] = [0x24, 0, 0, 16] + RTP.packet(type: 96, sequence: 7, timestamp: 900, payloadCount: 4)
    static let answer = Array("RTSP/1.0 200 OK\r\nCSeq: 3\r\nContent-Length: 5\r\n\r\nhello".utf8)
    static let request = Array("OPTIONS rtsp://h/ RTSP/1.0\nCSeq: 9\n\n".utf8)

    /// What came out, in words that can be compared.
    static func drain(_ buffer: inout ReceiveBuffer) throws(RTSPFailure) -> [String] {
        var seen: [String] = []
        while true {
            switch try buffer.next(isKnown: { $0 < 2 }) {
            case .packet(let channel, let range): seen.append("packet \(channel) of \(range.count)")
            case .message(let message):
                switch message.start {
                case .answer(let status): seen.append("answer \(status) with \(message.body.count)")
                case .request(let method): seen.append("request \(method) \(message.sequence ?? -1)")
                }
            case .incomplete: return seen
            }
        }
    }

    @Test func understandsAStreamCutAtEveryByte() throws {
        let bytes = Self.packet + Self.answer + Self.packet + Self.request + Self.packet
        let expected = ["packet 0 of 16", "answer 200 with 5", "packet 0 of 16", "request OPTIONS 9", "packet 0 of 16"]
        for cut in 0...bytes.count {
            var buffer = ReceiveBuffer(capacity: 64)
            var seen: [String] = []
            for part in [bytes[..<cut], bytes[cut...]] {
                buffer.compact()
                buffer.add(part)
                seen += try Self.drain(&buffer)
            }
            #expect(seen == expected, "cut at \(cut)")
            #expect(buffer.garbageBytes == 0)
        }
    }

    @Test func understandsAStreamByteByByte() throws {
        var buffer = ReceiveBuffer(capacity: 16)
        var seen: [String] = []
        for byte in Self.answer + Self.packet + Self.answer {
            buffer.compact()
            buffer.add([byte])
            seen += try Self.drain(&buffer)
        }
        #expect(seen == ["answer 200 with 5", "packet 0 of 16", "answer 200 with 5"])
    }

    @Test(arguments: ["\r\n\r\n", "RTSX/1.0 junk$$$", "\u{0}\u{1}\u{2}$\u{9}\u{FF}", "%$\u{0}", "OPTIMISM"])
    func findsItsWayAfterGarbage(text: String) throws {
        let garbage = Array(text.utf8)
        var buffer = ReceiveBuffer()
        // What stands after the garbage may be taken for part of it until a packet begins for certain.
        buffer.add(Self.packet + garbage + Self.packet + Self.packet + Self.answer + Self.packet)
        let seen = try Self.drain(&buffer)
        #expect(seen.first == "packet 0 of 16" && seen.suffix(2) == ["answer 200 with 5", "packet 0 of 16"])
        #expect(buffer.garbageBytes >= garbage.count)
        #expect(buffer.garbageRun == 0)
    }

    @Test func garbageWithoutEndIsRefused() throws {
        var buffer = ReceiveBuffer()
        #expect(throws: RTSPFailure.self) {
            for _ in 0..<100 {
                buffer.compact()
                buffer.add(repeatElement(0x2A, count: 1000))
                _ = try Self.drain(&buffer)
            }
        }
        #expect(buffer.garbageRun == RTSPLimits.garbageBytes + 1)
    }

    @Test(arguments: [
        "RTSP/1.0 200 OK\r\nContent-Length: 65537\r\n\r\n", "RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n",
        "RTSP/1.0 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", "RTSP/1.0 20 OK\r\n\r\n", "RTSP/1.0\r\n\r\n",
        "RTSP/1.0 200 OK\r\n" + String(repeating: "A: b\r\n", count: 65) + "\r\n",
        "RTSP/1.0 200 OK\r\nA: " + String(repeating: "b", count: 20_000) + "\r\n\r\n", "RTSP/1.0 " + String(repeating: "2", count: 20_000),
        "OPTIONS rtsp://h/ HTTP/1.1\r\n\r\n",
    ])
    func refusesAMessageBeyondItsLimits(text: String) {
        var buffer = ReceiveBuffer()
        buffer.add(Array(text.utf8))
        #expect(throws: RTSPFailure.self) { try Self.drain(&buffer) }
    }

    @Test func readsHeadersAsCamerasWriteThem() throws {
        let text = "RTSP/1.0 200\r\ncseq:4\r\nno colon here\r\nSession:   8 ;timeout=30\r\nPublic: A,\r\n\tB\r\nCONTENT-LENGTH: 0\r\n\r\n"
        var buffer = ReceiveBuffer()
        buffer.add(Array(text.utf8))
        guard case .message(let message) = try buffer.next(isKnown: { _ in false }) else {
            Issue.record("no message")
            return
        }
        #expect(message.start == .answer(status: 200))
        #expect(message.sequence == 4)
        #expect(message.value("public") == "A, B")
        #expect(SessionHeader(message.value("session") ?? "")?.id == "8")
        #expect(SessionHeader(message.value("session") ?? "")?.timeoutSeconds == 30)
    }

    /// Mutations of what is valid: nothing may trap, loop or grow beyond its limit.
    @Test func survivesDamage() {
        var random = SeededGenerator(seed: 0x5EED)
        let valid = Self.packet + Self.answer + Self.request + Self.packet + Array(Scripts.description.utf8)
        for _ in 0..<4000 {
            var bytes = valid
            for _ in 0..<random.below(12) {
                switch random.below(4) {
                case 0: bytes[random.below(bytes.count)] = UInt8(random.below(256))
                case 1: bytes.insert(UInt8(random.below(256)), at: random.below(bytes.count))
                case 2: bytes.remove(at: random.below(bytes.count))
                default:
                    let start = random.below(bytes.count)
                    bytes.insert(contentsOf: bytes[start..<min(bytes.count, start + random.below(40))], at: random.below(bytes.count))
                }
            }
            var buffer = ReceiveBuffer(capacity: 128)
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = rest.prefix(1 + random.below(200))
                rest = rest.dropFirst(part.count)
                buffer.compact()
                _ = buffer.append(part)
                guard (try? Self.drain(&buffer)) != nil else { break }
            }
            #expect(buffer.bytes.count <= RTSPLimits.bufferBytes)
            Self.readEverything(bytes)
        }
    }

    private static func readEverything(_ bytes: [UInt8]) {
        _ = RTPHeader(bytes.span.extracting(first: min(bytes.count, 40)))
        _ = RTCPReport(bytes.span.extracting(first: min(bytes.count, 60)))
        _ = RTCPReport(([0x80, 200] + bytes).span)
        let text = String(decoding: bytes, as: UTF8.self)
        _ = Challenge.parse([text])
        _ = TransportHeader(text)
        _ = SessionHeader(text)
        if let description = try? SessionDescription.parse(bytes), let media = try? ChosenMedium.choose(from: description) {
            #expect(RewrittenDescription.bytes(name: description.name, media: media).count <= RTSPLimits.rewrittenBytes)
        }
    }
}

extension SeededGenerator {
    fileprivate mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<max(1, limit), using: &self) }
}
