/// Rows in aligned columns. On a terminal its flexible columns shrink to fit; elsewhere nothing is cut.
struct Table {
    struct Column {
        enum Alignment { case left, right }

        let title: String
        var alignment: Alignment = .left
        /// May be cut where the terminal is narrow.
        var isFlexible = false

        static func left(_ title: String) -> Column { Column(title: title) }
        static func right(_ title: String) -> Column { Column(title: title, alignment: .right) }
        static func flexible(_ title: String) -> Column { Column(title: title, isFlexible: true) }
    }

    struct Cell: ExpressibleByStringInterpolation {
        let text: String
        var tint: Tint?

        init(_ text: String?, _ tint: Tint? = nil) {
            self.text = TextWidth.printable(text ?? "")
            self.tint = tint
        }

        init(stringLiteral value: String) { self.init(value) }
    }

    private let columns: [Column]
    private var rows: [[Cell]] = []

    private static let gap = 2
    private static let narrowest = 6

    init(_ columns: [Column]) { self.columns = columns }

    mutating func add(_ cells: [Cell]) { rows.append(cells) }

    var isEmpty: Bool { rows.isEmpty }

    /// The title and the rows, a line each.
    func lines(_ terminal: Terminal, indent: Int = 0) -> [String] {
        let shown = shownColumns()
        let widths = fitted(shown, to: terminal.width.map { $0 - indent })
        let titles = columns.map { Cell($0.title, .quiet) }
        return ([titles] + rows).map { String(repeating: " ", count: indent) + line($0, shown, widths, terminal) }
    }

    /// A column in which no row says anything is left out.
    private func shownColumns() -> [Int] {
        columns.indices.filter { index in rows.contains { index < $0.count && !$0[index].text.isEmpty } }
    }

    private func fitted(_ shown: [Int], to limit: Int?) -> [Int: Int] {
        var widths: [Int: Int] = [:]
        for index in shown {
            widths[index] = rows.reduce(TextWidth.columns(columns[index].title)) { max($0, TextWidth.columns($1[index].text)) }
        }
        guard let limit else { return widths }
        var excess = widths.values.reduce(0, +) + Self.gap * max(0, shown.count - 1) - limit
        while excess > 0 {
            let widest = shown.filter { columns[$0].isFlexible }.max { widths[$0, default: 0] < widths[$1, default: 0] }
            guard let widest, let width = widths[widest], width > Self.narrowest else { break }
            widths[widest] = width - 1
            excess -= 1
        }
        return widths
    }

    private func line(_ cells: [Cell], _ shown: [Int], _ widths: [Int: Int], _ terminal: Terminal) -> String {
        var line = ""
        for (place, index) in shown.enumerated() {
            let width = widths[index, default: 0]
            let text = TextWidth.cut(cells[index].text, to: width)
            let padding = String(repeating: " ", count: max(0, width - TextWidth.columns(text)))
            let isLast = place == shown.count - 1
            let tinted = terminal.tinted(text, cells[index].tint)
            line += columns[index].alignment == .right ? padding + tinted : isLast ? tinted : tinted + padding
            if !isLast { line += String(repeating: " ", count: Self.gap) }
        }
        return String(line.reversed().drop { $0 == " " }.reversed())
    }
}

/// Labels and values, aligned; values that are not there are left out.
struct FieldList {
    private var entries: [(label: String, value: String)] = []

    var isEmpty: Bool { entries.isEmpty }

    mutating func add(_ label: String, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        entries.append((label, TextWidth.printable(value)))
    }

    func lines(_ terminal: Terminal, indent: Int = 2) -> [String] {
        let width = entries.reduce(0) { max($0, TextWidth.columns($1.label)) }
        return entries.map { entry in
            let padding = String(repeating: " ", count: width - TextWidth.columns(entry.label))
            return String(repeating: " ", count: indent) + terminal.tinted(entry.label, .quiet) + padding + "  " + entry.value
        }
    }
}
