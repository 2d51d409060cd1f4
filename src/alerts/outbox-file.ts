/**
 * The file of the outbox: private to its owner, in WAL mode, with its tables. One that is no sound database is moved
 * aside, never deleted, and a new one begun.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'
import { corruption, kindOfCode } from '../sqlite/fault-codes.ts'
import { moveAside } from '../sqlite/move-aside.ts'
import { damageOf, makePrivate } from '../sqlite/private-file.ts'
import { takeSteps } from '../sqlite/schema-steps.ts'
import { keepStepCopy } from '../sqlite/step-copy.ts'
import type { AlertLog } from './log.ts'

/** Name of the database inside the data directory. */
export const OUTBOX_FILE = 'alerts.db'

/** Opens a connection to `path`; replaced in tests. */
export type Connect = (path: string) => DatabaseSync

/** "TLAL" in the header of the file: ours, whatever it is called. */
const APPLICATION_ID = 0x544c414c
/** How long a statement waits for a lock: the thread has an API to serve. */
const BUSY_MS = 50
/** A small file that many small transactions are written to: its log need not grow to many times its size. */
const CHECKPOINT_PAGES = 128
const WAL_KEPT_BYTES = 1 << 20

/** Steps forward from an empty file; `PRAGMA user_version` says how many a file has taken. Never edited, only followed. */
const STEPS: readonly string[] = [
  `
  -- One message to one channel. The id never comes twice.
  CREATE TABLE message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'dead')),
    kind TEXT NOT NULL,
    throttle_key TEXT NOT NULL,
    severity INTEGER NOT NULL,                    -- index in SEVERITIES
    alert_count INTEGER NOT NULL,                 -- alerts it tells of
    content TEXT,                                 -- JSON; NULL once it is sent or dead: nothing of it is needed
    created_at INTEGER NOT NULL,                  -- all times: milliseconds since 1970
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,          -- from the first on the content stays as it is
    receivers TEXT NOT NULL DEFAULT '[]',         -- JSON: who of several has it already
    ended_at INTEGER
  ) STRICT;
  CREATE INDEX message_due ON message (channel, due_at) WHERE state = 'pending';
  -- Into this one further alerts are folded.
  CREATE UNIQUE INDEX message_open ON message (channel, kind, throttle_key) WHERE state = 'pending' AND attempts = 0;
  CREATE INDEX message_created ON message (created_at) WHERE state = 'pending';
  CREATE INDEX message_ended ON message (state, ended_at) WHERE state <> 'pending';

  -- When a kind about something may be told of again.
  CREATE TABLE throttle (
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    throttle_key TEXT NOT NULL,
    next_at INTEGER NOT NULL,
    PRIMARY KEY (channel, kind, throttle_key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX throttle_by_time ON throttle (next_at);

  -- Alerts that have no message (there was no room, or it was given up): the next message of the channel counts them.
  CREATE TABLE held (
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    alert_count INTEGER NOT NULL,
    PRIMARY KEY (channel, kind)
  ) STRICT, WITHOUT ROWID;

  -- What has begun and not ended.
  CREATE TABLE condition (
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (kind, about)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE channel (
    name TEXT PRIMARY KEY,
    allowance_at INTEGER NOT NULL DEFAULT 0,      -- when all messages of an hour may be sent at once again
    sent_count INTEGER NOT NULL DEFAULT 0,
    dead_count INTEGER NOT NULL DEFAULT 0,
    overflow_count INTEGER NOT NULL DEFAULT 0,    -- alerts there was no room for
    last_success_at INTEGER,
    last_error TEXT,
    last_error_at INTEGER
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE outbox (
    singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
    instance TEXT NOT NULL,                       -- random; with a message's id it names the message everywhere
    cursor INTEGER NOT NULL                       -- the last event of the store that was handled
  ) STRICT;
  `,
  `
  ALTER TABLE outbox ADD COLUMN log TEXT;                 -- of which log of the store; NULL: not known yet
  ALTER TABLE outbox ADD COLUMN last_event_at INTEGER;    -- the latest time of an event handled; 0: none was; NULL: not known
  ALTER TABLE channel ADD COLUMN failed_count INTEGER NOT NULL DEFAULT 0; -- attempts
  `,
]

/** A file written by a later version: left alone. */
export class OutboxTooNew extends Error {
  readonly code = 'THANHLOC_OUTBOX_TOO_NEW'
}

export interface OpenedOutbox {
  readonly database: DatabaseSync
  /** Where a corrupt file was moved to, or null. */
  readonly movedTo: string | null
}

const connectFile: Connect = (path) => new DatabaseSync(path, { timeout: BUSY_MS })

/** Opens or creates the outbox in `directory`. Throws OutboxTooNew, and errors of node:sqlite and node:fs. */
export function openOutboxFile(
  directory: string,
  clock: Clock,
  random: Random,
  log: AlertLog,
  connect = connectFile,
): OpenedOutbox {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, OUTBOX_FILE)
  try {
    return { database: openPrivate(path, random, log, connect), movedTo: null }
  } catch (error) {
    if (!isCorrupt(error)) throw error
    const movedTo = moveAside(path, clock)
    return { database: openPrivate(path, random, log, connect), movedTo }
  }
}

/** An outbox that lasts as long as the process, for when the file cannot be written. */
export function openOutboxInMemory(random: Random): DatabaseSync {
  const database = new DatabaseSync(':memory:')
  migrate(database, random, () => {})
  return database
}

/** Whether an error of node:sqlite means that the file is no sound database. */
export function isCorrupt(error: unknown): boolean {
  const { errcode } = error as { errcode?: number }
  return errcode !== undefined && kindOfCode(errcode) === 'corrupt'
}

function openPrivate(path: string, random: Random, log: AlertLog, connect: Connect): DatabaseSync {
  makePrivate(path)
  const database = connect(path)
  try {
    // NORMAL in WAL mode: kill -9 loses no commit. What is deleted is overwritten: it names machines.
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY;
      PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA journal_size_limit = ${WAL_KEPT_BYTES}`)
    const damage = damageOf(database)
    if (damage !== null) throw corruption(`the outbox is corrupt: ${damage}`)
    migrate(database, random, (step) => keepStepCopy(database, path, step, log))
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Takes the steps the file lacks; `beforeStep` is called before the first of them where it has tables. */
function migrate(database: DatabaseSync, random: Random, beforeStep: (step: number) => void): void {
  const [tables, ...later] = STEPS
  const first = (fresh: DatabaseSync): void => {
    fresh.exec(tables!)
    const instance = [random.bits32(), random.bits32()]
      .map((bits) => bits.toString(16).padStart(8, '0'))
      .join('')
    fresh.prepare('INSERT INTO outbox (singleton, instance, cursor) VALUES (1, ?, 0)').run(instance)
  }
  takeSteps(database, { steps: [first, ...later], applicationId: APPLICATION_ID, tooNew }, beforeStep)
}

function tooNew(version: number, known: number): OutboxTooNew {
  return new OutboxTooNew(
    `the outbox has schema ${version}, this version knows ${known}: install a later one`,
  )
}
