import CFFmpeg
internal import CaselightModel

/// A fragment of one track while its samples come: `prft`, `moof`, `mdat` (ISO/IEC 14496-12, 8.8 and 8.16.5).
///
/// A sample's bytes are copied once, to where they stay: behind room for the boxes before them. Nothing is changed in them but start
/// codes, which become lengths (ISO/IEC 14496-15, 4.3.2). One builder serves a track for the whole of its run.
struct FragmentBuilder {
    struct Sample {
        /// Ticks of the track.
        let display: Int64
        let decode: Int64
        /// Microseconds of the stream's own timestamps.
        let mediaUs: Int64
        let isKeyframe: Bool
        fileprivate(set) var byteCount = 0
    }

    /// The samples of the fragment at hand, in the order of decoding.
    private(set) var samples: [Sample] = []
    /// Of the samples so far.
    var byteCount: Int { bytes.count - room }

    private let isByteStream: Bool
    private var bytes: [UInt8] = []
    /// Before the samples; 0 in an empty fragment.
    private var room = 0
    private var sequence: UInt32 = 0
    private var lastByteCount = 0
    private var lastSampleCount = 30

    /// - Parameter isByteStream: whether samples come as units behind start codes (Annex B of H.264 and H.265).
    init(isByteStream: Bool) { self.isByteStream = isByteStream }

    /// Copies a sample's bytes.
    mutating func add(_ sample: Sample, _ data: UnsafeBufferPointer<UInt8>) {
        if samples.isEmpty { begin() }
        let start = bytes.count
        if isByteStream { addUnits(data) } else { bytes.append(contentsOf: data) }
        var sample = sample
        sample.byteCount = bytes.count - start
        samples.append(sample)
    }

    /// How long a sample of the fragment at hand lasts: until the next one's decoding.
    func duration(_ index: Int, last: Int64) -> Int64 {
        index + 1 < samples.count ? max(1, samples[index + 1].decode - samples[index].decode) : last
    }

    /// Ends the fragment at hand, which must have samples.
    ///
    /// - Parameters:
    ///   - wall: the wall time of its first sample.
    ///   - lastDuration: of its last sample, in ticks.
    mutating func finish(wall: WallTime, lastDuration: Int64) -> ArraySlice<UInt8> {
        sequence &+= 1
        let boxes = boxes(wall: wall, lastDuration: lastDuration)
        if boxes.count > room {
            bytes.insert(contentsOf: repeatElement(0, count: boxes.count - room), at: 0)
            room = boxes.count
        }
        let start = room - boxes.count
        bytes.withUnsafeMutableBytes { UnsafeMutableRawBufferPointer(rebasing: $0[start..<room]).copyBytes(from: boxes) }
        let finished = bytes[start...]
        (lastByteCount, lastSampleCount) = (byteCount, samples.count)
        (bytes, room) = ([], 0)
        samples.removeAll(keepingCapacity: true)
        return finished
    }

    /// About the size of the fragment before: a stream's fragments resemble each other.
    private mutating func begin() {
        room = Self.headBytes + (lastSampleCount + 8) * Self.sampleBytes
        bytes.reserveCapacity(room + lastByteCount + lastByteCount / 8)
        bytes.append(contentsOf: repeatElement(0, count: room))
    }

    private mutating func addUnits(_ data: UnsafeBufferPointer<UInt8>) {
        var position = StartCode.next(in: data, from: 0)
        while let current = position, current.unit < data.count {
            position = StartCode.next(in: data, from: current.unit)
            let unit = UnsafeBufferPointer(rebasing: data[current.unit..<(position?.start ?? data.count)])
            bytes.append(UInt32(unit.count))
            bytes.append(contentsOf: unit)
        }
    }

    // MARK: Boxes

    /// Of all boxes' heads, without what each sample takes in `trun`.
    private static let headBytes = 32 + 8 + 16 + 8 + 20 + 20 + 20 + 8
    private static let sampleBytes = 16

    private func boxes(wall: WallTime, lastDuration: Int64) -> [UInt8] {
        let isAllSync = samples.allSatisfy(\.isKeyframe)
        let isReordered = samples.contains { $0.display != $0.decode }
        let runByteCount = 20 + samples.count * (8 + (isAllSync ? 0 : 4) + (isReordered ? 4 : 0))
        let trackByteCount = 8 + 20 + 20 + runByteCount
        let movieByteCount = 8 + 16 + trackByteCount
        var boxes: [UInt8] = []
        boxes.reserveCapacity(32 + movieByteCount + 8)
        ProducerReferenceTime.append(to: &boxes, wall: wall, mediaTicks: samples[0].display)
        boxes.append(box: "moof", byteCount: movieByteCount)
        boxes.append(box: "mfhd", byteCount: 16, flags: 0)
        boxes.append(sequence)
        boxes.append(box: "traf", byteCount: trackByteCount)
        // Offsets count from `moof`; samples are as the default says where `trun` says nothing.
        boxes.append(box: "tfhd", byteCount: 20, flags: 0x02_0020)
        boxes.append(Self.trackID)
        boxes.append(Self.syncFlags)
        boxes.append(box: "tfdt", byteCount: 20, version: 1, flags: 0)
        boxes.append(samples[0].decode)
        // Where the data begins, and of each sample duration, size, flags, display time minus decoding time.
        boxes.append(box: "trun", byteCount: runByteCount, version: 1, flags: 0x301 | (isAllSync ? 0 : 0x400) | (isReordered ? 0x800 : 0))
        boxes.append(UInt32(samples.count))
        boxes.append(UInt32(movieByteCount + 8))
        for (index, sample) in samples.enumerated() {
            boxes.append(UInt32(clamping: duration(index, last: lastDuration)))
            boxes.append(UInt32(sample.byteCount))
            if !isAllSync { boxes.append(sample.isKeyframe ? Self.syncFlags : Self.dependentFlags) }
            if isReordered { boxes.append(Int32(clamping: sample.display - sample.decode)) }
        }
        boxes.append(box: "mdat", byteCount: 8 + byteCount)
        return boxes
    }

    private static let trackID: UInt32 = 1
    /// `sample_depends_on` 2: on no other.
    private static let syncFlags: UInt32 = 0x0200_0000
    /// `sample_depends_on` 1, `sample_is_non_sync_sample`.
    private static let dependentFlags: UInt32 = 0x0101_0000
}

/// A `prft` box (ISO/IEC 14496-12, 8.16.5), version 1: which wall time a moment of track 1 had.
enum ProducerReferenceTime {
    /// Seconds from 1900 to 1970.
    private static let epochSeconds: Int64 = 2_208_988_800
    /// "The time is consistent with the samples', from an arbitrary source": what libavformat writes for a receiver's clock.
    private static let flags: UInt32 = 24

    static func append(to bytes: inout [UInt8], wall: WallTime, mediaTicks: Int64) {
        bytes.append(box: "prft", byteCount: 32, version: 1, flags: flags)
        bytes.append(UInt32(1))
        bytes.append(ntp(wall))
        bytes.append(mediaTicks)
    }

    /// NTP's 32.32 fixed point (RFC 5905, 6), rounded up, so that rounding down and to the nearest both give the microsecond back.
    static func ntp(_ time: WallTime) -> UInt64 {
        let seconds = floorDivide(time.microseconds, 1_000_000)
        let microseconds = UInt64(time.microseconds - seconds * 1_000_000)
        return UInt64(UInt32(truncatingIfNeeded: seconds + epochSeconds)) << 32 | (microseconds << 32 + 999_999) / 1_000_000
    }
}

extension [UInt8] {
    /// Most significant byte first.
    fileprivate mutating func append(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    fileprivate mutating func append(box type: StaticString, byteCount: Int) {
        append(UInt32(byteCount))
        append(contentsOf: UnsafeBufferPointer(start: type.utf8Start, count: type.utf8CodeUnitCount))
    }

    fileprivate mutating func append(box type: StaticString, byteCount: Int, version: UInt8 = 0, flags: UInt32) {
        append(box: type, byteCount: byteCount)
        append(UInt32(version) << 24 | flags)
    }
}
