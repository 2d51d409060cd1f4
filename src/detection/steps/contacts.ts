/**
 * Step 4: who came to the sinkhole's address. What a client sent there is evidence of its own, joined to the hit that led
 * there; sums of it stand with the client, so that a page of clients reads none of it.
 */

export const CONTACTS_STEP = `
  -- Connections of one client that look the same. Bounded for each client: what is more is counted in rows that say less.
  CREATE TABLE contact (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    client_id INTEGER NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    mark BLOB NOT NULL,                           -- of all that tells two apart, 16 bytes; see contact-rows.ts
    address BLOB NOT NULL CHECK (length(address) = 16), -- of the client, and its port: the latest
    client_port INTEGER NOT NULL,
    local BLOB CHECK (length(local) = 16),        -- where it connected to; NULL with port: a row that says less
    port INTEGER,
    protocol TEXT NOT NULL,                       -- http, tls, tcp
    host TEXT,
    method TEXT,
    path TEXT,
    user_agent TEXT,
    has_referrer INTEGER NOT NULL,
    first_bytes BLOB,                             -- SHA-256
    first_bytes_length INTEGER NOT NULL,
    is_browser_like INTEGER NOT NULL,
    count INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    led TEXT NOT NULL,                            -- what brought it: name, time, address, none; see contact-hit.ts
    hit_indicator TEXT,
    hit_at INTEGER,
    is_confirmed INTEGER NOT NULL,
    UNIQUE (client_id, mark)
  ) STRICT;
  CREATE INDEX contact_by_recent ON contact (last_at, id);

  ALTER TABLE client ADD COLUMN contact_count INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE client ADD COLUMN confirmed_count INTEGER NOT NULL DEFAULT 0; -- of them those that are confirmed
  ALTER TABLE client ADD COLUMN confirmed_first_at INTEGER;
  ALTER TABLE client ADD COLUMN confirmed_last_at INTEGER;
  CREATE INDEX client_confirmed ON client (confirmed_last_at, id) WHERE confirmed_last_at IS NOT NULL;

  -- The last letter of each session of the notice service that is in: what makes a count exactly once.
  CREATE TABLE contact_session (
    session TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL,
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `
