internal import CaselightModel

/// Which segments go into one file.
///
/// A new file begins wherever footage is missing, not only where parameters change: within one file a gap would be a picture that
/// stands still, which nobody can tell from a street on which nothing moves.
enum RemuxPlan {
    /// Segments of a run whose times are further apart do not follow each other, as in a playlist.
    static let joinTolerance = Microseconds.milliseconds(500)

    struct Entry {
        let source: ClipSource
        /// `ftyp` and `moov` of its pictures.
        let video: [UInt8]
        /// Of its sound, where it has any.
        let audio: [UInt8]?
    }

    /// Unbroken footage of equal codec parameters, in the order of true time.
    static func stretches(of entries: [Entry]) -> [[Entry]] {
        let runs = Dictionary(grouping: entries, by: \.source.segment.run).values
            .map { $0.sorted { $0.source.segment < $1.source.segment } }
            .sorted { ($0[0].source.startsAt, $0[0].source.segment) < ($1[0].source.startsAt, $1[0].source.segment) }
        return runs.flatMap { run in
            run.reduce(into: [[Entry]]()) { stretches, entry in
                if let last = stretches.last?.last, follows(entry, last, sound: stretches.last?.lazy.compactMap(\.audio).first) {
                    stretches[stretches.count - 1].append(entry)
                } else {
                    stretches.append([entry])
                }
            }
        }
    }

    /// - Parameter sound: the parameters of the stretch's sound so far. A segment without sound does not end a stretch.
    private static func follows(_ next: Entry, _ last: Entry, sound: [UInt8]?) -> Bool {
        let distance = (next.source.span.start - last.source.span.end).value.magnitude
        let isSameSound = next.audio.map { audio in sound.map { $0 == audio } ?? true } ?? true
        return distance <= joinTolerance.value.magnitude && next.video == last.video && isSameSound
            && next.source.clockOffsetUs == last.source.clockOffsetUs
    }
}

extension ClipSource {
    /// In true time.
    var startsAt: WallTime { span.start - clockOffsetUs }
    var endsAt: WallTime { span.end - clockOffsetUs }
}
