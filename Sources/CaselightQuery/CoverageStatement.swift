public import CaselightModel

/// The sum of an answer: `camerasInRange` = `withFullFootage` + `withGaps` + `withoutFootage`.
public struct CoverageStatement: Hashable, Sendable, Codable {
    /// The span asked for.
    public var wanted: TimeSpan
    /// The part of it that is old enough to be judged: footage younger than ``recordingLag``, and the future, are no gaps yet.
    /// `nil` where nothing of it is.
    public var judged: TimeSpan?
    /// Cameras that stand in the place or could see into it.
    public var camerasInRange: Int
    /// Those that recorded all of the span.
    public var withFullFootage: Int
    /// Those that recorded part of it.
    public var withGaps: Int
    /// Those that recorded nothing of it.
    public var withoutFootage: Int
    /// How many of the cameras in range see the place; the four add up to `camerasInRange`.
    public var sees: SightCount
    /// Cameras that pass the filter and have no position, so that nobody can say whether they saw the place. Not in range, not in the sum.
    public var unlocatedCameras: Int
    /// The most that a window of this page was widened by on both sides.
    public var wideningUs: Microseconds
    /// Cameras this page lists.
    public var listed: Int
    /// Cameras that pages before and after this one list.
    public var notListed: Int
    /// All of this as one English sentence.
    public var text: String

    /// How long a fragment may take from the camera into the index.
    public static let recordingLag = Microseconds.seconds(3)
}

/// How many cameras see the place.
public struct SightCount: Hashable, Sendable, Codable {
    /// See it.
    public var yes: Int
    /// See part of it, or may have looked away.
    public var partly: Int
    /// May see it.
    public var unknown: Int
    /// Do not.
    public var no: Int

    init(_ sights: some Sequence<Sight>) {
        (yes, partly, unknown, no) = (0, 0, 0, 0)
        for sight in sights {
            switch sight {
            case .yes: yes += 1
            case .partly: partly += 1
            case .unknown: unknown += 1
            case .no: no += 1
            }
        }
    }
}

extension CoverageStatement {
    init(
        wanted: TimeSpan, judged: TimeSpan?, states: some Collection<FootageState>, sights: some Sequence<Sight>, unlocatedCameras: Int,
        wideningUs: Microseconds, listed: Int
    ) {
        self.wanted = wanted
        self.judged = judged
        camerasInRange = states.count
        withFullFootage = states.count { $0 == .full }
        withGaps = states.count { $0 == .partial }
        withoutFootage = states.count { $0 == .absent }
        sees = SightCount(sights)
        self.unlocatedCameras = unlocatedCameras
        self.wideningUs = wideningUs
        self.listed = listed
        notListed = states.count - listed
        text = ""
        text = sentence
    }

    private var sentence: String {
        guard camerasInRange > 0 else {
            return "No camera was in range of the place from \(wanted.start) to \(wanted.end)\(unlocatedClause)."
        }
        let cameras = camerasInRange == 1 ? "1 camera was" : "\(camerasInRange) cameras were"
        var text = "\(cameras) in range from \(wanted.start) to \(wanted.end): "
        text += "\(withFullFootage) with full footage, \(withGaps) with gaps, \(withoutFootage) without any; "
        text += "\(sees.yes) could see the place, \(sees.partly) part of it, \(sees.unknown) perhaps, \(sees.no) not; "
        text += "times were widened by up to \(wideningUs.seconds) s"
        if judged != wanted { text += "; what is younger than \(judged?.end ?? wanted.start) was not judged" }
        if notListed > 0 { text += "; \(listed) of them are listed here and \(notListed) on other pages" }
        return text + unlocatedClause + "."
    }

    private var unlocatedClause: String {
        switch unlocatedCameras {
        case 0: ""
        case 1: "; 1 camera without a position was not considered"
        default: "; \(unlocatedCameras) cameras without a position were not considered"
        }
    }
}
