/** Queries over UDP from loopback addresses, by a thread of their own, and what became of them. */
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'

export interface LoadPlan {
  /** `open`: a steady rate, whatever is answered; `flood`: as fast as answers come; `one`: one at a time. */
  readonly kind: 'open' | 'flood' | 'one'
  readonly port: number
  /** The client's address. */
  readonly from: string
  /** More than 0: so many clients instead, `clientAddress(0)` and on, in turn; each asks for every name in its time. */
  readonly clients: number
  readonly names: readonly string[]
  /** With `one`: times `seconds`, how many. */
  readonly perSecond: number
  readonly seconds: number
  /** Ports of the client. */
  readonly sockets: number
  /** Queries that leave by one port before it is the next one's turn. */
  readonly inRow: number
  /** With `flood`: queries open at most. */
  readonly window: number
  /** With `one`: the pause after an answer. */
  readonly gapMs: number
}

export interface LoadReport {
  readonly sent: number
  readonly answered: number
  readonly unanswered: number
  readonly notNoError: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  readonly worstMs: number
}

const DEFAULTS = {
  kind: 'open',
  from: '127.0.0.1',
  clients: 0,
  seconds: 5,
  sockets: 4,
  inRow: 16,
  window: 1024,
  gapMs: 0,
  perSecond: 1000,
} as const

/** The address of a client of a load from many. */
export function clientAddress(number: number): string {
  return `127.1.${number >> 8}.${number & 255}`
}

/** Runs the load to its end. */
export function runLoad(plan: Partial<LoadPlan> & Pick<LoadPlan, 'port' | 'names'>): Promise<LoadReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(import.meta.dirname, 'load-worker.ts'), {
      workerData: { ...DEFAULTS, ...plan },
    })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('the load has ended without a report')))
  })
}
