/** A copy of the database while the server runs: whole, of one moment, checked, and for its owner alone. */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs'
import { dirname, isAbsolute } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Clock } from '../../clock.ts'
import type { StoreLog } from '../log.ts'
import { invalid } from './asked.ts'
import type { BackupAnswer, BackupOrder } from './backup-thread.ts'
import type { CaseProblem } from './desk.ts'

export interface BackupDone {
  readonly path: string
  readonly bytes: number
  readonly clients: number
  readonly cases: number
  /** Sum of the hits of all clients in the copy. */
  readonly hits: number
  readonly durationMs: number
}

export interface BackupProgress {
  readonly path: string
  readonly bytes: number
  /** About how many there will be. */
  readonly expectedBytes: number
}

/** Left free on the disk beside the copy. */
const ROOM_FACTOR = 1.1
const THREAD = new URL('./backup-thread.ts', import.meta.url)

export class Backup {
  readonly #source: string
  readonly #clock: Clock
  readonly #log: StoreLog
  #running: { readonly path: string; readonly partial: string; readonly expectedBytes: number } | null = null

  /** `source`: path of the database. */
  constructor(source: string, clock: Clock, log: StoreLog) {
    this.#source = source
    this.#clock = clock
    this.#log = log
  }

  /** How far the copy has come that is being written, or null. */
  get progress(): BackupProgress | null {
    if (this.#running === null) return null
    const { path, partial, expectedBytes } = this.#running
    return { path, bytes: statSync(partial, { throwIfNoEntry: false })?.size ?? 0, expectedBytes }
  }

  /**
   * Writes the copy to `path`: absolute, and nothing there yet. `usedBytes`: of the database, without free pages. Never
   * rejects.
   */
  async to(path: unknown, usedBytes: number): Promise<BackupDone | CaseProblem> {
    if (typeof path !== 'string' || !isAbsolute(path) || path.includes('\0'))
      return invalid('A backup is written to a path that begins with /.')
    if (this.#running !== null)
      return { problem: 'unavailable', message: `A backup is being written to ${this.#running.path}.` }
    if (existsSync(path)) return invalid(`${path} is there already: a backup overwrites nothing.`)
    const partial = `${path}.partial`
    const startMs = this.#clock.monotonicMs()
    this.#running = { path, partial, expectedBytes: usedBytes }
    try {
      const room = roomProblem(dirname(path), usedBytes)
      if (room !== null) return { problem: 'unavailable', message: room }
      rmSync(partial, { force: true })
      // SQLite takes an empty file that is there, and leaves it its mode.
      closeSync(openSync(partial, 'wx', 0o600))
      const answer = await this.#copy({ source: this.#source, target: partial })
      if ('problem' in answer) return this.#failed(path, answer.problem)
      renameSync(partial, path)
      syncDirectory(dirname(path))
      const { bytes, clients, cases, hits } = answer
      const done = { path, bytes, clients, cases, hits, durationMs: this.#clock.monotonicMs() - startMs }
      this.#log.info(done, 'a backup of the store is written')
      return done
    } catch (error) {
      return this.#failed(path, (error as Error).message)
    } finally {
      this.#running = null
      rmSync(partial, { force: true })
    }
  }

  #failed(path: string, reason: string): CaseProblem {
    this.#log.error({ path, reason }, 'no backup of the store is written')
    return { problem: 'unavailable', message: `No backup is written to ${path}: ${reason}.` }
  }

  #copy(order: BackupOrder): Promise<BackupAnswer> {
    return new Promise((resolve, reject) => {
      const worker = new Worker(THREAD, { workerData: order, name: 'backup' })
      worker.once('message', (answer: BackupAnswer) => resolve(answer))
      worker.once('error', reject)
      worker.once('exit', () => reject(new Error('the thread that writes it ended')))
    })
  }
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
