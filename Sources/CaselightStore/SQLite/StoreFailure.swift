import CaselightModel
import Foundation
import GRDB

/// Turns what SQLite and GRDB say into errors that may be shown: without SQL, and never with its arguments.
enum StoreFailure {
    static func error(_ error: any Error, doing operation: String, path: String, remedy: String) -> CaselightError {
        switch error {
        case let error as CaselightError: error
        case let error as DatabaseError: databaseError(error, operation, path, remedy)
        case is CancellationError: CaselightError(.interrupted, operation, because: "it was called off")
        case is RowDecodingError:
            CaselightError(.damagedDatabase, operation, because: "a row of \(path) has an unexpected form", remedy: remedy)
        default: CaselightError(.internalFailure, operation, because: "\(type(of: error)) of the database library")
        }
    }

    static func systemError(_ code: Int32, doing operation: String, path: String) -> CaselightError {
        let text = String(cString: strerror(code))
        return CaselightError(
            code == ENOSPC || code == EDQUOT ? .diskFull : .diskFailed, operation, because: "\(text), at \(path)",
            remedy: code == ENOENT ? "Create the folder." : code == EACCES ? "Check who owns the folder and its mode." : "")
    }

    /// A value in a row that this program never writes.
    static func unexpected(_ value: some CustomStringConvertible, in column: String) -> CaselightError {
        CaselightError(.damagedDatabase, "read \(column)", because: "it holds '\(value)', which is none of its values")
    }

    private static func databaseError(
        _ error: DatabaseError, _ operation: String, _ path: String, _ remedy: String
    ) -> CaselightError {
        // SQLite's own sentence names tables and columns at most.
        let said = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_FULL:
            return full(operation, path)
        // The file that is mapped beside a database's log has no other reason not to become longer.
        case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_SHMSIZE:
            return full(operation, path)
        case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_NOMEM, .SQLITE_NOMEM:
            return CaselightError(.internalFailure, operation, because: "memory ran out")
        case .SQLITE_IOERR:
            return CaselightError(
                .diskFailed, operation, because: "the disk of \(path) failed (\(said), \(error.extendedResultCode.rawValue))",
                remedy: "Look into the kernel's log.")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return CaselightError(.damagedDatabase, operation, because: "\(path) is damaged or not a database (\(said))", remedy: remedy)
        case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
            return CaselightError(
                .diskFailed, operation, because: "\(path) cannot be opened for writing (\(said))",
                remedy: "Check that its folder exists and who owns it.")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return CaselightError(
                .busy, operation, because: "another process holds \(path)", remedy: "Is another caselightd running on it?")
        case .SQLITE_TOOBIG:
            return CaselightError(.tooLarge, operation, because: "a value is larger than SQLite stores")
        case .SQLITE_INTERRUPT, .SQLITE_ABORT:
            return CaselightError(.interrupted, operation, because: "it was called off")
        default:
            return CaselightError(.internalFailure, operation, because: "\(path): \(said)")
        }
    }

    private static func full(_ operation: String, _ path: String) -> CaselightError {
        CaselightError(.diskFull, operation, because: "the disk of \(path) is full", remedy: "Free space on it.")
    }
}
