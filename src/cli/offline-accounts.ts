/** The accounts' file where no server runs: for what is done at the machine then, and has to be recorded all the same. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { AccountsFile } from '../accounts/accounts-file.ts'
import type { AuditEvent } from '../accounts/audit-entry.ts'
import { AuditTrail } from '../accounts/audit-trail.ts'
import { socketPrincipal } from '../accounts/principal.ts'
import { ACCOUNTS_FILE } from '../accounts/schema.ts'
import { systemClock } from '../clock.ts'

/** What is wrong with the file is thrown too. */
const QUIET = { info: () => {}, warn: () => {}, error: () => {} }

/** The accounts in a data directory; null: there are none. To be closed. */
export function openAccountsFile(directory: string): AccountsFile | null {
  if (statSync(join(directory, ACCOUNTS_FILE), { throwIfNoEntry: false }) === undefined) return null
  return new AccountsFile({ directory, clock: systemClock, log: QUIET })
}

/** Records what is done; says in words why it could not be, or null. */
export function recordOffline(directory: string, event: AuditEvent): string | null {
  const file = openAccountsFile(directory)
  if (file === null) return null
  try {
    const principal = socketPrincipal(process.getuid?.() ?? null)
    new AuditTrail(file, systemClock).append({ principal, source: 'command line' }, event)
    return null
  } catch (error) {
    return `not in the audit trail, which cannot be written: ${(error as Error).message}`
  } finally {
    file.close()
  }
}
