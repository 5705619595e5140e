import CaselightIngest
import CaselightLog
import CaselightModel
import CaselightStore
import Configuration
import Foundation
import Logging
import SystemPackage
import Yams

/// The daemon's settings: read from the file, then `CASELIGHT_…` in the environment, then flags; checked as a whole.
struct Settings: Sendable {
    /// Every key there is, as `deploy/caselight.yaml` documents it. In the environment `http.port` is `CASELIGHT_HTTP_PORT`.
    static let keys: [String] = [
        "http.host", "http.port", "state.path", "archive.path", "archive.reserveGigabytes", "archive.retentionDays",
        "retention.profile", "retention.class1Days", "retention.class2Days", "retention.class3Days", "retention.class9Days",
        "holds.daysAfterClose", "log.checkpointPath", "log.checkpointMinutes", "log.checkpointWebhook", "exports.timestampURL", "exports.keepDays",
        "worker.path", "worker.feedsPerWorker", "recording.segmentSeconds", "recording.fragmentMilliseconds",
        "recording.syncSeconds", "recording.queueMegabytes", "recording.readTimeoutSeconds", "recording.drainMilliseconds",
        "reconnect.shortestSeconds", "reconnect.longestSeconds", "connect.limit", "connect.spreadSeconds", "stills.limit",
        "upload.limitGigabytes", "log.level",
    ]

    static let defaultFile = "/etc/caselight/caselight.yaml"

    var host: String
    var port: Int
    var statePath: String
    var uploadLimitBytes: Int64
    var logLevel: Logger.Level
    var log: LogSettings
    /// Where checkpoints are posted; empty posts them nowhere.
    var checkpointWebhook: String
    /// The RFC 3161 authority that packages are stamped by; empty asks none.
    var timestampURL: String
    var exportKeepDays: Int
    var ingest: IngestSettings

    var recordsPath: String { statePath + "/records.db" }
    var indexPath: String { statePath + "/index.db" }
    var logPath: String { statePath + "/log.db" }
    /// The public keys there have been.
    var signingKeysPath: String { statePath + "/signing-keys.pem" }
    var exportsPath: String { statePath + "/exports" }
    /// In a folder that only the daemon's user may enter: a socket's own mode is set only after it is there.
    var controlPath: String { statePath + "/control" }
    var socketPath: String { controlPath + "/socket" }
    /// What seals the secrets in the records: systemd's credential where it hands one over, else a file of our own.
    var keyFile: SecretKeyFile {
        let credential = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"].map {
            SecretKeyFile(path: $0 + "/caselight-key", isCredential: true)
        }
        if let credential, credential.isThere { return credential }
        return SecretKeyFile(path: statePath + "/secret.key")
    }

    /// Reads and checks everything.
    ///
    /// - Parameters:
    ///   - file: `nil` reads the default file where there is one.
    ///   - flags: settings given on the command line, by key.
    /// - Throws: `CaselightError` with code `invalidConfiguration` that names the key, its value and what it may be.
    static func read(file: String?, flags: [String: String]) async throws -> Settings {
        let path = file ?? defaultFile
        try checkKeys(inFile: path, mustExist: file != nil)
        var providers: [any ConfigProvider] = [
            InMemoryProvider(
                name: "flags",
                values: Dictionary(
                    uniqueKeysWithValues: flags.map { (AbsoluteConfigKey($0.key.split(separator: ".").map(String.init)), ConfigValue(.string($0.value), isSecret: false)) })),
            EnvironmentVariablesProvider().prefixKeys(with: "caselight"),
        ]
        do {
            providers.append(
                try await FileProvider<YAMLSnapshot>(filePath: FilePath(path), allowMissing: file == nil))
        } catch {
            // Not what is wrong with which value: some are secret.
            throw problem("read \(path)", "it has a value that no setting takes")
        }
        return try Settings(ConfigReader(providers: providers))
    }

    private init(_ reader: ConfigReader) throws {
        let values = SettingsReader(reader)
        host = try values.text("http.host", default: "127.0.0.1")
        port = try values.number("http.port", default: 8480, in: 0...65_535)
        statePath = try values.path("state.path", default: "/var/lib/caselight")
        uploadLimitBytes = Int64(try values.number("upload.limitGigabytes", default: 64, in: 1...4096)) << 30
        log = LogSettings(
            origin: "", checkpointPath: try values.path("log.checkpointPath", default: statePath + "/checkpoints.txt"))
        log.checkpointInterval = .seconds(Int64(try values.number("log.checkpointMinutes", default: 5, in: 1...1440)) * 60)
        checkpointWebhook = try values.address("log.checkpointWebhook")
        timestampURL = try values.address("exports.timestampURL")
        exportKeepDays = try values.number("exports.keepDays", default: 90, in: 1...36_500)
        let levelName = try values.text("log.level", default: "info")
        guard let level = Logger.Level(rawValue: levelName) else {
            throw Settings.problem(
                "use the setting log.level: '\(levelName)'",
                "it is not one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        logLevel = level
        ingest = try Settings.ingest(values, statePath: statePath)
    }

    private static func ingest(_ values: SettingsReader, statePath: String) throws -> IngestSettings {
        var ingest = IngestSettings(
            workerPath: try values.path("worker.path", default: defaultWorkerPath),
            archivePath: try values.path("archive.path", default: statePath + "/archive"))
        ingest.segmentLength = .seconds(Int64(try values.number("recording.segmentSeconds", default: 60, in: 5...600)))
        ingest.fragmentLength = .milliseconds(Int64(try values.number("recording.fragmentMilliseconds", default: 1000, in: 200...1000)))
        ingest.syncInterval = .seconds(Int64(try values.number("recording.syncSeconds", default: 5, in: 1...60)))
        ingest.queueLimitBytes = try values.number("recording.queueMegabytes", default: 16, in: 1...1024) << 20
        ingest.readTimeout = .seconds(Int64(try values.number("recording.readTimeoutSeconds", default: 10, in: 2...120)))
        ingest.drainInterval = .milliseconds(Int64(try values.number("recording.drainMilliseconds", default: 100, in: 10...200)))
        ingest.feedsPerWorker = try values.number("worker.feedsPerWorker", default: 64, in: 1...64)
        ingest.retention = try RetentionPolicy(values)
        ingest.holdDaysAfterClose = try values.number("holds.daysAfterClose", default: 180, in: 1...36_500)
        ingest.reserveBytes = Int64(try values.number("archive.reserveGigabytes", default: 2, in: 0...100_000)) << 30
        ingest.stillLimit = try values.number("stills.limit", default: 64, in: 1...4096)
        ingest.connectLimit = try values.number("connect.limit", default: 200, in: 1...10_000)
        ingest.connectSpread = .seconds(try values.number("connect.spreadSeconds", default: 60, in: 0...3600))
        let shortest = try values.number("reconnect.shortestSeconds", default: 1, in: 1...3600)
        let longest = try values.number("reconnect.longestSeconds", default: 60, in: shortest...86_400)
        ingest.backoff = Backoff.Limits(shortest: .seconds(shortest), longest: .seconds(longest))
        return ingest
    }

    /// Beside the daemon where it was built, else where the package puts it.
    private static var defaultWorkerPath: String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        let beside = FilePath(own).removingLastComponent().appending("caselight-media").string
        return FileManager.default.isExecutableFile(atPath: beside) ? beside : "/usr/libexec/caselight/caselight-media"
    }

    /// A misspelt key would otherwise be a setting that silently does nothing.
    private static func checkKeys(inFile path: String, mustExist: Bool) throws {
        guard let text = FileManager.default.contents(atPath: path) else {
            if mustExist { throw problem("read \(path)", "there is no such file, or it may not be read") }
            return
        }
        let root: Any?
        do {
            root = try Yams.load(yaml: String(decoding: text, as: UTF8.self))
        } catch {
            throw problem("read \(path)", yamlFault(error))
        }
        guard let root else { return }
        guard let sections = root as? [String: Any] else { throw problem("read \(path)", "it is not a list of sections") }
        for (section, content) in sections {
            guard let entries = content as? [String: Any] else { throw problem("read \(path)", "the section '\(section)' holds no settings") }
            for name in entries.keys where !keys.contains("\(section).\(name)") {
                throw problem("read \(path)", "there is no setting '\(section).\(name)'")
            }
            for (name, value) in entries where value is [Any] || value is [AnyHashable: Any] {
                throw problem("read \(path)", "the setting '\(section).\(name)' is a list, and must be one value")
            }
        }
    }

    /// Where it is no YAML. The parser's own words show the line, and what stands on it may be secret.
    private static func yamlFault(_ error: any Error) -> String {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            "it is not YAML: \(problem) at line \(mark.line), column \(mark.column)"
        case .duplicatedKeysInMapping(let names, _):
            // Names of ours are no secrets; what else stands where a name belongs may be one.
            "a name stands twice in it: \(names.filter { name in keys.contains { $0.split(separator: ".").contains(Substring(name)) } }.joined(separator: ", "))"
        default: "it is not YAML"
        }
    }

    static func problem(_ operation: String, _ cause: String) -> CaselightError {
        CaselightError(.invalidConfiguration, operation, because: cause, remedy: "caselight.yaml as shipped names every setting and its range.")
    }
}

extension RetentionPolicy {
    /// - Throws: `invalidConfiguration`, also for days below the floor.
    fileprivate init(_ values: SettingsReader) throws {
        let profileName = try values.text("retention.profile", default: RetentionProfile.none.rawValue)
        guard let profile = RetentionProfile(rawValue: profileName) else {
            throw Settings.problem(
                "use the setting retention.profile: '\(profileName)'",
                "it is not one of \(RetentionProfile.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self.init(profile: profile)
        defaultDays = try checked("archive.retentionDays", try values.number("archive.retentionDays", default: 30, in: 1...36_500))
        for cameraClass in CameraClass.allCases {
            let key = "retention.class\(cameraClass.rawValue)Days"
            let days = try values.number(key, default: 0, in: 0...36_500)
            if days > 0 { daysByClass[cameraClass] = try checked(key, days) }
        }
    }

    private func checked(_ key: String, _ days: Int) throws -> Int {
        guard days >= floorDays else {
            throw Settings.problem(
                "use the setting \(key): '\(days)'", "the profile '\(profile.rawValue)' asks for at least \(floorDays) days")
        }
        return days
    }
}

/// Reads single settings and says which one is wrong.
private struct SettingsReader {
    private let reader: ConfigReader

    init(_ reader: ConfigReader) { self.reader = reader }

    func text(_ key: String, default fallback: String) throws -> String {
        let value = reader.string(forKey: ConfigKey(key.split(separator: ".").map(String.init))) ?? fallback
        guard !value.isEmpty else { throw Settings.problem("use the setting \(key)", "it is empty") }
        return value
    }

    /// An address to post to, or nothing.
    func address(_ key: String) throws -> String {
        let value = reader.string(forKey: ConfigKey(key.split(separator: ".").map(String.init))) ?? ""
        guard !value.isEmpty else { return "" }
        guard let url = URL(string: value), ["http", "https"].contains(url.scheme), url.host != nil, url.user == nil else {
            throw Settings.problem("use the setting \(key)", "it must be an http or https address without credentials, or empty")
        }
        return value
    }

    func path(_ key: String, default fallback: String) throws -> String {
        let value = try text(key, default: fallback)
        guard value.hasPrefix("/") else { throw Settings.problem("use the setting \(key): '\(value)'", "it must be an absolute path") }
        return value
    }

    /// A number as YAML gives it, or as text from the environment and flags.
    func number(_ key: String, default fallback: Int, in range: ClosedRange<Int>) throws -> Int {
        let configKey = ConfigKey(key.split(separator: ".").map(String.init))
        let asText = reader.string(forKey: configKey)
        guard let value = reader.int(forKey: configKey) ?? asText.flatMap({ Int($0) }) ?? (asText == nil ? fallback : nil),
            range.contains(value)
        else {
            let given = asText ?? reader.int(forKey: configKey).map(String.init) ?? "?"
            throw Settings.problem("use the setting \(key): '\(given)'", "it must be \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }
}
