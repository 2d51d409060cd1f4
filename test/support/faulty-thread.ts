/** Any thread of the product, with a fault built in that waits for its order. */
import { BroadcastChannel, workerData } from 'node:worker_threads'

/** `throw`: an error nobody catches; `heap`: filled until there is no more; `hang`: a loop without end. */
export type Fault = 'throw' | 'heap' | 'hang'

export interface FaultOrder {
  readonly thread: string
  readonly fault: Fault
}

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
}

const { name } = workerData as { name: string }
const orders = new BroadcastChannel('thanhloc-faults')
orders.unref()
orders.addEventListener('message', (event) => {
  const { thread, fault } = (event as { data: FaultOrder }).data
  // From a timer: an error in here would be the channel's.
  if (thread === name) setImmediate(FAULTS[fault])
})

if (process.env['THANHLOC_FAULT_AT_START'] === name) throw new Error('a fault at the start')
await import(`../../src/${name.replace(/-\d+$/, '')}.ts`)
