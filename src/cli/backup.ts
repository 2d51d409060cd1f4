/** `backup`: a copy of the databases in one file, while the server runs or while it does not. */
import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { ACCOUNTS_FILE } from '../accounts/schema.ts'
import { systemClock } from '../clock.ts'
import { Backup, type BackupDone } from '../detection/cases/backup.ts'
import { databaseBytes } from '../detection/database.ts'
import { IMPORTS_FILE } from '../review/schema.ts'
import { callAdmin, dataDirectory, NotRunningError, socketPath, SOCKET_OPTIONS } from './admin-socket.ts'
import { CommandError, Exit, type Command, type Terminal } from './command.ts'
import { recordOffline } from './offline-accounts.ts'

/** Of `GET /api/v1/backup`. */
interface State {
  readonly running: { readonly path: string } | null
  readonly last: (Omit<BackupDone, 'durationMs'> & { readonly reason: string | null }) | null
}

type Written = Pick<BackupDone, 'path' | 'bytes' | 'clients' | 'cases' | 'hits' | 'parts'>

const LOOK_MS = 200
const NOT_IN_IT =
  'not in it: accounts.key (without it second factors must be set up anew), overrides.json, alerts.db, the imported files, the configuration and the lists'

export const command: Command = {
  usage: 'backup [FILE] [--replace]',
  description: `Writes a copy of the databases, machines, cases, hits, accounts, the audit trail, imports and what was approved of them, to FILE, mode 0600; without FILE into
\`backups\` in the data directory. The server goes on meanwhile; where none runs the copy is made all the same. It is
checked before it gets its name: a disk that is full leaves what was there as it was. Where a server runs, it is the
server that writes FILE, so its user must be allowed to. \`thanhloc restore FILE\` is the way back.
Not in it are accounts.key, overrides.json, alerts.db, the imported files, the configuration and the lists: copy those by yourself.`,
  options: {
    replace: { value: null, help: 'a backup that is there as FILE makes way once the new one is whole' },
    reason: { value: 'TEXT', help: 'why; kept in the audit trail' },
    json: { value: null, help: 'print JSON' },
    ...SOCKET_OPTIONS,
  },
  positionals: { least: 0, most: 1 },

  async run(args, terminal) {
    const [file] = args.words
    const path = file === undefined ? null : resolve(file)
    const replaces = args.flag('replace')
    const reason = args.text('reason')?.trim() || undefined
    let written: Written
    try {
      written = await byServer(socketPath(args), { ...(path !== null && { path }), replaces, reason })
    } catch (error) {
      if (!(error instanceof NotRunningError)) throw error
      terminal.complain('no server runs: the files are copied as they are')
      written = await byHand(dataDirectory(args), { path, replaces }, reason, terminal)
    }
    if (args.flag('json')) terminal.print(JSON.stringify(written, null, 2))
    else terminal.print(describe(written))
    return Exit.Ok
  },
}

async function byServer(socket: string, body: Readonly<Record<string, unknown>>): Promise<Written> {
  const asked = { method: 'POST', path: '/api/v1/backup', body } as const
  const { path } = (await callAdmin(socket, asked)) as { readonly path: string }
  for (;;) {
    const { running, last } = (await callAdmin(socket, { method: 'GET', path: '/api/v1/backup' })) as State
    if (running?.path !== path) {
      if (last?.path !== path)
        throw new CommandError(`no backup is written to ${path}: the server gave it up; its log says why`)
      if (last.reason !== null) throw new CommandError(`no backup is written to ${path}: ${last.reason}`)
      return last
    }
    await setTimeout(LOOK_MS)
  }
}

async function byHand(
  directory: string,
  asked: { readonly path: string | null; readonly replaces: boolean },
  reason: string | undefined,
  terminal: Terminal,
): Promise<Written> {
  if (databaseBytes(directory) === 0) throw new CommandError(`there is no database in ${directory}`)
  const target = asked.path ?? 'backups'
  const unrecorded = recordOffline(directory, {
    action: 'backup',
    target,
    ...(reason !== undefined && { reason }),
  })
  if (unrecorded !== null) terminal.complain(unrecorded)
  const quiet = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} }
  const done = await new Backup(directory, [ACCOUNTS_FILE, IMPORTS_FILE], systemClock, quiet).to(
    asked,
    databaseBytes(directory),
  )
  if ('problem' in done) throw new CommandError(done.message)
  return done
}

function describe({ path, bytes, clients, cases, hits, parts }: Written): string {
  const beside = parts.includes(ACCOUNTS_FILE)
    ? 'accounts and the audit trail'
    : 'NO ACCOUNTS: there is no accounts.db'
  const imports = parts.includes(IMPORTS_FILE) ? '; imports and what was approved of them' : ''
  return `${path}: ${bytes} bytes\nin it: ${clients} clients, ${cases} cases, ${hits} hits; ${beside}${imports}\n${NOT_IN_IT}`
}
