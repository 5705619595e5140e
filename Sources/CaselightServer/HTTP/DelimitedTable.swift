import Hummingbird
import NIOCore

/// Rows for a spreadsheet: RFC 4180, with a head.
enum DelimitedTable {
    static func text(_ head: [String], _ rows: some Sequence<[String]>) -> String {
        var text = head.joined(separator: ",") + "\r\n"
        for row in rows { text += row.map(quoted).joined(separator: ",") + "\r\n" }
        return text
    }

    static func response(_ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/csv; charset=utf-8", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// What a spreadsheet takes for a formula begins with one of these, or with its fullwidth form.
    private static let formulaBeginnings: Set<Unicode.Scalar> = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]

    /// The apostrophe makes text of a formula. By scalars: `=` with an accent over it is still one to a spreadsheet.
    static func quoted(_ field: String) -> String {
        let safe = field.unicodeScalars.first.map(formulaBeginnings.contains) == true ? "'" + field : field
        guard safe.unicodeScalars.contains(where: { [",", "\"", "\n", "\r"].contains($0) }) else { return safe }
        return "\"\(safe.replacing("\"", with: "\"\""))\""
    }
}
