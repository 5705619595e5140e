internal import CaselightModel
import Glibc

extension RTSPSession {
    /// Asks, and waits for the whole answer; a login is added once the camera asks for one.
    func ask(_ method: String, _ address: String, _ headers: [String] = []) throws(RTSPFailure) -> RTSPMessage {
        var early: [UInt8]?
        return try ask(method, address, headers, early: &early)
    }

    /// The same, while packets may come.
    func ask(_ method: String, _ address: String, _ headers: [String], keepingPackets early: inout [UInt8]) throws(RTSPFailure)
        -> RTSPMessage
    {
        var kept: [UInt8]? = []
        defer { early = kept ?? [] }
        return try ask(method, address, headers, early: &kept)
    }

    private func ask(_ method: String, _ address: String, _ headers: [String], early: inout [UInt8]?) throws(RTSPFailure) -> RTSPMessage {
        for _ in 0...RTSPLimits.loginAttempts {
            let deadline = Monotonic.nowUs + order.answerTimeout.value
            post(method, address, headers)
            try flush(untilUs: deadline)
            let (status, answer) = try awaitAnswer(untilUs: deadline, early: &early)
            guard status == 401 else {
                try Self.check(status)
                login.accepted()
                return answer
            }
            try login.refused(by: Challenge.parse(answer.values("www-authenticate")))
        }
        throw .unauthorized
    }

    private static func check(_ status: Int) throws(RTSPFailure) {
        switch status {
        case 200...299: return
        case 300...399: throw .redirected
        case 403: throw .forbidden
        case 404: throw .notFound
        case 461: throw .unsupportedTransport
        default: throw .refusedByStatus(status)
        }
    }

    /// One request is under way at a time until PLAY is answered, so whatever answers is its answer: cameras that number
    /// their answers wrongly are common.
    private func awaitAnswer(untilUs: Int64, early: inout [UInt8]?) throws(RTSPFailure) -> (Int, RTSPMessage) {
        var interimCount = 0
        while true {
            switch try nextFrame() {
            case .packet(_, let range): keep(range, in: &early)
            case .message(let message):
                guard case .answer(let status) = message.start else {
                    try reply(to: message)
                    try flush(untilUs: untilUs)
                    continue
                }
                if status >= 200 { return (status, message) }
                interimCount += 1
                guard interimCount <= RTSPLimits.interimAnswers else { throw .malformed("too many answers that announce an answer") }
            case .incomplete:
                try patience.wait(for: socket, POLLIN, untilUs: untilUs)
                try receiveOnce()
            }
        }
    }

    func nextFrame() throws(RTSPFailure) -> ReceiveBuffer.Frame {
        try stream.next { knownChannels[Int($0)] }
    }

    private func keep(_ range: Range<Int>, in early: inout [UInt8]?) {
        guard let count = early?.count, count + range.count + 4 <= RTSPLimits.earlyBytes else {
            noted.earlyPacketsDropped += 1
            return
        }
        early?.append(contentsOf: stream.bytes[(range.lowerBound - 4)..<range.upperBound])
    }

    private func receiveOnce() throws(RTSPFailure) {
        stream.compact()
        if stream.isFull, !stream.grow() { throw .malformed("an answer that does not end") }
        let count = stream.receive(from: socket.descriptor)
        guard count != 0 else { throw .closedByPeer }
        if count < 0 {
            guard errno == EAGAIN || errno == EINTR else { throw .unreachable(errno: errno) }
            return
        }
        drainedBeforeUs = drainedAtUs
        drainedAtUs = Monotonic.nowUs
    }

    /// Writes a request behind what is not sent yet.
    func post(_ method: String, _ address: String, _ headers: [String] = []) {
        lastSequence += 1
        var lines = ["\(method) \(address) RTSP/1.0", "CSeq: \(lastSequence)", "User-Agent: Caselight"]
        if let sessionID { lines.append("Session: \(sessionID)") }
        if let authorization = login.authorization(method: method, url: address) { lines.append("Authorization: \(authorization)") }
        write(lines + headers)
    }

    private func write(_ lines: [String]) {
        for line in lines {
            unsent.append(contentsOf: line.utf8)
            unsent.append(contentsOf: [0x0D, 0x0A])
        }
        unsent.append(contentsOf: [0x0D, 0x0A])
    }

    /// Sends what the connection takes now.
    ///
    /// - Returns: whether that was all.
    func sendUnsent() throws(RTSPFailure) -> Bool {
        while !unsent.isEmpty {
            let count = unsent.withUnsafeBytes { socket.send($0) }
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN { return false }
                throw errno == EPIPE ? .closedByPeer : .unreachable(errno: errno)
            }
            unsent.removeFirst(count)
        }
        return true
    }

    private func flush(untilUs: Int64) throws(RTSPFailure) {
        while !(try sendUnsent()) { try patience.wait(for: socket, POLLOUT, untilUs: untilUs) }
    }

    /// Answers a request of the camera's (RFC 2326, 10). It is not asked what it wants: we hold nothing of its.
    func reply(to request: RTSPMessage) throws(RTSPFailure) {
        guard case .request(let method) = request.start else { return }
        guard unsent.count < RTSPLimits.unsentBytes else { throw .malformed("requests without reading our answers") }
        let isKnown = ["OPTIONS", "GET_PARAMETER", "SET_PARAMETER", "ANNOUNCE", "TEARDOWN", "REDIRECT"].contains(method)
        var lines = [isKnown ? "RTSP/1.0 200 OK" : "RTSP/1.0 501 Not Implemented"]
        if let sequence = request.sequence { lines.append("CSeq: \(sequence)") }
        if let sessionID { lines.append("Session: \(sessionID)") }
        if method == "OPTIONS" { lines.append("Public: OPTIONS, GET_PARAMETER, SET_PARAMETER, ANNOUNCE") }
        write(lines)
        if method == "REDIRECT" { throw .redirected }
        if method == "TEARDOWN" { throw .closedByPeer }
    }

    func sayFarewell() {
        guard sessionID != nil, unsent.isEmpty else { return }
        post("TEARDOWN", aggregateAddress)
        guard (try? sendUnsent()) == true else { return }
        // Closing with bytes unread would reset the connection, and the farewell might be lost with it.
        let deadline = Monotonic.nowUs + RTSPLimits.farewellUs
        let stubborn = Patience(isInterrupted: { false })
        while true {
            switch try? nextFrame() {
            case .packet: continue
            case .message(let message): if case .answer = message.start { return }
            case nil: return
            case .incomplete:
                guard (try? stubborn.wait(for: socket, POLLIN, untilUs: deadline)) != nil, (try? receiveOnce()) != nil else { return }
            }
        }
    }
}
