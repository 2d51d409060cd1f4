/**
 * The tables of the store, as steps forward from an empty file. `PRAGMA user_version` says how many steps a file has
 * taken; a step that has been released is never edited again, only followed by another.
 */
import type { DatabaseSync } from 'node:sqlite'

/** "TLHT" in the header of the file: ours, whatever it is called. */
const APPLICATION_ID = 0x544c4854

/** Name of the database inside the data directory. */
export const DATABASE_FILE = 'thanhloc.db'

/** A file written by a later version: left alone. */
export class SchemaTooNew extends Error {
  readonly code = 'THANHLOC_SCHEMA_TOO_NEW'
}

const STEPS: readonly string[] = [
  `
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
  `,
]

/** Takes the steps the file lacks, each in a transaction of its own. Throws SchemaTooNew, or what SQLite throws. */
export function migrate(database: DatabaseSync): void {
  const version = versionOf(database)
  if (version > STEPS.length) {
    throw new SchemaTooNew(
      `the database has schema ${version}, this version knows ${STEPS.length}: install a later one`,
    )
  }
  for (let step = version; step < STEPS.length; step++) {
    database.exec('BEGIN IMMEDIATE')
    try {
      // Another process may have taken it meanwhile.
      if (versionOf(database) === step) {
        database.exec(STEPS[step]!)
        database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${step + 1}`)
      }
      database.exec('COMMIT')
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()!['user_version'])
}
