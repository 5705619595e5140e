internal import CaselightModel

/// A playlist's text as it grows, in one buffer: a camera's day is 1,440 entries, and each would be a dozen strings.
struct PlaylistText {
    private var bytes: [UInt8] = []

    init(capacityBytes: Int) { bytes.reserveCapacity(capacityBytes) }

    var string: String { String(decoding: bytes, as: UTF8.self) }

    mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    mutating func add(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    mutating func add(_ number: Int64) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        add(digitsOf: number.magnitude, atLeast: 1)
    }

    /// To the millisecond, in UTC.
    mutating func add(_ time: WallTime) {
        let civil = Civil(time)
        add(civil.year, digits: 4, then: "-")
        add(civil.month, digits: 2, then: "-")
        add(civil.day, digits: 2, then: "T")
        add(civil.hour, digits: 2, then: ":")
        add(civil.minute, digits: 2, then: ":")
        add(civil.second, digits: 2, then: ".")
        add(civil.microsecond / 1000, digits: 3, then: "Z")
    }

    private mutating func add(_ number: Int, digits: Int, then mark: Unicode.Scalar) {
        add(digitsOf: UInt64(max(0, number)), atLeast: digits)
        bytes.append(UInt8(ascii: mark))
    }

    /// With six decimals.
    mutating func add(seconds span: Microseconds) {
        add(span.value / 1_000_000)
        bytes.append(UInt8(ascii: "."))
        add(digitsOf: (span.value % 1_000_000).magnitude, atLeast: 6)
    }

    private mutating func add(digitsOf number: UInt64, atLeast count: Int) {
        var (unit, digits): (UInt64, Int) = (1, 1)
        while digits < count || number / unit >= 10 { (unit, digits) = (unit * 10, digits + 1) }
        while unit > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(number / unit % 10))
            unit /= 10
        }
    }
}
