/** `audit`: who did what, and whether anybody has changed what stands there. */
import { cleanText } from '../accounts/audit-entry.ts'
import type { AuditReport } from '../accounts/audit-verify.ts'
import { dataDirectory, NotRunningError, socketPath, SOCKET_OPTIONS } from './admin-socket.ts'
import { readVerb } from './account-words.ts'
import type { Arguments } from './arguments.ts'
import { Exit, UsageError, type Command, type Terminal } from './command.ts'
import { fileTrail, serverTrail, type TrailEntry, type TrailSource } from './trail-source.ts'
import { localTime } from './words.ts'

const VERBS = {
  read: { takesName: false },
  head: { takesName: false },
  verify: { takesName: false },
} as const
const DEFAULT_LIMIT = 50
const MAX_LIMIT = 1000
const MAX_LINE = 20_000

export const command: Command = {
  usage: 'audit read|head|verify [options]',
  description: `The audit trail: sign-ins, changes, and who looked at which machine. Asks the running server; where none runs, or
with --offline, it reads the file itself.
  read               the last rows, the newest first
  head               the end of the trail: write it down elsewhere (it also stands in the log, hourly)
  verify [--head H]  checks every row. A cut end, or a trail rewritten as a whole, shows only against a head from outside
Exit code of verify: 0 the trail is sound, 1 it is not.`,
  options: {
    head: { value: 'SEQ:HASH', help: 'a head that was kept elsewhere' },
    offline: { value: null, help: 'read the file, do not ask the server' },
    actor: { value: 'ACTOR', help: 'rows of user:an, token:grafana, socket' },
    action: { value: 'ACTION', help: 'rows of one action, or of a kind: user.*' },
    limit: { value: 'N', help: `rows to read, ${MAX_LIMIT} at most; ${DEFAULT_LIMIT} unless given` },
    json: { value: null, help: 'print JSON' },
    ...SOCKET_OPTIONS,
  },
  positionals: { least: 1, most: 1 },

  async run(args, terminal) {
    const { verb } = readVerb(args, VERBS)
    const work = WORK[verb]
    if (!args.flag('offline')) {
      try {
        return await work(serverTrail(socketPath(args)), args, terminal)
      } catch (error) {
        if (!(error instanceof NotRunningError)) throw error
        terminal.complain('no server runs: this is what the file says')
      }
    }
    const source = fileTrail(dataDirectory(args))
    try {
      return await work(source, args, terminal)
    } finally {
      source.close()
    }
  },
}

type Work = (source: TrailSource, args: Arguments, terminal: Terminal) => Promise<number>

const WORK: Readonly<Record<keyof typeof VERBS, Work>> = { read, head, verify }

async function read(source: TrailSource, args: Arguments, terminal: Terminal): Promise<number> {
  const limit = readLimit(args.text('limit'))
  const actor = args.text('actor') ?? undefined
  const action = args.text('action') ?? undefined
  const entries = await source.read({ actor, action, limit })
  if (args.flag('json')) terminal.print(JSON.stringify(entries, null, 2))
  else terminal.print(entries.length === 0 ? 'no such rows' : entries.map(describeEntry).join('\n'))
  return Exit.Ok
}

async function head(source: TrailSource, args: Arguments, terminal: Terminal): Promise<number> {
  const text = await source.head()
  terminal.print(args.flag('json') ? JSON.stringify({ head: text }) : text)
  return Exit.Ok
}

async function verify(source: TrailSource, args: Arguments, terminal: Terminal): Promise<number> {
  const report = await source.verify(args.text('head'))
  if (args.flag('json')) terminal.print(JSON.stringify(report, null, 2))
  else if (report.isSound) terminal.print(describeSound(report))
  else
    terminal.complain(
      cleanText(`THE TRAIL IS BROKEN at row ${report.broken!.seq}: ${report.broken!.detail}`, MAX_LINE),
    )
  return report.isSound ? Exit.Ok : Exit.Failed
}

function describeSound({ rows, prunedThrough, head: end, outside }: AuditReport): string {
  const pruned = prunedThrough === 0 ? '' : `; rows up to ${prunedThrough} were pruned`
  const notes: Readonly<Record<AuditReport['outside'], string>> = {
    none: 'no head from outside was given: a cut end or a trail rewritten as a whole would not show',
    held: 'the head from outside stands in it',
    pruned: 'the head from outside is older than what is kept, and says nothing',
    broken: '',
  }
  return `the trail is sound: ${rows} rows${pruned}\nhead ${end}\n${notes[outside]}`
}

function describeEntry({
  seq,
  at,
  actor,
  role,
  source,
  action,
  target,
  reason,
  details,
}: TrailEntry): string {
  const who = `${actor}${role === '' ? '' : ` (${role})`} from ${source}`
  const what = [action, target].filter((part) => part !== '').join(' ')
  const why = reason === '' ? '' : `: ${reason}`
  const line = `${seq}  ${localTime(at)}  ${who}  ${what}${why}${details === '{}' ? '' : `  ${details}`}`
  // Clean as it was written; whoever changed the file wrote what they liked.
  return cleanText(line, MAX_LINE)
}

function readLimit(text: string | null): number {
  const limit = Number(text ?? DEFAULT_LIMIT)
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw new UsageError(`--limit is a number from 1 to ${MAX_LIMIT}`)
  return limit
}
