/**
 * What is remembered of a feed beside its file, `.state/<id>.json`: what to ask the server with, what the file came to,
 * and the last attempts. Where it is gone or damaged the file is fetched once more.
 */
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { FeedSettings } from '../config/settings.ts'
import { writeAtomically } from '../lists/atomic-file.ts'
import { MAX_ATTEMPTS, type FeedAttempt } from './feed-status.ts'

/** The version that lies there. */
export interface Kept {
  /** From where and how it was fetched: see `sourceOf`. */
  readonly source: string
  readonly etag: string | null
  readonly lastModified: string | null
  readonly bytes: number
  /** Of the file as it lies there, unpacked; hexadecimal. */
  readonly sha256: string
  readonly entries: number
  readonly trustedComment: string | null
  readonly signedAtMs: number | null
}

interface Written {
  readonly version: 1
  readonly lastSuccessMs: number | null
  readonly kept: Kept | null
  readonly history: readonly FeedAttempt[]
}

export class FeedRecord {
  /** Of the list. */
  readonly path: string
  /** For what is not finished; gone when it is. */
  readonly downloadPath: string
  readonly unpackedPath: string
  readonly #recordPath: string
  lastSuccessMs: number | null = null
  kept: Kept | null = null
  history: readonly FeedAttempt[] = []

  /** `path`: where the list lies; its directory is made. Throws what the file system says. */
  constructor(path: string) {
    const directory = join(dirname(path), '.state')
    const name = basename(path)
    this.path = path
    this.#recordPath = join(directory, `${name}.json`)
    this.downloadPath = join(directory, `${name}.part`)
    this.unpackedPath = join(directory, `${name}.unpacked`)
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    this.clean()
    try {
      const written = JSON.parse(readFileSync(this.#recordPath, 'utf8')) as Partial<Written>
      if (written.version !== 1) return
      this.lastSuccessMs = written.lastSuccessMs ?? null
      this.kept = written.kept ?? null
      this.history = (written.history ?? []).slice(0, MAX_ATTEMPTS)
    } catch {
      // The first start, or a damaged file: it is fetched whole and written anew.
    }
  }

  /** Whether the file that lies there is the one that was put there: somebody may have brought another by hand. */
  get isInPlace(): boolean {
    try {
      return this.kept !== null && statSync(this.path).size === this.kept.bytes
    } catch {
      return false
    }
  }

  note(attempt: FeedAttempt): void {
    this.history = [attempt, ...this.history].slice(0, MAX_ATTEMPTS)
  }

  /** Throws what the file system says. */
  save(): void {
    const { lastSuccessMs, kept, history } = this
    const written: Written = { version: 1, lastSuccessMs, kept, history }
    writeAtomically(this.#recordPath, `${JSON.stringify(written, null, 1)}\n`)
  }

  /** Removes what was not finished. */
  clean(): void {
    rmSync(this.downloadPath, { force: true })
    rmSync(this.unpackedPath, { force: true })
  }
}

/** Changes when an unchanged file on the server would be another one, or would have to be verified again. */
export function sourceOf({ url, sha256, signature }: FeedSettings): string {
  return [url, sha256 ?? '', signature?.key ?? '', signature?.url ?? ''].join(' ')
}
