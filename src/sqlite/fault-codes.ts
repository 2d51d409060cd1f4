/** What the errors of node:sqlite and node:fs say of a database file, for all who keep one. */

/** `failed`: anything else. */
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

/** ERROR, CONSTRAINT, MISMATCH, TOOBIG, MISUSE, RANGE: the statement is wrong, not the file. */
const CODES_OF_STATEMENTS: ReadonlySet<number> = new Set([1, 18, 19, 20, 21, 25])

/** Of SQLite's extended result code. */
export function kindOfCode(errcode: number): FaultKind {
  return KIND_OF_CODE[errcode & 0xff] ?? 'failed'
}

/** Of the code of an error of node:fs, such as ENOSPC. */
export function kindOfErrno(code: string | undefined): FaultKind {
  return KIND_OF_ERRNO[code ?? ''] ?? 'failed'
}

/** True where SQLite's extended result code tells of the statement and not of the file. */
export function isOfStatement(errcode: number): boolean {
  return CODES_OF_STATEMENTS.has(errcode & 0xff)
}

/** An error that is taken for CORRUPT. */
export function corruption(reason: string): Error {
  return Object.assign(new Error(reason), { errcode: 11 })
}
