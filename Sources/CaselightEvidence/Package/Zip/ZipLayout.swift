internal import CaselightModel

/// Where everything of a container stands, and its directory: all of it follows from the entries, so a reader can write it again and
/// compare.
struct ZipLayout {
    /// More would be no evidence anybody could look through; four days of a hundred cameras are 60,000 files.
    static let entryLimit = 100_000

    private(set) var entries: [ZipEntry] = []
    /// Of each entry's local header.
    private(set) var headerOffsets: [Int64] = []
    /// Where the next local header, or the directory, begins.
    private(set) var endOffset: Int64 = 0
    private var files: Set<String> = []
    private var folders: Set<String> = []

    /// - Throws: `duplicate` where the name cannot lie beside another, `tooLarge` where there are too many.
    mutating func append(_ entry: ZipEntry) throws(CaselightError) {
        try check(entry.path)
        files.insert(entry.path.folded)
        folders.formUnion(entry.path.foldedFolders)
        entries.append(entry)
        headerOffsets.append(endOffset)
        endOffset += Int64(ZipFormat.localHeaderByteCount(entry.path, byteCount: entry.byteCount)) + entry.byteCount
    }

    /// Whether `path` can be added; see `append`.
    func check(_ path: PackagePath) throws(CaselightError) {
        guard entries.count < Self.entryLimit else {
            throw CaselightError(.tooLarge, "put '\(path)' into a package", because: "it holds \(Self.entryLimit) files already", remedy: "Export fewer clips at once.")
        }
        let folded = path.folded
        guard !files.contains(folded), !folders.contains(folded), files.isDisjoint(with: path.foldedFolders) else {
            throw CaselightError(.duplicate, "put '\(path)' into a package", because: "a file or folder in it has that name already")
        }
    }

    func contentOffset(of index: Int) -> Int64 {
        headerOffsets[index] + Int64(ZipFormat.localHeaderByteCount(entries[index].path, byteCount: entries[index].byteCount))
    }

    /// The directory and its end: the container's last bytes.
    var tail: [UInt8] {
        var bytes: [UInt8] = []
        for (entry, offset) in zip(entries, headerOffsets) { bytes += ZipFormat.centralHeader(entry, at: offset) }
        return bytes + ZipFormat.end(count: entries.count, directoryOffset: endOffset, directoryByteCount: Int64(bytes.count))
    }
}
