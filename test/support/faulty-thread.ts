/** Any thread of the product, with a fault built in that waits for its order. */
import { BroadcastChannel, workerData } from 'node:worker_threads'
import { libc } from '../../src/net/libc.ts'

/**
 * `throw`: an error nobody catches; `heap`: filled until there is no more; `hang`: a loop without end; `deaf`: it lives,
 * but reads no datagram until `hear`.
 */
export type Fault = 'throw' | 'heap' | 'hang' | 'deaf' | 'hear'

export interface FaultOrder {
  readonly thread: string
  readonly fault: Fault
}

/** The clock of all threads is set: by so much beside the machine's. At the start: THANHLOC_CLOCK_OFFSET_MS. */
export interface ClockOrder {
  readonly clockOffsetMs: number
}

const epollWait = libc!.epoll_wait
const FAULTS: Readonly<Record<Fault, () => void>> = {
  throw() {
    throw new Error('a fault by order')
  },
  heap() {
    const kept: object[] = []
    for (;;) kept.push({ number: kept.length })
  },
  hang() {
    for (;;);
  },
  deaf() {
    libc!.epoll_wait = () => 0
  },
  hear() {
    libc!.epoll_wait = epollWait
  },
}

let offsetMs = Number(process.env['THANHLOC_CLOCK_OFFSET_MS'] ?? 0)
const now = Date.now
Date.now = () => now() + offsetMs

const { name } = workerData as { name: string }
const orders = new BroadcastChannel('thanhloc-faults')
orders.unref()
orders.addEventListener('message', (event) => {
  const order = (event as { data: FaultOrder | ClockOrder }).data
  if ('clockOffsetMs' in order) return void (offsetMs = order.clockOffsetMs)
  const { thread, fault } = order
  // From a timer: an error in here would be the channel's.
  if (thread === name) setImmediate(FAULTS[fault])
})

if (process.env['THANHLOC_FAULT_AT_START'] === name) throw new Error('a fault at the start')
await import(`../../src/${name.replace(/-\d+$/, '')}.ts`)
