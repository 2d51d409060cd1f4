import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { HitReader, type Hit } from '../../../src/detection/hit-text.ts'
import { ACTIONS, IndicatorKind, Trigger } from '../../../src/policy/meta.ts'
import {
  HIT_ACTIONS, HIT_FOLDS, HIT_PAIRS, HitDrain, HitWriter, INDICATOR_KINDS, TRIGGERS, releaseHitTable,
} from '../../../src/thread/hit-table.ts' // prettier-ignore
import { NOON, bytesOf, newTable, record, wordsOf } from '../detection/setup.ts'

function readAll(drain: HitDrain): Hit[] {
  const hits: Hit[] = []
  const reader = new HitReader()
  drain.forEach((pair) => hits.push({ ...reader.read(pair) }))
  return hits
}

test('numbers mean what they mean in the policy', () => {
  expect(HIT_ACTIONS).toEqual(ACTIONS)
  expect(INDICATOR_KINDS.map((name) => IndicatorKind[name])).toEqual([0, 1, 2, 3])
  expect(TRIGGERS.map((name) => Trigger[name])).toEqual([0, 1, 2, 3])
})

test('merges hits per client, indicator and deciding list', () => {
  const memory = newTable()
  const writer = new HitWriter(memory)
  record(writer, { qname: 'a.evil.test', at: NOON })
  record(writer, { qname: 'b.evil.test', at: NOON + 5, trigger: 1, qtype: 28, lists: [1, 2] })
  record(writer, { client: '10.0.0.2' })
  record(writer, { lists: [2], action: 5 })
  record(writer, { indicator: Uint8Array.of(0xf4, 24, 192, 0, 2, 0), kind: 3, trigger: 2, qname: 'cdn.test' })

  const drain = new HitDrain(memory)
  expect(drain.pending).toBe(4)
  expect(drain.flip()).toBe(true)
  const [merged, ...others] = readAll(drain)
  expect(merged).toMatchObject({
    clientKey: Buffer.from(bytesOf('10.0.0.1')).toString('latin1'),
    kind: 1, indicator: 'evil.test', triggers: 3, action: 0, qtype: 28, firstQname: 'a.evil.test',
    lastQname: 'b.evil.test', lists: [1, 2], blocked: 2, logged: 0, firstMs: NOON, lastMs: NOON + 5,
  }) // prettier-ignore
  expect(others.map(({ indicator, blocked, logged }) => [indicator, blocked, logged])).toEqual([
    ['evil.test', 1, 0],
    ['evil.test', 0, 1],
    ['192.0.2.0/24', 1, 0],
  ])
  drain.clear()
  expect(drain.pending).toBe(0)
  expect(drain.flip()).toBe(false)
})

test('a half keeps its sequence until it is cleared, whoever drains', () => {
  const memory = newTable()
  const writer = new HitWriter(memory)
  record(writer)
  const first = new HitDrain(memory)
  first.flip()
  const { sequence } = first
  record(writer, { client: '10.0.0.9' })

  const second = new HitDrain(memory)
  expect(second.run).toBe(first.run)
  expect(second.flip()).toBe(true)
  expect(second.sequence).toBe(sequence)
  expect(readAll(second)).toHaveLength(1)
  second.clear()
  expect(second.flip()).toBe(true)
  expect(second.sequence).toBe(sequence + 1)
})

test('a clock set back changes neither order nor counts', () => {
  const memory = newTable()
  const writer = new HitWriter(memory)
  record(writer, { qname: 'x.evil.test', at: NOON })
  record(writer, { qname: 'y.evil.test', at: NOON - 60_000 })
  const drain = new HitDrain(memory)
  drain.flip()
  expect(readAll(drain)[0]).toMatchObject({
    blocked: 2, firstMs: NOON - 60_000, lastMs: NOON, firstQname: 'y.evil.test', lastQname: 'x.evil.test',
  }) // prettier-ignore
})

test('beyond the pairs hits fold per indicator, beyond that they are lost, all counted', () => {
  const memory = newTable()
  const writer = new HitWriter(memory)
  const total = HIT_PAIRS + HIT_FOLDS + 100
  const client = bytesOf('10.0.0.0')
  const indicator = Uint8Array.from([4, 0, 0, 0, 0])
  const qname = Uint8Array.from([1, 0x61, 0])
  const lists = Uint16Array.of(1)
  for (let i = 0; i < total; i++) {
    client[14] = i >> 8
    client[15] = i
    indicator[1] = 97 + (i % 26)
    indicator[2] = 97 + ((i / 26) % 26)
    indicator[3] = 97 + ((i / 676) % 26)
    indicator[4] = 97 + ((i / 17_576) % 26)
    writer.record(client, wordsOf(indicator), 0, 5, 0, 0, 0, 1, qname, 3, lists, 1, NOON)
  }
  expect([writer.folded, writer.lost]).toEqual([HIT_FOLDS, 100])
  const drain = new HitDrain(memory)
  drain.flip()
  const hits = readAll(drain)
  expect(hits.filter(({ clientKey }) => clientKey === null)).toHaveLength(HIT_FOLDS)
  expect(hits.reduce((sum, { blocked }) => sum + blocked, 0) + drain.lost).toBe(total)
  // The other half has room again at once.
  record(writer)
  expect(writer.lost).toBe(100)
})

test('waits for a write in progress, gives up on a dead one until it is released', () => {
  const memory = newTable()
  const writer = new HitWriter(memory)
  record(writer)
  // The odd turn of a writer that will never end it.
  Atomics.add(new Int32Array(memory), 1, 1)
  const drain = new HitDrain(memory)
  expect(drain.flip()).toBe(false)
  releaseHitTable(memory)
  expect(drain.flip()).toBe(true)
  expect(readAll(drain)).toHaveLength(1)
})

test('hits of a batch are of one turn: a half is not read before the batch is over', () => {
  const memory = newTable()
  const writer = new HitWriter(memory)
  const drain = new HitDrain(memory)
  writer.hold()
  // Nothing written yet: nobody has to wait.
  expect(drain.flip()).toBe(false)
  record(writer)
  record(writer, { client: '10.0.0.2' })
  expect(drain.flip()).toBe(false)
  // Still into the half that is sealed by now.
  record(writer)
  writer.release()
  expect(drain.flip()).toBe(true)
  expect(readAll(drain).map(({ blocked }) => blocked)).toEqual([2, 1])
  drain.clear()
  record(writer)
  expect(drain.flip()).toBe(true)
  expect(readAll(drain)).toHaveLength(1)
})

test('the name asked for is the indicator where nothing stands before it', () => {
  const memory = newTable()
  const writer = new HitWriter(memory)
  record(writer, { qname: 'a.evil.test', at: NOON })
  record(writer, { qname: 'evil.test', at: NOON + 1 })
  record(writer, { indicator: Uint8Array.of(0xf4, 24, 192, 0, 2, 0), kind: 3, trigger: 2, qname: 'a.test' })
  const drain = new HitDrain(memory)
  drain.flip()
  expect(readAll(drain).map(({ firstQname, lastQname }) => [firstQname, lastQname])).toEqual([
    ['a.evil.test', 'evil.test'],
    ['a.test', 'a.test'],
  ])
})

test('oversized input is cut, nothing throws', () => {
  const memory = newTable()
  const writer = new HitWriter(memory)
  const long = new Uint8Array(400).fill(1)
  writer.record(
    new Uint8Array(16),
    wordsOf(long),
    0,
    400,
    1,
    0,
    0,
    1,
    long,
    400,
    new Uint16Array(40),
    40,
    NaN,
  )
  const drain = new HitDrain(memory)
  drain.flip()
  expect(readAll(drain)).toMatchObject([{ indicator: '?', firstQname: '?', firstMs: 0, blocked: 1 }])
})

test('a real thread writes while another drains: no hit is lost or counted twice', async () => {
  const memory = newTable()
  const hits = 200_000
  const worker = new Worker(new URL('./hit-table-writer.ts', import.meta.url), {
    workerData: { memory, hits },
  })
  const ended = new Promise((resolve) => worker.on('exit', resolve))
  const drain = new HitDrain(memory)
  let sum = 0
  let halves = 0
  let isOver = false
  void ended.then(() => (isOver = true))
  while (!isOver || drain.pending > 0) {
    if (drain.flip()) {
      drain.forEach((pair) => (sum += pair.blocked + pair.logged))
      drain.clear()
      halves++
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(sum).toBe(hits)
  expect(halves).toBeGreaterThan(3)
  expect(drain.lost).toBe(0)
})
