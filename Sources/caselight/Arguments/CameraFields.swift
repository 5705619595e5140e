import ArgumentParser
import CaselightModel
import Foundation

/// What can be said of a camera, when it is added and later.
struct CameraFields: ParsableArguments {
    @Option(help: ArgumentHelp("What people call it.", valueName: "text"))
    var name: String?

    @Option(help: ArgumentHelp("The feed's address: rtsp rtsps rtmp http https udp srt.", valueName: "address"))
    var url: String?

    @Option(help: "How to read an RTSP feed; compatible is FFmpeg's own reader.")
    var transport: FeedTransport?

    @OptionGroup var credentials: CredentialOptions
    @OptionGroup var place: PlaceOptions

    @Option(parsing: .unconditional, help: ArgumentHelp("The optical axis, degrees clockwise from north.", valueName: "degrees"), transform: ArgumentForm.measure)
    var bearing: Double?

    @Option(parsing: .unconditional, help: ArgumentHelp("The horizontal field angle.", valueName: "degrees"), transform: ArgumentForm.measure)
    var field: Double?

    @Option(parsing: .unconditional, help: ArgumentHelp("How far it sees usefully.", valueName: "metres"), transform: ArgumentForm.measure)
    var range: Double?

    @Option(name: .customLong("class"), help: "GB/T 28181: 1 police-built, 2 other public bodies, 3 private, 9 other.")
    var cameraClass: CameraClass?

    @Option(help: "How it is mounted and moves.")
    var kind: CameraKind?

    @Option(help: ArgumentHelp("Where it hangs, in words.", valueName: "text"))
    var address: String?

    @Option(help: ArgumentHelp("Whose it is.", valueName: "text"))
    var owner: String?

    @Option(help: ArgumentHelp("The code of its grid.", valueName: "code"))
    var grid: String?

    @Option(name: .customLong("tag"), help: ArgumentHelp("A label to find it by; may be given more than once.", valueName: "text"))
    var tags: [String] = []

    @Option(help: "What is kept of its stream.")
    var policy: RecordingPolicy?

    @Option(help: ArgumentHelp("How long its footage is kept.", valueName: "days"))
    var retentionDays: Int?

    enum Service: String, EnumerableFlag {
        case enabled, disabled

        static func help(for value: Service) -> ArgumentHelp? {
            value == .enabled ? "Connect to its feed." : "Keep it registered without connecting to its feed."
        }
    }

    @Flag var service: Service?

    func request() throws -> RequestFields {
        var fields = RequestFields()
        fields.set("name", name)
        fields.set("url", url)
        fields.set("transport", transport?.rawValue)
        try credentials.set(&fields, url: url)
        place.set(&fields)
        fields.set("bearingDegrees", bearing)
        fields.set("fieldDegrees", field)
        fields.set("rangeMeters", range)
        fields.set("class", cameraClass?.rawValue)
        fields.set("kind", kind?.rawValue)
        fields.set("address", address)
        fields.set("owner", owner)
        fields.set("grid", grid)
        fields.set("tags", list: tags)
        fields.set("policy", policy?.rawValue)
        fields.set("retentionDays", retentionDays)
        fields.set("isEnabled", service.map { $0 == .enabled })
        return fields
    }
}

/// A feed's user and password. There is no option for the password itself: arguments are seen by every user of the machine.
struct CredentialOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The feed's user.", valueName: "name"))
    var user: String?

    @Flag(help: "Read the feed's password from standard input, one line.")
    var passwordStdin = false

    @Option(help: ArgumentHelp("Read the feed's password from a file's first line.", valueName: "file"), completion: .file())
    var passwordFile: String?

    func validate() throws {
        if passwordStdin, passwordFile != nil { throw ValidationError("Give --password-stdin or --password-file, not both.") }
        if user == nil, passwordStdin || passwordFile != nil { throw ValidationError("A password needs --user.") }
    }

    func set(_ fields: inout RequestFields, url: String?) throws {
        fields.set("user", user)
        fields.set("password", try password())
        if let url, (try? FeedURL.parse(url))?.credentials?.password.isEmpty == false {
            Terminal.note("note: the address holds a password, which your shell may remember; --user and --password-stdin keep it out")
        }
    }

    private func password() throws -> String? {
        if passwordStdin { return readLine(strippingNewline: true) ?? "" }
        guard let passwordFile else { return nil }
        guard let content = try? String(contentsOfFile: passwordFile, encoding: .utf8) else {
            throw ClientFailure(.refused, "cannot read the password from '\(passwordFile)': there is no such file, or it may not be read")
        }
        return String(content.prefix { !$0.isNewline })
    }
}
