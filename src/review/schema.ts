/**
 * The tables of imports and what was decided about them, as steps forward from an empty file. A step that has been
 * released is never edited again, only followed by another.
 */
import type { DatabaseSync } from 'node:sqlite'
import { nameHash } from './item-names.ts'
import { pragmaOf, SchemaTooNew, takeSteps } from '../sqlite/schema-steps.ts'

/** "TLIM" in the header of the file: ours, whatever it is called. */
export const APPLICATION_ID = 0x544c494d

/** Name of the database inside the data directory. */
export const IMPORTS_FILE = 'imports.db'

const STEPS: readonly (string | ((database: DatabaseSync) => void))[] = [
  `
  -- All times: milliseconds since 1970.
  CREATE TABLE import (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    list TEXT NOT NULL,                           -- id of the list it is meant for
    document TEXT NOT NULL,
    issuer TEXT NOT NULL,
    issued TEXT,                                  -- 2022-08-23
    actor TEXT NOT NULL,                          -- who imported it
    at INTEGER NOT NULL,
    state TEXT NOT NULL,                          -- waiting, reading, comparing, ready, failed, discarded
    attempts INTEGER NOT NULL DEFAULT 0,          -- how often reading was begun
    error TEXT,
    items INTEGER NOT NULL DEFAULT 0,
    counts TEXT NOT NULL DEFAULT '{}',            -- JSON
    compared_at INTEGER,
    discarded TEXT                                -- JSON: who, when, why
  ) STRICT;
  CREATE INDEX import_by_list ON import (list);

  CREATE TABLE file (
    import INTEGER NOT NULL REFERENCES import (id),
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    format TEXT,
    warnings TEXT NOT NULL DEFAULT '[]',          -- JSON
    deleted_at INTEGER,                           -- the original; what was read of it stays
    deleted_why TEXT,
    PRIMARY KEY (import, number)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE decision (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    import INTEGER NOT NULL REFERENCES import (id),
    action TEXT NOT NULL,                         -- approve, reject, withdraw
    item INTEGER,                                 -- NULL: all that fit the filter
    filter TEXT NOT NULL,                         -- JSON
    count INTEGER NOT NULL,
    actor TEXT NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT NOT NULL
  ) STRICT;
  CREATE INDEX decision_by_import ON decision (import, seq);

  CREATE TABLE item (
    import INTEGER NOT NULL REFERENCES import (id),
    number INTEGER NOT NULL,                      -- from 1, in the order of the file
    value TEXT NOT NULL,
    kind TEXT NOT NULL,
    scope TEXT NOT NULL,
    decision TEXT NOT NULL,                       -- accept, hold, refuse: what is proposed
    reasons TEXT NOT NULL,                        -- JSON
    readings TEXT NOT NULL,                       -- JSON
    written TEXT NOT NULL,
    places TEXT NOT NULL,                         -- JSON, the first ones
    place_count INTEGER NOT NULL,
    target TEXT,                                  -- what it would enforce without a choice of a person; NULL: nothing
    standing TEXT NOT NULL DEFAULT 'new',         -- new, known, conflict, none
    known TEXT NOT NULL DEFAULT '{}',             -- JSON: what holds it
    state TEXT NOT NULL DEFAULT 'open',           -- open, approved, rejected, withdrawn
    approval INTEGER REFERENCES decision (seq),   -- the last one
    ending INTEGER REFERENCES decision (seq),     -- the rejection or the withdrawal after it
    enforced TEXT,                                -- name or prefix; NULL: not approved
    enforced_scope TEXT,
    accepted TEXT NOT NULL DEFAULT '[]',          -- JSON: guards of the server that the approval lets it pass
    PRIMARY KEY (import, number)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX item_enforced ON item (enforced) WHERE enforced IS NOT NULL;
  CREATE INDEX item_in_force ON item (import, number) WHERE enforced IS NOT NULL;
  `,
  `
  -- What people say is blocked wrongly.
  CREATE TABLE report (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    reference TEXT NOT NULL,                      -- what the person was told to name
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    address TEXT NOT NULL,                        -- it came from
    host_name TEXT,
    mac TEXT,
    client_id INTEGER,                            -- of the store
    at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    count INTEGER NOT NULL DEFAULT 1,
    state TEXT NOT NULL DEFAULT 'open',           -- open, allowed, kept, invalid
    decided_by TEXT,
    decided_at INTEGER,
    reason TEXT
  ) STRICT;
  CREATE UNIQUE INDEX report_open ON report (address, name) WHERE state = 'open';
  CREATE INDEX report_by_state ON report (state, id);
  `,
  `
  ALTER TABLE import ADD COLUMN shared TEXT;        -- JSON: from what is known whether its addresses are shared; NULL: not asked
  `,
  (database) => {
    database.exec(`
      -- A decision about many items is carried out some at a time: those up to this number are done. NULL: all are.
      ALTER TABLE decision ADD COLUMN next INTEGER;
      CREATE INDEX decision_unfinished ON decision (seq) WHERE next IS NOT NULL;

      -- Items that may be in force for a name or a prefix, by its CRC-32; see item-names.ts.
      CREATE TABLE item_name (
        import INTEGER NOT NULL REFERENCES import (id),
        hash INTEGER NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (import, hash, number)
      ) STRICT, WITHOUT ROWID;
      DROP INDEX item_enforced;
      CREATE INDEX file_by_content ON file (sha256)`)
    database.function('thanhloc_name_hash', { deterministic: true }, (text) => nameHash(String(text)))
    database.exec(`
      INSERT INTO item_name SELECT import, thanhloc_name_hash(target), number FROM item WHERE target IS NOT NULL
        UNION SELECT import, thanhloc_name_hash(enforced), number FROM item WHERE enforced IS NOT NULL`)
  },
]

/** Takes the steps the file lacks. Throws SchemaTooNew, or what SQLite throws. */
export function migrate(database: DatabaseSync): void {
  takeSteps(database, { steps: STEPS, applicationId: APPLICATION_ID, tooNew })
}

function tooNew(version: number, known: number): SchemaTooNew {
  return new SchemaTooNew(
    `it has schema ${version}, this version knows ${known}: install a later version of the program`,
  )
}

/** Imports that come back from a backup. Throws what SQLite throws, SchemaTooNew, and an error where it is none of ours. */
export function prepareRestoredImports(database: DatabaseSync): void {
  if (pragmaOf(database, 'application_id') !== APPLICATION_ID) throw new Error('it is no database of imports')
  migrate(database)
}
