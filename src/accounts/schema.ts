/**
 * The tables of the accounts, as steps forward from an empty file. `PRAGMA user_version` says how many steps a file has
 * taken; a step that has been released is never edited again, only followed by another.
 */
import type { DatabaseSync } from 'node:sqlite'
import { pragmaOf, SchemaTooNew, takeSteps } from '../sqlite/schema-steps.ts'
import { corruption } from './fault.ts'

/** "TLAC" in the header of the file: ours, whatever it is called. */
export const APPLICATION_ID = 0x544c4143

/** Name of the database inside the data directory. */
export const ACCOUNTS_FILE = 'accounts.db'

const STEPS: readonly string[] = [
  `
  -- All times: milliseconds since 1970. Lists of units: JSON arrays of unit ids; NULL: every unit.
  CREATE TABLE user (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,                           -- as shown
    name_key TEXT NOT NULL UNIQUE,                -- as compared
    full_name TEXT NOT NULL,
    role TEXT NOT NULL,
    units TEXT,
    password TEXT NOT NULL,                       -- salted hash with its parameters
    needs_factor INTEGER NOT NULL,                -- 1: the password is too short to stand alone
    must_change INTEGER NOT NULL,                 -- 1: somebody else set the password
    is_disabled INTEGER NOT NULL DEFAULT 0,
    totp BLOB,                                    -- sealed with accounts.key; NULL: no second factor
    totp_pending BLOB,                            -- sealed; shown, not yet confirmed
    totp_step INTEGER NOT NULL DEFAULT 0,         -- the last time step a code was taken for
    created_at INTEGER NOT NULL,
    password_at INTEGER NOT NULL,
    active_at INTEGER NOT NULL                    -- last signed in, made or enabled
  ) STRICT;

  CREATE TABLE recovery_code (
    hash BLOB PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX recovery_code_by_user ON recovery_code (user_id);

  CREATE TABLE session (
    hash BLOB PRIMARY KEY,                        -- SHA-256 of the cookie
    user_id INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX session_by_user ON session (user_id, seen_at);

  CREATE TABLE token (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    hash BLOB NOT NULL UNIQUE,                    -- SHA-256 of the token
    role TEXT NOT NULL,
    units TEXT,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
  ) STRICT;

  -- Failed sign-ins, so that a restart forgets none.
  CREATE TABLE failure (
    key TEXT PRIMARY KEY,                         -- a digest: people type passwords where the name belongs
    count INTEGER NOT NULL,
    failed_at INTEGER NOT NULL,
    locked_until INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- The trail. What a row's hash is made of: audit-entry.ts.
  CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    role TEXT NOT NULL,
    source TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    reason TEXT NOT NULL,
    details TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;
  CREATE INDEX audit_by_actor ON audit (actor, seq);
  CREATE INDEX audit_by_action ON audit (action, seq);
  CREATE INDEX audit_by_time ON audit (at);

  -- The last row that was pruned: what the first row left follows on. 0 and zeros: none was.
  CREATE TABLE audit_anchor (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;
  INSERT INTO audit_anchor (id, seq, hash) VALUES (1, 0, '${'0'.repeat(64)}');

  -- A first hurdle only: who can write the file can drop them. What holds is the chain and a head kept elsewhere.
  -- Before INSERT, because INSERT OR REPLACE deletes without a DELETE trigger.
  CREATE TRIGGER audit_grows_at_its_end BEFORE INSERT ON audit
  WHEN NEW.seq IS NOT coalesce((SELECT max(seq) FROM audit), (SELECT seq FROM audit_anchor)) + 1
  BEGIN SELECT RAISE(ABORT, 'the audit trail is only appended to'); END;
  CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit trail is only appended to'); END;
  CREATE TRIGGER audit_keeps BEFORE DELETE ON audit WHEN OLD.seq > (SELECT seq FROM audit_anchor)
  BEGIN SELECT RAISE(ABORT, 'the audit trail is only appended to'); END;
  CREATE TRIGGER audit_anchor_is_one BEFORE INSERT ON audit_anchor
  BEGIN SELECT RAISE(ABORT, 'the audit trail has one anchor'); END;
  CREATE TRIGGER audit_anchor_stays BEFORE DELETE ON audit_anchor
  BEGIN SELECT RAISE(ABORT, 'the audit trail has one anchor'); END;
  CREATE TRIGGER audit_anchor_moves_on BEFORE UPDATE ON audit_anchor
  WHEN NEW.id <> 1 OR NEW.seq <= OLD.seq OR NEW.hash IS NOT (SELECT hash FROM audit WHERE seq = NEW.seq)
  BEGIN SELECT RAISE(ABORT, 'the anchor of the audit trail only moves to a later row'); END;
  `,
]

/** Takes the steps the file lacks, each in a transaction of its own. Throws SchemaTooNew, or what SQLite throws. */
export function migrate(database: DatabaseSync): void {
  takeSteps(database, { steps: STEPS, applicationId: APPLICATION_ID, tooNew })
}

function tooNew(version: number, known: number): SchemaTooNew {
  return new SchemaTooNew(
    `it has schema ${version}, this version knows ${known}: install a later version of the program`,
  )
}

/**
 * Refuses a file that is not one of accounts: another database, or an empty one. A file of ours is never without
 * tables, because it gets its name when it has them.
 */
export function checkIsOurs(database: DatabaseSync): void {
  if (pragmaOf(database, 'application_id') !== APPLICATION_ID || pragmaOf(database, 'user_version') === 0)
    throw corruption('it is no database of accounts')
}
