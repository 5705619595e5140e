import Foundation

/// What one contender cost in one round.
struct IngestMeasurement: Encodable {
    var cpuMsPerCameraSecond: Double
    /// Of our daemon alone; a peer has none.
    var daemonCpuMsPerCameraSecond: Double?
    var workerCpuMsPerCameraSecond: Double?
    var pssBytesPerCamera: Double
    var rssBytesPerCamera: Double
    var processCount: Int
    var threadCount: Int
    /// What the kernel was made to write for each byte of footage received.
    var bytesWrittenPerByteReceived: Double
    /// Pictures decoded, per camera and second.
    var decodesPerCameraSecond: Double?
    var packets: PacketCheck?
    /// How late the cameras sent a packet at worst, and what their server took beside all that is told above.
    var serverDelayMilliseconds: Double
    var serverCpuMsPerCameraSecond: Double
    var loadAverage: Double
}

/// What the archive held when the feeds were stopped.
struct PacketCheck: Encodable {
    var compared = 0
    var lost = 0
    /// A feed that never broke off is one run.
    var runs = 0
    var camerasWithLoss = 0
}

/// Measures a tree of processes that record `feeds` cameras, over some seconds.
struct IngestMeter {
    let feeds: Int
    let seconds: Double
    let receivedBytesPerCameraSecond: Double

    func measure(_ roots: [pid_t], isOurs: Bool = false, server: LoadServer, meanwhile: (Double) throws -> Void = { Waiting.pause(seconds: $0) }) throws -> IngestMeasurement {
        _ = try server.worstDelayMilliseconds()
        let serverBefore = ProcessUsage.read([server.process.processIdentifier])
        let before = ProcessUsage.read(roots)
        let watch = Stopwatch()
        try meanwhile(seconds)
        let taken = watch.seconds
        let used = ProcessUsage.read(roots) - before
        let serverUsed = ProcessUsage.read([server.process.processIdentifier]) - serverBefore
        let delay = try server.worstDelayMilliseconds()
        let memory = ProcessMemory.read(roots)
        let cameraSeconds = taken * Double(feeds)
        return IngestMeasurement(
            cpuMsPerCameraSecond: used.seconds * 1e3 / cameraSeconds,
            daemonCpuMsPerCameraSecond: isOurs ? used.ownSeconds * 1e3 / cameraSeconds : nil,
            workerCpuMsPerCameraSecond: isOurs ? used.descendantSeconds * 1e3 / cameraSeconds : nil,
            pssBytesPerCamera: Double(memory.proportionalBytes) / Double(feeds),
            rssBytesPerCamera: Double(memory.residentBytes) / Double(feeds), processCount: used.processCount,
            threadCount: used.threadCount,
            bytesWrittenPerByteReceived: Double(used.writtenBytes) / (cameraSeconds * receivedBytesPerCameraSecond),
            decodesPerCameraSecond: nil, packets: nil, serverDelayMilliseconds: delay,
            serverCpuMsPerCameraSecond: serverUsed.seconds * 1e3 / cameraSeconds, loadAverage: Machine.loadAverage())
    }
}
