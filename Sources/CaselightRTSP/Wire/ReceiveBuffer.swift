import Glibc

/// Bytes received and not yet used, and where the next packet or message in them stands (RFC 2326, 10.12).
///
/// One piece of memory, used again and again. Reads are bounds-checked by the array; nothing is allocated for a packet.
struct ReceiveBuffer {
    enum Frame: Equatable {
        /// `$`, a channel, a length, and that many bytes, which stand at `range` until the next `receive`.
        case packet(channel: UInt8, range: Range<Int>)
        case message(RTSPMessage)
        /// The rest is yet to come.
        case incomplete
    }

    private(set) var bytes: [UInt8]
    private(set) var start = 0
    private(set) var end = 0
    /// Bytes skipped since something was last understood, and since the beginning.
    private(set) var garbageRun = 0
    private(set) var garbageBytes = 0
    /// Up to where the end of a message's head was looked for.
    private var searched = 0

    init(capacity: Int = RTSPLimits.firstBufferBytes) {
        bytes = [UInt8](repeating: 0, count: capacity)
    }

    var isFull: Bool { end == bytes.count }
    var freeCount: Int { bytes.count - end }

    /// Moves what is unused to the front. Ranges given before no longer hold.
    mutating func compact() {
        guard start > 0 else { return }
        let count = end - start
        if count > 0 {
            let source = start
            bytes.withUnsafeMutableBytes { all in
                guard let base = all.baseAddress else { return }
                memmove(base, base + source, count)
            }
        }
        searched = max(0, searched - start)
        (start, end) = (0, count)
    }

    /// Doubles the memory. `false` at the limit.
    mutating func grow() -> Bool {
        guard bytes.count < RTSPLimits.bufferBytes else { return false }
        let count = min(max(bytes.count * 2, RTSPLimits.firstBufferBytes), RTSPLimits.bufferBytes)
        bytes.append(contentsOf: repeatElement(0, count: count - bytes.count))
        return true
    }

    /// Receives once into the free part, without waiting.
    ///
    /// - Returns: what `recv` returned; `errno` says why it is negative.
    mutating func receive(from descriptor: Int32) -> Int {
        let offset = end
        let count = bytes.withUnsafeMutableBytes { all in
            all.baseAddress.map { recv(descriptor, $0 + offset, all.count - offset, Int32(MSG_DONTWAIT)) } ?? 0
        }
        if count > 0 { end += count }
        return count
    }

    /// Adds a datagram in the form it would have on the connection.
    ///
    /// - Parameter receive: fills the memory it is lent, and says how many bytes; a negative number ends the attempt.
    mutating func appendDatagram(channel: UInt8, _ receive: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        let offset = end + Self.prefixCount
        guard offset < bytes.count else { return 0 }
        let count = bytes.withUnsafeMutableBytes { receive(UnsafeMutableRawBufferPointer(rebasing: $0[offset...])) }
        guard count > 0, count <= min(bytes.count - offset, RTSPLimits.datagramBytes) else { return count }
        bytes[end] = Self.mark
        bytes[end + 1] = channel
        bytes[end + 2] = UInt8(count >> 8)
        bytes[end + 3] = UInt8(count & 0xFF)
        end = offset + count
        return count
    }

    /// Puts bytes there that were set aside.
    ///
    /// - Returns: `false`, and nothing is changed, where they do not fit.
    mutating func append(_ more: some Collection<UInt8>) -> Bool {
        while freeCount < more.count {
            if !grow() { return false }
        }
        bytes.replaceSubrange(end..<(end + more.count), with: more)
        end += more.count
        return true
    }

    /// Puts `first` before what is there.
    ///
    /// - Returns: `false`, and nothing is changed, where it does not fit.
    mutating func prepend(_ first: [UInt8]) -> Bool {
        let rest = Array(bytes[start..<end])
        guard first.count + rest.count <= RTSPLimits.bufferBytes else { return false }
        (start, end, searched) = (0, 0, 0)
        return append(first) && append(rest)
    }

    /// Takes the next packet or message.
    ///
    /// - Throws: `malformed` when a message is wrong or too long, or nothing is understood for too long.
    mutating func next(isKnown: (UInt8) -> Bool) throws(RTSPFailure) -> Frame {
        while end > start {
            let first = bytes[start]
            if first == Self.mark {
                guard end - start >= Self.prefixCount else { return .incomplete }
                let count = Int(bytes[start + 2]) << 8 | Int(bytes[start + 3])
                if garbageRun > 0, !looksLikePacket(at: start, count: count, isKnown: isKnown) {
                    try skip()
                    continue
                }
                let body = start + Self.prefixCount
                guard end - body >= count else { return .incomplete }
                start = body + count
                garbageRun = 0
                return .packet(channel: bytes[body - 3], range: body..<start)
            }
            switch mayBeMessage(at: start) {
            case .no: try skip()
            case .perhaps: return .incomplete
            case .yes:
                guard let message = try takeMessage() else { return .incomplete }
                garbageRun = 0
                return .message(message)
            }
        }
        return .incomplete
    }

    /// The packet that `next` would give, where it is whole and on this channel.
    func packetAhead(on channel: UInt8) -> Range<Int>? {
        guard end - start >= Self.prefixCount, bytes[start] == Self.mark, bytes[start + 1] == channel else { return nil }
        let count = Int(bytes[start + 2]) << 8 | Int(bytes[start + 3])
        let body = start + Self.prefixCount
        return end - body >= count ? body..<(body + count) : nil
    }

    /// Takes what `packetAhead` showed.
    mutating func take(_ packet: Range<Int>) { start = packet.upperBound }

    private static let mark = UInt8(ascii: "$")
    private static let prefixCount = 4

    private mutating func skip() throws(RTSPFailure) {
        start += 1
        searched = 0
        garbageRun += 1
        garbageBytes += 1
        guard garbageRun <= RTSPLimits.garbageBytes else {
            throw .malformed("more than \(RTSPLimits.garbageBytes) bytes that are neither packets nor answers")
        }
    }

    /// After bytes that were not understood a `$` alone means little.
    private func looksLikePacket(at index: Int, count: Int, isKnown: (UInt8) -> Bool) -> Bool {
        guard isKnown(bytes[index + 1]), count >= 8 else { return false }
        return end - index <= Self.prefixCount || bytes[index + Self.prefixCount] >> 6 == 2
    }

    private enum Guess { case no, perhaps, yes }

    /// An answer, or one of the requests a camera may make. Empty lines between messages are passed over as garbage.
    private func mayBeMessage(at index: Int) -> Guess {
        guard (0x41...0x5A).contains(bytes[index]) else { return .no }
        var guess = Guess.no
        for begin in Self.begins {
            let count = min(begin.count, end - index)
            if begin.prefix(count).elementsEqual(bytes[index..<(index + count)]) {
                if count == begin.count { return .yes }
                guess = .perhaps
            }
        }
        return guess
    }

    private static let begins: [[UInt8]] = [
        "RTSP/", "OPTIONS ", "GET_PARAMETER ", "SET_PARAMETER ", "ANNOUNCE ", "REDIRECT ", "TEARDOWN ", "DESCRIBE ", "PLAY ", "PAUSE ",
        "RECORD ", "SETUP ", "PLAY_NOTIFY ",
    ].map { Array($0.utf8) }

    private mutating func takeMessage() throws(RTSPFailure) -> RTSPMessage? {
        guard let headEnd = headEnd() else {
            guard end - start <= RTSPLimits.headBytes else {
                throw .malformed("an answer whose head is longer than \(RTSPLimits.headBytes) bytes")
            }
            return nil
        }
        guard headEnd - start <= RTSPLimits.headBytes else {
            throw .malformed("an answer whose head is longer than \(RTSPLimits.headBytes) bytes")
        }
        var message = try RTSPMessage.parse(head: bytes[start..<headEnd])
        let count = try message.bodyCount()
        guard end - headEnd >= count else {
            // The head is found again at once.
            searched = max(start, headEnd - 4)
            return nil
        }
        message.body = Array(bytes[headEnd..<(headEnd + count)])
        start = headEnd + count
        searched = 0
        return message
    }

    /// Behind the empty line; some cameras end lines without CR.
    private mutating func headEnd() -> Int? {
        var index = max(searched, start)
        while index < end {
            if bytes[index] == 0x0A {
                if index + 1 < end, bytes[index + 1] == 0x0A { return index + 2 }
                if index + 2 < end, bytes[index + 1] == 0x0D, bytes[index + 2] == 0x0A { return index + 3 }
            }
            index += 1
        }
        searched = max(start, end - 3)
        return nil
    }
}
