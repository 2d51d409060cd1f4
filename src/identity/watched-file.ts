/** A file that is read again when it has changed: when that was, what came of it, and what is said of it. */
import type { Clock } from '../clock.ts'
import type { Logger } from '../log/log.ts'
import { Breath } from './breath.ts'
import { readFailure, signatureOf } from './file-chunks.ts'
import type { Refusal } from './refusals.ts'

/** What became of reading one source, for /status and metrics. */
export interface SourceStatus {
  readonly source: 'lease' | 'neighbour' | 'edns' | 'register' | 'reverse' | 'botnet-list'
  /** Of a file; null: no file. */
  readonly path: string | null
  /** Of a lease file, as configured or found; null: not known yet, or none. */
  readonly format: string | null
  /** Leases, neighbours, machines, addresses: what is known from it now. */
  readonly rows: number
  /** What of it could not be taken at the last reading, and the first reasons. */
  readonly refused: number
  readonly refusals: readonly Refusal[]
  /** When it was read last, wall clock; null: never. */
  readonly lastReadMs: number | null
  /** Why it cannot be read now; null: it can. What was known before still holds. */
  readonly error: string | null
}

/** What a reading found. */
export interface Reading {
  readonly rows: number
  readonly refused: readonly Refusal[]
  readonly refusedCount: number
  /** The file was written to meanwhile: it is to be read once more. */
  readonly hasMoved: boolean
}

export interface FileContext {
  readonly clock: Clock
  readonly log: Logger
}

/** Readings that find the file moving before one is taken as it is. */
const MAX_MOVED = 3

export class WatchedFile {
  /** The file, and those beside it that belong to it. */
  readonly paths: readonly string[]
  readonly #context: FileContext
  #signature: string | null = null
  #moved = 0
  #last: Reading = { rows: 0, refused: [], refusedCount: 0, hasMoved: false }
  #lastReadMs: number | null = null
  #error: string | null = null

  constructor(paths: readonly string[], context: FileContext) {
    this.paths = paths
    this.#context = context
  }

  /** Whether it looks otherwise than when it was read. */
  get isChanged(): boolean {
    return this.#signature !== signatureOf(this.paths)
  }

  /** Has it read once more, changed or not. */
  expire(): void {
    this.#signature = null
  }

  get status(): Pick<SourceStatus, 'path' | 'rows' | 'refused' | 'refusals' | 'lastReadMs' | 'error'> {
    return {
      path: this.paths[0]!,
      rows: this.#last.rows,
      refused: this.#last.refusedCount,
      refusals: this.#last.refused,
      lastReadMs: this.#lastReadMs,
      error: this.#error,
    }
  }

  /**
   * Reads it by `read`, which gets whether it has to do with a file that is being written, and throws where nothing can
   * be made of it. Never rejects.
   */
  async read(read: (breath: Breath, takesMoved: boolean) => Promise<Reading>): Promise<void> {
    const { clock, log } = this.#context
    const signature = signatureOf(this.paths)
    const path = this.paths[0]
    try {
      const reading = await read(new Breath(clock), this.#moved >= MAX_MOVED)
      this.#moved = reading.hasMoved ? this.#moved + 1 : 0
      // As it was before: a file that moved meanwhile looks changed, and is read again.
      this.#signature = signature
      if (reading.hasMoved && this.#moved <= MAX_MOVED) return
      if (this.#error !== null) log.info({ path }, 'the file can be read again')
      if (reading.refusedCount !== this.#last.refusedCount && reading.refusedCount > 0) {
        const [first] = reading.refused
        log.warn({ path, refused: reading.refusedCount, line: first?.line, reason: first?.reason }, 'lines of the file could not be taken') // prettier-ignore
      }
      this.#last = reading
      this.#lastReadMs = clock.wallMs()
      this.#error = null
    } catch (error) {
      this.#signature = signature
      const reason = readFailure(error)
      if (reason !== this.#error) log.warn({ path, reason }, 'the file cannot be read: what was known from it still holds') // prettier-ignore
      this.#error = reason
    }
  }
}
