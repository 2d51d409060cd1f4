/**
 * A checksum behind the end of a database file. SQLite reads as far as its header says and does not see it; what looks
 * only at the structure of a file, as its own checks do, misses a changed byte in a row.
 */
import { createHash, type Hash } from 'node:crypto'
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'

/** The seal: this mark, then the SHA-256 of all that stands before it. */
const MARK = Buffer.from('THANHLOC-SHA-256')
const SEAL_BYTES = MARK.length + 32
const PIECE_BYTES = 1 << 20

/** `none`: the file has no seal. `broken`: it is not what was sealed. */
export type Seal = 'sound' | 'none' | 'broken'

/** Seals the file at `path`, which nobody writes any more. Throws what the file system throws. */
export function sealFile(path: string): void {
  const file = openSync(path, 'r+')
  try {
    const { size } = fstatSync(file)
    const seal = Buffer.concat([MARK, digestOf(file, size).digest()])
    if (writeSync(file, seal, 0, seal.length, size) !== seal.length) throw new Error(`${path}: no room left`)
  } finally {
    closeSync(file)
  }
}

/** Checks the seal of the file at `path`; where `takesOff`, a sound one is cut off. Throws what the file system throws. */
export function checkSeal(path: string, takesOff = false): Seal {
  const file = openSync(path, takesOff ? 'r+' : 'r')
  try {
    const size = fstatSync(file).size - SEAL_BYTES
    const seal = Buffer.alloc(SEAL_BYTES)
    if (size < 0 || readSync(file, seal, 0, SEAL_BYTES, size) !== SEAL_BYTES) return 'none'
    if (!seal.subarray(0, MARK.length).equals(MARK)) return 'none'
    if (!digestOf(file, size).digest().equals(seal.subarray(MARK.length))) return 'broken'
    if (takesOff) ftruncateSync(file, size)
    return 'sound'
  } finally {
    closeSync(file)
  }
}

/** Of the first `size` bytes. */
function digestOf(file: number, size: number): Hash {
  const digest = createHash('sha256')
  const piece = Buffer.alloc(PIECE_BYTES)
  for (let at = 0; at < size;) {
    const length = readSync(file, piece, 0, Math.min(PIECE_BYTES, size - at), at)
    if (length === 0) break
    digest.update(piece.subarray(0, length))
    at += length
  }
  return digest
}
