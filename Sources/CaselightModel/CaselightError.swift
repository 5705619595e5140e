/// What went wrong, said so that its reader can act: what we were doing, to what, why it failed, what to do.
///
/// One line, without credentials. The code is stable and decides retry, log level and HTTP status.
public struct CaselightError: Error, Hashable, Sendable, Codable {
    /// A stable name of a kind of failure. Open, so that codes can be added.
    public struct Code: RawRepresentable, Hashable, Sendable, Codable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public init(_ rawValue: String) { self.rawValue = rawValue }
    }

    public let code: Code
    /// What we were doing and to what, completing "cannot …".
    public let operation: String
    /// Why it failed.
    public let cause: String
    /// What the reader can do; empty where there is nothing.
    public let remedy: String

    public init(_ code: Code, _ operation: String, because cause: String, remedy: String = "") {
        self.code = code
        self.operation = operation
        self.cause = cause
        self.remedy = remedy
    }
}

extension CaselightError: CustomStringConvertible {
    public var description: String {
        let sentence = "cannot \(operation): \(cause)"
        let stop = sentence.hasSuffix(".") || sentence.hasSuffix("?") ? "" : "."
        return (remedy.isEmpty ? sentence + stop : "\(sentence)\(stop) \(remedy)").onOneLine
    }
}

extension StringProtocol {
    /// The first `count` Unicode scalars. A `Character` can be megabytes long, so `prefix` limits nothing.
    func clipped(_ count: Int) -> String { String(String.UnicodeScalarView(unicodeScalars.prefix(count))) }
}

extension String {
    /// Control characters and line breaks written out, so that quoted input can forge no line of a log.
    fileprivate var onOneLine: String {
        func breaks(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.generalCategory == .control || scalar.value == 0x2028 || scalar.value == 0x2029
        }
        guard unicodeScalars.contains(where: breaks) else { return self }
        return unicodeScalars.reduce(into: "") { text, scalar in
            if breaks(scalar) { text += "\\u{\(String(scalar.value, radix: 16))}" } else { text.unicodeScalars.append(scalar) }
        }
    }
}

extension CaselightError.Code {
    public static let invalidTime = Self("invalidTime")
    public static let reversedTimes = Self("reversedTimes")
    public static let invalidCoordinates = Self("invalidCoordinates")
    public static let unknownDatum = Self("unknownDatum")
    public static let invalidShape = Self("invalidShape")
    public static let invalidCode = Self("invalidCode")
    public static let invalidValue = Self("invalidValue")
    public static let invalidURL = Self("invalidURL")
    public static let unknownScheme = Self("unknownScheme")
    public static let playlistRefused = Self("playlistRefused")
    public static let duplicate = Self("duplicate")
    public static let notFound = Self("notFound")
    public static let conflict = Self("conflict")
    public static let tooLarge = Self("tooLarge")
    public static let unauthenticated = Self("unauthenticated")
    public static let purposeRequired = Self("purposeRequired")
    public static let unauthorized = Self("unauthorized")
    public static let unreachable = Self("unreachable")
    public static let timedOut = Self("timedOut")
    public static let endOfStream = Self("endOfStream")
    public static let unsupportedMedia = Self("unsupportedMedia")
    public static let damagedMedia = Self("damagedMedia")
    public static let diskFull = Self("diskFull")
    public static let diskFailed = Self("diskFailed")
    public static let damagedDatabase = Self("damagedDatabase")
    public static let wrongVolume = Self("wrongVolume")
    public static let newerSchema = Self("newerSchema")
    public static let busy = Self("busy")
    public static let overload = Self("overload")
    public static let interrupted = Self("interrupted")
    public static let workerFailed = Self("workerFailed")
    public static let invalidConfiguration = Self("invalidConfiguration")
    /// A right is lacking, or a second person.
    public static let forbidden = Self("forbidden")
    /// Too many sign-ins failed.
    public static let lockedOut = Self("lockedOut")
    /// The consultation log cannot be written, so nothing may be shown or done.
    public static let logUnwritable = Self("logUnwritable")
    /// What was kept as evidence is not what was written: a hash, a signature or a proof does not hold.
    public static let evidenceBroken = Self("evidenceBroken")
    public static let internalFailure = Self("internalFailure")
}
