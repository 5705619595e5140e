internal import CaselightModel

extension RTSPSession {
    /// From OPTIONS to PLAY.
    func play() throws(RTSPFailure) {
        try learnMethods()
        let answer = try ask("DESCRIBE", order.url.text, ["Accept: application/sdp"])
        let description = try SessionDescription.parse(answer.body)
        let address = try ControlAddress(
            order.url, peerHost: peer.host, base: answer.value("content-base") ?? answer.value("content-location"),
            session: description.control)
        aggregateAddress = address.aggregate
        let chosen = try ChosenMedium.choose(from: description)
        for medium in chosen { try setUp(medium, at: try address.address(of: medium.control)) }
        sessionDescription = RewrittenDescription.bytes(name: description.name, media: chosen)
        for medium in media { medium.ports?.knock() }
        if media.contains(where: { $0.ports?.hasLargeBuffer == false }) {
            pauseLimitUs = min(pauseLimitUs, RTSPLimits.datagramDrainUs)
        }
        try startPlaying()
    }

    /// Cameras refuse OPTIONS for many reasons, and play all the same.
    private func learnMethods() throws(RTSPFailure) {
        do {
            keepAlive.learn(methods: try ask("OPTIONS", order.url.text).value("public"))
        } catch .refusedByStatus, .notFound, .forbidden, .unsupportedTransport {
            return
        }
    }

    private func setUp(_ medium: ChosenMedium, at address: String) throws(RTSPFailure) {
        let first = 2 * media.count
        let offered = TransportHeader.Pair(media: first, control: first + 1)
        guard order.transport == .udp else {
            let answer = try ask("SETUP", address, ["Transport: RTP/AVP/TCP;unicast;interleaved=\(first)-\(first + 1)"])
            let transport = try accepted(answer)
            guard transport?.isTCP ?? true else { throw .unsupportedTransport }
            let channels = transport?.channels ?? offered
            knownChannels[channels.media] = true
            knownChannels[channels.control] = true
            media.append(PlayedMedium(medium, channels: channels, ports: nil))
            return
        }
        guard let local = socket.localAddress else { throw .unreachable(errno: 0) }
        let ports = try DatagramPair(local: local, peer: peer)
        let answer = try ask("SETUP", address, ["Transport: RTP/AVP;unicast;client_port=\(ports.port)-\(ports.port + 1)"])
        let transport = try accepted(answer)
        guard transport?.isTCP != true else { throw .unsupportedTransport }
        ports.serverPorts = transport?.serverPorts
        knownChannels[first] = true
        knownChannels[first + 1] = true
        media.append(PlayedMedium(medium, channels: offered, ports: ports))
    }

    /// What the camera says to SETUP: how it will send, and what it calls the session.
    private func accepted(_ answer: RTSPMessage) throws(RTSPFailure) -> TransportHeader? {
        learnSession(answer)
        let transport = answer.value("transport").map { TransportHeader($0) }
        guard transport?.isMulticast != true else { throw .unsupportedTransport }
        return transport
    }

    private func learnSession(_ answer: RTSPMessage) {
        guard let header = answer.value("session").flatMap({ SessionHeader($0) }) else { return }
        if sessionID == nil { sessionID = header.id }
        if let seconds = header.timeoutSeconds { keepAlive.learn(timeoutSeconds: seconds) }
    }

    /// Packets may overtake the answer; they hold the first keyframe, so they are kept.
    private func startPlaying() throws(RTSPFailure) {
        var early: [UInt8] = []
        learnSession(try ask("PLAY", aggregateAddress, ["Range: npt=0.000-"], keepingPackets: &early))
        if !early.isEmpty, !stream.prepend(early) { noted.earlyPacketsDropped += 1 }
        let now = Monotonic.nowUs
        heardAtUs = now
        keepAlive.start(nowUs: now)
    }
}
