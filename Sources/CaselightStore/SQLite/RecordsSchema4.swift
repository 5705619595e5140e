/// Push: who is told of new incidents, and what is on its way. A recipient's address and secret are in `secrets`.
let recordsSchema4 = """
    CREATE TABLE recipients (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      role TEXT NOT NULL,
      categories TEXT NOT NULL,
      grids TEXT NOT NULL,
      place TEXT NOT NULL,
      is_enabled INTEGER NOT NULL
    ) STRICT;

    -- an id is never given twice: a recipient is told in their order
    CREATE TABLE deliveries (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      message_id TEXT NOT NULL,
      incident_id INTEGER NOT NULL REFERENCES incidents (id),
      recipient TEXT NOT NULL,
      body TEXT NOT NULL,
      state TEXT NOT NULL,
      attempt_count INTEGER NOT NULL,
      created_at_us INTEGER NOT NULL,
      next_at_us INTEGER,
      failure TEXT,
      ended_at_us INTEGER,
      CHECK ((state = 'waiting') = (next_at_us IS NOT NULL)),
      CHECK ((state = 'waiting') = (ended_at_us IS NULL))
    ) STRICT;
    CREATE INDEX deliveries_waiting ON deliveries (recipient, id) WHERE state = 'waiting';
    CREATE INDEX deliveries_ended ON deliveries (ended_at_us) WHERE ended_at_us IS NOT NULL;
    CREATE INDEX deliveries_by_state ON deliveries (state, id);
    CREATE INDEX deliveries_by_incident ON deliveries (incident_id, id);
    """
