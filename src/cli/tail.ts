/** `tail`: hits as they are written down, a line each. */
import { cleanText } from '../alerts/clean-text.ts'
import { callAdmin, socketPath, SOCKET_OPTIONS } from './admin-socket.ts'
import { CommandError, Exit, type Command, type Terminal } from './command.ts'
import { RecentHits, type Call, type FreshHit, type HitQuery } from './recent-hits.ts'
import { pause } from './until-end.ts'
import { localTime } from './words.ts'

const LOOK_MS = 1000
/** A name asked for has 253, escaped at most four times that. */
const MAX_LINE_OCTETS = 2000

export const command: Command = {
  usage: 'tail [--client ID|ADDR] [--list ID] [--unit ID] [--json]',
  description: `Prints hits as they are written down, about a second after they happen: time, machine, unit, name asked for, what was done,
the indicator and the list that decided, how many more hits and how many in all. Goes on until it is ended (Ctrl-C), also over
a restart of the server, which it says. What came before it was started is in \`/api/v1/hits\`.`,
  options: {
    client: { value: 'ID|ADDR', help: 'of that client alone' },
    list: { value: 'ID', help: 'of that list alone' },
    unit: { value: 'ID', help: 'of that unit and all under it alone' },
    json: { value: null, help: 'print JSON, a line each' },
    ...SOCKET_OPTIONS,
  },
  positionals: { least: 0, most: 0 },

  async run(args, terminal) {
    const path = socketPath(args)
    const wanted = {
      client: args.text('client'),
      list: args.text('list'),
      unit: args.text('unit'),
      asJson: args.flag('json'),
    }
    return follow((request) => callAdmin(path, request), wanted, terminal, terminal.untilEnd())
  },
}

export interface Wanted {
  /** Number of a client, or an address. */
  readonly client: string | null
  readonly list: string | null
  readonly unit: string | null
  readonly asJson: boolean
}

/** Prints until `end`. Throws CommandError when the first look fails; what fails later is tried again. */
export async function follow(
  call: Call,
  { client, list, unit, asJson }: Wanted,
  terminal: Pick<Terminal, 'print' | 'complain'>,
  end: AbortSignal,
  lookMs = LOOK_MS,
): Promise<number> {
  const isNumber = client !== null && /^\d{1,15}$/.test(client)
  const query: HitQuery = {
    ...(isNumber && { client }),
    ...(list !== null && { list }),
    ...(unit !== null && { unit }),
  }
  const address = isNumber ? null : client
  const recent = new RecentHits(call, query)
  await recent.look()
  let isAway = false
  while (!end.aborted) {
    await pause(lookMs, end)
    if (end.aborted) break
    try {
      const fresh = await recent.look()
      if (isAway) terminal.complain('máy chủ trả lời lại, tiếp tục · the server answers again, going on')
      isAway = false
      for (const hit of fresh)
        if (address === null || hit.address === address)
          terminal.print(asJson ? JSON.stringify(hit) : describeHit(hit))
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      if (!isAway) terminal.complain(`máy chủ không trả lời, đang thử lại · trying again: ${error.message}`)
      isAway = true
    }
  }
  return Exit.Ok
}

/** `09:42:20 10.1.2.3 pc-ketoan [so-yte] www.evil.test A sinkhole (evil.test, apt32) +3 = 12`. */
export function describeHit(hit: FreshHit): string {
  const { identity, unit, hits, grown } = hit
  const who = [hit.address ?? `client ${hit.clientId}`, identity.hostName ?? identity.name]
  const why = [hit.indicator, ...hit.lists.slice(0, 1)].join(', ')
  const words = [
    localTime(hit.lastSeen).slice(11, 19),
    ...who.filter((text) => text !== null),
    ...(unit === null ? [] : [`[${unit}]`]),
    `${hit.lastQname} ${hit.lastQtype} ${hit.lastAction} (${why})`,
    grown === null ? `= ${hits}` : `+${grown} = ${hits}`,
  ]
  return cleanText(words.join(' '), MAX_LINE_OCTETS)
}
