import Foundation
import Glibc

/// Files named on the command line, and those in folders named there.
struct RecordedFiles {
    static let countLimit = 100_000

    /// In the order given; within a folder in the order of paths.
    private(set) var files: [URL] = []
    /// What lies in the folders and cannot be taken over as it is, and why.
    private(set) var refused: [(path: String, detail: String)] = []

    /// Hidden files in folders are passed over.
    static func found(_ paths: [String]) throws -> RecordedFiles {
        var found = RecordedFiles()
        for path in paths {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                let hint = path.unicodeScalars.contains("\u{FFFD}") ? "; a name that is not UTF-8 must be changed first, see convmv(1)" : ""
                throw ClientFailure(.refused, "cannot read '\(path)': there is no such file or folder\(hint)")
            }
            if isFolder.boolValue { found.look(into: path) } else { found.files.append(URL(filePath: path)) }
            guard found.files.count <= countLimit else { throw ClientFailure(.refused, "cannot take over \(countLimit) files at once") }
        }
        guard !found.files.isEmpty || !found.refused.isEmpty else {
            throw ClientFailure(.refused, "cannot import footage: there are no files in \(paths.joined(separator: ", "))")
        }
        return found
    }

    /// Reads names as bytes: recorders write them in whatever encoding, and Foundation passes over what is not UTF-8.
    private mutating func look(into folder: String) {
        guard let stream = opendir(folder) else {
            return refused.append((folder, "cannot read the folder: \(String(cString: strerror(errno)))"))
        }
        defer { closedir(stream) }
        var (names, folders): ([String], [String]) = ([], [])
        while let entry = readdir(stream) {
            let bytes = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard bytes.first != UInt8(ascii: ".") else { continue }
            guard let name = String(validating: bytes, as: UTF8.self) else {
                refused.append((
                    "\(folder)/\(String(decoding: bytes, as: UTF8.self))",
                    "its name is not UTF-8. Change it first, for example: convmv -f gbk -t utf8 --notest FILE"
                ))
                continue
            }
            names.append(name)
        }
        for name in names.sorted() {
            let path = "\(folder)/\(name)"
            var status = stat()
            guard lstat(path, &status) == 0 else {
                refused.append((path, String(cString: strerror(errno))))
                continue
            }
            switch status.st_mode & S_IFMT {
            case S_IFREG: files.append(URL(filePath: path))
            case S_IFDIR: folders.append(path)
            default: refused.append((path, "it is a link or no file. Name what it leads to"))
            }
        }
        for folder in folders { look(into: folder) }
    }
}
