import Foundation

/// A receiver of webhooks in a process of its own (`fixtures/webhook_receiver.py`), which can be down and come back at the same port.
package final class WebhookReceiver {
    /// A request as it came.
    package struct Request: Decodable {
        package let path: String
        /// What it was answered with.
        package let status: Int
        package let body: String
        package let id: String
        package let timestamp: String
        package let signature: String

        package var fields: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:] }
        /// Of the incident that it tells of.
        package var number: String? { (fields["incident"] as? [String: Any])?["number"] as? String }
    }

    private let folder: URL
    private let script: String
    private var process: Child?
    package private(set) var port = 0

    /// - Parameter script: `fixtures/webhook_receiver.py`.
    package init(script: String) throws {
        self.script = script
        folder = FileManager.default.temporaryDirectory.appending(path: "receiver-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try answer("200")
        try start()
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(at: folder)
    }

    package var url: String { "http://127.0.0.1:\(port)/incidents?key=9f3c" }

    /// A status, or `slow SECONDS`.
    package func answer(_ mood: String) throws { try mood.write(to: folder.appending(path: "mood"), atomically: true, encoding: .utf8) }

    /// At the port that it had.
    package func start() throws {
        let output = Pipe()
        process = try Child(
            "/usr/bin/python3",
            [script, "--port", "\(port)", "--log", folder.appending(path: "log").path, "--mood", folder.appending(path: "mood").path],
            output: output.fileHandleForWriting.fileDescriptor)
        try output.fileHandleForWriting.close()
        var line = Data()
        while true {
            let byte = output.fileHandleForReading.readData(ofLength: 1)
            guard !byte.isEmpty, byte[0] != UInt8(ascii: "\n") else { break }
            line.append(byte)
        }
        guard let found = Int(String(decoding: line, as: UTF8.self)) else { throw POSIXError(.EADDRINUSE) }
        port = found
    }

    package func stop() {
        process?.end()
        process = nil
    }

    package var requests: [Request] {
        guard let text = try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8) else { return [] }
        return text.split(separator: "\n").compactMap { try? JSONDecoder().decode(Request.self, from: Data($0.utf8)) }
    }

    /// Those it took.
    package var taken: [Request] { requests.filter { $0.status == 200 } }
}
