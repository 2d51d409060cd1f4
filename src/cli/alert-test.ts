/** `alert-test`: sends a test message to one channel of alerts and says whether it arrived. */
import { callAdmin, socketPath, SOCKET_OPTIONS } from './admin-socket.ts'
import { Exit, type Command } from './command.ts'

/** The longest a channel may take (`alerts.channels.timeout`), and some. */
const TIMEOUT_MS = 90_000

export const command: Command = {
  usage: 'alert-test ID',
  description: `Sends a test message to the alert channel ID at once, and says whether the receiver took it.
What waits for the channel is tried again after a success.`,
  options: SOCKET_OPTIONS,
  positionals: { least: 1, most: 1 },

  async run(args, terminal) {
    const path = `/api/v1/alerts/${encodeURIComponent(args.words[0]!)}/test`
    const reply = await callAdmin(socketPath(args), { method: 'POST', path, timeoutMs: TIMEOUT_MS })
    const { channel, isDelivered, reason, durationMs } = reply as {
      readonly channel: string
      readonly isDelivered: boolean
      readonly reason: string | null
      readonly durationMs: number
    }
    if (isDelivered) terminal.print(`${channel}: delivered in ${durationMs} ms`)
    else terminal.complain(`${channel}: not delivered: ${reason}`)
    return isDelivered ? Exit.Ok : Exit.Failed
  },
}
