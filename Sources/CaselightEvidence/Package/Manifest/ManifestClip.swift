package import CaselightModel

/// A camera and a span that was wanted, and what became of it. All spans are in true time, as far as `clock` knows it.
package struct ManifestClip: Codable, Hashable, Sendable {
    package var camera: CameraCode
    /// What the clip shows, where it is a link of the incident.
    @Explicit package var role: LinkRole?
    package var note: String
    package var wanted: TimeSpan
    /// From the first to the last moment of the files handed over for it.
    @Explicit package var delivered: TimeSpan?
    package var widening: ManifestWidening
    /// What of `wanted` there is footage of, in order, and the policy it was recorded by.
    package var covered: [Coverage]
    /// The rest of `wanted`, in order.
    package var gaps: [ManifestGap]
    package var clock: ManifestClock
    /// Paths of the files that hold it, originals first.
    package var files: [PackagePath]

    package init(
        camera: CameraCode, role: LinkRole?, note: String, wanted: TimeSpan, delivered: TimeSpan?, wideningReason: String? = nil,
        covered: [Coverage], gaps: [ManifestGap], clock: ManifestClock, files: [PackagePath]
    ) {
        self.camera = camera
        self.role = role
        self.note = note
        self.wanted = wanted
        self.delivered = delivered
        widening = ManifestWidening(wanted: wanted, delivered: delivered, reason: wideningReason)
        self.covered = covered
        self.gaps = gaps
        self.clock = clock
        self.files = files
    }
}

/// By how much more was handed over than was wanted. Files are never cut.
package struct ManifestWidening: Codable, Hashable, Sendable {
    /// Before the wanted span, microseconds; 0 where footage begins in it.
    package var beforeUs: Microseconds
    /// After it.
    package var afterUs: Microseconds
    package var statement: String

    package static let wholeFiles = "files are handed over whole, since their hashes are those taken at ingest"

    init(wanted: TimeSpan, delivered: TimeSpan?, reason: String?) {
        beforeUs = max(.zero, wanted.start - (delivered?.start ?? wanted.start))
        afterUs = max(.zero, (delivered?.end ?? wanted.end) - wanted.end)
        if delivered == nil {
            statement = "nothing was recorded in the wanted span"
        } else if beforeUs == .zero, afterUs == .zero {
            statement = "not widened"
        } else {
            statement = "widened by \(beforeUs.seconds) s before and \(afterUs.seconds) s after: \(reason ?? Self.wholeFiles)"
        }
    }
}

/// A part of the wanted span without footage, and why.
package struct ManifestGap: Codable, Hashable, Sendable {
    package var startedAt: WallTime
    package var endedAt: WallTime
    package var cause: GapCause
    /// What was seen of the cause; may be empty.
    package var detail: String

    package var span: TimeSpan { TimeSpan(start: min(startedAt, endedAt - Microseconds(1)), end: endedAt) }

    package init(span: TimeSpan, cause: GapCause, detail: String) {
        startedAt = span.start
        endedAt = span.end
        self.cause = cause
        self.detail = detail
    }

    package init(_ gap: Gap) { self.init(span: gap.span, cause: gap.cause, detail: gap.detail) }
}

/// How the recording's clock stood to true time, and how that is known.
package struct ManifestClock: Codable, Hashable, Sendable {
    package enum Method: String, Codable, Hashable, Sendable, CaseIterable {
        /// Camera's clock against ours, from RTCP sender reports (RFC 3550): says how wrong the camera is, and moves nothing.
        case rtcpSenderReport
        /// An administrator compared the recorder's clock and stated the offset.
        case administratorStatement
        /// Not measured.
        case none
    }

    /// Whose time the recording's own times are.
    package enum Source: String, Codable, Hashable, Sendable, CaseIterable {
        /// Ours, when the bytes arrived.
        case receiver
        /// The recorder's, as stated when the file was handed over.
        case recorder
    }

    package var source: Source
    package var method: Method
    /// How it was measured, or why it was not.
    package var statement: String
    /// The clock named by the method minus true time (ours, for a sender report); positive where it runs fast.
    @Explicit package var offsetUs: Microseconds?
    @Explicit package var uncertaintyUs: Microseconds?
    @Explicit package var measuredAt: WallTime?
    /// What was taken from the recording's own times to give the times in this manifest; 0 where they are as recorded.
    package var correctionAppliedUs: Microseconds
    /// The measurements during the clip.
    package var samples: [ClockSample]

    package init(
        source: Source, method: Method, statement: String, offsetUs: Microseconds?, uncertaintyUs: Microseconds?, measuredAt: WallTime?,
        correctionAppliedUs: Microseconds = .zero, samples: [ClockSample] = []
    ) {
        self.source = source
        self.method = method
        self.statement = statement
        self.offsetUs = offsetUs
        self.uncertaintyUs = uncertaintyUs
        self.measuredAt = measuredAt
        self.correctionAppliedUs = correctionAppliedUs
        self.samples = samples
    }

    /// Of a live feed: its samples within the clip, which move no times. The one with the least uncertainty is said first.
    package static func feed(_ samples: [ClockSample]) -> ManifestClock {
        guard let best = samples.min(by: { $0.uncertaintyUs < $1.uncertaintyUs }) else {
            return ManifestClock(
                source: .receiver, method: .none,
                statement: "the camera sent no RTCP sender report during the clip; times are those of arrival at the receiver",
                offsetUs: nil, uncertaintyUs: nil, measuredAt: nil)
        }
        return ManifestClock(
            source: .receiver, method: .rtcpSenderReport,
            statement: "the camera's clock against the receiver's, from \(samples.count) RTCP sender reports; the most certain is given. "
                + "Times are those of arrival at the receiver and were not changed",
            offsetUs: best.offsetUs, uncertaintyUs: best.uncertaintyUs, measuredAt: best.at, samples: samples)
    }

    /// Of a file handed over: as the administrator last stated, applied; or not stated.
    package static func recorder(_ correction: ClockCorrection?) -> ManifestClock {
        guard let correction else {
            return ManifestClock(
                source: .recorder, method: .none,
                statement: "nobody has compared the recorder's clock; times are the recorder's own, as stated when the file was handed over",
                offsetUs: nil, uncertaintyUs: nil, measuredAt: nil)
        }
        let note = correction.note.isEmpty ? "without a note" : "with the note: \(correction.note)"
        return ManifestClock(
            source: .recorder, method: .administratorStatement, statement: "stated by an administrator, \(note)",
            offsetUs: correction.offsetUs, uncertaintyUs: correction.uncertaintyUs, measuredAt: correction.statedAt,
            correctionAppliedUs: correction.offsetUs)
    }
}
