import CaselightModel
import Foundation
import GRDB

/// Accounts, groups, tokens, holds, exports, and secrets sealed instead of plain.
///
/// `sealed` is what `SecretSealer` makes: the key's id, then AES-GCM's nonce, ciphertext and tag. Rows of `feed_credentials` from before
/// are sealed by the step itself, and so are logins in feeds' addresses: `feed_url` has `***` in their place, `secrets` the whole.
let recordsSchema2 = """
    CREATE TABLE accounts (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL UNIQUE,
      display_name TEXT NOT NULL,
      unit TEXT NOT NULL,
      roles TEXT NOT NULL,
      self_granted_roles TEXT NOT NULL,
      is_enabled INTEGER NOT NULL,
      scrypt_rounds INTEGER,
      scrypt_block_size INTEGER,
      scrypt_parallelism INTEGER,
      scrypt_salt BLOB,
      scrypt_key BLOB,
      created_at_us INTEGER NOT NULL,
      updated_at_us INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE camera_groups (
      id INTEGER PRIMARY KEY,
      code TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      classes TEXT NOT NULL,
      grids TEXT NOT NULL,
      owners TEXT NOT NULL
    ) STRICT;

    CREATE TABLE account_groups (
      account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      group_id INTEGER NOT NULL REFERENCES camera_groups (id),
      PRIMARY KEY (account_id, position)
    ) STRICT, WITHOUT ROWID;

    -- digest: SHA-256 of the secret, which is nowhere
    CREATE TABLE access_tokens (
      id TEXT PRIMARY KEY,
      account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      digest BLOB NOT NULL,
      created_at_us INTEGER NOT NULL,
      expires_at_us INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX access_tokens_by_account ON access_tokens (account_id, created_at_us);

    CREATE TABLE holds (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      camera_code TEXT NOT NULL,
      started_at_us INTEGER NOT NULL,
      ended_at_us INTEGER NOT NULL,
      incident_number TEXT,
      origin TEXT NOT NULL,
      origin_id TEXT,
      reason TEXT NOT NULL,
      placed_by TEXT NOT NULL,
      placed_at_us INTEGER NOT NULL,
      ends_at_us INTEGER,
      release_requested_by TEXT,
      release_requested_at_us INTEGER,
      release_reason TEXT,
      release_approved_by TEXT,
      release_approved_at_us INTEGER,
      CHECK (started_at_us < ended_at_us),
      CHECK (release_approved_by IS NULL OR release_approved_by <> release_requested_by)
    ) STRICT;
    CREATE INDEX holds_by_incident ON holds (incident_number, sequence);
    CREATE INDEX holds_by_camera ON holds (camera_code, sequence);
    CREATE INDEX holds_in_force ON holds (camera_code, started_at_us) WHERE release_approved_at_us IS NULL;

    CREATE TABLE exports (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      incident_number TEXT NOT NULL,
      reason TEXT NOT NULL,
      requested_by TEXT NOT NULL,
      requested_at_us INTEGER NOT NULL,
      clips TEXT NOT NULL,
      state TEXT NOT NULL,
      byte_count INTEGER,
      sha256 TEXT,
      failure TEXT,
      finished_at_us INTEGER
    ) STRICT;
    CREATE INDEX exports_by_incident ON exports (incident_number, sequence);
    CREATE INDEX exports_unfinished ON exports (sequence) WHERE state IN ('waiting', 'running');

    -- the installation's own secrets, such as the seed of its signing key
    CREATE TABLE secrets (
      name TEXT PRIMARY KEY,
      sealed BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;

    ALTER TABLE incidents ADD COLUMN posted_by TEXT;
    ALTER TABLE links ADD COLUMN linked_by TEXT;

    CREATE TABLE sealed_credentials (
      camera_id INTEGER PRIMARY KEY REFERENCES cameras (id) ON DELETE CASCADE,
      sealed BLOB NOT NULL
    ) STRICT;
    """

/// Puts each plain row's sealed form in its place, and drops the table. Its bytes are wiped once the step holds.
func sealPlainCredentials(_ sealer: SecretSealer, _ db: Database) throws {
    let rows = try Row.fetchCursor(
        db, sql: "SELECT f.camera_id, c.code, f.user, f.password FROM feed_credentials f JOIN cameras c ON c.id = f.camera_id")
    while let row = try rows.next() {
        let sealed = try sealer.seal(FeedCredentials(user: row[2], password: row[3]), of: try row.code(1))
        try db.run("INSERT INTO sealed_credentials (camera_id, sealed) VALUES (?, ?)", [row[0] as Int64, Data(sealed)])
    }
    try db.execute(sql: "DROP TABLE feed_credentials")
}
