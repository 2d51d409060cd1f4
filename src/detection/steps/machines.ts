/**
 * Step 2: clients become machines. Who had which address when, what is known of a machine, whose node saw a hit, and
 * revisions, by which another node asks for what has changed.
 */

export const MACHINES_STEP = `
  -- The key is the best that is known of the machine: mac:aa:bb:cc:dd:ee:ff, duid:<hex>, addr:<32 hex digits>.
  -- The address is the latest one.
  ALTER TABLE client ADD COLUMN key TEXT NOT NULL DEFAULT '';
  ALTER TABLE client ADD COLUMN kind TEXT NOT NULL DEFAULT 'machine';    -- machine, router
  ALTER TABLE client ADD COLUMN source TEXT NOT NULL DEFAULT 'none';     -- how it is known who it is
  ALTER TABLE client ADD COLUMN sure TEXT NOT NULL DEFAULT 'guess';      -- certain, likely, guess
  ALTER TABLE client ADD COLUMN mac TEXT;
  ALTER TABLE client ADD COLUMN duid TEXT;
  ALTER TABLE client ADD COLUMN host_name TEXT;
  ALTER TABLE client ADD COLUMN name TEXT;                               -- these four from the asset register
  ALTER TABLE client ADD COLUMN department TEXT;
  ALTER TABLE client ADD COLUMN place TEXT;
  ALTER TABLE client ADD COLUMN role TEXT;
  ALTER TABLE client ADD COLUMN search TEXT NOT NULL DEFAULT '';         -- all of these, folded for searching
  ALTER TABLE client ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;     -- of the last commit that changed it
  UPDATE client SET key = 'addr:' || lower(hex(address));
  CREATE UNIQUE INDEX client_by_key ON client (key);
  DROP INDEX client_by_address;
  CREATE INDEX client_by_address ON client (address);
  CREATE INDEX client_by_revision ON client (revision);

  -- Addresses a client had hits from. last_at of the latest one is client.last_seen; here it may lag behind.
  CREATE TABLE client_address (
    client_id INTEGER NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    address BLOB NOT NULL CHECK (length(address) = 16),
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (client_id, address)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX client_address_by_address ON client_address (address);
  INSERT INTO client_address SELECT id, address, first_seen, last_seen FROM client;

  -- Clients found to be one: the id that is gone, and the one that has its hits.
  CREATE TABLE client_alias (
    old_id INTEGER PRIMARY KEY,
    client_id INTEGER NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX client_alias_by_client ON client_alias (client_id);

  -- Who had an address when. Bounded by count and age.
  CREATE TABLE binding (
    address BLOB NOT NULL CHECK (length(address) = 16),
    from_at INTEGER NOT NULL,
    source TEXT NOT NULL,
    machine TEXT NOT NULL,                        -- mac, else duid, else host name: what tells two apart
    until_at INTEGER,                             -- NULL: still
    mac TEXT,
    duid TEXT,
    host_name TEXT,
    sure TEXT NOT NULL,
    is_router INTEGER NOT NULL,
    PRIMARY KEY (address, from_at, source, machine)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX binding_by_mac ON binding (mac) WHERE mac IS NOT NULL;
  CREATE INDEX binding_by_name ON binding (mac, from_at) WHERE host_name IS NOT NULL;
  CREATE INDEX binding_by_end ON binding (source, until_at);

  -- MAC of a machine that was known by its DUID first.
  CREATE TABLE duid_mac (duid TEXT PRIMARY KEY, mac TEXT NOT NULL) STRICT, WITHOUT ROWID;

  -- The asset register as last told, by key of a client.
  CREATE TABLE asset (
    key TEXT PRIMARY KEY,                         -- mac:…, addr:…
    name TEXT,
    department TEXT,
    place TEXT,
    role TEXT                                     -- who is in charge
  ) STRICT, WITHOUT ROWID;

  -- Machines found to hide others.
  CREATE TABLE router (
    key TEXT PRIMARY KEY,                         -- mac:…, addr:…
    reason TEXT NOT NULL,
    found_at INTEGER NOT NULL                     -- when it last looked so
  ) STRICT, WITHOUT ROWID;

  -- Servers whose hits stand here: 0 is this one. The key is drawn with the file and goes with it.
  CREATE TABLE node (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL DEFAULT '',
    position TEXT NOT NULL DEFAULT '',            -- how far its changes are taken over
    pulled_at INTEGER
  ) STRICT;
  INSERT INTO node (id, key) VALUES (0, lower(hex(randomblob(8))));

  -- A client as a node knows it: hits are told by it, so that whatever is merged here or there, sums stay exact.
  CREATE TABLE origin (
    id INTEGER PRIMARY KEY,                       -- 0: seen by this node
    node_id INTEGER NOT NULL REFERENCES node (id),
    client_number INTEGER NOT NULL,               -- client.id at that node; 0: hits of rows that node has begun anew
    key TEXT NOT NULL,                            -- as that node told it last
    merged_into INTEGER,                          -- origin.id of what it became part of
    UNIQUE (node_id, client_number)
  ) STRICT;
  INSERT INTO origin (id, node_id, client_number, key) VALUES (0, 0, 0, '');

  CREATE TABLE hit_2 (
    client_id INTEGER NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    indicator_id INTEGER NOT NULL REFERENCES indicator (id),
    origin_id INTEGER NOT NULL,                   -- origin.id
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
    revision INTEGER NOT NULL,                    -- of the last commit that changed it, at the node that saw it
    PRIMARY KEY (client_id, indicator_id, origin_id)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO hit_2 SELECT client_id, indicator_id, 0, blocked_count, logged_count, first_at, last_at, first_qname,
    last_qname, last_qtype, last_action, triggers, list_set_id, 1 FROM hit ORDER BY client_id, indicator_id;
  DROP TABLE hit;
  ALTER TABLE hit_2 RENAME TO hit;
  CREATE INDEX hit_by_indicator ON hit (indicator_id, client_id);
  CREATE INDEX hit_by_origin ON hit (origin_id, indicator_id) WHERE origin_id > 0;

  INSERT INTO fact (name, value) VALUES ('revision', 1);
  `
