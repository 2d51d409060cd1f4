/** New connections to the sinkhole at a steady rate, from many addresses; a thread of its own when it is run as one. */
import { connect } from 'node:net'
import { join } from 'node:path'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { alpn, madeHello, serverName, versions } from '../support/client-hello.ts'
import { clientAddress } from './load-client.ts'
import { quantile } from './table.ts'

export interface ConnectionPlan {
  readonly ports: { readonly http: number; readonly tls: number; readonly tcp: number }
  readonly perSecond: number
  readonly seconds: number
}

export interface ConnectionReport {
  readonly opened: number
  /** Those that got what they should: a page, an alert, an orderly end. */
  readonly answered: number
  /** From connecting to the end of the answer. */
  readonly p50Ms: number
  readonly p99Ms: number
}

const CLIENTS = 500
const TICK_MS = 5
const PATIENCE_MS = 3000

/** Runs the load to its end. */
export function loadConnections(plan: ConnectionPlan): Promise<ConnectionReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(import.meta.dirname, 'connection-load.ts'), { workerData: plan })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

if (!isMainThread) await run(workerData as ConnectionPlan)

/** Of ten connections six speak HTTP, three TLS, and one says something else. */
async function run({ ports, perSecond, seconds }: ConnectionPlan): Promise<void> {
  const request = (number: number) => `GET /gate.php?id=${number} HTTP/1.1\r\nHost: c2.evil.vn\r\nUser-Agent: Mozilla/4.0\r\nAccept: */*\r\n\r\n` // prettier-ignore
  const hello = madeHello({ extensions: [[0, serverName('c2.evil.vn')], [16, alpn('http/1.1')], [43, versions(0x0304)], [51, Buffer.alloc(1200)]] }) // prettier-ignore
  const other = Buffer.alloc(600, 'bot')
  const times: number[] = []
  let opened = 0
  const open = (): void => {
    const number = opened++
    const kind = number % 10 < 6 ? 'http' : number % 10 < 9 ? 'tls' : 'tcp'
    const startMs = performance.now()
    const socket = connect({ host: '127.0.0.1', port: ports[kind], localAddress: clientAddress(number % CLIENTS), noDelay: true }) // prettier-ignore
    let bytes = 0
    socket.on('data', (chunk) => (bytes += chunk.length))
    socket.on('end', () => {
      const wanted = { http: 3000, tls: 7, tcp: 0 }[kind]
      if (kind === 'http' ? bytes > wanted : bytes === wanted) times.push(performance.now() - startMs)
    })
    // Counted as what was not answered.
    socket.on('error', () => {})
    socket.write(kind === 'http' ? request(number % 50) : kind === 'tls' ? hello : other)
  }
  const startMs = performance.now()
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const elapsed = performance.now() - startMs
      if (elapsed > seconds * 1000) return (clearInterval(timer), resolve())
      // At most four ticks at once after a pause of this thread.
      const due = Math.min((elapsed / 1000) * perSecond, opened + (4 * perSecond * TICK_MS) / 1000)
      while (opened < due) open()
    }, TICK_MS)
  })
  for (let waited = 0; waited < PATIENCE_MS && times.length < opened; waited += 50)
    await new Promise((resolve) => setTimeout(resolve, 50))
  times.sort((a, b) => a - b)
  parentPort!.postMessage({ opened, answered: times.length, p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) }) // prettier-ignore
}
