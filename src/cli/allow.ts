/** `allow`: lets a name through at once, on record, with an end; or takes that back. */
import { callAdmin, socketPath, SOCKET_OPTIONS } from './admin-socket.ts'
import { Exit, UsageError, type Command } from './command.ts'
import { localTime, readDomainWord, readDurationWord } from './words.ts'

const DEFAULT_FOR = '24h'

export const command: Command = {
  usage: 'allow NAME --reason TEXT [--for 24h] | allow NAME --remove',
  description: `Lets NAME and all names under it through, whatever the lists say, at once and in every thread. It is recorded with
the reason and ends by itself; what must stay allowed belongs into an allow list of the configuration.`,
  options: {
    reason: { value: 'TEXT', help: 'why; kept on record' },
    for: { value: 'DURATION', help: `how long: 10m, 24h, 7d; ${DEFAULT_FOR} unless given` },
    remove: { value: null, help: 'take it back: block the name again' },
    ...SOCKET_OPTIONS,
  },
  positionals: { least: 1, most: 1 },

  async run(args, terminal) {
    const name = readDomainWord(args.words[0]!)
    if (args.flag('remove')) {
      await callAdmin(socketPath(args), {
        method: 'DELETE',
        path: `/api/v1/allow/${encodeURIComponent(name)}`,
      })
      terminal.print(`${name} is no longer let through: the lists decide again`)
      return Exit.Ok
    }
    const reason = args.text('reason')?.trim() ?? ''
    if (reason === '') throw new UsageError('say why with --reason TEXT: somebody will ask')
    const duration = readDurationWord(args.text('for') ?? DEFAULT_FOR)
    const body = { name, reason, for: duration }
    const made = (await callAdmin(socketPath(args), { method: 'POST', path: '/api/v1/allow', body })) as {
      readonly name: string
      readonly until: string | null
    }
    terminal.print(`${made.name} and all names under it are let through until ${localTime(made.until)}`)
    terminal.print(`to take it back: thanhloc allow ${made.name} --remove`)
    return Exit.Ok
  },
}
