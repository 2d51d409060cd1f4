/**
 * What can go wrong with the store's file, sorted by what it means for the hits: wait, move the file aside, or give
 * the half up.
 */

/** `failed`: an I/O error, a file of a later version, or an error of ours. */
export type FaultKind = 'locked' | 'full' | 'readonly' | 'corrupt' | 'failed'

// SQLite's primary result codes.
const KIND_OF_CODE: Readonly<Record<number, FaultKind>> = {
  5: 'locked', // BUSY
  6: 'locked', // LOCKED
  8: 'readonly', // READONLY
  11: 'corrupt', // CORRUPT
  13: 'full', // FULL
  14: 'readonly', // CANTOPEN
  26: 'corrupt', // NOTADB
}

const KIND_OF_ERRNO: Readonly<Record<string, FaultKind>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'readonly',
  EACCES: 'readonly',
  EPERM: 'readonly',
}

/** Sorts an error thrown by node:sqlite or node:fs. */
export function faultKind(error: unknown): FaultKind {
  const { errcode, code } = error as { errcode?: number; code?: string }
  if (typeof errcode === 'number') return KIND_OF_CODE[errcode & 0xff] ?? 'failed'
  return KIND_OF_ERRNO[code ?? ''] ?? 'failed'
}

/** True for errors that lie in what was to be written, not in the file: trying again cannot help. */
export function isOurs(error: unknown): boolean {
  const { errcode, code } = error as { errcode?: number; code?: string }
  // CONSTRAINT, MISMATCH, TOOBIG, MISUSE, RANGE, ERROR; or no error of SQLite or the file system at all.
  if (typeof errcode === 'number') return [1, 18, 19, 20, 21, 25].includes(errcode & 0xff)
  return code === undefined || code.startsWith('ERR_INVALID') || code.startsWith('ERR_OUT_OF_RANGE')
}
