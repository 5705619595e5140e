package import CaselightModel

/// Stretches of one camera's footage that stay, joined where they touch.
package struct HeldSpans: Sendable, Hashable {
    /// Assumed of a live feed without clock samples, as questions assume it: a picture's true time may be so far from its segment's.
    package static let leastMargin = Microseconds.seconds(1)

    /// In order, apart from each other.
    package let spans: [TimeSpan]

    /// - Parameter margin: how far the footage's times may be off; at least `leastMargin` is taken.
    package init(_ held: [TimeSpan], margin: Microseconds = leastMargin) {
        var joined: [TimeSpan] = []
        for span in held.map({ $0.widened(by: max(margin, Self.leastMargin)) }).sorted(by: { $0.start < $1.start }) {
            if let last = joined.last, span.start <= last.end {
                joined[joined.count - 1] = TimeSpan(start: last.start, end: max(last.end, span.end))
            } else {
                joined.append(span)
            }
        }
        spans = joined
    }

    /// The stretch that keeps footage of this span; `nil` where none does.
    package func stretch(overlapping span: TimeSpan) -> TimeSpan? {
        // The last that begins before the span's end: only that one can reach into it furthest.
        var (low, high) = (0, spans.count)
        while low < high {
            let middle = (low + high) / 2
            if spans[middle].start < span.end { low = middle + 1 } else { high = middle }
        }
        guard low > 0, spans[low - 1].end > span.start else { return nil }
        return spans[low - 1]
    }
}
