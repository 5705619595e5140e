extension SQLiteForm {
    /// `index.db`: what the archive holds, findable.
    static let index = SQLiteForm(
        applicationID: 0x43_53_4C_49,  // "CSLI"
        synchronous: .normal, isRebuildable: true, steps: [SchemaStep(name: "runs, segments, coverage, clocks", sql: indexSchema1)],
        remedy: "Stop caselightd, delete the file and rebuild it: caselightd reindex.")
}

/// Times are microseconds since 1970 in UTC. `policy` is 0 full, 1 keyframes, 2 metadata. Segments stand in the order of camera
/// and time, since all that is asked of them is; what is rarely read (hashes, keyframes, activity) stands apart.
private let indexSchema1 = """
    -- longest_segment_us: how far before a moment a segment that holds it may have started
    -- policies: one bit for each policy that has coverage; 8 where there are imported runs
    CREATE TABLE cameras (
      id INTEGER PRIMARY KEY,
      code TEXT NOT NULL UNIQUE,
      longest_segment_us INTEGER NOT NULL,
      policies INTEGER NOT NULL
    ) STRICT;

    -- run_id is the 64-bit id as a signed number; key stands for it in the other tables
    CREATE TABLE runs (
      key INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL UNIQUE,
      camera_id INTEGER NOT NULL REFERENCES cameras (id),
      file_name TEXT,
      file_sha256 TEXT,
      started_at_us INTEGER NOT NULL,
      ended_at_us INTEGER,
      stream TEXT NOT NULL
    ) STRICT;
    CREATE INDEX runs_by_time ON runs (camera_id, started_at_us, ended_at_us);
    CREATE INDEX runs_imported ON runs (camera_id, started_at_us) WHERE file_name IS NOT NULL;

    CREATE TABLE segments (
      camera_id INTEGER NOT NULL REFERENCES cameras (id),
      started_at_us INTEGER NOT NULL,
      run_key INTEGER NOT NULL REFERENCES runs (key),
      sequence INTEGER NOT NULL,
      ended_at_us INTEGER NOT NULL,
      policy INTEGER NOT NULL,
      byte_count INTEGER NOT NULL,
      initialization_byte_count INTEGER NOT NULL,
      end_reason TEXT,
      is_deleting INTEGER NOT NULL DEFAULT 0,
      audio_codec TEXT,
      audio_byte_count INTEGER,
      audio_initialization_byte_count INTEGER,
      PRIMARY KEY (camera_id, started_at_us, run_key, sequence)
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX segments_by_id ON segments (run_key, sequence);
    CREATE INDEX segments_by_end ON segments (ended_at_us) WHERE end_reason IS NOT NULL AND is_deleting = 0;
    CREATE INDEX segments_open ON segments (run_key, sequence) WHERE end_reason IS NULL AND is_deleting = 0;
    CREATE INDEX segments_deleting ON segments (run_key, sequence) WHERE is_deleting = 1;

    CREATE TABLE segment_details (
      run_key INTEGER NOT NULL,
      sequence INTEGER NOT NULL,
      sha256 BLOB,
      audio_sha256 BLOB,
      keyframes BLOB,
      activity BLOB,
      PRIMARY KEY (run_key, sequence)
    ) STRICT, WITHOUT ROWID;

    -- maximal: two rows of a camera and policy never touch
    CREATE TABLE coverage (
      camera_id INTEGER NOT NULL REFERENCES cameras (id),
      policy INTEGER NOT NULL,
      started_at_us INTEGER NOT NULL,
      ended_at_us INTEGER NOT NULL,
      PRIMARY KEY (camera_id, policy, started_at_us),
      CHECK (started_at_us < ended_at_us)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE clock_samples (
      run_key INTEGER NOT NULL REFERENCES runs (key),
      at_us INTEGER NOT NULL,
      offset_us INTEGER NOT NULL,
      uncertainty_us INTEGER NOT NULL,
      PRIMARY KEY (run_key, at_us)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE totals (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      segment_count INTEGER NOT NULL,
      byte_count INTEGER NOT NULL
    ) STRICT;
    INSERT INTO totals (id, segment_count, byte_count) VALUES (1, 0, 0);
    """
