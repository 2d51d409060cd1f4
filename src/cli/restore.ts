/** `restore`: a backup becomes the databases again, while no server runs. */
import { join, resolve } from 'node:path'
import { headText } from '../accounts/audit-entry.ts'
import { AuditTrail } from '../accounts/audit-trail.ts'
import { verifyTrail } from '../accounts/audit-verify.ts'
import { prepareRestored } from '../accounts/restored.ts'
import { ACCOUNTS_FILE } from '../accounts/schema.ts'
import { systemClock } from '../clock.ts'
import { NotRestorable, restoreFrom, type Restored } from '../detection/cases/restore.ts'
import { DATABASE_FILE } from '../detection/schema.ts'
import { IMPORTS_FILE, prepareRestoredImports } from '../review/schema.ts'
import { DataLockError } from '../thread/data-lock.ts'
import { dataDirectory, SOCKET_OPTIONS } from './admin-socket.ts'
import { CommandError, Exit, type Command, type Terminal } from './command.ts'
import { openAccountsFile, recordOffline } from './offline-accounts.ts'
import { localTime } from './words.ts'

export const command: Command = {
  usage: 'restore FILE [--keep-accounts]',
  description: `Puts the backup FILE in place of the databases in the data directory. Stop the server first: while one runs nothing is
done. FILE is checked in full before anything is touched; what is there is put aside as *.replaced-DATE, never deleted.
Accounts, tokens and the audit trail come back as they were: what was revoked or disabled since is so no more, and what
was recorded since stands in the accounts.db that was put aside. With --keep-accounts those that are there stay.`,
  options: {
    'keep-accounts': { value: null, help: 'leave accounts and audit trail as they are' },
    reason: { value: 'TEXT', help: 'why; kept in the audit trail' },
    json: { value: null, help: 'print JSON' },
    ...SOCKET_OPTIONS,
    data: { value: 'DIR', help: 'data directory to restore into; that of the configuration unless given' },
  },
  positionals: { least: 1, most: 1 },

  async run(args, terminal) {
    const file = resolve(args.words[0]!)
    const directory = dataDirectory(args)
    const imports = { name: IMPORTS_FILE, prepare: prepareRestoredImports }
    const beside = args.flag('keep-accounts')
      ? [imports]
      : [{ name: ACCOUNTS_FILE, prepare: prepareRestored }, imports]
    const headBefore = headOf(directory)
    const restored = restore(file, directory, beside)
    const reason = args.text('reason')?.trim() ?? ''
    const details = { movedTo: restored.movedTo, beside: restored.beside, headBefore }
    const unrecorded = recordOffline(directory, { action: 'restore', target: file, reason, details })
    if (args.flag('json')) terminal.print(JSON.stringify(restored, null, 2))
    else terminal.print(describe(file, directory, restored))
    if (unrecorded !== null) terminal.complain(unrecorded)
    return (await isSound(directory, terminal)) ? Exit.Ok : Exit.Failed
  },
}

function restore(file: string, directory: string, beside: Parameters<typeof restoreFrom>[3]): Restored {
  try {
    return restoreFrom(file, directory, systemClock, beside)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (error instanceof DataLockError)
      throw new CommandError(`${message}: stop the server first; nothing was changed`, undefined, {
        cause: error,
      })
    if (error instanceof NotRestorable || code !== undefined)
      throw new CommandError(`${message}; nothing was changed`, undefined, { cause: error })
    throw error
  }
}

/** The end of the trail that is there, which a restored one may not hold; null: there is none that can be read. */
function headOf(directory: string): string | null {
  const accounts = openAccountsFile(directory)
  try {
    return accounts === null ? null : headText(new AuditTrail(accounts, systemClock).head())
  } catch {
    // A file that cannot be read is a reason to restore.
    return null
  } finally {
    accounts?.close()
  }
}

/** Whether the audit trail that is there now is unbroken; says so where it is not. */
async function isSound(directory: string, terminal: Terminal): Promise<boolean> {
  const accounts = openAccountsFile(directory)
  if (accounts === null) return true
  try {
    const { broken } = await verifyTrail(accounts, null)
    if (broken !== null) terminal.complain(`THE AUDIT TRAIL IS BROKEN at row ${broken.seq}: ${broken.detail}`)
    return broken === null
  } catch (error) {
    terminal.complain(`the audit trail cannot be checked: ${(error as Error).message}`)
    return false
  } finally {
    accounts.close()
  }
}

function describe(file: string, directory: string, restored: Restored): string {
  const { movedTo, madeAtMs, clients, cases, hits, beside } = restored
  const made = madeAtMs === null ? '' : `, made ${localTime(new Date(madeAtMs).toISOString())}`
  const lines = [
    `${file}${made}: ${clients} clients, ${cases} cases, ${hits} hits are in ${join(directory, DATABASE_FILE)}`,
  ]
  if (beside.some(({ name }) => name === ACCOUNTS_FILE))
    lines.push('accounts, tokens and the audit trail are those of the backup; all sessions have ended: revoke again what was revoked since') // prettier-ignore
  else lines.push('accounts and the audit trail are as they were')
  const moved = [movedTo, ...beside.map((one) => one.movedTo)].filter((path) => path !== null)
  if (moved.length > 0) lines.push(`put aside: ${moved.join(', ')}`)
  return lines.join('\n')
}
