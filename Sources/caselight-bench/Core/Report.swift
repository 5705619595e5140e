import Foundation

/// A result: one JSON document, or the same for a person.
protocol Report: Encodable {
    /// Whole lines, without one at the end that is empty.
    var text: String { get }
}

extension Report {
    func print(asJSON: Bool) throws {
        guard asJSON else {
            Swift.print(text)
            return
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        Swift.print(String(decoding: try encoder.encode(self), as: UTF8.self))
    }
}

/// On what was measured, and how busy it was: figures of two runs can be compared only where this is alike.
struct Machine: Encodable {
    let processor: String
    let coreCount: Int
    let kernel: String
    let build: String
    let at: Date
    let loadAverageBefore: Double
    var loadAverageAfter: Double

    static func now() -> Machine {
        let load = loadAverage()
        return Machine(
            processor: processorName, coreCount: ProcessInfo.processInfo.activeProcessorCount, kernel: kernelRelease, build: configuration,
            at: Date(), loadAverageBefore: load, loadAverageAfter: load)
    }

    func measured() -> Machine {
        var machine = self
        machine.loadAverageAfter = Self.loadAverage()
        return machine
    }

    var text: String {
        let warning = build == "debug" ? "; a DEBUG build: its figures say nothing" : ""
        return """
            \(processor), \(coreCount) cores, Linux \(kernel); load average \(Figure.fixed(loadAverageBefore, 2)) before, \
            \(Figure.fixed(loadAverageAfter, 2)) after\(warning)
            """
    }

    static func loadAverage() -> Double {
        var values = [0.0]
        return getloadavg(&values, 1) == 1 ? values[0] : 0
    }

    private static var processorName: String {
        let text = FileManager.default.contents(atPath: "/proc/cpuinfo").map { String(decoding: $0, as: UTF8.self) } ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown processor"
    }

    private static var kernelRelease: String {
        var names = utsname()
        uname(&names)
        return withUnsafeBytes(of: &names.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    private static var configuration: String {
        #if DEBUG
        "debug"
        #else
        "release"
        #endif
    }
}
