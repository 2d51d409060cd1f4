/** `serve` whose resolver threads read packets one by one, which main does not know when it opens the sockets. */
import { loadSettings } from '../../src/config/load.ts'
import { Supervisor } from '../../src/supervisor.ts'

const loaded = loadSettings({ file: process.argv[process.argv.indexOf('--config') + 1]! })
if ('errors' in loaded) throw new Error(loaded.errors.join('\n'))

const supervisor = new Supervisor(loaded.settings, {
  entries: () => new URL('portable-thread.ts', import.meta.url),
})
process.channel?.unref()
process.on('SIGTERM', () => void supervisor.stop())
await supervisor.start()
