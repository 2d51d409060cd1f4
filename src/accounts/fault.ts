/**
 * What can go wrong with the accounts' file, told so that an administrator knows what to do. While it lasts nobody is
 * let in by it; the socket in the data directory and the token of admin.tokenFile need no file.
 */
import { isOfStatement, kindOfCode, kindOfErrno, type FaultKind } from '../sqlite/fault-codes.ts'

export { corruption, type FaultKind } from '../sqlite/fault-codes.ts'

/** IOERR_SHMSIZE: no room for the index of the WAL. */
const NO_ROOM_FOR_INDEX = 4874

const REMEDY: Readonly<Record<FaultKind, string>> = {
  corrupt:
    'nobody can sign in; stop the server and restore the file from a backup, or move it away and make the accounts anew',
  full: 'its disk is full: nothing can be recorded, so nobody can sign in and no change is taken; make room',
  readonly:
    'it cannot be written: nothing can be recorded, so nobody can sign in and no change is taken; make the data directory writable',
  locked: 'another program keeps it locked: try again',
  failed: 'nobody can sign in until that is put right',
}

/** The accounts cannot be read, or what was to be written cannot be. Nothing of it was done. */
export class AccountsUnavailable extends Error {
  readonly code = 'THANHLOC_ACCOUNTS_UNAVAILABLE'
  readonly kind: FaultKind

  /** `reason` without paths: strangers who try to sign in read it. */
  constructor(kind: FaultKind, reason: string, options?: ErrorOptions) {
    super(
      `The accounts cannot be used (accounts.db in the data directory: ${reason}): ${REMEDY[kind]}. ` +
        'The admin socket in the data directory works meanwhile.',
      options,
    )
    this.kind = kind
  }
}

/** Says what an error thrown by node:sqlite or node:fs means; null where it does not come from the file. */
export function faultKind(error: unknown): FaultKind | null {
  const { errcode, code } = error as { errcode?: number; code?: string }
  if (typeof errcode === 'number') {
    if (errcode === NO_ROOM_FOR_INDEX) return 'full'
    return isOfStatement(errcode) ? null : kindOfCode(errcode)
  }
  const isErrno = typeof (error as NodeJS.ErrnoException).syscall === 'string'
  return isErrno ? kindOfErrno(code) : null
}

/** What an error says, without the path that errors of node:fs name. */
export function reasonOf(error: unknown): string {
  const { code, syscall, message } = error as NodeJS.ErrnoException
  return syscall === undefined ? message : `${code} from ${syscall}`
}
