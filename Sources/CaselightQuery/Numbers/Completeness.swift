public import CaselightModel

/// How much of a day a camera recorded, of what was wanted.
///
/// Wanted is the part of the day that can be judged by now and in which the camera was to record: not before it was registered, not while its
/// feed was disabled or its policy kept no pictures, and not what retention has deleted since, of which nobody can say any more.
public struct DayCompleteness: Hashable, Sendable, Codable {
    /// How much of the day was wanted.
    public var wantedUs: Microseconds
    /// How much of that there is.
    public var recordedUs: Microseconds

    /// Makes a day of its parts.
    public init(wantedUs: Microseconds, recordedUs: Microseconds) {
        self.wantedUs = wantedUs
        self.recordedUs = recordedUs
    }

    /// 0 to 1; `nil` where nothing was wanted.
    public var share: Double? { wantedUs > .zero ? Double(recordedUs.value) / Double(wantedUs.value) : nil }
}

/// A camera's days.
public struct CameraCompleteness: Hashable, Sendable {
    /// The camera.
    public var camera: CameraCode
    /// As the registry calls it.
    public var name: String
    /// One for each day asked for, in their order.
    public var days: [DayCompleteness]

    /// Of all days together.
    public var whole: DayCompleteness {
        DayCompleteness(
            wantedUs: days.reduce(.zero) { $0 + $1.wantedUs }, recordedUs: days.reduce(.zero) { $0 + $1.recordedUs })
    }
}

/// How complete many cameras were on a day: percentiles by nearest rank over the cameras of which anything was wanted.
public struct CompletenessSpread: Hashable, Sendable, Codable {
    /// `2026-03-02`.
    public var day: String
    /// Over how many cameras.
    public var cameras: Int
    /// A tenth of them recorded at most this share.
    public var p10: Double?
    /// Half of them did.
    public var median: Double?
    /// Nine tenths did.
    public var p90: Double?

    init(day: String, _ shares: [Double]) {
        var shares = shares
        self.day = day
        cameras = shares.count
        p10 = NearestRank.percentile(10, of: &shares)
        median = NearestRank.percentile(50, of: &shares)
        p90 = NearestRank.percentile(90, of: &shares)
    }

    /// Of each day.
    public static func of(_ cameras: [CameraCompleteness], days: [CivilPeriod]) -> [CompletenessSpread] {
        days.enumerated().map { index, day in
            CompletenessSpread(day: day.name, cameras.compactMap { $0.days.indices.contains(index) ? $0.days[index].share : nil })
        }
    }
}

extension FootageSearch {
    /// Cameras read at a time, so that a question about many holds little in memory and can be given up.
    private static let completenessBatch = 200

    /// Tells how much of each day cameras in service recorded.
    ///
    /// - Parameter days: in order, without gaps between them.
    public func completeness(of cameras: [Camera], days: [CivilPeriod]) async throws -> [CameraCompleteness] {
        guard let first = days.first, let last = days.last else { return [] }
        let span = TimeSpan(start: first.span.start, end: last.span.end)
        let judged = judgedSpan(span)
        var found: [CameraCompleteness] = []
        for start in stride(from: 0, to: cameras.count, by: Self.completenessBatch) {
            try Task.checkCancellation()
            let batch = cameras[start..<min(start + Self.completenessBatch, cameras.count)].map { CameraInRange(unlocated: $0) }
            let footage = try await footage(of: batch.map { $0.code }, in: span, judged: judged, margin: .zero)
            let gaps = Dictionary(grouping: try await gaps(of: batch, footage: footage, in: judged)) { $0.camera }
            found += batch.map { camera in
                CameraCompleteness(camera: camera.code, name: camera.name, days: Self.days(days, judged, gaps[camera.code] ?? []))
            }
        }
        return found
    }

    /// - Parameter gaps: all that was not recorded of `judged`, in order.
    private static func days(_ days: [CivilPeriod], _ judged: TimeSpan?, _ gaps: [Gap]) -> [DayCompleteness] {
        var first = 0
        return days.map { day in
            guard let part = judged?.intersection(day.span) else { return DayCompleteness(wantedUs: .zero, recordedUs: .zero) }
            while first < gaps.count, gaps[first].span.end <= part.start { first += 1 }
            var (unwanted, lost) = (Microseconds.zero, Microseconds.zero)
            for gap in gaps[first...] {
                guard gap.span.start < part.end else { break }
                guard let missing = gap.span.intersection(part)?.duration else { continue }
                if gap.cause.isUnwanted { unwanted = unwanted + missing } else { lost = lost + missing }
            }
            let wanted = part.duration - unwanted
            return DayCompleteness(wantedUs: wanted, recordedUs: wanted - lost)
        }
    }
}

extension GapCause {
    /// Nothing was to be recorded then, or what was is gone in good order.
    fileprivate var isUnwanted: Bool {
        switch self {
        case .notRegistered, .disabled, .expired: true
        case .feedLost, .unauthorized, .diskFull, .restart, .overload, .unknown: false
        }
    }
}
