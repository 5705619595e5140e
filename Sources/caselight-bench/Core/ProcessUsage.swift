import Foundation

/// What processes and all they started have used since they began.
///
/// Processor time comes in the kernel's ticks of 10 ms: measure long enough that this does not matter.
struct ProcessUsage {
    /// Of the processes named.
    var ownSeconds = 0.0
    /// Of those they started, the ended ones included.
    var descendantSeconds = 0.0
    /// What they caused to be written to disks; what stays in memory file systems is not counted.
    var writtenBytes: Int64 = 0
    var processCount = 0
    var threadCount = 0

    var seconds: Double { ownSeconds + descendantSeconds }

    /// - Parameter roots: processes that are ours to measure. Ended ones count nothing.
    static func read(_ roots: [pid_t]) -> ProcessUsage {
        let parents = processes()
        let own = Set(roots)
        var usage = ProcessUsage()
        for process in tree(of: roots, parents) {
            guard let stat = ProcessStat.read(process) else { continue }
            if own.contains(process) {
                usage.ownSeconds += stat.seconds
                usage.descendantSeconds += stat.endedChildrenSeconds
            } else {
                usage.descendantSeconds += stat.seconds + stat.endedChildrenSeconds
            }
            usage.writtenBytes += ProcessFile.number("write_bytes:", of: process, in: "io") ?? 0
            usage.processCount += 1
            usage.threadCount += stat.threadCount
        }
        return usage
    }

    /// The processes named and all below them.
    static func tree(of roots: [pid_t], _ parents: [pid_t: pid_t]) -> [pid_t] {
        let children = Dictionary(grouping: parents.keys) { parents[$0] ?? 0 }
        var (found, waiting) = ([pid_t](), roots)
        while let process = waiting.popLast() {
            found.append(process)
            waiting += children[process] ?? []
        }
        return found
    }

    /// Every process and its parent.
    static func processes() -> [pid_t: pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.reduce(into: [:]) { result, name in
            guard let process = pid_t(name), let stat = ProcessStat.read(process) else { return }
            result[process] = stat.parent
        }
    }

    static func - (after: ProcessUsage, before: ProcessUsage) -> ProcessUsage {
        ProcessUsage(
            ownSeconds: after.ownSeconds - before.ownSeconds, descendantSeconds: after.descendantSeconds - before.descendantSeconds,
            writtenBytes: after.writtenBytes - before.writtenBytes, processCount: after.processCount, threadCount: after.threadCount)
    }
}

/// The memory of processes and all they started.
struct ProcessMemory {
    /// Pages they share among each other count in each.
    var residentBytes: Int64 = 0
    /// A page shared by several counts in parts: what the machine would get back, and what processes are compared by.
    var proportionalBytes: Int64 = 0

    static func read(_ roots: [pid_t]) -> ProcessMemory {
        ProcessUsage.tree(of: roots, ProcessUsage.processes()).reduce(into: ProcessMemory()) { memory, process in
            memory.residentBytes += 1024 * (ProcessFile.number("Rss:", of: process, in: "smaps_rollup") ?? 0)
            memory.proportionalBytes += 1024 * (ProcessFile.number("Pss:", of: process, in: "smaps_rollup") ?? 0)
        }
    }
}

/// A line of `/proc/PID/stat` (proc(5)).
struct ProcessStat: Equatable {
    static let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))

    let parent: pid_t
    let seconds: Double
    let endedChildrenSeconds: Double
    let threadCount: Int

    static func read(_ process: pid_t) -> ProcessStat? { ProcessFile.text(of: process, "stat").flatMap { ProcessStat($0) } }

    /// - Returns: `nil` for what is no such line. The name in it may hold spaces and parentheses.
    init?(_ line: String) {
        guard let end = line.lastIndex(of: ")") else { return nil }
        let fields = line[end...].split(whereSeparator: \.isWhitespace)
        guard fields.count > 18, let parent = pid_t(fields[2]), let user = Double(fields[12]), let system = Double(fields[13]),
            let childUser = Double(fields[14]), let childSystem = Double(fields[15]), let threads = Int(fields[18])
        else { return nil }
        self.parent = parent
        seconds = (user + system) / Self.ticksPerSecond
        endedChildrenSeconds = (childUser + childSystem) / Self.ticksPerSecond
        threadCount = threads
    }
}

enum ProcessFile {
    static func text(of process: pid_t, _ name: String) -> String? {
        FileManager.default.contents(atPath: "/proc/\(process)/\(name)").map { String(decoding: $0, as: UTF8.self) }
    }

    /// The number on the line that begins with `label`.
    static func number(_ label: String, of process: pid_t, in name: String) -> Int64? {
        guard let line = text(of: process, name)?.split(separator: "\n").first(where: { $0.hasPrefix(label) }) else { return nil }
        return line.dropFirst(label.count).split(separator: " ").first.flatMap { Int64($0) }
    }
}
