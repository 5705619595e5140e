import Foundation
import Glibc
import Synchronization

/// A server on loopback that answers as it was told, whatever it is asked, and remembers each connection.
///
/// Answers in full go by path; where none is set the connection is closed. Each request stands alone.
final class Stranger: Sendable {
    let port: Int
    private let listener: Int32
    private let requests = Mutex<[String]>([])
    private let answers = Mutex<[String: String]>([:])

    init() throws {
        (listener, port) = try FreePort.bound(SOCK_STREAM)
        guard listen(listener, 16) == 0 else { throw Trouble("cannot listen") }
        Thread.detachNewThread { [self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                Thread.detachNewThread { [self] in serve(client) }
            }
        }
    }

    /// Ends listening, and with it the threads.
    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    /// The first lines of what was asked; `connection` for one that asked nothing.
    var seen: [String] { requests.withLock { $0 } }

    func answer(_ path: String, _ status: String = "200 OK", headers: [String] = [], body: String = "") {
        let lines = headers + ["Content-Length: \(body.utf8.count)"]
        answers.withLock { $0[path] = "\(status)\r\n\(lines.joined(separator: "\r\n"))\r\n{sequence}\r\n\(body)" }
    }

    private func serve(_ client: Int32) {
        defer { close(client) }
        var text = ""
        var isAsked = false
        defer { if !isAsked { requests.withLock { $0.append("connection") } } }
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(client, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            text += String(decoding: buffer[..<count], as: UTF8.self)
            while let end = text.range(of: "\r\n\r\n") {
                let request = String(text[..<end.lowerBound])
                text = String(text[end.upperBound...])
                isAsked = true
                guard reply(to: request, client) else { return }
            }
        }
    }

    /// - Returns: whether the connection goes on.
    private func reply(to request: String, _ client: Int32) -> Bool {
        let lines = request.split(separator: "\r\n")
        let words = (lines.first ?? "").split(separator: " ")
        requests.withLock { $0.append(lines.first.map(String.init) ?? "") }
        guard words.count == 3 else { return false }
        let isRTSP = words[2].hasPrefix("RTSP")
        let path = isRTSP ? URL(string: String(words[1]))?.path ?? "" : String(words[1])
        guard let answer = answers.withLock({ $0[path] }) else { return false }
        // RTSP numbers its requests, and an answer without the number is none.
        let number = lines.first { $0.lowercased().hasPrefix("cseq:") }.map { "\($0)\r\n" } ?? ""
        let bytes = Array("\(words[2]) \(answer.replacingOccurrences(of: "{sequence}", with: isRTSP ? number : "Connection: close\r\n"))".utf8)
        _ = bytes.withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        return isRTSP
    }
}
