/**
 * Tells when files change. Their directories are watched, not the files: editors and downloads put a new file in the
 * old one's place, Kubernetes turns a symlink to another directory. Where watching fails (network shares, too many
 * watches) looking every few seconds finds it all the same.
 */
import { statSync, watch } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '../clock.ts'

/** A change counts once the file looks the same twice this far apart: a download may still be writing. */
const SETTLE_MS = 100
const POLL_MS = 3000

/** Watches one directory and returns what ends it; throws where it cannot. Tests put their own here. */
export type WatchDirectory = (directory: string, onEvent: () => void) => () => void

interface Watched {
  /** What the file looked like when it was last told of, and at the last look. */
  told: string
  last: string
}

export class FileWatcher {
  readonly #onChange: (paths: readonly string[]) => void
  readonly #clock: Clock
  readonly #watchDirectory: WatchDirectory
  #files = new Map<string, Watched>()
  #closers: (() => void)[] = []
  #stopPoll: () => void = () => {}
  #stopSettle: (() => void) | null = null

  /** `onChange` gets the paths whose files changed, appeared or went. */
  constructor(
    onChange: (paths: readonly string[]) => void,
    clock: Clock,
    watchDirectory: WatchDirectory = watchByKernel,
  ) {
    this.#onChange = onChange
    this.#clock = clock
    this.#watchDirectory = watchDirectory
  }

  /** Watches `paths` from now on, and no others. Of those that are new only changes after this are told. */
  watch(paths: readonly string[]): void {
    const before = this.#files
    this.close()
    this.#files = new Map(paths.map((path) => [path, before.get(path) ?? watchedNow(path)]))
    for (const directory of new Set(paths.map((path) => dirname(path)))) {
      try {
        this.#closers.push(this.#watchDirectory(directory, () => this.#settle()))
      } catch {
        // Looking every few seconds has to do.
      }
    }
    this.#stopPoll = this.#clock.every(POLL_MS, () => {
      if (this.#look()) this.#settle()
    })
    // What changed a moment ago and was not told of yet.
    this.#settle()
  }

  close(): void {
    for (const close of this.#closers) close()
    this.#closers = []
    this.#stopPoll()
    this.#stopSettle?.()
    this.#stopSettle = null
  }

  /** Looks every 100 ms until nothing moves. */
  #settle(): void {
    if (this.#stopSettle) return
    this.#look()
    this.#stopSettle = this.#clock.every(SETTLE_MS, () => {
      if (this.#look()) return
      this.#stopSettle?.()
      this.#stopSettle = null
      this.#tell()
    })
  }

  /** True when a file does not look as at the last look. */
  #look(): boolean {
    let hasMoved = false
    for (const [path, watched] of this.#files) {
      const now = signature(path)
      if (now !== watched.last) hasMoved = true
      watched.last = now
    }
    return hasMoved
  }

  #tell(): void {
    const changed = [...this.#files].filter(([, { told, last }]) => told !== last)
    for (const [, watched] of changed) watched.told = watched.last
    if (changed.length > 0) this.#onChange(changed.map(([path]) => path))
  }
}

function watchedNow(path: string): Watched {
  const now = signature(path)
  return { told: now, last: now }
}

/** Through symlinks: which file it is, its size, when it was written. Empty: there is none. */
function signature(path: string): string {
  try {
    const { dev, ino, size, mtimeNs } = statSync(path, { bigint: true })
    return `${dev} ${ino} ${size} ${mtimeNs}`
  } catch {
    return ''
  }
}

function watchByKernel(directory: string, onEvent: () => void): () => void {
  const watcher = watch(directory, { persistent: false }, onEvent)
  watcher.on('error', () => watcher.close())
  return () => watcher.close()
}
