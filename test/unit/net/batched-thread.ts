/** A thread that echoes datagrams, letters and TCP, and does nothing of itself: it has no timers that would wake it. */
import { createServer, type AddressInfo } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import { Counters } from '../../../src/metrics/counters.ts'
import { BatchedDatagrams } from '../../../src/net/batched.ts'
import { DescriptorTable } from '../../../src/net/descriptors.ts'
import { libc, type Libc } from '../../../src/net/libc.ts'
import { SecureRandom } from '../../../src/random.ts'

export interface EchoStart {
  /** A bound UDP socket to listen on. */
  readonly fd: number
  readonly descriptors: SharedArrayBuffer
}

/** What it says when it listens, and to each letter: after `timerMs` where the letter has that. */
export interface EchoReport {
  readonly tcpPort: number
  /** How often it has looked for datagrams. */
  readonly looks: number
  /** How often it has waited for more datagrams to come. */
  readonly waits: number
}

const { fd, descriptors } = workerData as EchoStart
let looks = 0
let waits = 0
const counting: Libc = {
  ...libc!,
  epoll_wait: (...call) => {
    looks++
    return libc!.epoll_wait(...call)
  },
  usleep: (us) => {
    waits++
    return libc!.usleep(us)
  },
}
const datagrams = new BatchedDatagrams(
  counting,
  new Counters(),
  new SecureRandom(),
  new DescriptorTable(descriptors),
)
await datagrams.listen({ fd, address: '127.0.0.1', port: 0 }, (bytes, length, _peer, _socket, out) => {
  out.set(bytes.subarray(0, length))
  return length
})
const server = createServer((socket) => socket.pipe(socket).on('error', () => {}))
server.listen(0, '127.0.0.1', () => {
  const { port: tcpPort } = server.address() as AddressInfo
  const report = (): void => parentPort!.postMessage({ tcpPort, looks, waits } satisfies EchoReport)
  parentPort!.on('message', ({ timerMs }: { timerMs?: number }) => {
    if (timerMs === undefined) report()
    else setTimeout(report, timerMs)
  })
  report()
})
