/** `thanhloc notice`: the page people see, and the sinkhole bots talk to; a process of its own. */
import manifest from '../../package.json' with { type: 'json' }
import { systemClock } from '../clock.ts'
import { createLog } from '../log/log.ts'
import { unblockStandardOutput } from '../log/output.ts'
import { NoticeService } from '../notice/notice-service.ts'
import { SecureRandom } from '../random.ts'
import { descriptorLimit } from '../service/descriptor-room.ts'
import { ServiceManager } from '../service/service-manager.ts'
import { CommandError, Exit, type Command } from './command.ts'

const DEFAULT_SOCKET = '/run/thanhloc/notice.sock'
/** sun_path of struct sockaddr_un (unix(7)). */
const MAX_SOCKET_BYTES = 107
/** What a machine that is left alone by bots never reaches, at about 10 KB each. */
const MAX_CONNECTIONS = 4096
/** One address may be a whole site behind NAT. */
const CONNECTIONS_OF_A_CLIENT = 256
/** Of the process itself: libraries, log, the server's socket, the ports. */
const OWN_DESCRIPTORS = 200
/** What waits for a reader of the log that has stalled; what comes then is lost. */
const MAX_LOG_BYTES = 1 << 20
const STATUS_MS = 10_000

export const command: Command = {
  usage: 'notice [--socket PATH]',
  description: `Answers at the sinkhole address: over HTTP with a page that says why a name is blocked and whom to call, everywhere
else with nothing; each connection is told to the server. Reads no configuration and no database: the server says over the
socket which addresses to open and who the officers are (\`notice\` in its configuration). Runs until SIGTERM; waits for a
server that is not there. Logs JSON lines to standard output.`,
  options: {
    socket: { value: 'PATH', help: `the server's socket (${DEFAULT_SOCKET})` },
  },
  positionals: { least: 0, most: 0 },

  async run(args) {
    const socket = args.text('socket') ?? DEFAULT_SOCKET
    if (Buffer.byteLength(socket) > MAX_SOCKET_BYTES)
      throw new CommandError(`a socket's path has at most ${MAX_SOCKET_BYTES} bytes`, Exit.Invalid)
    unblockStandardOutput()
    const log = createLog('notice', { write: writeLine }, 'info')
    const total = Math.min(MAX_CONNECTIONS, descriptorLimit() - OWN_DESCRIPTORS)
    if (total < 1)
      throw new CommandError('too few files may be open: raise the limit (LimitNOFILE, ulimit -n)')
    const service = new NoticeService({
      socket,
      version: manifest.version,
      connections: { total, perClient: Math.min(CONNECTIONS_OF_A_CLIENT, total) },
      clock: systemClock,
      random: new SecureRandom(),
      log,
    })
    const manager = ServiceManager.of(process.env, log)
    // Before anything is open, so that a signal during the start is not lost.
    const ended = new Promise<void>((resolve) => {
      process.once('SIGTERM', () => resolve())
      process.once('SIGINT', () => resolve())
    })
    // Nobody reads the log any more: pages and records go on.
    process.stdout.on('error', () => {})
    service.start()
    manager?.ready(service.status)
    log.info({ socket, connections: total }, 'the notice service runs')
    // Also what keeps the process there while it waits for the server.
    const telling = setInterval(() => manager?.status(service.status), STATUS_MS)
    await ended
    clearInterval(telling)
    manager?.stopping()
    await service.stop()
    manager?.close()
    return Exit.Ok
  },
}

/** False: lost, because nobody reads. */
function writeLine(line: string): boolean {
  if (process.stdout.writableLength > MAX_LOG_BYTES) return false
  process.stdout.write(line)
  return true
}
