import CaselightModel
import Foundation
import GRDB

/// A feed's address that has a login in its path or query: masked in the camera's row, and whole among the secrets.
enum SealedAddress {
    static let namePrefix = "feed address of "

    /// The whole address; `nil` where there is none, it is of another address than the row's, or its key is lost: then the masked one
    /// is all there is, and what looks through the secrets tells of it.
    static func address(
        in row: Row, _ column: Int, of code: CameraCode, shown: FeedURL, _ sealer: SecretSealer
    ) throws -> FeedURL? {
        guard let sealed = row[column] as Data?, let bytes = try? sealer.open([UInt8](sealed), of: owner(code)) else { return nil }
        let address = try FeedURL.parse(String(decoding: bytes, as: UTF8.self)).url
        return address.masked == shown ? address : nil
    }

    /// Keeps what the camera's row, written before, does not say of its address. An address as it is shown, given back, changes nothing.
    static func keep(_ address: FeedURL?, of code: CameraCode, _ sealer: SecretSealer, _ db: Database) throws {
        if let address, address.masked != address {
            try db.run(
                "INSERT OR REPLACE INTO secrets (name, sealed) VALUES (?, ?)",
                [namePrefix + code.text, Data(try sealer.seal(Array(address.text.utf8), of: owner(code)))])
        } else if address?.text.contains("***") != true {
            try remove(of: code, db)
        }
    }

    static func remove(of code: CameraCode, _ db: Database) throws {
        try db.run("DELETE FROM secrets WHERE name = ?", [namePrefix + code.text])
    }

    private static func owner(_ code: CameraCode) -> SecretSealer.Owner { .installation(namePrefix + code.text) }
}

/// As `sealPlainCredentials`, for the logins in addresses. What a removed camera's address held is gone.
func sealPlainAddresses(_ sealer: SecretSealer, _ db: Database) throws {
    let rows = try Row.fetchAll(db, sql: "SELECT id, code, feed_url, removed_at_us IS NULL FROM cameras WHERE instr(feed_url, '=') > 0")
    for row in rows {
        let address = try FeedURL.parse(row[2]).url
        guard address.masked != address else { continue }
        try db.run("UPDATE cameras SET feed_url = ? WHERE id = ?", [address.masked.text, row[0] as Int64])
        if row[3] { try SealedAddress.keep(address, of: try row.code(1), sealer, db) }
    }
}
