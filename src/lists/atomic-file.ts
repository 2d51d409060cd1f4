/** Small files that are whole or not there: written beside themselves, flushed, renamed. Mode 0600. */
import { createHash } from 'node:crypto'
import { closeSync, fsync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { promisify } from 'node:util'

const synced = promisify(fsync)
const FILE_MODE = 0o600
const CHUNK_BYTES = 1 << 20

/** Writes `text` to `path`. Throws what the file system says. */
export function writeAtomically(path: string, text: string): void {
  replace(path, (file) => writeAll(file, Buffer.from(text)))
}

/**
 * Copies `source` to `path` where it still has the SHA-256 `digest` (hexadecimal); false, and nothing changed, where it
 * has not. Throws what the file system says.
 */
export async function copyAtomically(source: string, path: string, digest: string): Promise<boolean> {
  const from = openSync(source, 'r')
  const temporary = `${path}.tmp`
  let to: number | null = null
  try {
    rmSync(temporary, { force: true })
    to = openSync(temporary, 'wx', FILE_MODE)
    const hash = createHash('sha256')
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
    for (let at = 0, length = 0; (length = readSync(from, buffer, 0, CHUNK_BYTES, at)) > 0; at += length) {
      hash.update(buffer.subarray(0, length))
      writeAll(to, buffer.subarray(0, length))
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (hash.digest('hex') !== digest) return false
    fsyncSync(to)
    renameSync(temporary, path)
    return true
  } finally {
    closeSync(from)
    if (to !== null) closeSync(to)
    rmSync(temporary, { force: true })
  }
}

/** A file that is written piece by piece and takes its name when it is finished. All methods throw what the file system says. */
export class AtomicFile {
  readonly #path: string
  #file: number | null
  #pending: string[] = []
  #pendingChars = 0

  constructor(path: string) {
    this.#path = path
    rmSync(`${path}.tmp`, { force: true })
    this.#file = openSync(`${path}.tmp`, 'wx', FILE_MODE)
  }

  write(text: string): void {
    this.#pending.push(text)
    this.#pendingChars += text.length
    if (this.#pendingChars >= CHUNK_BYTES) this.#flush()
  }

  /** Now it is the file. */
  finish(): void {
    this.#flush()
    fsyncSync(this.#file!)
    renameSync(`${this.#path}.tmp`, this.#path)
  }

  /** As `finish`, and the thread does other work while the disk takes what there is of a long file. */
  async finishLater(): Promise<void> {
    this.#flush()
    await synced(this.#file!)
    this.finish()
  }

  /** After `finish`, or instead of it: then nothing has changed. */
  close(): void {
    if (this.#file !== null) closeSync(this.#file)
    this.#file = null
    rmSync(`${this.#path}.tmp`, { force: true })
  }

  #flush(): void {
    writeAll(this.#file!, Buffer.from(this.#pending.join('')))
    this.#pending = []
    this.#pendingChars = 0
  }
}

function replace(path: string, write: (file: number) => void): void {
  const temporary = `${path}.tmp`
  try {
    rmSync(temporary, { force: true })
    const file = openSync(temporary, 'wx', FILE_MODE)
    try {
      write(file)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } finally {
    rmSync(temporary, { force: true })
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written)
}
