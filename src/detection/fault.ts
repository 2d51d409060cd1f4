/**
 * What can go wrong with the store's file, sorted by what it means for the hits: wait, move the file aside, or give
 * the half up.
 */
import { isOfStatement, kindOfCode, kindOfErrno, type FaultKind } from '../sqlite/fault-codes.ts'

/** Sorts an error thrown by node:sqlite or node:fs. */
export function faultKind(error: unknown): FaultKind {
  const { errcode, code } = error as { errcode?: number; code?: string }
  if (typeof errcode === 'number') return kindOfCode(errcode)
  return kindOfErrno(code)
}

/** True for errors that lie in what was to be written, not in the file: trying again cannot help. */
export function isOurs(error: unknown): boolean {
  const { errcode, code } = error as { errcode?: number; code?: string }
  if (typeof errcode === 'number') return isOfStatement(errcode)
  // No error of SQLite or the file system at all.
  return code === undefined || code.startsWith('ERR_INVALID') || code.startsWith('ERR_OUT_OF_RANGE')
}
