/** Step 1: hits, their clients, indicators and lists. Released: never edited. */

export const HITS_STEP = `
  -- A machine inside. The id outlives the address it was found by.
  CREATE TABLE client (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    address BLOB NOT NULL CHECK (length(address) = 16),
    status TEXT NOT NULL DEFAULT 'new',
    first_seen INTEGER NOT NULL,                  -- all times: milliseconds since 1970
    last_seen INTEGER NOT NULL,
    blocked_count INTEGER NOT NULL DEFAULT 0,     -- sums over its hits, kept so that a page of clients reads none
    logged_count INTEGER NOT NULL DEFAULT 0,
    indicator_count INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE UNIQUE INDEX client_by_address ON client (address);
  CREATE INDEX client_by_last_seen ON client (last_seen, id);

  CREATE TABLE indicator (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,                        -- index in INDICATOR_KINDS
    value TEXT NOT NULL                           -- evil.test, 192.0.2.1, 192.0.2.0/24
  ) STRICT;
  CREATE UNIQUE INDEX indicator_by_value ON indicator (value, kind);

  -- Every list that ever had a hit or was in force; its settings as last known.
  CREATE TABLE list (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,                    -- the configured id
    campaign TEXT,
    basis TEXT NOT NULL DEFAULT '',
    action TEXT NOT NULL DEFAULT '',
    hit_count INTEGER NOT NULL DEFAULT 0          -- hits it decided
  ) STRICT;
  CREATE INDEX list_by_campaign ON list (campaign);

  -- The lists of a hit, interned: JSON array of list.id, the deciding one first.
  CREATE TABLE list_set (id INTEGER PRIMARY KEY, lists TEXT NOT NULL UNIQUE) STRICT;

  CREATE TABLE hit (
    client_id INTEGER NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    indicator_id INTEGER NOT NULL REFERENCES indicator (id),
    blocked_count INTEGER NOT NULL,
    logged_count INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    first_qname TEXT,                             -- NULL: the indicator itself
    last_qname TEXT,
    last_qtype INTEGER NOT NULL,
    last_action INTEGER NOT NULL,                 -- index in HIT_ACTIONS
    triggers INTEGER NOT NULL,                    -- bit t: TRIGGERS[t]
    list_set_id INTEGER NOT NULL REFERENCES list_set (id),
    PRIMARY KEY (client_id, indicator_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX hit_by_indicator ON hit (indicator_id, client_id);

  -- Client × list, every list of its hits: what a case is made of.
  CREATE TABLE client_list (
    client_id INTEGER NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    list_id INTEGER NOT NULL REFERENCES list (id),
    hit_count INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (client_id, list_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX client_list_by_list ON client_list (list_id, client_id);

  -- Hours since 1970. Bounded: the oldest hours go first.
  CREATE TABLE hit_hour (
    hour INTEGER NOT NULL,
    client_id INTEGER NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    hit_count INTEGER NOT NULL,
    PRIMARY KEY (hour, client_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX hit_hour_by_client ON hit_hour (client_id, hour);

  -- Hits whose client is unknown: a table in memory was full of pairs.
  CREATE TABLE folded_hit (
    indicator_id INTEGER PRIMARY KEY REFERENCES indicator (id),
    blocked_count INTEGER NOT NULL,
    logged_count INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL
  ) STRICT;

  -- The last half committed of each resolver thread's table: what makes a count exactly once.
  CREATE TABLE drained (thread INTEGER PRIMARY KEY, run INTEGER NOT NULL, sequence INTEGER NOT NULL) STRICT;

  -- Single numbers: 'hour_horizon', the first hour of which nothing was dropped.
  CREATE TABLE fact (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `
