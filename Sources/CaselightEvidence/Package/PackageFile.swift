internal import CaselightModel
internal import SystemPackage

/// What reading and writing a package's bytes says when it fails.
enum PackageFile {
    /// - Throws: `CaselightError` with code `diskFull`, `notFound` or `diskFailed`.
    static func doing<Value>(_ operation: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let errno as Errno {
            let (code, remedy): (CaselightError.Code, String) =
                switch errno {
                case .noSpace, .diskQuotaExceeded: (.diskFull, "Free space, or write elsewhere.")
                case .noSuchFileOrDirectory: (.notFound, "")
                default: (.diskFailed, "")
                }
            throw CaselightError(code, operation, because: "\(errno)", remedy: remedy)
        }
    }
}
