/** The writing thread of hit-table.test.ts: `hits` hits of 50 clients on 20 names, as fast as it can. */
import { workerData } from 'node:worker_threads'
import { HitWriter } from '../../../src/thread/hit-table.ts'
import { NOON, bytesOf, wireOf, wordsOf } from './hits.ts'

const { memory, hits } = workerData as { memory: SharedArrayBuffer; hits: number }
const writer = new HitWriter(memory)
const clients = Array.from({ length: 50 }, (_, i) => bytesOf(`10.0.0.${i}`))
const names = Array.from({ length: 20 }, (_, i) => wireOf(`evil${i}.test`))
const indicators = names.map((name) => wordsOf(name.subarray(0, -1)))
const lists = Uint16Array.of(1)

for (let i = 0; i < hits; i++) {
  // Batches of 64 and, between them, as many hits with a turn of their own.
  if (i % 128 === 0) writer.hold()
  if (i % 128 === 64) writer.release()
  const name = names[i % 20]!
  writer.record(
    clients[i % 50]!,
    indicators[i % 20]!,
    0,
    name.length - 1,
    1,
    0,
    i % 6,
    1,
    name,
    name.length,
    lists,
    1,
    NOON + i,
  )
}
writer.release()
