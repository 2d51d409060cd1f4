/** `reload`: reads the configuration and the lists again, and says what became of each. */
import { callAdmin, NotRunningError, socketPath, SOCKET_OPTIONS } from './admin-socket.ts'
import { CommandError, Exit, type Command, type Terminal } from './command.ts'
import { describeListState, type ListReport } from './list-report.ts'

/** Ten million names take ten seconds; a busy machine longer. The server itself gives up at 120 s. */
const TIMEOUT_MS = 130_000

export const command: Command = {
  usage: 'reload [--list ID [--force]]',
  description: `Reads the configuration and all lists again, or one list, and waits until that is in force. The server also does it by
itself when a file changes. A list that is unreadable, empty or has lost more than half of its entries is not taken
and the one before stays in force; --force takes it all the same.`,
  options: {
    list: { value: 'ID', help: 'this list alone' },
    force: { value: null, help: 'take a list although it is suspiciously small' },
    ...SOCKET_OPTIONS,
  },
  positionals: { least: 0, most: 0 },

  async run(args, terminal) {
    const socket = socketPath(args)
    const list = args.text('list')
    const configured = list !== null || (await reloadConfiguration(socket, terminal))
    const body = { ...(list !== null && { list }), ...(args.flag('force') && { force: true }) }
    const path = '/api/v1/lists/reload'
    const reply = (await callAdmin(socket, { method: 'POST', path, body, timeoutMs: TIMEOUT_MS })) as {
      readonly items: readonly ListReport[]
      readonly names: number
      readonly addresses: number
      readonly error: string | null
    }
    const shown = reply.items.filter(({ id }) => list === null || id === list)
    for (const item of shown) terminal.print(describeListState(item))
    terminal.print(`in force: ${reply.names} names, ${reply.addresses} addresses`)
    if (reply.error !== null) throw new CommandError(`the lists stay as they were: ${reply.error}`)
    return configured && shown.every(({ state }) => state === 'loaded') ? Exit.Ok : Exit.Failed
  },
}

/** False: it has errors, which are told; what runs stays. */
async function reloadConfiguration(socket: string, terminal: Terminal): Promise<boolean> {
  try {
    const { applied, needsRestart } = (await callAdmin(socket, {
      method: 'POST',
      path: '/api/v1/reload',
    })) as {
      readonly applied: readonly string[]
      readonly needsRestart: readonly string[]
    }
    terminal.print(`configuration: ${applied.length === 0 ? 'no change' : `changed: ${applied.join(', ')}`}`)
    if (needsRestart.length > 0) terminal.print(`takes effect at the next start: ${needsRestart.join(', ')}`)
    return true
  } catch (error) {
    if (!(error instanceof CommandError) || error instanceof NotRunningError) throw error
    terminal.complain(`the configuration stays as it was:\n${error.message}`)
    return false
  }
}
