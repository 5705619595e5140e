package import CaselightModel

/// What `ftyp` and `moov` say of the one track of a segment's file.
package struct MediaInitialization: Hashable, Sendable {
    /// The size of `ftyp` and `moov`.
    package let byteCount: Int
    package let trackID: UInt32
    /// Ticks a second.
    package let timescale: UInt32
    /// The sample entry's type, such as `avc1` or `mp4a`.
    package let codec: String
    /// What the sample entry holds of the codec's parameters: `avcC` or `hvcC` content, empty for other codecs.
    package let configuration: [UInt8]
    /// From `trex`: what a fragment that is silent about them takes.
    let defaults: SampleDefaults

    /// - Parameter bytes: `ftyp` and `moov`; what follows `moov` is not looked at.
    /// - Throws: `CaselightError` with code `damagedMedia`.
    package init(_ bytes: [UInt8]) throws(CaselightError) {
        do throws(BoxDamage) {
            self = try Self.parse(bytes[...])
        } catch {
            throw CaselightError(.damagedMedia, "read a media initialization", because: error.cause)
        }
    }

    private init(byteCount: Int, track: Track, defaults: SampleDefaults) {
        self.byteCount = byteCount
        trackID = track.id
        timescale = track.timescale
        codec = track.codec
        configuration = track.configuration
        self.defaults = defaults
    }

    private struct Track {
        var id: UInt32 = 0
        var timescale: UInt32 = 0
        var codec = ""
        var configuration: [UInt8] = []
        var handler: FourCharacterCode = "    "
    }

    private static func parse(_ bytes: ArraySlice<UInt8>) throws(BoxDamage) -> MediaInitialization {
        var cursor = ByteCursor(bytes)
        while let box = try cursor.nextBox() {
            guard box.type == "moov" else { continue }
            return try movie(box, byteCount: cursor.position - bytes.startIndex)
        }
        throw BoxDamage(cause: "there is no 'moov'")
    }

    private static func movie(_ movie: Box, byteCount: Int) throws(BoxDamage) -> MediaInitialization {
        var tracks: [Track] = []
        var defaults: [UInt32: SampleDefaults] = [:]
        var cursor = ByteCursor(movie.content)
        while let box = try cursor.nextBox() {
            if box.type == "trak" { tracks.append(try track(box)) }
            if box.type == "mvex" { try extends(box, into: &defaults) }
        }
        guard let track = tracks.first(where: { $0.handler == "vide" }) ?? tracks.first(where: { $0.handler == "soun" }) else {
            throw BoxDamage(cause: "there is neither a video nor an audio track")
        }
        guard track.timescale > 0 else { throw BoxDamage(cause: "the track has no timescale") }
        return MediaInitialization(byteCount: byteCount, track: track, defaults: defaults[track.id] ?? SampleDefaults())
    }

    private static func track(_ trackBox: Box) throws(BoxDamage) -> Track {
        var track = Track()
        var cursor = ByteCursor(trackBox.content)
        while let box = try cursor.nextBox() {
            if box.type == "tkhd" {
                var content = ByteCursor(box.content)
                let version = try content.versionAndFlags().version
                try content.skip(version == 1 ? 16 : 8)
                track.id = try content.number32()
            }
            if box.type == "mdia" { try media(box, into: &track) }
        }
        return track
    }

    private static func media(_ mediaBox: Box, into track: inout Track) throws(BoxDamage) {
        var cursor = ByteCursor(mediaBox.content)
        while let box = try cursor.nextBox() {
            var content = ByteCursor(box.content)
            switch box.type {
            case "mdhd":
                let version = try content.versionAndFlags().version
                try content.skip(version == 1 ? 16 : 8)
                track.timescale = try content.number32()
            case "hdlr":
                try content.skip(8)
                track.handler = FourCharacterCode(try content.number32())
            case "minf":
                (track.codec, track.configuration) = try sampleEntry(within: content) ?? ("", [])
            default: continue
            }
        }
    }

    /// libavcodec's name, where slices of the codec are read.
    var codecName: String {
        switch codec {
        case "avc1", "avc3": "h264"
        case "hvc1", "hev1": "hevc"
        default: codec
        }
    }

    /// The first sample entry: `minf` / `stbl` / `stsd`.
    private static func sampleEntry(within mediaInformation: ByteCursor) throws(BoxDamage) -> (codec: String, configuration: [UInt8])? {
        var outer = mediaInformation
        while let table = try outer.nextBox() {
            guard table.type == "stbl" else { continue }
            var inner = ByteCursor(table.content)
            while let box = try inner.nextBox() {
                guard box.type == "stsd" else { continue }
                var content = ByteCursor(box.content)
                try content.skip(8)
                guard let entry = try content.nextBox() else { return nil }
                return (entry.type.description, configuration(of: entry))
            }
        }
        return nil
    }

    /// What cannot be read of it costs no more than the quantizers.
    private static func configuration(of entry: Box) -> [UInt8] {
        guard ["avc1", "avc3", "hvc1", "hev1"].contains(entry.type.description) else { return [] }
        var cursor = ByteCursor(entry.content)
        // What every picture's entry begins with (ISO/IEC 14496-12, 12.1.3).
        guard (try? cursor.skip(78)) != nil else { return [] }
        while let box = try? cursor.nextBox() {
            if box.type == "avcC" || box.type == "hvcC" { return Array(box.content) }
        }
        return []
    }

    private static func extends(_ extends: Box, into defaults: inout [UInt32: SampleDefaults]) throws(BoxDamage) {
        var cursor = ByteCursor(extends.content)
        while let box = try cursor.nextBox() {
            guard box.type == "trex" else { continue }
            var content = ByteCursor(box.content)
            _ = try content.versionAndFlags()
            let track = try content.number32()
            try content.skip(4)
            defaults[track] = SampleDefaults(
                duration: try content.number32(), byteCount: try content.number32(), flags: try content.number32())
        }
    }
}

/// What holds for a sample that does not say otherwise.
struct SampleDefaults: Hashable, Sendable {
    var duration: UInt32 = 0
    var byteCount: UInt32 = 0
    var flags: UInt32 = 0
}
