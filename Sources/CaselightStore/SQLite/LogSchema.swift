extension SQLiteForm {
    /// `log.db`: the consultation log.
    static let log = SQLiteForm(
        applicationID: 0x43_53_4C_4C,  // "CSLL"
        synchronous: .full, isRebuildable: false, steps: [SchemaStep(name: "entries, subtrees, viewings", sql: logSchema1)],
        remedy: "Keep the file for the inquiry and restore the log from its backup; deploy/README.md says how.")
}

/// An entry's columns are read out of its bytes, and so are the indexes: there is no second copy that could say something else.
/// The triggers guard against our own mistakes; whoever owns the file can drop them, and `faults` then misses them.
private let logSchema1 = """
    CREATE TABLE entries (
      sequence INTEGER PRIMARY KEY,
      leaf_hash BLOB NOT NULL CHECK (length(leaf_hash) = 32),
      body TEXT NOT NULL,
      -- without its Z it sorts as the time does, with a fraction and without
      at_utc TEXT GENERATED ALWAYS AS (rtrim(json_extract(body, '$.at'), 'Z')) VIRTUAL,
      who TEXT GENERATED ALWAYS AS (json_extract(body, '$.act.actor.who')) VIRTUAL,
      camera_code TEXT GENERATED ALWAYS AS (json_extract(body, '$.act.camera')) VIRTUAL,
      incident_number TEXT GENERATED ALWAYS AS (json_extract(body, '$.act.incident')) VIRTUAL,
      action TEXT GENERATED ALWAYS AS (json_extract(body, '$.act.action')) VIRTUAL,
      outcome TEXT GENERATED ALWAYS AS (json_extract(body, '$.act.outcome')) VIRTUAL
    ) STRICT;
    -- each ends in the sequence, so that the newest come first without sorting
    CREATE INDEX entries_by_time ON entries (at_utc);
    CREATE INDEX entries_by_who ON entries (who);
    CREATE INDEX entries_by_camera ON entries (camera_code) WHERE camera_code IS NOT NULL;
    CREATE INDEX entries_by_incident ON entries (incident_number) WHERE incident_number IS NOT NULL;
    CREATE INDEX entries_by_action ON entries (action);
    CREATE INDEX entries_by_outcome ON entries (outcome);

    CREATE TRIGGER entries_stay BEFORE DELETE ON entries
      BEGIN SELECT RAISE(ABORT, 'the consultation log is only ever added to'); END;
    CREATE TRIGGER entries_stay_as_they_are BEFORE UPDATE ON entries
      BEGIN SELECT RAISE(ABORT, 'the consultation log is only ever added to'); END;

    CREATE TABLE subtrees (
      number INTEGER PRIMARY KEY,
      hash BLOB NOT NULL CHECK (length(hash) = 32)
    ) STRICT;

    CREATE TABLE viewings (
      id TEXT PRIMARY KEY,
      state BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    """
