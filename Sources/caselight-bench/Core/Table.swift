/// Lines and columns for a person to read; numbers stand to the right.
struct Table {
    let columns: [String]
    private(set) var rows: [[String]] = []

    init(_ columns: [String]) { self.columns = columns }

    mutating func add(_ cells: String...) { rows.append(cells) }

    var text: String {
        let all = [columns] + rows
        let widths = columns.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let cells = row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 ? row[column] + padding : padding + row[column]
            }
            return trimmed(cells.joined(separator: "  "))
        }.joined(separator: "\n")
    }

    private func trimmed(_ line: String) -> String { String(line.reversed().drop { $0 == " " }.reversed()) }
}

/// Numbers as people read them.
enum Figure {
    /// With so many digits after the point that three or so of them count.
    static func text(_ value: Double) -> String {
        let digits = value.magnitude >= 100 ? 0 : value.magnitude >= 10 ? 1 : value.magnitude >= 1 ? 2 : 3
        return fixed(value, digits)
    }

    static func fixed(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite else { return "-" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = (value.magnitude * scale).rounded()
        let whole = Int64(scaled / scale)
        let rest = String(Int64(scaled) - whole * Int64(scale))
        let sign = value < 0 && scaled > 0 ? "-" : ""
        return digits == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(String(repeating: "0", count: digits - rest.count))\(rest)"
    }

    static func text(_ value: Double?) -> String { value.map { text($0) } ?? "-" }

    /// The median, and how far the rounds lay apart.
    static func text(_ spread: Spread?) -> String {
        guard let spread else { return "-" }
        guard spread.lowest != spread.highest else { return text(spread.median) }
        return "\(text(spread.median)) (\(text(spread.lowest)) to \(text(spread.highest)))"
    }

    static func megabytes(_ bytes: Double) -> String { text(bytes / 1_048_576) + " MB" }
}
