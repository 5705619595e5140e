import CaselightModel

// Values of the model, as their `Encodable` writes them.

extension CameraCode: JSONWritable {
    func write(to json: inout JSONText) { json.plain(text) }
}

extension Microseconds: JSONWritable {
    func write(to json: inout JSONText) { json.integer(value) }
}

extension WallTime: JSONWritable {
    func write(to json: inout JSONText) { json.time(self) }
}

extension TimeSpan: JSONWritable {
    func write(to json: inout JSONText) {
        json.object {
            $0.member("endedAt", end)
            $0.member("startedAt", start)
        }
    }
}

extension GeoPoint: JSONWritable {
    func write(to json: inout JSONText) {
        json.object {
            $0.member("latitude", latitude)
            $0.member("longitude", longitude)
        }
    }
}

extension RecordingPolicy: JSONWritable {
    func write(to json: inout JSONText) { json.plain(rawValue) }
}

extension GapCause: JSONWritable {
    func write(to json: inout JSONText) { json.plain(rawValue) }
}

extension ClockSample: JSONWritable {
    func write(to json: inout JSONText) {
        json.object {
            $0.member("at", at)
            $0.member("offsetUs", offsetUs)
            $0.member("uncertaintyUs", uncertaintyUs)
        }
    }
}

extension Gap: JSONWritable {
    func write(to json: inout JSONText) {
        json.object {
            $0.member("camera", camera)
            $0.member("cause", cause)
            $0.member("detail", detail)
            $0.member("span", span)
        }
    }
}
