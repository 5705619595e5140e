/// A picture of numbers as SVG: what `chart.mustache` draws, in the order in which it paints. Colours, strokes and sizes are classes of
/// `numbers.css`; each mark says what it is to who points at it, and all of it is said in words to who does not see it.
struct Chart: Sendable {
    struct Line: Sendable { let x1, y1, x2, y2, kind: String }
    /// `title` is said of it, where there is anything to say.
    struct Box: Sendable { let x, y, width, height, kind: String, title: String? }
    struct Dot: Sendable { let x, y, radius, kind: String }
    struct Label: Sendable { let x, y, anchor, kind, words: String }

    let title: String
    /// All of it in words.
    let words: String
    let width: String
    let height: String
    private(set) var lines: [Line] = []
    private(set) var boxes: [Box] = []
    private(set) var dots: [Dot] = []
    private(set) var labels: [Label] = []
    /// Whatever lies over all else and says what is below it.
    private(set) var veils: [Box] = []

    init(_ title: String, words: String, width: Double, height: Double) {
        (self.title, self.words) = (title, words)
        (self.width, self.height) = (Self.text(width), Self.text(height))
    }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ kind: String) {
        lines.append(Line(x1: Self.text(x1), y1: Self.text(y1), x2: Self.text(x2), y2: Self.text(y2), kind: kind))
    }

    mutating func box(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ kind: String, title: String? = nil) {
        boxes.append(Self.made(x, y, width, height, kind, title))
    }

    mutating func veil(_ x: Double, _ y: Double, _ width: Double, _ height: Double, title: String) {
        veils.append(Self.made(x, y, width, height, "veil", title))
    }

    mutating func dot(_ x: Double, _ y: Double, _ radius: Double, _ kind: String) {
        dots.append(Dot(x: Self.text(x), y: Self.text(y), radius: Self.text(radius), kind: kind))
    }

    mutating func label(_ x: Double, _ y: Double, _ words: String, _ kind: String = "", anchor: Anchor = .middle) {
        labels.append(Label(x: Self.text(x), y: Self.text(y), anchor: anchor.rawValue, kind: kind, words: words))
    }

    enum Anchor: String { case start, middle, end }

    private static func made(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ kind: String, _ title: String?) -> Box {
        Box(x: text(x), y: text(y), width: text(max(width, 0)), height: text(max(height, 0)), kind: kind, title: title)
    }

    private static func text(_ value: Double) -> String {
        let rounded = (value * 10).rounded() / 10
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }

    /// A name cut to about so many columns of text; of a wide script each character takes two.
    static func short(_ name: String, columns: Int) -> String {
        var (kept, taken) = ("", 0)
        for character in name {
            let width = character.unicodeScalars.first.map { $0.value >= 0x1100 } == true ? 2 : 1
            guard taken + width <= columns else { return kept + "…" }
            kept.append(character)
            taken += width
        }
        return kept
    }
}
