import { expect, test } from 'vitest'
import type { BlockLog } from '../../../src/detection/block-log.ts'
import type { Hit, PairText } from '../../../src/detection/hit-text.ts'
import { ListRegistry } from '../../../src/detection/list-registry.ts'
import { FakeClock, FakeLog, NOON, blockLogOf, bytesOf } from './setup.ts'

const PAIR: PairText = {
  clientKey: Buffer.from(bytesOf('10.0.0.1')).toString('latin1'),
  kind: 1,
  indicator: 'evil.test',
}
const HIT: Hit = {
  ...PAIR, pair: PAIR, triggers: 1,
  action: 0, qtype: 1, firstQname: 'a.evil.test', lastQname: 'b.evil.test', lists: [1, 2], blocked: 3, logged: 0,
  firstMs: NOON, lastMs: NOON + 150,
} // prettier-ignore

/** A hit of a pair of its own. */
function hitOf(indicator: string): Hit {
  const pair = { ...PAIR, indicator }
  return { ...HIT, ...pair, pair, blocked: 2 }
}

function setUp(): { clock: FakeClock; log: FakeLog; blockLog: BlockLog; wait: (ms: number) => void } {
  const clock = new FakeClock()
  const log = new FakeLog()
  const registry = new ListRegistry()
  registry.register([
    { number: 1, id: 'apt32', campaign: '2022', basis: '1298/CATTT-NCSC', action: 'sinkhole' },
    { number: 2, id: 'watch', campaign: '2022', basis: '', action: 'log' },
  ])
  const blockLog = blockLogOf(registry, clock, log)
  const wait = (ms: number): void => {
    clock.nowMs += ms
    blockLog.tick()
  }
  return { clock, log, blockLog, wait }
}

test('one line a client, indicator and second, with everything the SIEM asks for', () => {
  const { log, blockLog, wait } = setUp()
  for (let i = 0; i < 5; i++) {
    blockLog.add({ ...HIT, lastMs: NOON + 150 + i * 200 })
    wait(199)
  }
  expect(log.lines).toEqual([])
  wait(200)
  expect(log.lines).toEqual([
    {
      level: 'info', message: 'blocked', client: '10.0.0.1', qname: 'b.evil.test', qtype: 'A', indicator: 'evil.test',
      kind: 'subtree', trigger: 'qname', list: 'apt32', lists: ['apt32', 'watch'], campaigns: ['2022'],
      basis: '1298/CATTT-NCSC', document: null, action: 'sinkhole', count: 15, first: '2026-11-21T12:00:00.000Z', last: '2026-11-21T12:00:00.950Z',
    },
  ]) // prettier-ignore
})

test('a hit that was only recorded is not called blocked', () => {
  const { log, blockLog } = setUp()
  blockLog.add({ ...HIT, action: 5, blocked: 0, logged: 1, lists: [2] })
  blockLog.flush()
  expect(log.lines).toMatchObject([{ message: 'logged', action: 'log', list: 'watch', count: 1 }])
})

test('bounded in number and pace; what comes beyond is counted', () => {
  const { log, blockLog, wait } = setUp()
  for (let i = 0; i < 50_010; i++) blockLog.add(hitOf(`${i}.test`))
  wait(1000)
  expect(log.of('not logged one by one')).toMatchObject([{ level: 'warn', hits: 20 }])
  expect(log.of('blocked')).toHaveLength(2000)
  wait(200)
  expect(log.of('blocked')).toHaveLength(4000)
  blockLog.flush()
  expect(log.of('blocked')).toHaveLength(50_000)
})

test('what goes on is one line in five seconds, each with what it stands for; after a pause it begins anew', () => {
  const { log, blockLog, wait } = setUp()
  const counts = (): unknown[] => log.lines.splice(0).map(({ count, first, last }) => [count, first, last])
  for (let second = 0; second < 11; second++) {
    blockLog.add({ ...HIT, firstMs: NOON + second * 1000, lastMs: NOON + second * 1000 + 1 })
    wait(1000)
  }
  const at = (second: number, ms = 0): string => new Date(NOON + second * 1000 + ms).toISOString()
  expect(counts()).toEqual([
    [3, at(0), at(0, 1)],
    [15, at(1), at(5, 1)],
    [15, at(6), at(10, 1)],
  ])
  wait(5000)
  expect(counts()).toEqual([])
  blockLog.add({ ...HIT, firstMs: NOON + 20_000, lastMs: NOON + 20_000 })
  wait(1000)
  expect(counts()).toEqual([[3, at(20), at(20)]])
})

test('of many that go on at different paces each is told of when it is due, the one that was due first first', () => {
  const { log, blockLog, wait } = setUp()
  const [a, b, c] = ['a.test', 'b.test', 'c.test'].map(hitOf) as [Hit, Hit, Hit]
  const told = (): unknown[] => log.lines.splice(0).map(({ indicator, count }) => [indicator, count])
  blockLog.add(a)
  wait(600)
  blockLog.add(b)
  wait(400)
  expect(told()).toEqual([['a.test', 2]])
  wait(600)
  expect(told()).toEqual([['b.test', 2]])
  wait(3800)
  blockLog.add(b)
  blockLog.add(a)
  blockLog.add(c)
  expect(told()).toEqual([])
  wait(1200)
  expect(told()).toEqual([['a.test', 2], ['c.test', 2], ['b.test', 2]]) // prettier-ignore
})

test('of a hit nothing is kept but what it said', () => {
  const { log, blockLog } = setUp()
  const hit = { ...HIT }
  blockLog.add(hit)
  Object.assign(hit, { lastQname: 'other.test', qtype: 28, lists: [2], triggers: 2, firstMs: 0, lastMs: 0 })
  blockLog.flush()
  expect(log.lines).toMatchObject([{ qname: 'b.evil.test', qtype: 'A', trigger: 'qname', list: 'apt32' }])
})
