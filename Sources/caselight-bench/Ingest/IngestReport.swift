/// Under what conditions ingest was measured.
struct IngestSetting: Encodable {
    let feeds: Int
    let seconds: Double
    let rounds: Int
    let clip: LoadClip
    let stillSeconds: Double?
    let server: ServerKind
}

/// Ours or a peer over all rounds.
struct IngestContender: Encodable {
    let name: String
    let peer: Peer?
    let cpuMsPerCameraSecond: Spread?
    let rssBytesPerCamera: Spread?
    let pssBytesPerCamera: Spread?
    let bytesWrittenPerByteReceived: Spread?
    let rounds: [IngestMeasurement]

    init(_ name: String, _ rounds: [IngestMeasurement], peer: Peer? = nil) {
        self.name = name
        self.peer = peer
        self.rounds = rounds
        cpuMsPerCameraSecond = Spread(rounds.map(\.cpuMsPerCameraSecond))
        rssBytesPerCamera = Spread(rounds.map(\.rssBytesPerCamera))
        pssBytesPerCamera = Spread(rounds.map(\.pssBytesPerCamera))
        bytesWrittenPerByteReceived = Spread(rounds.map(\.bytesWrittenPerByteReceived))
    }
}

struct IngestReport: Report {
    /// Medians over the rounds.
    let cpuMsPerCameraSecond: Double
    let daemonCpuMsPerCameraSecond: Double?
    let workerCpuMsPerCameraSecond: Double?
    let rssBytesPerCamera: Double
    let pssBytesPerCamera: Double
    /// What one more camera takes, measured against the same with ten.
    let pssBytesPerCameraAboveTen: Double?
    let bytesWrittenPerByteReceived: Double
    /// Of all rounds.
    let packetsLost: Int
    let packetsCompared: Int
    let recordingRuns: Int
    /// Ours to the first peer, round by round.
    let cpuRatio: Double?
    let cpuRatioSpread: Spread?
    let ratioIsTo: String?
    let setting: IngestSetting
    let machine: Machine
    let ours: IngestContender
    let peers: [IngestContender]
    let skipped: [String]

    init(
        setting: IngestSetting, machine: Machine, ours: IngestContender, peers: [IngestContender], skipped: [String],
        few: (measurement: IngestMeasurement, feeds: Int)?
    ) {
        func median(_ value: (IngestMeasurement) -> Double?) -> Double? { Spread(ours.rounds.compactMap(value))?.median }
        cpuMsPerCameraSecond = median(\.cpuMsPerCameraSecond) ?? 0
        daemonCpuMsPerCameraSecond = median(\.daemonCpuMsPerCameraSecond)
        workerCpuMsPerCameraSecond = median(\.workerCpuMsPerCameraSecond)
        rssBytesPerCamera = median(\.rssBytesPerCamera) ?? 0
        let pss = median(\.pssBytesPerCamera) ?? 0
        pssBytesPerCamera = pss
        pssBytesPerCameraAboveTen = few.map { few in
            (pss * Double(setting.feeds) - few.measurement.pssBytesPerCamera * Double(few.feeds)) / Double(setting.feeds - few.feeds)
        }
        bytesWrittenPerByteReceived = median(\.bytesWrittenPerByteReceived) ?? 0
        let checks = ours.rounds.compactMap(\.packets)
        packetsLost = checks.reduce(0) { $0 + $1.lost }
        packetsCompared = checks.reduce(0) { $0 + $1.compared }
        recordingRuns = checks.reduce(0) { $0 + $1.runs }
        let ratios = peers.first.map { peer in zip(ours.rounds, peer.rounds).map { $0.cpuMsPerCameraSecond / $1.cpuMsPerCameraSecond } }
        cpuRatioSpread = ratios.flatMap { Spread($0) }
        cpuRatio = cpuRatioSpread?.median
        ratioIsTo = peers.first?.name
        (self.setting, self.machine, self.ours, self.peers, self.skipped) = (setting, machine, ours, peers, skipped)
    }

    var text: String {
        var table = Table(["", "CPU ms/camera-s", "PSS/camera", "RSS/camera", "written/received", "decodes/camera-s", "CPU ours/theirs"])
        for contender in [ours] + peers {
            let ratio = contender.peer == nil
                ? nil : Spread(zip(ours.rounds, contender.rounds).map { $0.cpuMsPerCameraSecond / $1.cpuMsPerCameraSecond })
            table.add(
                contender.name, Figure.text(contender.cpuMsPerCameraSecond),
                Figure.megabytes(contender.pssBytesPerCamera?.median ?? 0), Figure.megabytes(contender.rssBytesPerCamera?.median ?? 0),
                Figure.text(contender.bytesWrittenPerByteReceived?.median),
                Figure.text(contender.rounds.first?.decodesPerCameraSecond), Figure.text(ratio))
        }
        let rounds = setting.rounds == 1 ? "1 round" : "\(setting.rounds) rounds: median (lowest to highest)"
        let all = ours.rounds + peers.flatMap(\.rounds)
        let delay = all.map(\.serverDelayMilliseconds).max() ?? 0
        let served = Spread(all.map(\.serverCpuMsPerCameraSecond))
        var lines = [
            "\(setting.feeds) cameras, \(setting.clip.described); \(Figure.fixed(setting.seconds, 0)) s a measurement, \(rounds)", machine.text,
            "", table.text, "",
            """
            ours: daemon \(Figure.text(daemonCpuMsPerCameraSecond)), workers \(Figure.text(workerCpuMsPerCameraSecond)) ms a camera-second
            packets: \(packetsCompared) compared with what was sent, \(packetsLost) lost; \(recordingRuns) runs of \
            \(setting.feeds * setting.rounds) feeds
            """,
        ]
        if let marginal = pssBytesPerCameraAboveTen { lines.append("memory of each camera above ten: \(Figure.megabytes(marginal))") }
        lines.append("the cameras' server, in no figure above: \(Figure.text(served)) ms a camera-second, a packet at most \(Figure.fixed(delay, 0)) ms late")
        return (lines + skipped.map { "not measured: \($0)" }).joined(separator: "\n")
    }
}
