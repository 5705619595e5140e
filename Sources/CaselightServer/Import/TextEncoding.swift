import CaselightModel
import Foundation

/// What a list's bytes may be written in.
enum TextEncoding: String, CaseIterable {
    case utf8, utf16, gb18030

    /// The text of a list. Without a stated encoding a byte order mark decides, else UTF-8, else GB 18030, which is what Chinese exports are.
    ///
    /// - Throws: `CaselightError` with code `invalidValue` for bytes that are none of these.
    static func decode(_ data: Data, as stated: TextEncoding?) throws(CaselightError) -> String {
        let text: String?
        switch stated ?? marked(data) {
        case .utf8: text = String(validating: data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data, as: UTF8.self)
        case .utf16: text = utf16(data)
        case .gb18030: text = String(data: data, encoding: gb18030Encoding)
        case nil: text = String(validating: data, as: UTF8.self) ?? guessed(data)
        }
        guard let text, !text.unicodeScalars.contains("\u{0}") else {
            throw CaselightError(
                .invalidValue, "read the list", because: "its bytes are not \(stated?.rawValue ?? "UTF-8, UTF-16 with a byte order mark, or GB 18030") text",
                remedy: "Say which with encoding=utf8, utf16 or gb18030, or convert it to UTF-8.")
        }
        return text
    }

    private static func marked(_ data: Data) -> TextEncoding? {
        if data.starts(with: [0xEF, 0xBB, 0xBF]) { return .utf8 }
        if data.starts(with: [0xFF, 0xFE]) || data.starts(with: [0xFE, 0xFF]) { return .utf16 }
        return nil
    }

    /// Big-endian unless a byte order mark says otherwise (RFC 2781, 4.3).
    private static func utf16(_ data: Data) -> String? {
        guard data.count.isMultiple(of: 2) else { return nil }
        let isLittle = data.starts(with: [0xFF, 0xFE])
        let body = isLittle || data.starts(with: [0xFE, 0xFF]) ? data.dropFirst(2) : data
        let bytes = Array(body)
        let units = stride(from: 0, to: bytes.count, by: 2).map { index -> UInt16 in
            let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
            return isLittle ? second << 8 | first : first << 8 | second
        }
        return String(validating: units, as: UTF16.self)
    }

    /// Almost any bytes decode as GB 18030, so a guess counts only where it reads as Chinese: other legacy encodings give rare characters.
    private static func guessed(_ data: Data) -> String? {
        guard let text = String(data: data, encoding: gb18030Encoding) else { return nil }
        let foreign = text.unicodeScalars.filter { $0.value >= 0x80 }
        guard !foreign.isEmpty else { return nil }
        let common = foreign.count { scalar in
            (0x4E00...0x9FFF).contains(scalar.value) && isLevelOne(scalar) || (0x3000...0x303F).contains(scalar.value)
                || (0xFF00...0xFFEF).contains(scalar.value)
        }
        return common * 10 >= foreign.count * 8 ? text : nil
    }

    /// GB 2312's first level: the 3,755 characters that ordinary text is made of.
    private static func isLevelOne(_ scalar: Unicode.Scalar) -> Bool {
        guard let bytes = String(scalar).data(using: gb18030Encoding), bytes.count == 2 else { return false }
        return (0xB0...0xD7).contains(bytes[bytes.startIndex]) && bytes[bytes.startIndex + 1] >= 0xA1
    }

    /// CFString's number for GB 18030-2000, in NSString's range.
    private static let gb18030Encoding = String.Encoding(rawValue: 0x8000_0632)
}
