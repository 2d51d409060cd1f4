/**
 * `serve` with threads that break when told to, by a message over the process's channel: `{ thread, fault }`, or
 * at its start: THANHLOC_FAULT_AT_START=thread. Small heaps, so that filling one takes a moment; hearts are looked at often, so that a stopped one is soon missed.
 */
import { BroadcastChannel } from 'node:worker_threads'
import { loadSettings } from '../../src/config/load.ts'
import { Supervisor } from '../../src/supervisor.ts'

const loaded = loadSettings({ file: process.argv[process.argv.indexOf('--config') + 1]! })
if ('errors' in loaded) throw new Error(loaded.errors.join('\n'))

const supervisor = new Supervisor(loaded.settings, {
  entries: () => new URL('faulty-thread.ts', import.meta.url),
  heapMb: { resolver: 96, lists: 96, store: 96, control: 128 },
  heartbeatMs: 150,
})
const orders = new BroadcastChannel('thanhloc-faults')
orders.unref()
process.on('message', (order) => orders.postMessage(order))
process.channel?.unref()
process.on('SIGTERM', () => void supervisor.stop())
await supervisor.start()
