/** `healthcheck`: for container engines. A query as a client sends it, and what the server says of itself; one line. */
import { formatEndpoint, parseEndpoint } from '../config/address.ts'
import type { Endpoint } from '../config/settings.ts'
import { callAdmin, socketPath, SOCKET_OPTIONS } from './admin-socket.ts'
import { askResolver } from './ask.ts'
import { CommandError, Exit, type Command } from './command.ts'

/** RFC 6761 §6.3: answered here, whatever the upstreams do. */
const NAME = 'localhost'
const A = 1
/** The engine's own patience is longer: the reason is to be read, not guessed. */
const TIMEOUT_MS = 4000

export const command: Command = {
  usage: 'healthcheck',
  description: `Asks the running server one question, by DNS at the first of its listen addresses that answers, and over its socket
whether it is ready. Exit code 0 and one line while it answers, whatever else is wrong: troubles are named, a
restart mends none of them. Exit code 1 and the reason when it does not.`,
  options: SOCKET_OPTIONS,
  positionals: { least: 0, most: 0 },

  async run(args, terminal) {
    const socket = socketPath(args)
    const get = (path: string): Promise<unknown> =>
      callAdmin(socket, { method: 'GET', path, timeoutMs: TIMEOUT_MS })
    // Refused with 503 as long as no thread answers from a loaded policy.
    const { degraded } = (await get('/readyz')) as { readonly degraded: readonly { readonly part: string }[] }
    const { listen } = (await get('/api/v1/status')) as { readonly listen: readonly string[] }
    const answeredAt = formatEndpoint(await firstToAnswer(listen.map(endpointOf)))
    const parts = [...new Set(degraded.map(({ part }) => part))].join(', ')
    terminal.print(`answers on ${answeredAt}${parts === '' ? '' : `; see to: ${parts}`}`)
    return Exit.Ok
  },
}

/** Throws CommandError with what the last of them said. */
async function firstToAnswer(endpoints: readonly Endpoint[]): Promise<Endpoint> {
  let reason = new CommandError('the server has no listen address')
  for (const endpoint of endpoints) {
    try {
      await askResolver(endpoint, NAME, A)
      return endpoint
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      reason = error
    }
  }
  throw reason
}

function endpointOf(text: string): Endpoint {
  const parsed = parseEndpoint(text, null)
  if ('problem' in parsed)
    throw new CommandError(`the server says it listens on "${text}": ${parsed.problem}`)
  return parsed.value
}
