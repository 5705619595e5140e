internal import CaselightModel
import SystemPackage

extension CaselightError {
    /// What the disk answered, as an error that says what to do.
    static func disk(_ operation: String, _ error: any Error) -> CaselightError {
        if let error = error as? CaselightError { return error }
        guard let number = error as? Errno else {
            return CaselightError(.diskFailed, operation, because: "\(error)")
        }
        switch number {
        case .noSpace, .diskQuotaExceeded:
            return CaselightError(
                .diskFull, operation, because: number.description, remedy: "Free space on the archive's disk, or shorten retention.")
        case .noSuchFileOrDirectory:
            return CaselightError(.notFound, operation, because: number.description)
        case .permissionDenied, .notPermitted, .readOnlyFileSystem:
            return CaselightError(
                .diskFailed, operation, because: number.description, remedy: "Check the archive folder's owner and mount options.")
        default:
            return CaselightError(
                .diskFailed, operation, because: number.description, remedy: "Check the archive's disk and the kernel's log.")
        }
    }
}
