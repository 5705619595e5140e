import CaselightArchive

/// Where a segment's fragments stand in its file.
enum FragmentReaderOfTests {
    static func fragments(_ bytes: [UInt8]) throws -> [Range<Int64>] {
        try FragmentReader(initialization: try MediaInitialization(bytes)).fragments(in: bytes[...], at: 0).map(\.range)
    }
}
