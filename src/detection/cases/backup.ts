/**
 * A copy of the databases while the server runs: whole, checked, sealed, and for its owner alone. The old copy makes way
 * when the new one is whole, never before.
 */
import { fork, type ChildProcess } from 'node:child_process'
import {
  closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, readSync, renameSync, rmSync, statfsSync, statSync, writeFileSync,
} from 'node:fs' // prettier-ignore
import { basename, dirname, isAbsolute, join } from 'node:path'
import type { Clock } from '../../clock.ts'
import type { StoreLog } from '../log.ts'
import { APPLICATION_ID, DATABASE_FILE } from '../schema.ts'
import { invalid } from './asked.ts'
import type { BackupAnswer, BackupOrder } from './backup-process.ts'
import type { CaseProblem } from './desk.ts'

/** `store/backup`. */
export interface BackupAsked {
  /** Absolute; null: under `backups` in the data directory, by the time. */
  readonly path: string | null
  /** A backup that is there makes way; else nothing may be there. */
  readonly replaces?: boolean
}

export interface BackupDone {
  readonly path: string
  readonly bytes: number
  readonly clients: number
  readonly cases: number
  /** Sum of the hits of all clients in the copy. */
  readonly hits: number
  /** Other databases that are in it. */
  readonly parts: readonly string[]
  readonly durationMs: number
}

export interface BackupProgress {
  readonly path: string
  readonly bytes: number
  /** About how many there will be. */
  readonly expectedBytes: number
}

/** How the last one ended; `reason` null: it is written. */
export interface BackupEnd {
  readonly path: string
  readonly atMs: number
  readonly reason: string | null
  readonly done: BackupDone | null
}

/** Directory inside the data directory, and how many it may hold: nobody empties it. */
export const BACKUPS_DIRECTORY = 'backups'
export const BACKUPS_KEPT = 10
/** In the data directory: where the last backup went; its time is when it was written, also before this start. */
export const LAST_BACKUP_FILE = 'last-backup'
/** Left free on the disk beside the copy. */
const ROOM_FACTOR = 1.1
const PROCESS = new URL('./backup-process.ts', import.meta.url)
const SUFFIX = '.backup'
/** Bytes of a file's head that name it; the application's id is in the last four. */
const HEAD_BYTES = 72

export class Backup {
  readonly #directory: string
  readonly #source: string
  readonly #beside: BackupOrder['beside']
  readonly #clock: Clock
  readonly #log: StoreLog
  #running: { readonly path: string; readonly partial: string; readonly expectedBytes: number } | null = null
  #last: BackupEnd | null = null
  #process: ChildProcess | null = null

  /** `directory`: of the data; `beside`: names of the databases in it that go with the store. */
  constructor(directory: string, beside: readonly string[], clock: Clock, log: StoreLog) {
    this.#directory = directory
    this.#source = join(directory, DATABASE_FILE)
    this.#beside = beside.map((name) => ({ name, path: join(directory, name) }))
    this.#clock = clock
    this.#log = log
  }

  /** How far the copy has come that is being written, or null. */
  get progress(): BackupProgress | null {
    if (this.#running === null) return null
    const { path, partial, expectedBytes } = this.#running
    return { path, bytes: sizeOf(partial), expectedBytes }
  }

  /** How the last one ended, of this thread's life; or null. */
  get last(): BackupEnd | null {
    return this.#last
  }

  /** Writes the copy. `usedBytes`: of the store, without free pages. Never rejects. */
  async to(asked: unknown, usedBytes: number): Promise<BackupDone | CaseProblem> {
    if (this.#running !== null)
      return { problem: 'conflict', message: `A backup is being written to ${this.#running.path}.` }
    const read = this.#read(asked)
    if ('problem' in read) return read
    const { path } = read
    const partial = `${path}.partial`
    const startMs = this.#clock.monotonicMs()
    // Each other database is for a moment there twice.
    const besideBytes = this.#beside.reduce(
      (sum, one) => sum + sizeOf(one.path) + sizeOf(`${one.path}-wal`),
      0,
    )
    const expectedBytes = usedBytes + besideBytes
    this.#running = { path, partial, expectedBytes }
    try {
      const room = roomProblem(dirname(path), expectedBytes + besideBytes)
      if (room !== null) return this.#failed(path, room)
      rmSync(partial, { force: true })
      closeSync(openSync(partial, 'wx', 0o600))
      const order = {
        source: this.#source,
        target: partial,
        beside: this.#beside,
        atMs: this.#clock.wallMs(),
      }
      const answer = await this.#copy(order)
      if ('problem' in answer) return this.#failed(path, answer.problem)
      renameSync(partial, path)
      syncDirectory(dirname(path))
      const done = { path, ...answer, durationMs: this.#clock.monotonicMs() - startMs }
      this.#last = { path, atMs: this.#clock.wallMs(), reason: null, done }
      this.#log.info(done, 'a backup is written')
      this.#note(path)
      return done
    } catch (error) {
      return this.#failed(path, (error as Error).message)
    } finally {
      this.#running = null
      for (const suffix of ['', '-journal']) rmSync(partial + suffix, { force: true })
    }
  }

  /** Gives up the copy that is being written: nobody waits for it any more. */
  stop(): void {
    this.#process?.kill('SIGKILL')
  }

  #read(asked: unknown): { readonly path: string } | CaseProblem {
    const { path, replaces = false } = (asked ?? {}) as Partial<Record<keyof BackupAsked, unknown>>
    if (path === null) return this.#ownPlace()
    if (typeof path !== 'string' || !isAbsolute(path) || path.includes('\0'))
      return invalid('A backup is written to a path that begins with /.')
    if (!existsSync(path)) return { path }
    if (replaces !== true)
      return invalid(`${path} is there already: a backup overwrites nothing unless it is told to.`)
    if (!isBackup(path) || isSame(path, this.#source))
      return invalid(`${path} is no backup: it is not overwritten.`)
    return { path }
  }

  #ownPlace(): { readonly path: string } | CaseProblem {
    const directory = join(this.#directory, BACKUPS_DIRECTORY)
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 })
      const names = readdirSync(directory)
      // Left by a process that was killed.
      for (const name of names.filter((each) => each.includes('.partial'))) rmSync(join(directory, name))
      if (names.filter((name) => name.endsWith(SUFFIX)).length >= BACKUPS_KEPT) {
        const message = `${directory} holds ${BACKUPS_KEPT} backups, and no more are kept there: move some elsewhere, or name a file.`
        return { problem: 'not-permitted', message }
      }
    } catch (error) {
      return { problem: 'unavailable', message: `No backup is written: ${(error as Error).message}.` }
    }
    const stamp = new Date(this.#clock.wallMs())
      .toISOString()
      .replace(/[-:]/g, '')
      .replace('T', '-')
      .slice(0, 15)
    const path = join(directory, `${basename(DATABASE_FILE, '.db')}-${stamp}${SUFFIX}`)
    return existsSync(path) ? invalid(`${path} is there already: try again in a second.`) : { path }
  }

  #failed(path: string, reason: string): CaseProblem {
    this.#log.error({ path, reason }, 'no backup is written')
    this.#last = { path, atMs: this.#clock.wallMs(), reason, done: null }
    return { problem: 'unavailable', message: `No backup is written to ${path}: ${reason}.` }
  }

  /** For whoever asks how old the last backup is, which may stand on a disk that is not here now. */
  #note(path: string): void {
    const file = join(this.#directory, LAST_BACKUP_FILE)
    try {
      // Anew: the time of a file that is written over with the same words need not change.
      rmSync(file, { force: true })
      writeFileSync(file, `${path}\n`, { mode: 0o600 })
    } catch (error) {
      this.#log.warn(
        { path: file, reason: (error as Error).message },
        'when the last backup was written is not noted',
      )
    }
  }

  #copy(order: BackupOrder): Promise<BackupAnswer> {
    return new Promise((resolve, reject) => {
      const writer = fork(PROCESS, { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
      this.#process = writer
      writer.once('message', (answer: BackupAnswer) => resolve(answer))
      // On: one that nobody hears would end the thread.
      writer.on('error', reject)
      writer.once('exit', (code, signal) => {
        this.#process = null
        reject(new Error(`the process that writes it ended (${signal ?? code})`))
      })
      writer.send(order)
    })
  }
}

/** Whether a file says at its head that it is a database of the store: SQLite's format, §1.3. */
function isBackup(path: string): boolean {
  const head = Buffer.alloc(HEAD_BYTES)
  const file = openSync(path, 'r')
  try {
    return readSync(file, head) === HEAD_BYTES && head.readUInt32BE(HEAD_BYTES - 4) === APPLICATION_ID
  } finally {
    closeSync(file)
  }
}

function isSame(path: string, other: string): boolean {
  const one = statSync(path)
  const two = statSync(other, { throwIfNoEntry: false })
  return one.ino === two?.ino && one.dev === two.dev
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function roomProblem(directory: string, bytes: number): string | null {
  const { bavail, bsize } = statfsSync(directory)
  const needed = Math.ceil(bytes * ROOM_FACTOR)
  const free = bavail * bsize
  return free >= needed ? null : `${directory} has ${free} bytes free, and ${needed} are needed`
}

function syncDirectory(path: string): void {
  const descriptor = openSync(path, 'r')
  fsyncSync(descriptor)
  closeSync(descriptor)
}
