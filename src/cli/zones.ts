/** `zones`: lists that come from a primary name server, why one does not, and asking the primary now. */
import { readVerb } from './account-words.ts'
import { callAdmin, socketPath, SOCKET_OPTIONS } from './admin-socket.ts'
import { CommandError, Exit, type Command } from './command.ts'
import { localTime } from './words.ts'

interface Zone {
  readonly list: string
  readonly zone: string
  readonly server: string
  readonly key: string | null
  readonly state: string
  readonly serial: number | null
  readonly records: number | null
  readonly kind: string | null
  readonly lastTransferAt: string | null
  readonly lastCheckAt: string | null
  readonly expiresAt: string | null
  readonly nextCheckAt: string
  readonly isTransferring: boolean
  readonly error: string | null
  readonly advice: string | null
}

const VERBS = { list: { takesName: false }, check: { takesName: true } } as const
/** The server itself answers after 100 s at the latest. */
const CHECK_MS = 110_000

export const command: Command = {
  usage: 'zones list|check [LIST] [options]',
  description: `Lists that come from a primary name server (\`primary\` in the configuration).
  list          how each is, and when its primary was asked and is next
  check LIST    asks the primary now and waits for it; --force takes the zone whole, whatever its serial and size`,
  options: {
    force: { value: null, help: 'with check: take it whole, also with an older serial or much smaller' },
    reason: { value: 'TEXT', help: 'why; kept in the audit trail' },
    json: { value: null, help: 'print JSON' },
    ...SOCKET_OPTIONS,
  },
  positionals: { least: 1, most: 2 },

  async run(args, terminal) {
    const { verb, name } = readVerb(args, VERBS)
    const socket = socketPath(args)
    if (verb === 'list') {
      const reply = (await callAdmin(socket, { method: 'GET', path: '/api/v1/zones' })) as {
        readonly items: readonly Zone[]
      }
      if (args.flag('json')) terminal.print(JSON.stringify(reply, null, 2))
      else if (reply.items.length === 0)
        terminal.print('no list comes from a name server: none has a `primary`')
      else for (const zone of reply.items) terminal.print(describe(zone))
      return Exit.Ok
    }
    const reason = args.text('reason')?.trim() || undefined
    const path = `/api/v1/zones/${encodeURIComponent(name)}/check`
    const body = { force: args.flag('force'), ...(reason !== undefined && { reason }) }
    const zone = (await callAdmin(socket, { method: 'POST', path, body, timeoutMs: CHECK_MS })) as Zone
    terminal.print(args.flag('json') ? JSON.stringify(zone, null, 2) : describe(zone))
    if (zone.error !== null && !zone.isTransferring)
      throw new CommandError(`${name} was not transferred; what is here stays in force`)
    return Exit.Ok
  },
}

function describe(zone: Zone): string {
  const copy =
    zone.serial === null
      ? 'nothing of it is here yet'
      : `serial ${zone.serial}, ${zone.records} records, by ${zone.kind} ${localTime(zone.lastTransferAt)}`
  const checked = zone.lastCheckAt === null ? '' : `; found current ${localTime(zone.lastCheckAt)}`
  const next = zone.isTransferring ? 'being asked now' : `next ${localTime(zone.nextCheckAt)}`
  const key = zone.key === null ? 'unsigned' : `key ${zone.key}`
  const lines = [
    `${zone.list}: ${zone.state}; ${copy}${checked}; ${next}`,
    `  ${zone.zone} from ${zone.server}, ${key}`,
  ]
  if (zone.error !== null) lines.push(`  ${zone.error}`, `  to do: ${zone.advice}`)
  return lines.join('\n')
}
