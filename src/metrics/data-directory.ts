/**
 * What the data directory's disk has room for, and when a backup was last written. Looked at now and then and never
 * waited for: on a disk that does not answer, such as a share whose server is gone, one look stays out, and after a
 * minute nothing is known any more.
 */
import { stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { LAST_BACKUP_FILE } from '../detection/cases/backup.ts'

export interface DiskRoom {
  /** Bytes that the server's user may still fill. */
  readonly free: number
  readonly size: number
}

export interface DataDirectoryReadings {
  /** Null: not known. */
  readonly room: DiskRoom | null
  /** Wall clock, milliseconds; null: none was written, or it is not known. */
  readonly lastBackupMs: number | null
}

/** What is asked of the file system. */
export type DirectoryProbe = (directory: string) => Promise<DataDirectoryReadings>

const LOOK_MS = 10_000
const FORGOTTEN_MS = 60_000
const UNKNOWN: DataDirectoryReadings = { room: null, lastBackupMs: null }

export class DataDirectory {
  readonly #directory: string
  readonly #clock: Clock
  readonly #probe: DirectoryProbe
  readonly #stop: () => void
  #readings = UNKNOWN
  #readMs = -Infinity
  #isLooking = false

  /** Begins to look. */
  constructor(directory: string, clock: Clock, probe: DirectoryProbe = probeDirectory) {
    this.#directory = directory
    this.#clock = clock
    this.#probe = probe
    this.#stop = clock.every(LOOK_MS, () => void this.look())
    void this.look()
  }

  /** What the last look found, unless that was long ago. */
  get readings(): DataDirectoryReadings {
    return this.#clock.monotonicMs() - this.#readMs < FORGOTTEN_MS ? this.#readings : UNKNOWN
  }

  /** One look, unless one is out. Never rejects. */
  async look(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    try {
      this.#readings = await this.#probe(this.#directory)
    } catch {
      // Gone or out of reach: the store says so, and has more to say of it.
      this.#readings = UNKNOWN
    } finally {
      this.#readMs = this.#clock.monotonicMs()
      this.#isLooking = false
    }
  }

  close(): void {
    this.#stop()
  }
}

async function probeDirectory(directory: string): Promise<DataDirectoryReadings> {
  const [{ bavail, blocks, bsize }, lastBackupMs] = await Promise.all([
    statfs(directory),
    stat(join(directory, LAST_BACKUP_FILE)).then(({ mtimeMs }) => mtimeMs, notThere),
  ])
  return { room: { free: bavail * bsize, size: blocks * bsize }, lastBackupMs }
}

function notThere(error: NodeJS.ErrnoException): null {
  if (error.code !== 'ENOENT') throw error
  return null
}
