package import CaselightModel

/// How much of what was wanted there is, in numbers that add up and in words.
package struct ManifestCoverage: Codable, Hashable, Sendable {
    /// `camerasWanted` = with full footage + with gaps + without any.
    package var camerasWanted: Int
    package var camerasWithFullFootage: Int
    package var camerasWithGaps: Int
    package var camerasWithoutFootage: Int
    /// Over all clips: `wantedUs` = `coveredUs` + `gapUs`.
    package var wantedUs: Microseconds
    package var coveredUs: Microseconds
    package var gapUs: Microseconds
    package var gapsByCause: [ManifestGapSum]
    package var text: TwoTongues

    /// Adds up the clips.
    package init(clips: [ManifestClip]) {
        let cameras = Dictionary(grouping: clips, by: \.camera).values
        camerasWanted = cameras.count
        camerasWithFullFootage = cameras.count { Self.coveredUs($0) == Self.wantedUs($0) }
        camerasWithoutFootage = cameras.count { Self.coveredUs($0) == .zero && Self.wantedUs($0) > .zero }
        camerasWithGaps = camerasWanted - camerasWithFullFootage - camerasWithoutFootage
        wantedUs = Self.wantedUs(clips)
        coveredUs = Self.coveredUs(clips)
        gapUs = wantedUs - coveredUs
        gapsByCause = GapCause.allCases.compactMap { cause in
            let gaps = clips.flatMap(\.gaps).filter { $0.cause == cause }
            return gaps.isEmpty ? nil : ManifestGapSum(cause: cause, count: gaps.count, durationUs: gaps.reduce(.zero) { $0 + $1.span.duration })
        }
        text = TwoTongues(zh: "", en: "")
        text = CoverageWords(self).text
    }

    /// Whether the sums hold. Wrapping, since a forged manifest may claim any numbers.
    package var addsUp: Bool {
        camerasWanted == camerasWithFullFootage &+ camerasWithGaps &+ camerasWithoutFootage
            && wantedUs.value == coveredUs.value &+ gapUs.value && gapsByCause.reduce(0) { $0 &+ $1.durationUs.value } == gapUs.value
    }

    private static func wantedUs(_ clips: [ManifestClip]) -> Microseconds { clips.reduce(.zero) { $0 + $1.wanted.duration } }

    /// What no covered span covers is subtracted, so that overlapping ones count once.
    private static func coveredUs(_ clips: [ManifestClip]) -> Microseconds {
        clips.reduce(.zero) { sum, clip in
            sum + clip.wanted.duration - clip.wanted.subtracting(clip.covered.map(\.span)).reduce(.zero) { $0 + $1.duration }
        }
    }
}

/// All gaps of one cause.
package struct ManifestGapSum: Codable, Hashable, Sendable {
    package var cause: GapCause
    package var count: Int
    package var durationUs: Microseconds
}

/// The statement's sentences.
struct CoverageWords {
    private let coverage: ManifestCoverage

    init(_ coverage: ManifestCoverage) { self.coverage = coverage }

    var text: TwoTongues { TwoTongues(zh: zh, en: en) }

    private var en: String {
        let c = coverage
        var text = "Footage of \(c.camerasWanted) \(c.camerasWanted == 1 ? "camera" : "cameras") was wanted: \(c.camerasWithFullFootage) with full footage, "
            + "\(c.camerasWithGaps) with gaps, \(c.camerasWithoutFootage) without any. "
            + "Of \(c.wantedUs.seconds) s wanted, \(c.coveredUs.seconds) s were recorded and \(c.gapUs.seconds) s were not."
        if !c.gapsByCause.isEmpty {
            let parts = c.gapsByCause.map { "\(GapWords.en($0.cause)): \($0.count) \($0.count == 1 ? "gap" : "gaps"), \($0.durationUs.seconds) s" }
            text += " Causes: \(parts.joined(separator: "; "))."
        }
        return text
    }

    private var zh: String {
        let c = coverage
        var text = "调取 \(c.camerasWanted) 路摄像机的录像：\(c.camerasWithFullFootage) 路完整，\(c.camerasWithGaps) 路有缺失，\(c.camerasWithoutFootage) 路无录像。"
            + "调取时长合计 \(c.wantedUs.seconds) 秒，其中有录像 \(c.coveredUs.seconds) 秒，无录像 \(c.gapUs.seconds) 秒。"
        if !c.gapsByCause.isEmpty {
            let parts = c.gapsByCause.map { "\(GapWords.zh($0.cause)) \($0.count) 段，\($0.durationUs.seconds) 秒" }
            text += "缺失原因：\(parts.joined(separator: "；"))。"
        }
        return text
    }
}

/// What a gap's cause is called.
enum GapWords {
    static func en(_ cause: GapCause) -> String {
        switch cause {
        case .feedLost: "the feed was lost"
        case .unauthorized: "the camera refused the login"
        case .diskFull: "the disk was full"
        case .notRegistered: "the camera was not registered then"
        case .expired: "past its retention"
        case .restart: "the recorder was restarted"
        case .overload: "the recorder was overloaded"
        case .unknown: "unknown"
        case .disabled: "recording was switched off"
        }
    }

    static func zh(_ cause: GapCause) -> String {
        switch cause {
        case .feedLost: "视频流中断"
        case .unauthorized: "摄像机拒绝登录"
        case .diskFull: "磁盘已满"
        case .notRegistered: "摄像机当时未登记"
        case .expired: "已超过保存期限"
        case .restart: "录像服务重启"
        case .overload: "录像服务过载"
        case .unknown: "原因不明"
        case .disabled: "录像已停用"
        }
    }
}
