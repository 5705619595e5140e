import CaselightModel
import CaselightQuery
import CaselightStore

extension API {
    private struct Fact { let name, words: String }

    private struct ClockFact {
        let at, words: String
        let note: String
    }

    func cameraPage(_ call: Call, _ viewer: Viewer) async throws -> Page {
        let camera = try await existingCamera(call)
        let principal = try call.principal()
        let status = await services.feeds.status(of: camera.code)
        var model: [String: any Sendable] = [
            "code": camera.code.text, "name": camera.name, "state": FeedTone(status, viewer),
            "isAdmin": principal.has(.cameraAdmin), "hasMap": LeafletFiles.isInstalled && camera.position != nil, "facts": facts(camera, viewer),
            "stream": stream(status, viewer), "problem": status?.problem ?? "",
        ]
        // What is not known is not there, so that the template leaves it out.
        model["since"] = status?.since.rfc3339()
        model["retryAt"] = status?.retryAt?.rfc3339()
        model["lastFragmentAt"] = status?.lastFragmentAt?.rfc3339()
        if let code = status?.problemCode { model["problemTitle"] = viewer.say(oneOf: "problem", code.rawValue) }
        let sample = try await index.latestClockSamples(of: [camera.code])[camera.code]
        let corrections = try await records.clockCorrections(of: [camera.code])
        model["clock"] = (status?.lastClock ?? sample).map { clock($0.at, $0.offsetUs, $0.uncertaintyUs, "", viewer) }
        model["corrections"] = corrections.reversed().map { clock($0.statedAt, $0.offsetUs, $0.uncertaintyUs, $0.note, viewer) }
        if Self.seesCoverage(principal) {
            let span = lastDay
            try await consultations.allow(.search, call, camera: camera.code, span: span, detail: "coverage")
            model["strip"] = CoverageStrip(try await search.coverage(of: camera.code, in: span), viewer)
        }
        return Page("\(camera.name)", model)
    }

    private func facts(_ camera: Camera, _ viewer: Viewer) -> [Fact] {
        var facts = [
            Fact(name: viewer.say("cameraCode"), words: camera.code.text), Fact(name: viewer.say("address"), words: camera.address),
            Fact(name: viewer.say("owner"), words: camera.owner), Fact(name: viewer.say("grid"), words: camera.grid ?? ""),
            Fact(name: viewer.say("tags"), words: camera.tags.joined(separator: ", ")),
            Fact(name: viewer.say("kind"), words: viewer.say(oneOf: "cameraKind", camera.kind.rawValue)),
            Fact(name: viewer.say("class"), words: viewer.say(oneOf: "cameraClass", "\(camera.cameraClass.rawValue)")),
            Fact(name: viewer.say("policy"), words: viewer.say(oneOf: "policy", camera.policy.rawValue)),
        ]
        if let position = camera.position {
            facts.append(Fact(name: viewer.say("position"), words: "\(position.latitude), \(position.longitude)"))
        }
        let view = [camera.bearingDegrees.map { "\(Int($0))°" }, camera.fieldDegrees.map { "∠ \(Int($0))°" }, camera.rangeMeters.map { "\(Int($0)) m" }]
        facts.append(Fact(name: viewer.say("view"), words: view.compactMap { $0 }.joined(separator: " · ")))
        if let days = camera.retentionDays { facts.append(Fact(name: viewer.say("retention"), words: viewer.say("days", ["days": "\(days)"]))) }
        if let feed = camera.feed, viewer.principal?.has(.cameraAdmin) == true {
            facts.append(Fact(name: viewer.say("feedAddress"), words: feed.url.masked.text))
        }
        return facts.filter { !$0.words.isEmpty }
    }

    private func stream(_ status: FeedStatus?, _ viewer: Viewer) -> [Fact] {
        var facts: [Fact] = []
        if let video = status?.stream?.video {
            facts.append(Fact(name: viewer.say("video"), words: StreamWords.short(status?.stream)))
            if let profile = video.profile { facts.append(Fact(name: viewer.say("profile"), words: profile)) }
            if let rate = video.bitsPerSecond { facts.append(Fact(name: viewer.say("bitRate"), words: "\(Int(rate / 1000)) kbit/s")) }
            if let interval = video.keyframeIntervalSeconds {
                facts.append(Fact(name: viewer.say("keyframeInterval"), words: "\((interval * 10).rounded() / 10) s"))
            }
        }
        if let audio = status?.stream?.audio {
            facts.append(Fact(name: viewer.say("audio"), words: "\(audio.codec) \(audio.sampleRateHertz) Hz"))
        }
        if let reception = status?.reception, reception.packetCount > 0 {
            let share = Double(reception.lostPacketCount) / Double(reception.packetCount + reception.lostPacketCount) * 100
            facts.append(Fact(name: viewer.say("lostPackets"), words: "\(reception.lostPacketCount) (\((share * 100).rounded() / 100) %)"))
        }
        return facts
    }

    /// `3.2 s fast, ± 0.1 s`.
    private func clock(_ at: WallTime, _ offset: Microseconds, _ uncertainty: Microseconds, _ note: String, _ viewer: Viewer) -> ClockFact {
        func seconds(_ span: Microseconds) -> String { "\((abs(span.seconds) * 1000).rounded() / 1000)" }
        let values = ["seconds": seconds(offset), "uncertainty": seconds(uncertainty)]
        return ClockFact(at: at.rfc3339(), words: offset < .zero ? viewer.say("clockSlow", values) : viewer.say("clockFast", values), note: note)
    }
}
