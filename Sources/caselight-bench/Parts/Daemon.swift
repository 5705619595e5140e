import Foundation

/// A caselightd with a state of its own, spoken to through its HTTP API as anybody would.
final class Daemon: Sendable {
    struct Status: Decodable {
        struct Footage: Decodable {
            var segmentCount: Int
            var byteCount: Int64
        }
        var feedCounts: [String: Int]
        var footage: Footage

        var recordingCount: Int { feedCounts["recording"] ?? 0 }
    }

    static let readyLimitSeconds = 120.0
    static let stopLimitSeconds = 30.0
    /// Nothing is asked for in anybody's name here.
    static let purpose = "purpose=measurement"

    let process: Child
    let port: Int
    let token: String
    /// From the start of the process until `/readyz` said yes.
    let readySeconds: Double
    let state: String

    /// - Parameters:
    ///   - state: its folder below the place's; made where it is missing.
    ///   - settings: `key=value`, as `--set` takes them.
    init(_ place: Place, state: String = "state", settings: [String] = []) throws {
        self.state = try place.makeFolder(state)
        let all = ["state.path=\(self.state)", "http.port=0", "archive.reserveGigabytes=0", "worker.path=\(place.programs)/caselight-media"]
        let log = "\(state).log"
        place.remove(log)
        let watch = Stopwatch()
        let process = try place.start("\(place.programs)/caselightd", ["run"] + (all + settings).flatMap { ["--set", $0] }, log: log)
        func checkItRuns() throws {
            guard process.isRunning else { throw Trouble("caselightd ended at its start: \(place.text(log).suffix(600))") }
        }
        let port = try Waiting.until("caselightd listens", seconds: Self.readyLimitSeconds, every: 5000) { () -> Int? in
            try checkItRuns()
            return place.text(log).firstMatch(of: /listening on http:\/\/127\.0\.0\.1:(\d+)/).flatMap { Int($0.1) }
        }
        try Waiting.until("caselightd is ready", seconds: Self.readyLimitSeconds, every: 5000) { () -> Void? in
            try checkItRuns()
            return try HTTPConnection(port: port, token: "").request("GET", "/readyz").status == 200 ? () : nil
        }
        readySeconds = watch.seconds
        token = try Self.token(place, state: self.state)
        (self.process, self.port) = (process, port)
    }

    /// Makes an account that may do everything, as the machine's administrator does, where an earlier run of this state made none.
    private static func token(_ place: Place, state: String) throws -> String {
        let name = "bench-\(UInt32.random(in: 0...(.max)))"
        let roles = ["investigator", "dispatcher", "cameraAdmin", "auditor", "admin"].flatMap { ["--role", $0] }
        return try place.run(
            "\(place.programs)/caselightd",
            ["account", "create", name, "--no-password", "--token", name, "--set", "state.path=\(state)"] + roles
        ).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func connection() throws -> HTTPConnection { try HTTPConnection(port: port, token: token) }

    func status() throws -> Status {
        try JSONDecoder().decode(Status.self, from: Data(try connection().get("/api/v1/status")))
    }

    /// A metric without labels; 0 where it was never counted.
    func metric(_ name: String) throws -> Double {
        let text = String(decoding: try connection().get("/metrics"), as: UTF8.self)
        return text.split(separator: "\n").first { $0.hasPrefix(name + " ") }.flatMap { Double($0.split(separator: " ")[1]) } ?? 0
    }

    struct RegisteredCamera: Encodable {
        var code: String
        var name: String
        var url: String?
    }

    func register(_ cameras: [RegisteredCamera]) throws {
        try connection().post("/api/v1/cameras/import?format=json", Array(try JSONEncoder().encode(cameras)))
    }

    /// - Returns: seconds it took to end.
    /// - Throws: `Trouble` where it had to be killed or failed.
    @discardableResult
    func stop() throws -> Double {
        let watch = Stopwatch()
        guard let status = process.end(seconds: Self.stopLimitSeconds) else {
            throw Trouble("caselightd did not stop within \(Int(Self.stopLimitSeconds)) s")
        }
        guard status == 0 else { throw Trouble("caselightd ended with status \(status)") }
        return watch.seconds
    }
}
