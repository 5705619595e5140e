import CaselightModel

/// Cameras for people to read.
enum CameraReport {
    static func table(_ cameras: [JSON], hasMore: Bool, _ style: ShowStyle) -> [String] {
        guard !cameras.isEmpty else { return ["No cameras."] }
        var table = Table([
            .left("CODE"), .flexible("NAME"), .left("STATE"), .left("SINCE"), .right("LATITUDE"), .right("LONGITUDE"), .left("LOOKS"),
            .left("KEEPS"), .flexible("FEED"), .flexible("PROBLEM"),
        ])
        let day = cameras.compactMap { $0["status"]["since"].time }.max().map { style.times.day($0) }
        for camera in cameras {
            let status = camera["status"]
            let state = status["state"].text ?? (camera["isEnabled"].flag == false ? "disabled" : "no feed")
            table.add([
                .init(camera["code"].text), .init(camera["name"].text), .init(state, tint(state)),
                .init(status["since"].time.map { style.times.short($0, on: day) }),
                .init(camera["position"]["latitude"].number.map { Quantity.decimal($0, 6) }),
                .init(camera["position"]["longitude"].number.map { Quantity.decimal($0, 6) }), .init(looks(camera)),
                .init(camera["policy"].text), .init(camera["feed"]["url"].text), .init(status["problem"].text, .bad),
            ])
        }
        return table.lines(style.terminal) + ["", Quantity.count(cameras.count, "camera") + (hasMore ? ", and more: raise --limit." : ".")]
    }

    /// All that is known of one camera.
    static func full(_ camera: JSON, _ style: ShowStyle) -> [String] {
        var lines = [style.heading("\(camera["code"].text ?? "")  \(camera["name"].text ?? "")")]
        lines += record(camera, style)
        lines += section("Feed", feed(camera, style), style)
        lines += section("Stream", stream(camera["stream"], style), style)
        lines += section("Clock", clocks(camera, style), style)
        return lines
    }

    /// What its record says.
    static func record(_ camera: JSON, _ style: ShowStyle) -> [String] {
        var fields = FieldList()
        fields.add("place", place(camera))
        fields.add("looks", looks(camera))
        fields.add("address", camera["address"].text)
        fields.add("class", cameraClass(camera["class"].whole))
        fields.add("owner", camera["owner"].text)
        fields.add("grid", camera["grid"].text)
        fields.add("tags", camera["tags"].list.compactMap(\.text).joined(separator: ", "))
        fields.add("keeps", keeps(camera))
        fields.add("registered", camera["createdAt"].time.map { style.times.full($0) })
        return fields.lines(style.terminal)
    }

    /// What a stream says of itself, and what was measured of it.
    static func stream(_ stream: JSON, _ style: ShowStyle) -> [String] {
        var fields = FieldList()
        let video = stream["video"]
        fields.add("video", videoCodec(video))
        if let width = video["widthPixels"].whole, let height = video["heightPixels"].whole { fields.add("size", "\(width) × \(height)") }
        fields.add("frame rate", frameRate(video))
        fields.add("bit rate", video["bitsPerSecond"].number.map(Quantity.bitRate))
        fields.add("keyframes", video["keyframeIntervalSeconds"].number.map { "every \(Quantity.decimal($0, 2)) s" })
        fields.add("B-frames", video["hasBFrames"].flag.map { $0 ? "yes" : "no" })
        fields.add("time base", video["timeBaseHertz"].whole.map { "\($0) Hz" })
        fields.add("audio", audio(stream["audio"]))
        fields.add("session", stream["sessionName"].text)
        fields.add("container", stream["container"].text)
        return fields.lines(style.terminal)
    }

    private static func section(_ title: String, _ lines: [String], _ style: ShowStyle) -> [String] {
        lines.isEmpty ? [] : ["", style.heading(title)] + lines
    }

    private static func feed(_ camera: JSON, _ style: ShowStyle) -> [String] {
        let (feed, status) = (camera["feed"], camera["status"])
        var fields = FieldList()
        fields.add("address", feed["url"].text)
        if let transport = feed["transport"].text, transport != "automatic" { fields.add("transport", transport) }
        if status["fallback"].text != nil { fields.add("read by", "FFmpeg's own reader, after three failed attempts of ours") }
        fields.add("login", feed.isNull ? nil : feed["hasCredentials"].flag == true ? "stored" : "none")
        if let state = status["state"].text {
            let since = status["since"].time.map { " since \(style.times.full($0))" } ?? ""
            fields.add("state", state + since)
        } else if camera["isEnabled"].flag == false {
            fields.add("state", "disabled")
        }
        fields.add("problem", status["problem"].text)
        fields.add("next attempt", status["retryAt"].time.map { style.times.full($0) })
        fields.add("last footage", status["lastFragmentAt"].time.map { style.times.full($0) })
        if let bytes = status["receivedByteCount"].number, bytes > 0 {
            fields.add("received", "\(Quantity.bytes(bytes)) in \(Quantity.count(status["packetCount"].whole ?? 0, "packet"))")
        }
        let reception = status["reception"]
        if let lost = reception["lostPacketCount"].whole {
            let jitter = (reception["jitterUs"].number ?? 0) / 1000
            fields.add("network", "\(Quantity.count(lost, "RTP packet")) lost, jitter \(Quantity.decimal(jitter, 1)) ms")
        }
        fields.add("run", camera["run"]["id"].text ?? status["run"].text)
        return fields.lines(style.terminal)
    }

    private static func clocks(_ camera: JSON, _ style: ShowStyle) -> [String] {
        var fields = FieldList()
        let sample = camera["lastClockSample"]
        if let at = sample["at"].time { fields.add("camera", "\(ClockText.offset(sample)), measured \(style.times.full(at))") }
        for statement in camera["clockCorrections"].list {
            let at = statement["statedAt"].time.map { ", stated \(style.times.full($0))" } ?? ""
            let run = statement["run"].text.map { ", run \($0)" } ?? ""
            let note = statement["note"].text.flatMap { $0.isEmpty ? nil : ": \($0)" } ?? ""
            fields.add("recordings", ClockText.offset(statement) + run + at + note)
        }
        return fields.lines(style.terminal)
    }

    private static func place(_ camera: JSON) -> String? {
        guard let latitude = camera["position"]["latitude"].number, let longitude = camera["position"]["longitude"].number else {
            return "unlocated"
        }
        let text = "\(Quantity.decimal(latitude, 6)),\(Quantity.decimal(longitude, 6))"
        let given = camera["givenPosition"]
        guard let datum = given["datum"].text, datum != "wgs84", let givenLatitude = given["latitude"].number,
            let givenLongitude = given["longitude"].number
        else { return text }
        return "\(text) (given in \(datum): \(Quantity.decimal(givenLatitude, 6)),\(Quantity.decimal(givenLongitude, 6)))"
    }

    private static func looks(_ camera: JSON) -> String? {
        let kind = camera["kind"].text ?? "fixed"
        var parts: [String] = []
        if kind != "fixed" { parts.append(kind) }
        if let bearing = camera["bearingDegrees"].number, kind == "fixed" { parts.append("\(Quantity.decimal(bearing, 0))°") }
        if let field = camera["fieldDegrees"].number { parts.append("field \(Quantity.decimal(field, 0))°") }
        if let range = camera["rangeMeters"].number { parts.append("to \(Quantity.meters(range))") }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    private static func keeps(_ camera: JSON) -> String? {
        guard let policy = camera["policy"].text else { return nil }
        return policy + (camera["retentionDays"].whole.map { ", for \(Quantity.count($0, "day"))" } ?? "")
    }

    private static func cameraClass(_ number: Int?) -> String? {
        let meanings = [1: "police-built", 2: "other public bodies", 3: "private", 9: "other"]
        return number.map { "\($0)\(meanings[$0].map { ", \($0)" } ?? "")" }
    }

    private static func videoCodec(_ video: JSON) -> String? {
        guard let codec = video["codec"].text else { return nil }
        let names = ["h264": "H.264", "hevc": "H.265", "mjpeg": "MJPEG", "mpeg4": "MPEG-4 Part 2"]
        var text = names[codec] ?? codec
        if let profile = video["profile"].text { text += ", \(profile) profile" }
        guard let level = video["level"].whole, level > 0 else { return text }
        switch codec {
        case "h264": text += ", level \(Quantity.decimal(Double(level) / 10, 1))"
        case "hevc": text += ", level \(Quantity.decimal(Double(level) / 30, 1))"
        default: text += ", level \(level)"
        }
        return text
    }

    private static func frameRate(_ video: JSON) -> String? {
        let nominal = video["nominalFrameRate"].number.map { "\(Quantity.decimal($0, 2)) a second declared" }
        let measured = video["measuredFrameRate"].number.map { "\(Quantity.decimal($0, 2)) measured" }
        let parts = [nominal, measured].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    private static func audio(_ audio: JSON) -> String? {
        guard let codec = audio["codec"].text else { return nil }
        let names = ["aac": "AAC", "pcm_alaw": "G.711 A-law", "pcm_mulaw": "G.711 µ-law", "opus": "Opus"]
        var parts = [names[codec] ?? codec]
        if let rate = audio["sampleRateHertz"].whole { parts.append("\(rate) Hz") }
        if let count = audio["channelCount"].whole { parts.append(Quantity.count(count, "channel")) }
        if let rate = audio["bitsPerSecond"].number { parts.append(Quantity.bitRate(rate)) }
        return parts.joined(separator: ", ")
    }

    static func tint(_ state: String) -> Tint? {
        switch state {
        case "recording": .good
        case "waiting": .bad
        case "connecting": .doubtful
        default: .quiet
        }
    }
}

/// A clock's error in words.
enum ClockText {
    /// From `offsetUs` and `uncertaintyUs`: `7 min 32 s fast, ±2 s`.
    static func offset(_ reading: JSON) -> String {
        guard case .some(let offset) = reading["offsetUs"].whole else { return "unknown" }
        let uncertainty = reading["uncertaintyUs"].whole.map { ", ±\(Quantity.duration(Microseconds(Int64($0))))" } ?? ""
        if abs(offset) < 1000 { return "right" + uncertainty }
        return "\(Quantity.duration(Microseconds(Int64(abs(offset))))) \(offset > 0 ? "fast" : "slow")" + uncertainty
    }
}
