import Foundation
import TestSupport
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// The fixtures' RTSP cameras, running: a real server that can drop a feed, refuse a login and lie about its clock.
final class Cameras {
    struct Started: Decodable {
        var rtspPort: Int
        var controlPort: Int
        /// With `--tls-port`.
        var rtspsPort: Int?
    }

    struct Event: Decodable {
        var atUs: Int64
        var mount: String
        var what: String
    }

    let ports: Started
    private let process: Child

    init(_ arguments: [String] = []) throws {
        let output = Pipe()
        process = try Child(
            "/usr/bin/python3",
            [
                Workshop.packageRoot.appending(path: "fixtures/rtsp_server.py").path, "--footage", Workshop.footage.path, "--port", "0",
                "--control-port", "0",
            ] + arguments, output: output.fileHandleForWriting.fileDescriptor)
        try output.fileHandleForWriting.close()
        var line = Data()
        while true {
            let byte = output.fileHandleForReading.readData(ofLength: 1)
            guard !byte.isEmpty else { throw Trouble("the cameras ended at start") }
            if byte[0] == UInt8(ascii: "\n") { break }
            line.append(byte)
        }
        ports = try JSONDecoder().decode(Started.self, from: line)
    }

    deinit { stop() }

    func stop() { process.end() }

    func url(_ mount: String, login: String = "") -> String { "rtsp://\(login)127.0.0.1:\(ports.rtspPort)/\(mount)" }

    func control(_ path: String) throws { _ = try HTTP.request("POST", "http://127.0.0.1:\(ports.controlPort)/\(path)") }

    func truth() throws -> [Event] {
        try JSONDecoder().decode([Event].self, from: try HTTP.request("GET", "http://127.0.0.1:\(ports.controlPort)/truth").body)
    }
}

struct Trouble: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// The simplest client: one request, the answer as it came.
enum HTTP {
    struct Answer {
        var status: Int
        var body: Data
        /// By name in lower case.
        var headers: [String: String] = [:]
    }

    static func request(_ method: String, _ url: String, token: String? = nil, body: Data? = nil, headers: [String: String] = [:]) throws -> Answer {
        guard let address = URL(string: url) else { throw Trouble("not a URL: \(url)") }
        var request = URLRequest(url: address, timeoutInterval: 60)
        request.httpMethod = method
        request.httpBody = body
        if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        if body != nil { request.setValue("application/json", forHTTPHeaderField: "Content-Type") }
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let done = DispatchSemaphore(value: 0)
        // Written once before the signal, read after it.
        nonisolated(unsafe) var result: Result<Answer, any Error> = .failure(Trouble("no answer"))
        URLSession.shared.dataTask(with: request) { data, response, error in
            if let error {
                result = .failure(error)
            } else {
                let head = response as? HTTPURLResponse
                let headers = (head?.allHeaderFields ?? [:]).map { ("\($0.key)".lowercased(), "\($0.value)") }
                result = .success(Answer(
                    status: head?.statusCode ?? 0, body: data ?? Data(), headers: Dictionary(headers, uniquingKeysWith: { $1 })))
            }
            done.signal()
        }.resume()
        done.wait()
        return try result.get()
    }
}
