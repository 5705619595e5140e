extension SignedCheckpoint {
    /// The notes of a file in which they follow each other, with or without other lines between them.
    ///
    /// A note is three lines, a blank one and signatures; where none begins, a line is passed over.
    package static func all(in text: String) -> [SignedCheckpoint] {
        // What follows the last line break is no line yet.
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        var (notes, start) = ([SignedCheckpoint](), 0)
        while start + 4 < lines.count {
            let signatures = lines[(start + 4)...].prefix { $0.hasPrefix("— ") }
            let end = start + 4 + signatures.count
            if lines[start + 3].isEmpty, !signatures.isEmpty,
                let note = try? SignedCheckpoint(note: lines[start..<end].map { $0 + "\n" }.joined())
            {
                notes.append(note)
                start = end
            } else {
                start += 1
            }
        }
        return notes
    }
}
