/** `silence`: clients and indicators whose hits open no case, and what is to be heard again. */
import { callAdmin, socketPath, SOCKET_OPTIONS } from './admin-socket.ts'
import { Exit, UsageError, type Command } from './command.ts'
import { localTime } from './words.ts'

interface Silence {
  readonly clientId: number
  readonly unit: string | null
  readonly indicator: string
  readonly until: string
  readonly actor: string
  readonly reason: string
  readonly caseId: number | null
}

const SHOWN = 1000

export const command: Command = {
  usage: 'silence list [--client N] | silence end --client N --indicator NAME --reason TEXT',
  description: `What is silenced, by a false alarm or by itself: hits of that client on that indicator are counted and open no case.
  list  what holds now, ${SHOWN} at most
  end   from now on a hit opens a case again`,
  options: {
    client: { value: 'N', help: 'id of the client' },
    indicator: { value: 'NAME', help: 'name or network as the list has it' },
    reason: { value: 'TEXT', help: 'why; kept in the audit trail' },
    json: { value: null, help: 'print JSON' },
    ...SOCKET_OPTIONS,
  },
  positionals: { least: 1, most: 1 },

  async run(args, terminal) {
    const [verb] = args.words
    const given = ['client', 'indicator', 'reason'].map(
      (name) => [name, args.text(name)?.trim() ?? ''] as const,
    )
    if (verb === 'end') {
      const missing = given.find(([, text]) => text === '')
      if (missing !== undefined) throw new UsageError(`say which and why: --${missing[0]} is missing`)
      const path = `/api/v1/silences?${new URLSearchParams(Object.fromEntries(given)).toString()}`
      await callAdmin(socketPath(args), { method: 'DELETE', path })
      terminal.print(`client ${args.text('client')} is heard again on ${args.text('indicator')}`)
      return Exit.Ok
    }
    if (verb !== 'list') throw new UsageError(`there is no ${verb}: say list or end`)
    const client = args.text('client')
    const query = new URLSearchParams({ limit: String(SHOWN), ...(client !== null && { client }) })
    const reply = await callAdmin(socketPath(args), {
      method: 'GET',
      path: `/api/v1/silences?${query.toString()}`,
    })
    const { items, next } = reply as { readonly items: readonly Silence[]; readonly next: string | null }
    if (args.flag('json')) terminal.print(JSON.stringify(reply, null, 2))
    else if (items.length === 0) terminal.print('nothing is silenced')
    else terminal.print([...items.map(describe), ...(next === null ? [] : ['… there are more'])].join('\n'))
    return Exit.Ok
  },
}

function describe({ clientId, unit, indicator, until, actor, reason, caseId }: Silence): string {
  const why = caseId === null ? reason : `false alarm of case ${caseId}: ${reason}`
  return `client ${clientId}${unit === null ? '' : ` (${unit})`}  ${indicator}  until ${localTime(until)}; by ${actor}: ${why}`
}
