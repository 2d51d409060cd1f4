/** `pause`: stops all blocking for a while, or goes on with it, or says who is paused. Hits are recorded all the same. */
import { callAdmin, socketPath, SOCKET_OPTIONS } from './admin-socket.ts'
import { Exit, type Command } from './command.ts'
import { localTime, readDurationWord } from './words.ts'

/** On record in place of a reason: nobody is kept from undoing what a wrong block does by a word that is missing. */
const NO_REASON = 'no reason given'

/** A pause in force, as `GET /api/v1/allow` has it. */
interface Pause {
  /** Empty: for all. */
  readonly name: string
  readonly reason: string
  readonly actor: string
  readonly until: string
}

export const command: Command = {
  usage: 'pause DURATION [--client ADDRESS | --group ID] [--reason TEXT] | pause off | pause list',
  description: `Stops all blocking for DURATION (10m, 2h), at once and in every thread; what would have been blocked is still
recorded. \`pause off\` ends it early, \`pause list\` shows all that are in force. For one machine or network take --client, for
a group of the configuration --group; for one name \`thanhloc allow\`.`,
  options: {
    client: { value: 'ADDRESS', help: 'for that address or network (CIDR) alone' },
    group: { value: 'ID', help: 'for the clients of that group alone' },
    reason: { value: 'TEXT', help: 'why; kept on record' },
    ...SOCKET_OPTIONS,
  },
  positionals: { least: 1, most: 1 },

  async run(args, terminal) {
    const word = args.words[0]!
    if (word.toLowerCase() === 'list') {
      terminal.print(await inForce(socketPath(args)))
      return Exit.Ok
    }
    const reason = args.text('reason')?.trim() || NO_REASON
    const isOff = word.toLowerCase() === 'off'
    const whom = { client: args.text('client') ?? undefined, group: args.text('group') ?? undefined }
    const body = isOff ? { for: 'off', ...whom } : { for: readDurationWord(word), reason, ...whom }
    const pause = (await callAdmin(socketPath(args), { method: 'POST', path: '/api/v1/pause', body })) as {
      readonly pausedUntil: string | null
    }
    const [option, value] = Object.entries(whom).find(([, text]) => text !== undefined) ?? []
    const forWhom = option === undefined ? '' : ` for ${option} ${value}`
    const again = option === undefined ? '' : ` --${option} ${value}`
    if (pause.pausedUntil === null) terminal.print(`blocking is on${forWhom}`)
    else
      terminal.print(
        `nothing is blocked${forWhom} until ${localTime(pause.pausedUntil)}; to end it: thanhloc pause off${again}`,
      )
    return Exit.Ok
  },
}

async function inForce(socket: string): Promise<string> {
  const { pause, pauses } = (await callAdmin(socket, { method: 'GET', path: '/api/v1/allow' })) as {
    readonly pause: Pause | null
    readonly pauses: readonly Pause[]
  }
  const all = [...(pause === null ? [] : [pause]), ...pauses]
  if (all.length === 0) return 'blocking is on for everybody'
  return all.map((each) => `${whomText(each.name)} until ${localTime(each.until)}, ${each.actor}: ${each.reason}`).join('\n') // prettier-ignore
}

function whomText(name: string): string {
  return name === '' ? 'for all' : name.startsWith('group:') ? `for group ${name.slice(6)}` : `for ${name}`
}
