internal import CaselightModel
import Glibc

extension RTSPSession {
    /// Gives the next RTP or RTCP packet of a medium that was set up. Blocks until there is one.
    ///
    /// A packet larger than `buffer` is counted and passed over.
    ///
    /// - Returns: its size in bytes.
    package func next(into buffer: UnsafeMutableRawBufferPointer) throws(RTSPFailure) -> Int {
        while true {
            if let count = try takePacket(into: buffer) { return count }
            try drain()
        }
    }

    /// What is left of the last reading.
    private func takePacket(into buffer: UnsafeMutableRawBufferPointer) throws(RTSPFailure) -> Int? {
        if usesDatagrams, let count = takeDatagram(into: buffer) { return count }
        while true {
            switch try nextFrame() {
            case .packet(let channel, let range):
                guard knownChannels[Int(channel)], !usesDatagrams else {
                    noted.unknownChannelPackets += 1
                    continue
                }
                guard isWanted(stream.bytes.span.extracting(range), channel) else { continue }
                if let count = copy(stream.bytes, range, into: buffer) { return joinPieces(behind: range, count, channel, in: buffer) }
            case .message(let message): try take(message)
            case .incomplete: return nil
            }
        }
    }

    /// Makes one of the piece in `buffer` and those that follow it on the connection.
    ///
    /// It keeps the first one's head, but for the sequence number and the marker, which are the last one's. Where all of a unit is
    /// there, the packet is the unit: a piece that is both first and last is forbidden.
    private func joinPieces(
        behind range: Range<Int>, _ count: Int, _ channel: UInt8, in buffer: UnsafeMutableRawBufferPointer
    ) -> Int {
        guard let (pieceChannel, codec) = pieces, pieceChannel == channel,
            let first = UnitPiece(stream.bytes.span.extracting(range), codec: codec)
        else { return count }
        var (last, total) = (first, count)
        let time = absoluteTimeUs
        while let next = stream.packetAhead(on: channel), let piece = UnitPiece(stream.bytes.span.extracting(next), codec: codec),
            piece.continues(last), total + piece.dataCount <= buffer.count
        {
            _ = isWanted(stream.bytes.span.extracting(next), channel)
            let data = (next.upperBound - piece.dataCount)..<next.upperBound
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[total...])
            stream.bytes.withUnsafeBytes { rest.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[data])) }
            total += piece.dataCount
            stream.take(next)
            last = piece
        }
        guard last != first else { return count }
        absoluteTimeUs = time
        buffer[1] = last.header.payloadType | (last.header.hasMarker ? 0x80 : 0)
        buffer[2] = UInt8(last.header.sequence >> 8)
        buffer[3] = UInt8(last.header.sequence & 0xFF)
        guard first.isFirst, last.isLast else {
            if last.isLast { buffer[first.headIndex] |= UnitPiece.lastBit }
            return total
        }
        // The whole unit, which stands in a packet without a piece's own header.
        let (start, data) = (first.header.headBytes, first.headIndex + 1)
        buffer[start] = first.unitHead(buffer[start], buffer[first.headIndex])
        let rest = UnsafeRawBufferPointer(rebasing: buffer[data..<total])
        UnsafeMutableRawBufferPointer(rebasing: buffer[first.headIndex...]).copyMemory(from: rest)
        return total - 1
    }

    /// We wrote the marks between datagrams ourselves, so there is nothing else to find.
    private func takeDatagram(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        while case .packet(let channel, let range)? = try? datagrams.next(isKnown: { _ in true }) {
            guard isWanted(datagrams.bytes.span.extracting(range), channel) else { continue }
            if let count = copy(datagrams.bytes, range, into: buffer) { return count }
        }
        return nil
    }

    private func copy(_ bytes: [UInt8], _ range: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        guard range.count <= buffer.count else {
            noted.oversizedPackets += 1
            return nil
        }
        bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[range])) }
        return range.count
    }

    /// Counts a packet, and says whether libavformat's reader can tell what it is of.
    private func isWanted(_ bytes: Span<UInt8>, _ channel: UInt8) -> Bool {
        absoluteTimeUs = nil
        guard bytes.count >= 2, RTCPReport.isControl(bytes[1]) else { return isWantedMedia(bytes) }
        guard let report = RTCPReport(bytes) else {
            noted.malformedPackets += 1
            return false
        }
        return isWantedReport(report, channel)
    }

    private func isWantedMedia(_ bytes: Span<UInt8>) -> Bool {
        guard let header = RTPHeader(bytes) else {
            noted.malformedPackets += 1
            return false
        }
        for index in media.indices where media[index].chosen.payloadType == Int(header.payloadType) {
            heardAtUs = drainedAtUs
            media[index].reception.take(header, afterUs: drainedBeforeUs, byUs: drainedAtUs)
            if let time = header.absoluteTime {
                media[index].absoluteTime = time
                absoluteTimeUs = NTPTime.microseconds(time, nowUs: Monotonic.wallUs)
            }
            return true
        }
        noted.strangePayloadPackets += 1
        return false
    }

    /// The channel says whose report it is. Libavformat's reader goes by the source alone, where there are several media: before that
    /// has sent RTP, or if two share it, the report would be refused or taken for another's.
    private func isWantedReport(_ report: RTCPReport, _ channel: UInt8) -> Bool {
        let bySource = media.firstIndex { $0.reception.source == report.source }
        let byChannel =
            media.filter { $0.channels.control == Int(channel) }.count == 1 ? media.firstIndex { $0.channels.control == Int(channel) } : nil
        let owner = media.count == 1 ? 0 : byChannel ?? bySource
        if let ntp = report.ntpTime, let owner {
            media[owner].senderReport = ReceptionStatistics.SenderReport(
                ntpUs: NTPTime.microseconds(ntp, nowUs: Monotonic.wallUs), rtpTime: report.rtpTime, atMonotonicUs: drainedAtUs)
        }
        let isCertain = media.count == 1 || bySource == owner && media.count(where: { $0.reception.source == report.source }) == 1
        if !isCertain { noted.unassignedReports += 1 }
        return isCertain
    }

    private func take(_ message: RTSPMessage) throws(RTSPFailure) {
        guard case .answer(let status) = message.start else {
            try reply(to: message)
            _ = try sendUnsent()
            return
        }
        if keepAlive.answered(
            message.sequence, status: status, login: &login, challenges: Challenge.parse(message.values("www-authenticate")))
        {
            try stayAlive(drainedAtUs)
        }
    }

    /// Sleeps a little and reads what has come meanwhile. All that was read before has been taken by now.
    private func drain() throws(RTSPFailure) {
        if isEnded { throw .closedByPeer }
        guard drainedAtUs - heardAtUs < order.answerTimeout.value else { throw .timedOut }
        if hasMore {
            if patience.isInterrupted() { throw .interrupted }
        } else {
            try patience.sleep(pauseUs())
        }
        hasMore = false
        if usesDatagrams {
            datagrams.compact()
            for medium in media {
                guard let ports = medium.ports else { continue }
                if !(try ports.receive(into: &datagrams, channel: UInt8(medium.channels.media))) { hasMore = true }
            }
        }
        try drainStream()
        drainedBeforeUs = drainedAtUs
        drainedAtUs = Monotonic.nowUs
        if keepAlive.isDue(drainedAtUs) { try stayAlive(drainedAtUs) }
        if !unsent.isEmpty { _ = try sendUnsent() }
    }

    /// One call in the usual case: less than the room there was means that nothing is left.
    private func drainStream() throws(RTSPFailure) {
        stream.compact()
        while true {
            if stream.isFull, !stream.grow() {
                hasMore = true
                return
            }
            let room = stream.freeCount
            let count = stream.receive(from: socket.descriptor)
            if count > 0 {
                if count < room { return }
            } else if count == 0 {
                isEnded = true
                return
            } else if errno == EAGAIN {
                return
            } else if errno != EINTR {
                throw .unreachable(errno: errno)
            }
        }
    }

    /// The interval, give or take a quarter (xorshift64: cheap, and nothing depends on its quality).
    private func pauseUs() -> Int64 {
        jitter ^= jitter << 13
        jitter ^= jitter >> 7
        jitter ^= jitter << 17
        return pauseLimitUs * 3 / 4 + Int64(jitter % UInt64(max(1, pauseLimitUs / 2)))
    }

    private func stayAlive(_ nowUs: Int64) throws(RTSPFailure) {
        // A camera that does not read does not live.
        guard unsent.count < RTSPLimits.unsentBytes else { throw .timedOut }
        post(keepAlive.method, aggregateAddress)
        keepAlive.sent(lastSequence, nowUs: nowUs)
        for medium in media { medium.ports?.knock() }
    }

    /// Sends a receiver report, or other RTCP about a medium. What cannot be sent now is counted and dropped.
    package func sendReport(_ report: UnsafeRawBufferPointer) {
        guard isOpen, let index = mediumIndex(of: report), (8...RTSPLimits.datagramBytes).contains(report.count) else {
            noted.unsentReports += 1
            return
        }
        var bytes = Array(report)
        // Joined packets were counted as one there.
        media[index].reception.correct(receiverReport: &bytes)
        let medium = media[index]
        if let ports = medium.ports {
            if !bytes.withUnsafeBytes({ ports.sendControl($0) }) { noted.unsentReports += 1 }
            return
        }
        // A report late is a report wrong: nothing queues behind what the connection did not take.
        guard unsent.isEmpty else {
            noted.unsentReports += 1
            return
        }
        unsent.append(contentsOf: [UInt8(ascii: "$"), UInt8(medium.channels.control), UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)])
        unsent.append(contentsOf: bytes)
        if (try? sendUnsent()) == nil { noted.unsentReports += 1 }
    }

    /// A report names its own sender first, and then whom it is about.
    private func mediumIndex(of report: UnsafeRawBufferPointer) -> Int? {
        guard media.count > 1, report.count >= 12 else { return media.indices.first }
        let about = report[8..<12].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return media.firstIndex { $0.reception.source == about }
    }
}
