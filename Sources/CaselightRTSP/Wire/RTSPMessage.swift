/// An answer or a request as it came (RFC 2326, 4 to 7).
struct RTSPMessage: Equatable {
    enum Start: Equatable {
        case answer(status: Int)
        case request(method: String)
    }

    struct Header: Equatable {
        /// Lower-case.
        let name: String
        let value: String
    }

    let start: Start
    let headers: [Header]
    var body: [UInt8] = []

    func value(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    func values(_ name: String) -> [String] { headers.filter { $0.name == name }.map(\.value) }

    var sequence: Int? { value("cseq").flatMap { Int($0) } }

    /// Reads first line and headers. Lines that are no headers are passed over: cameras send some.
    static func parse(head: ArraySlice<UInt8>) throws(RTSPFailure) -> RTSPMessage {
        var lines = head.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true).map { $0.trimmingLineEnd }.filter {
            !$0.isEmpty
        }
        guard !lines.isEmpty else { throw .malformed("a message without a first line") }
        let start = try start(of: lines.removeFirst())
        guard lines.count <= RTSPLimits.headerCount else { throw .malformed("a message with more than \(RTSPLimits.headerCount) headers") }
        var headers: [Header] = []
        for line in lines {
            if line.first == UInt8(ascii: " ") || line.first == UInt8(ascii: "\t"), let last = headers.popLast() {
                headers.append(Header(name: last.name, value: last.value + " " + line.text))
                continue
            }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            headers.append(Header(name: line[..<colon].text.lowercased(), value: line[(colon + 1)...].text))
        }
        return RTSPMessage(start: start, headers: headers)
    }

    /// How many bytes of body follow the head.
    func bodyCount() throws(RTSPFailure) -> Int {
        guard let text = value("content-length"), !text.isEmpty else { return 0 }
        guard text.utf8.count <= 9, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(text) else {
            throw .malformed("a Content-Length that is no number")
        }
        guard count <= RTSPLimits.bodyBytes else { throw .malformed("a body of more than \(RTSPLimits.bodyBytes) bytes") }
        return count
    }

    private static func start(of line: ArraySlice<UInt8>) throws(RTSPFailure) -> Start {
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: true)
        if words.count >= 2, words[0].starts(with: "RTSP/".utf8) {
            guard words[1].count == 3, let status = Int(words[1].text), (100...599).contains(status) else {
                throw .malformed("an answer without a status")
            }
            return .answer(status: status)
        }
        guard words.count == 3, words[2].starts(with: "RTSP/".utf8), words[0].count <= 32 else {
            throw .malformed("a message that is neither an answer nor a request")
        }
        return .request(method: words[0].text)
    }
}

extension ArraySlice<UInt8> {
    var trimmingLineEnd: ArraySlice<UInt8> { last == UInt8(ascii: "\r") ? dropLast() : self }

    /// Without spaces around it; what is no UTF-8 is replaced.
    var text: String {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
        var slice = drop(while: isSpace)
        while let last = slice.last, isSpace(last) { slice.removeLast() }
        return String(decoding: slice, as: UTF8.self)
    }
}

extension StringProtocol {
    /// Without spaces and tabs around it.
    var trimmed: String { Array(utf8)[...].text }
}
