/// What the units before a picture say, read without touching the picture.
struct AccessUnitFacts {
    var isKeyframe = false
    var hasPicture = false
    var parameterSets = ParameterSets()

    /// Reads an access unit in byte-stream form up to its first slice.
    init(_ bytes: UnsafeBufferPointer<UInt8>, codec: NALCodec, collecting: Bool) {
        var position = StartCode.next(in: bytes, from: 0)
        while let current = position, current.unit < bytes.count {
            let kind = codec.kind(bytes[current.unit])
            if case .picture(let isKey) = kind {
                hasPicture = true
                isKeyframe = isKeyframe || isKey
                return
            }
            position = StartCode.next(in: bytes, from: current.unit)
            let unit = UnsafeBufferPointer(rebasing: bytes[current.unit..<(position?.start ?? bytes.count)])
            if kind == .information, codec == .h264, Self.hasRecoveryPoint(unit) { isKeyframe = true }
            if collecting { parameterSets.take(unit, kind: kind) }
        }
    }

    /// Whether supplemental information says that decoding may start here (H.264, D.2.8): what streams without IDR pictures have.
    private static func hasRecoveryPoint(_ unit: UnsafeBufferPointer<UInt8>) -> Bool {
        var position = 1
        while position + 2 < unit.count {
            var type = 0, size = 0
            while position < unit.count, unit[position] == 0xFF { (type, position) = (type + 255, position + 1) }
            guard position < unit.count else { return false }
            (type, position) = (type + Int(unit[position]), position + 1)
            while position < unit.count, unit[position] == 0xFF { (size, position) = (size + 255, position + 1) }
            guard position < unit.count else { return false }
            (size, position) = (size + Int(unit[position]), position + 1)
            if type == 6 { return true }
            position += size
        }
        return false
    }
}

/// A stream's parameter sets as they came in band, for a file's initialization.
struct ParameterSets: Equatable {
    private var video: [[UInt8]] = []
    private var sequence: [[UInt8]] = []
    private var picture: [[UInt8]] = []

    /// Enough for any camera; a hostile stream gets no further.
    private static let countLimit = 16

    mutating func take(_ unit: UnsafeBufferPointer<UInt8>, kind: NALCodec.UnitKind) {
        func add(to list: inout [[UInt8]]) {
            let bytes = Array(unit)
            if list.count < Self.countLimit, bytes.count < 1 << 16, !list.contains(bytes) { list.append(bytes) }
        }
        switch kind {
        case .videoParameters: add(to: &video)
        case .sequenceParameters: add(to: &sequence)
        case .pictureParameters: add(to: &picture)
        default: break
        }
    }

    func isComplete(_ codec: NALCodec) -> Bool {
        !sequence.isEmpty && !picture.isEmpty && (codec == .h264 || !video.isEmpty)
    }

    var firstSequence: [UInt8]? { sequence.first }

    /// All of them with start codes: the form in which libavformat takes extradata.
    var byteStream: [UInt8] {
        (video + sequence + picture).flatMap { [0, 0, 0, 1] + $0 }
    }

    /// Reads byte-stream extradata back.
    init(byteStream: UnsafeBufferPointer<UInt8>, codec: NALCodec) {
        var position = StartCode.next(in: byteStream, from: 0)
        while let current = position, current.unit < byteStream.count {
            position = StartCode.next(in: byteStream, from: current.unit)
            take(
                UnsafeBufferPointer(rebasing: byteStream[current.unit..<(position?.start ?? byteStream.count)]),
                kind: codec.kind(byteStream[current.unit]))
        }
    }

    init() {}
}
