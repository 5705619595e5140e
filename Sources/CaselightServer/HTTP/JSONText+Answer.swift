import CaselightModel
import CaselightQuery

// The answer of a search, as its `Encodable` writes it.

extension ClipAnswer: JSONWritable {
    func write(to json: inout JSONText) {
        json.object {
            $0.member("clips", clips)
            $0.member("gaps", gaps)
            $0.member("nextCursor", nextCursor)
            $0.member("statement", statement)
        }
    }
}

extension CameraClips: JSONWritable {
    func write(to json: inout JSONText) {
        json.object {
            $0.member("activityPeaks", activityPeaks)
            $0.member("bearingDegrees", bearingDegrees)
            $0.member("camera", camera)
            $0.member("cameraClock", cameraClock)
            $0.member("distanceMeters", distanceMeters)
            $0.member("footage", footage)
            $0.member("name", name)
            $0.member("position", position)
            $0.member("sees", sees)
            $0.member("spans", spans)
            $0.member("wideningUs", wideningUs)
        }
    }
}

extension ClipSpan: JSONWritable {
    func write(to json: inout JSONText) {
        json.object {
            $0.member("clock", clock)
            $0.member("policy", policy)
            $0.member("span", span)
        }
    }
}

extension SpanClock: JSONWritable {
    func write(to json: inout JSONText) {
        json.object {
            $0.member("basis", basis)
            $0.member("offsetUs", offsetUs)
            $0.member("uncertaintyUs", uncertaintyUs)
        }
    }
}

extension ActivityPeak: JSONWritable {
    func write(to json: inout JSONText) {
        json.object {
            $0.member("bytesPerSecond", bytesPerSecond)
            $0.member("span", span)
        }
    }
}

extension CoverageStatement: JSONWritable {
    func write(to json: inout JSONText) {
        json.object {
            $0.member("camerasInRange", camerasInRange)
            $0.member("judged", judged)
            $0.member("listed", listed)
            $0.member("notListed", notListed)
            $0.member("sees", sees)
            $0.member("text", text)
            $0.member("unlocatedCameras", unlocatedCameras)
            $0.member("wanted", wanted)
            $0.member("wideningUs", wideningUs)
            $0.member("withFullFootage", withFullFootage)
            $0.member("withGaps", withGaps)
            $0.member("withoutFootage", withoutFootage)
        }
    }
}

extension SightCount: JSONWritable {
    func write(to json: inout JSONText) {
        json.object {
            $0.member("no", no)
            $0.member("partly", partly)
            $0.member("unknown", unknown)
            $0.member("yes", yes)
        }
    }
}

extension Sight: JSONWritable {
    func write(to json: inout JSONText) { json.plain(rawValue) }
}

extension FootageState: JSONWritable {
    func write(to json: inout JSONText) { json.plain(rawValue) }
}

extension ClockBasis: JSONWritable {
    func write(to json: inout JSONText) { json.plain(rawValue) }
}
