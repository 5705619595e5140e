/// A `moof` box's samples of one track (ISO/IEC 14496-12, 8.8), in the track's ticks.
struct MovieFragment {
    struct Sample {
        var presentationTicks: Int64
        var durationTicks: UInt32
        /// From the start of the file.
        var offset: Int64
        var byteCount: UInt32
        var flags: UInt32

        /// `sample_is_non_sync_sample` is bit 16 of the flags.
        var isSync: Bool { flags & 0x1_0000 == 0 }
    }

    /// A fragment lasts a second at most; more samples than this are damage, or an attack on our memory.
    static let sampleLimit = 100_000
    /// Times of a run that goes on for ever stay far below it, and sums of them do not overflow.
    static let ticksLimit: Int64 = 1 << 60

    private(set) var samples: [Sample] = []

    init(_ content: ArraySlice<UInt8>, at offset: Int64, of track: MediaInitialization) throws(BoxDamage) {
        var cursor = ByteCursor(content)
        var isFound = false
        while let box = try cursor.nextBox() {
            if box.type == "traf", try read(trackFragment: box, at: offset, of: track) { isFound = true }
        }
        guard isFound else { throw BoxDamage(cause: "a 'moof' has nothing of track \(track.trackID)") }
        guard !samples.isEmpty else { throw BoxDamage(cause: "a 'moof' has no samples") }
    }

    /// - Returns: false for another track's.
    private mutating func read(
        trackFragment: Box, at base: Int64, of track: MediaInitialization
    ) throws(BoxDamage) -> Bool {
        var cursor = ByteCursor(trackFragment.content)
        var defaults: SampleDefaults?
        var decodeTicks: Int64?
        var dataOffset = base
        while let box = try cursor.nextBox() {
            var content = ByteCursor(box.content)
            switch box.type {
            case "tfhd":
                guard let found = try Self.header(&content, of: track) else { return false }
                defaults = found
            case "tfdt":
                decodeTicks = try Self.decodeTime(&content)
            case "trun":
                guard let defaults, var ticks = decodeTicks else {
                    throw BoxDamage(cause: "a 'trun' stands before 'tfhd' and 'tfdt'")
                }
                try read(run: &content, defaults: defaults, base: base, ticks: &ticks, offset: &dataOffset)
                decodeTicks = ticks
            default: continue
            }
        }
        return defaults != nil
    }

    /// `nil` for another track's.
    private static func header(
        _ content: inout ByteCursor, of track: MediaInitialization
    ) throws(BoxDamage) -> SampleDefaults? {
        let flags = try content.versionAndFlags().flags
        guard try content.number32() == track.trackID else { return nil }
        // Absolute offsets would not survive the header box that stands between `moov` and the first fragment.
        guard flags & 0x1 == 0 else { throw BoxDamage(cause: "a 'tfhd' counts offsets from the start of the file") }
        var defaults = track.defaults
        if flags & 0x2 != 0 { try content.skip(4) }
        if flags & 0x8 != 0 { defaults.duration = try content.number32() }
        if flags & 0x10 != 0 { defaults.byteCount = try content.number32() }
        if flags & 0x20 != 0 { defaults.flags = try content.number32() }
        return defaults
    }

    private static func decodeTime(_ content: inout ByteCursor) throws(BoxDamage) -> Int64 {
        let version = try content.versionAndFlags().version
        let ticks = Int64(bitPattern: version == 1 ? try content.number64() : UInt64(try content.number32()))
        guard ticks.magnitude < UInt64(ticksLimit) else { throw BoxDamage(cause: "a 'tfdt' is out of range") }
        return ticks
    }

    private mutating func read(
        run content: inout ByteCursor, defaults: SampleDefaults, base: Int64, ticks: inout Int64, offset: inout Int64
    ) throws(BoxDamage) {
        let (version, flags) = try content.versionAndFlags()
        let count = Int(try content.number32())
        guard count <= Self.sampleLimit - samples.count else { throw BoxDamage(cause: "a 'trun' claims \(count) samples") }
        if flags & 0x1 != 0 { offset = base + Int64(Int32(bitPattern: try content.number32())) }
        let firstFlags = flags & 0x4 != 0 ? try content.number32() : nil
        for index in 0..<count {
            let duration = flags & 0x100 != 0 ? try content.number32() : defaults.duration
            let byteCount = flags & 0x200 != 0 ? try content.number32() : defaults.byteCount
            var sampleFlags = flags & 0x400 != 0 ? try content.number32() : defaults.flags
            if index == 0, let firstFlags { sampleFlags = firstFlags }
            let shift = flags & 0x800 != 0 ? try content.number32() : 0
            let composition = version == 0 ? Int64(shift) : Int64(Int32(bitPattern: shift))
            samples.append(
                Sample(
                    presentationTicks: ticks + composition, durationTicks: duration, offset: offset, byteCount: byteCount,
                    flags: sampleFlags))
            ticks += Int64(duration)
            offset += Int64(byteCount)
        }
    }
}
