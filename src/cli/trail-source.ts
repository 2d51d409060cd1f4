/** The audit trail as the commands see it: through the running server, or in the file where none runs. */
import { headText, readHead, type AuditEntry } from '../accounts/audit-entry.ts'
import { AuditTrail, type AuditQuery } from '../accounts/audit-trail.ts'
import { verifyTrail, type AuditReport } from '../accounts/audit-verify.ts'
import { ACCOUNTS_FILE } from '../accounts/schema.ts'
import { systemClock } from '../clock.ts'
import { callAdmin } from './admin-socket.ts'
import { CommandError } from './command.ts'
import { openAccountsFile } from './offline-accounts.ts'

/** A row as it is printed; `at` as RFC 3339. */
export type TrailEntry = Omit<AuditEntry, 'at' | 'prev' | 'hash'> & { readonly at: string }

export interface TrailSource {
  /** The newest first. */
  read(query: Pick<AuditQuery, 'actor' | 'action' | 'limit'>): Promise<readonly TrailEntry[]>
  /** `seq:hash` of the last row. */
  head(): Promise<string>
  /** `outside`: a head that was kept elsewhere, or null. */
  verify(outside: string | null): Promise<AuditReport>
  close(): void
}

/** Reading a long trail takes as long as it takes; the server goes on with its other work meanwhile. */
const VERIFY_MS = 600_000

/** Through the socket of the server that runs. */
export function serverTrail(socket: string): TrailSource {
  const base = '/api/v1/audit'
  return {
    async read({ limit, ...query }) {
      const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined)
      const parameters = new URLSearchParams([...given, ['limit', String(limit)]])
      const reply = await callAdmin(socket, { method: 'GET', path: `${base}?${parameters.toString()}` })
      return (reply as { readonly items: readonly TrailEntry[] }).items
    },
    async head() {
      return ((await callAdmin(socket, { method: 'GET', path: `${base}/head` })) as { head: string }).head
    },
    async verify(outside) {
      const body = outside === null ? {} : { head: outside }
      const asked = { method: 'POST', path: `${base}/verify`, body, timeoutMs: VERIFY_MS } as const
      return (await callAdmin(socket, asked)) as AuditReport
    },
    close() {},
  }
}

/** In the file of a data directory. Throws CommandError where there is none. */
export function fileTrail(directory: string): TrailSource {
  const file = openAccountsFile(directory)
  if (file === null)
    throw new CommandError(`there is no audit trail in ${directory}: it has no ${ACCOUNTS_FILE}`)
  const trail = new AuditTrail(file, systemClock)
  return {
    async read(query) {
      return told(() =>
        trail.read(query).items.map((entry) => ({ ...entry, at: new Date(entry.at).toISOString() })),
      )
    },
    async head() {
      return told(() => headText(trail.head()))
    },
    async verify(outside) {
      const head = outside === null ? null : readHead(outside)
      if (outside !== null && head === null)
        throw new CommandError('that is no head of an audit trail: it looks like 1042:9f86d081…')
      return told(() => verifyTrail(file, head))
    },
    close: () => file.close(),
  }

  async function told<T>(work: () => T | Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw new CommandError(`${file!.path}: ${(error as Error).message}`, undefined, { cause: error })
    }
  }
}
