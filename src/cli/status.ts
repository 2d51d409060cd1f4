/** `status`: what the running server says of itself. */
import { stringify } from 'yaml'
import { callAdmin, socketPath, SOCKET_OPTIONS } from './admin-socket.ts'
import { Exit, type Command } from './command.ts'

export const command: Command = {
  usage: 'status [--json]',
  description:
    'Shows threads, lists, upstreams, cache, store and configuration of the running server, troubles under `degraded`.',
  options: { json: { value: null, help: 'print JSON' }, ...SOCKET_OPTIONS },
  positionals: { least: 0, most: 0 },

  async run(args, terminal) {
    const status = await callAdmin(socketPath(args), { method: 'GET', path: '/api/v1/status' })
    terminal.print(
      args.flag('json') ? JSON.stringify(status, null, 2) : stringify(status, { lineWidth: 0 }).trimEnd(),
    )
    return Exit.Ok
  },
}
