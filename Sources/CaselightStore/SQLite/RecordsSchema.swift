extension SQLiteForm {
    /// `records.db`: what must never be lost.
    ///
    /// - Parameter sealer: seals what stood there plain before the second step.
    static func records(_ sealer: SecretSealer) -> SQLiteForm {
        SQLiteForm(
            applicationID: 0x43_53_4C_52,  // "CSLR"
            synchronous: .full, isRebuildable: false,
            steps: [
                SchemaStep(name: "cameras, areas, incidents, outages", sql: recordsSchema1),
                SchemaStep(
                    name: "accounts, holds, exports, sealed secrets", sql: recordsSchema2,
                    change: { db in
                        try sealPlainCredentials(sealer, db)
                        try sealPlainAddresses(sealer, db)
                    }, leavesSecrets: true),
                SchemaStep(name: "the board: steps, leads, screenshots", sql: recordsSchema3),
                SchemaStep(name: "push: recipients, deliveries", sql: recordsSchema4),
            ],
            remedy: "Restore it from its backup; deploy/README.md says how.")
    }
}

/// Times are microseconds since 1970 in UTC, positions WGS-84. A camera that is removed stays for the footage it made, and its
/// code may be registered anew, so a code is unique only among the cameras in service.
private let recordsSchema1 = """
    CREATE TABLE cameras (
      id INTEGER PRIMARY KEY,
      code TEXT NOT NULL,
      name TEXT NOT NULL,
      latitude_deg REAL,
      longitude_deg REAL,
      given_datum TEXT,
      given_latitude_deg REAL,
      given_longitude_deg REAL,
      bearing_deg REAL,
      field_deg REAL,
      range_m REAL,
      kind TEXT NOT NULL,
      class INTEGER NOT NULL,
      address TEXT NOT NULL,
      owner TEXT NOT NULL,
      grid TEXT,
      grid_source TEXT NOT NULL CHECK (grid_source IN ('given', 'derived')),
      policy TEXT NOT NULL,
      retention_days INTEGER,
      feed_url TEXT,
      feed_transport TEXT,
      is_enabled INTEGER NOT NULL,
      search_text TEXT NOT NULL,
      created_at_us INTEGER NOT NULL,
      updated_at_us INTEGER NOT NULL,
      removed_at_us INTEGER
    ) STRICT;
    CREATE UNIQUE INDEX cameras_in_service ON cameras (code) WHERE removed_at_us IS NULL;
    CREATE INDEX cameras_by_code ON cameras (code);
    CREATE INDEX cameras_unlocated ON cameras (id)
      WHERE removed_at_us IS NULL AND (latitude_deg IS NULL OR latitude_deg = 0 AND longitude_deg = 0);

    CREATE TABLE camera_tags (
      camera_id INTEGER NOT NULL REFERENCES cameras (id) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      tag TEXT NOT NULL,
      PRIMARY KEY (camera_id, position)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX camera_tags_by_tag ON camera_tags (tag, camera_id);

    -- user and password apart from all that is listed and exported
    CREATE TABLE feed_credentials (
      camera_id INTEGER PRIMARY KEY REFERENCES cameras (id) ON DELETE CASCADE,
      user TEXT NOT NULL,
      password TEXT NOT NULL
    ) STRICT;

    -- boxes of the fields of view; SQLite rounds their 32-bit edges outward
    CREATE VIRTUAL TABLE camera_view USING rtree (id, south_deg, north_deg, west_deg, east_deg);

    CREATE TABLE areas (
      id INTEGER PRIMARY KEY,
      code TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      rings BLOB NOT NULL,
      size_m2 REAL NOT NULL
    ) STRICT;
    CREATE VIRTUAL TABLE area_box USING rtree (id, south_deg, north_deg, west_deg, east_deg);

    CREATE TABLE incidents (
      id INTEGER PRIMARY KEY,
      number TEXT NOT NULL UNIQUE,
      category TEXT NOT NULL,
      started_at_us INTEGER NOT NULL,
      ended_at_us INTEGER NOT NULL,
      latitude_deg REAL,
      longitude_deg REAL,
      given_datum TEXT,
      given_latitude_deg REAL,
      given_longitude_deg REAL,
      address TEXT NOT NULL,
      grid TEXT,
      grid_source TEXT NOT NULL CHECK (grid_source IN ('given', 'derived')),
      text TEXT NOT NULL,
      state TEXT NOT NULL,
      posted_at_us INTEGER NOT NULL,
      updated_at_us INTEGER NOT NULL,
      CHECK (started_at_us < ended_at_us)
    ) STRICT;
    CREATE INDEX incidents_by_post ON incidents (posted_at_us, number);
    CREATE INDEX incidents_by_time ON incidents (started_at_us);
    CREATE INDEX incidents_by_place ON incidents (latitude_deg, longitude_deg) WHERE latitude_deg IS NOT NULL;

    -- an id is never given twice: a package or a log may name it
    CREATE TABLE links (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      incident_id INTEGER NOT NULL REFERENCES incidents (id),
      camera_code TEXT NOT NULL,
      started_at_us INTEGER NOT NULL,
      ended_at_us INTEGER NOT NULL,
      role TEXT NOT NULL,
      note TEXT NOT NULL,
      linked_at_us INTEGER NOT NULL,
      CHECK (started_at_us < ended_at_us)
    ) STRICT;
    CREATE INDEX links_by_incident ON links (incident_id, started_at_us);

    -- length_class: 0 up to 15 minutes, 1 up to a day, 2 longer or still open; so that a question about a time
    -- looks at few rows however long the others last
    CREATE TABLE outages (
      id INTEGER PRIMARY KEY,
      camera_code TEXT NOT NULL,
      length_class INTEGER NOT NULL,
      started_at_us INTEGER NOT NULL,
      ended_at_us INTEGER,
      cause TEXT NOT NULL,
      detail TEXT NOT NULL,
      CHECK (ended_at_us IS NULL OR started_at_us < ended_at_us)
    ) STRICT;
    CREATE INDEX outages_by_time ON outages (camera_code, length_class, started_at_us, ended_at_us);
    CREATE UNIQUE INDEX outages_open ON outages (camera_code) WHERE ended_at_us IS NULL;

    CREATE TABLE clock_corrections (
      id INTEGER PRIMARY KEY,
      camera_code TEXT NOT NULL,
      run_id INTEGER,
      offset_us INTEGER NOT NULL,
      uncertainty_us INTEGER NOT NULL,
      note TEXT NOT NULL,
      stated_at_us INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX clock_corrections_by_camera ON clock_corrections (camera_code, stated_at_us);

    CREATE TABLE volumes (
      id TEXT PRIMARY KEY,
      path TEXT NOT NULL,
      added_at_us INTEGER NOT NULL
    ) STRICT;
    """
