/// The board: who works on an incident, how it ended, and every step on the way.
///
/// A note and a review are steps and nothing else. Screenshots' bytes have a table of their own, so that a list reads none.
let recordsSchema3 = """
    ALTER TABLE incidents ADD COLUMN unit TEXT NOT NULL DEFAULT '';
    ALTER TABLE incidents ADD COLUMN claimed_by TEXT;
    ALTER TABLE incidents ADD COLUMN claimed_at_us INTEGER;
    ALTER TABLE incidents ADD COLUMN lead_at_us INTEGER;
    ALTER TABLE incidents ADD COLUMN closed_at_us INTEGER;
    ALTER TABLE incidents ADD COLUMN outcome TEXT;
    ALTER TABLE incidents ADD COLUMN outcome_text TEXT NOT NULL DEFAULT '';
    ALTER TABLE incidents ADD COLUMN stepped_at_us INTEGER NOT NULL DEFAULT 0;
    UPDATE incidents SET stepped_at_us = updated_at_us;
    CREATE INDEX incidents_by_state ON incidents (state, posted_at_us, number);

    -- an id is never given twice: whoever saw a step asks for those after it
    CREATE TABLE steps (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      incident_id INTEGER NOT NULL REFERENCES incidents (id),
      kind TEXT NOT NULL,
      at_us INTEGER NOT NULL,
      account TEXT,
      camera_code TEXT,
      started_at_us INTEGER,
      ended_at_us INTEGER,
      object TEXT,
      text TEXT NOT NULL,
      CHECK (started_at_us IS NULL OR started_at_us < ended_at_us)
    ) STRICT;
    CREATE INDEX steps_by_incident ON steps (incident_id, id);

    CREATE TABLE leads (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      incident_id INTEGER NOT NULL REFERENCES incidents (id),
      camera_code TEXT,
      seen_at_us INTEGER NOT NULL,
      latitude_deg REAL NOT NULL,
      longitude_deg REAL NOT NULL,
      bearing_deg REAL,
      toward TEXT NOT NULL,
      note TEXT NOT NULL,
      account TEXT,
      at_us INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX leads_by_incident ON leads (incident_id, id);

    CREATE TABLE screenshots (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      incident_id INTEGER NOT NULL REFERENCES incidents (id),
      media_type TEXT NOT NULL,
      byte_count INTEGER NOT NULL,
      sha256 TEXT NOT NULL,
      camera_text TEXT NOT NULL,
      clock_read_us INTEGER,
      account TEXT,
      at_us INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX screenshots_by_incident ON screenshots (incident_id, id);

    CREATE TABLE screenshot_bytes (
      screenshot_id INTEGER PRIMARY KEY REFERENCES screenshots (id),
      bytes BLOB NOT NULL
    ) STRICT;
    """
