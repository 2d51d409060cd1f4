/** A thread that counts for test/property/access: `perThread` queries of each client, all threads at once. */
import { parentPort, workerData } from 'node:worker_threads'
import { NetworkSet } from '../../src/access/networks.ts'
import { RateLimiter } from '../../src/access/rate-limit.ts'

const { memory, gate, clients, perThread, limit } = workerData as {
  memory: SharedArrayBuffer
  gate: SharedArrayBuffer
  clients: number
  perThread: number
  limit: number
}
const clock = { monotonicMs: () => 0, wallMs: () => 1_700_000_000_000, every: () => () => {} }
const rate = new RateLimiter(memory, limit, new NetworkSet([]), clock)
const address = new Uint8Array(16)
address.set([0xff, 0xff, 10, 0], 10)
const passed = Array.from({ length: clients }, () => 0)

// Both start together, or there is nothing to race for.
const arrived = new Int32Array(gate)
Atomics.add(arrived, 0, 1)
while (Atomics.load(arrived, 0) < 2);

for (let round = 0; round < perThread; round++) {
  for (let client = 0; client < clients; client++) {
    address[14] = client >> 8
    address[15] = client & 255
    if (!rate.over(address)) passed[client]! += 1
  }
}
parentPort?.postMessage(passed)
