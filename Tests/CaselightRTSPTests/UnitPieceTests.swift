import Testing

@testable import CaselightRTSP

/// Pieces of a unit that lie next to each other are made one, and nothing else is.
@Suite struct UnitPieceTests {
    /// A piece as H.264 (indicator, own header) or H.265 (two bytes, own header) writes it, its data all the same byte.
    private static func piece(
        _ codec: UnitPiece.Codec, sequence: Int, timestamp: UInt32 = 900, first: Bool = false, last: Bool = false, kind: UInt8 = 5,
        fill: Int, count: Int = 20
    ) -> [UInt8] {
        var packet = RTP.packet(type: last ? 0xE0 : 0x60, sequence: sequence, timestamp: timestamp, payloadCount: 0)
        let own = kind | (first ? 0x80 : 0) | (last ? 0x40 : 0)
        packet += codec == .h264 ? [0x7C, own] : [49 << 1, 1, own]
        return packet + [UInt8](repeating: UInt8(fill & 0xFF), count: count)
    }

    private static func description(_ codec: UnitPiece.Codec) -> String {
        Scripts.videoOnly.replacing("H264", with: codec == .h264 ? "H264" : "H265")
    }

    /// What a session gives of packets that all came at once.
    private static func received(_ packets: [[UInt8]], _ codec: UnitPiece.Codec, count: Int, room: Int = 80_000) throws
        -> (packets: [[UInt8]], statistics: ReceptionStatistics)
    {
        let camera = try Scripts.camera(body: description(codec)) { connection in
            connection.send(packets.flatMap { RTP.interleaved($0[1] >= 200 && $0[1] < 210 ? 1 : 0, $0) })
        }
        defer { camera.stop() }
        let session = try SessionTests.open(camera)
        defer { session.close() }
        let read = try SessionTests.read(session, count, room: room)
        return (read, session.statistics[0])
    }

    @Test(arguments: [(UnitPiece.Codec.h264, [0x65] as [UInt8]), (.h265, [5 << 1, 1])])
    func aUnitComesAsOne(codec: UnitPiece.Codec, unitHead: [UInt8]) throws {
        let pieces = (0..<30).map { Self.piece(codec, sequence: (65_530 + $0) & 0xFFFF, first: $0 == 0, last: $0 == 29, fill: $0) }
        let single = RTP.packet(type: 96, sequence: 24, timestamp: 4500)
        let (read, statistics) = try Self.received(pieces + [single], codec, count: 2)
        let head = pieces[0].count - 20
        #expect(read[0][12...].elementsEqual(unitHead + pieces.flatMap { $0[head...] }))
        // The first one's head, with the marker and the number of the last.
        #expect(read[0][1] == 0xE0 && Array(read[0][2..<4]) == [0, 23])
        #expect(read[0][4..<12] == pieces[0][4..<12])
        #expect(read[1] == single)
        #expect(statistics.received == 31 && statistics.lost == 0)
    }

    @Test func aMissingPieceIsNotBridged() throws {
        let pieces = (0..<10).filter { $0 != 6 }.map { Self.piece(.h264, sequence: 100 + $0, first: $0 == 0, last: $0 == 9, fill: $0) }
        let (read, statistics) = try Self.received(pieces, .h264, count: 2)
        #expect(read.map { Set($0[14...]) } == [Set(0...5), Set(7...9)])
        #expect(read.map { $0[13] } == [0x85, 0x45])
        #expect(statistics.lost == 1)
    }

    @Test func whatIsNotTheNextPieceStaysByItself() throws {
        let packets = [
            Self.piece(.h264, sequence: 1, first: true, fill: 1), RTP.senderReport(source: 0x0102_0304, ntp: 1 << 40, rtpTime: 900),
            Self.piece(.h264, sequence: 2, fill: 2),
            // Another picture, another kind of unit, another beginning, and a padded packet.
            Self.piece(.h264, sequence: 3, timestamp: 1800, fill: 3), Self.piece(.h264, sequence: 4, timestamp: 1800, kind: 1, fill: 4),
            Self.piece(.h264, sequence: 5, timestamp: 1800, first: true, kind: 1, fill: 5),
            [0xA0] + Self.piece(.h264, sequence: 6, timestamp: 1800, kind: 1, fill: 1).dropFirst(),
        ]
        #expect(try Self.received(packets, .h264, count: packets.count).packets == packets)
    }

    @Test func noPacketOutgrowsTheBuffer() throws {
        let pieces = (0..<20).map { Self.piece(.h264, sequence: $0, first: $0 == 0, last: $0 == 19, fill: $0, count: 1000) }
        let read = try Self.received(pieces, .h264, count: 3, room: 7014).packets
        #expect(read.allSatisfy { $0.count <= 7014 })
        #expect(read.map { $0[13] } == [0x85, 0x05, 0x45])
        #expect(read.flatMap { $0[14...] } == pieces.flatMap { $0[14...] })
    }

    @Test func aReceiverReportTellsWhatCame() throws {
        var reception = try ReceptionTests().reception((0..<100).filter { $0 % 10 != 5 })
        var report: [UInt8] = [0x81, 201, 0, 7] + [UInt8](repeating: 9, count: 28)
        let untouched = report
        reception.correct(receiverReport: &report)
        // 10 of 100 lost: 25 of 256, the highest number 99.
        #expect(Array(report[12..<20]) == [25, 0, 0, 10, 0, 0, 0, 99])
        #expect(report[..<12] == untouched[..<12] && report[20...] == untouched[20...])
        reception.correct(receiverReport: &report)
        #expect(Array(report[12..<16]) == [0, 0, 0, 10])
        var other: [UInt8] = [0x81, 203] + untouched.dropFirst(2)
        let before = other
        reception.correct(receiverReport: &other)
        #expect(other == before)
    }
}
