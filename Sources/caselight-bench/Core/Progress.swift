import Foundation

/// What is going on, on standard error: standard output holds the result alone.
enum Progress {
    static func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}
