/** Small files that are whole or not there: written beside themselves, flushed, renamed. Mode 0600. */
import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'

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
