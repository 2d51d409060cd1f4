/** `thanhloc serve`: runs the resolver until it is told to stop. */
import { withHostUpstreams } from '../config/host-upstreams.ts'
import { unblockStandardOutput } from '../log/output.ts'
import { isLoopback } from '../net/address.ts'
import { bridgeWarnings, containerBridge } from '../net/container-bridge.ts'
import { ListenError } from '../net/listeners.ts'
import { descriptorLimit, descriptorNeeds, descriptorTrouble } from '../service/descriptor-room.ts'
import { Supervisor } from '../supervisor.ts'
import { DataLockError } from '../thread/data-lock.ts'
import { CommandError, Exit, type Command } from './command.ts'
import { loadRequest, readSettingsApart, SETTINGS_OPTIONS } from './settings-options.ts'

export const command: Command = {
  usage: 'serve [options]',
  description:
    'Runs the resolver: forwards clean names, answers listed names with the sinkhole, records who asked. Logs JSON\n' +
    'lines to standard output; the line `ready` says that it answers. SIGHUP reads configuration and lists again,\n' +
    'SIGTERM ends it in order.',
  options: SETTINGS_OPTIONS,
  positionals: { least: 0, most: 0 },
  async run(args) {
    const { settings, warnings } = withHostUpstreams(await readSettingsApart(args))
    const room = descriptorTrouble(descriptorNeeds(settings), descriptorLimit())
    if (room?.isFatal === true) throw new CommandError(room.message)
    // Who asks over loopback is known whatever the network is.
    const bridge = settings.listen.every(({ address }) => isLoopback(address)) ? null : containerBridge()
    unblockStandardOutput()
    const supervisor = new Supervisor(settings, {
      warnings: [...warnings, ...(room === null ? [] : [room.message]), ...bridgeWarnings(bridge)],
      load: loadRequest(args),
    })
    // Before anything is open, so that a signal during the start is not lost.
    const ended = new Promise<void>((resolve) => {
      const stop = (): void => void supervisor.stop().then(resolve)
      process.on('SIGTERM', stop)
      process.on('SIGINT', stop)
    })
    process.on('SIGHUP', () => supervisor.reload())
    try {
      await supervisor.start()
    } catch (error) {
      if (error instanceof ListenError || error instanceof DataLockError)
        throw new CommandError(error.message)
      throw error
    }
    await ended
    return Exit.Ok
  },
}
