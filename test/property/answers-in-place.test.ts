/**
 * In a batch an answer is written over its question, four octets at a time, and what blocked names have in common at once.
 * Whatever is asked, answered at once or later, spoiled or not: it is
 * octet for octet the answer that is written beside the question, and the counters say the same.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RateLimiter } from '../../src/access/rate-limit.ts'
import { OUTCOMES, Outcome as Ended } from '../../src/metrics/counters.ts'
import { Type } from '../../src/wire/constants.ts'
import { buildQuery } from '../support/dns-client.ts'
import { PathBench, type Outcome } from '../support/path-bench.ts'
import { list, rule, wireName, type Entry } from '../support/policy-fixture.ts'
import { questionEnd } from '../support/scripted-datagrams.ts'
import { wireMessage, wireOpt, wireOption, wireQuestion } from '../support/wire-parts.ts'

const CONFIG = `
cache: { size: 1MB }
records: { "own.example": [10.9.9.9, "fd00::9"], "alias.example": { cname: own.example }, "away.example": { cname: landing.example } }
server: { id: "resolver 1", version: "1", nsid: true }
`
const alias = (target: string) => [{ type: Type.CNAME, ttlSeconds: 20, data: Buffer.from(wireName(target)).toString('hex') }] // prettier-ignore
const RULES = [rule(0), rule(0, 'refused'), rule(0, 'nxdomain'), rule(0, 'nodata'), rule(0, 'drop'), rule(0, 'tcp-only'), rule(0, 'log'),
  rule(0, 'sinkhole', alias('landing.example')), rule(0, 'sinkhole', alias('*.garden.example'))] // prettier-ignore
const ACTED = RULES.map((_, place): Entry => [`evil${place}.example`, 'subtree', place])
const NAMES = [
  ...ACTED.map(([name], place) => (place % 2 === 0 ? `Www.${name}` : name.toUpperCase())),
  'landing.example', 'own.example', 'ALIAS.example', 'away.example', 'localhost',
  '1.0.0.10.in-addr.arpa', 'Id.Server', `${'a'.repeat(60)}.evil0.example`, '',
] // prettier-ignore
const FORWARDED = ['Host1.Shop.example', 'host1.shop.EXAMPLE', 'host2.shop.example']
const TYPES = [...Array.from({ length: 14 }, () => 1), 28, 28, 5, 16, 255, 252]

const query = fc
  .record({
    name: fc.oneof(fc.constantFrom(...NAMES), fc.constantFrom(...FORWARDED), fc.constant(FORWARDED[0]!)),
    type: fc.constantFrom(...TYPES),
    id: fc.nat(0xffff),
    edns: fc.constantFrom(
      false,
      true,
      true,
      true,
      true,
      true,
      true,
      { udpSize: 512 },
      { udpSize: 4096 },
      { version: 1 },
    ),
    do: fc.boolean(),
    cd: fc.boolean(),
    qclass: fc.constantFrom(1, 1, 1, 1, 1, 1, 1, 3, 4),
    hasOptions: fc.boolean(),
    spoiled: fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, fc.tuple(fc.nat(80), fc.nat(255))),
  })
  .map(({ name, type, id, hasOptions, spoiled, ...rest }) => {
    const options = Buffer.concat([wireOption(3), wireOption(10, Buffer.alloc(8, 7))])
    const bytes = hasOptions
      ? wireMessage({ id, questions: [wireQuestion(name, type)], additional: [wireOpt(options)] })
      : buildQuery(name, type, { id, ...rest })
    if (spoiled !== null) bytes[spoiled[0] % bytes.length] = spoiled[1]
    return bytes
  })

const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ ask: query, from: fc.constantFrom('10.1.0.1', '10.1.0.2', '10.1.0.3', '10.1.0.4', '10.1.0.5', '10.1.0.6', '192.0.2.9') }) },
    { weight: 4, arbitrary: fc.record({ records: fc.constantFrom(0, 1, 1, 3, 90), rcode: fc.constantFrom(0, 0, 0, 2, 3) }) },
    { weight: 1, arbitrary: fc.record({ waitMs: fc.constantFrom(1, 500, 2000, 7000, 12_000) }) },
  ),
  { minLength: 60, maxLength: 150, size: 'max' },
) // prettier-ignore

function bench(isInPlace: boolean): PathBench {
  let asked = 0
  // Every eighth is over the limit.
  const limiter = { over: () => ++asked % 8 === 0 } as unknown as RateLimiter
  const it = new PathBench(CONFIG, { limiter })
  it.isInPlace = isInPlace
  it.lists(ACTED, [list(7, { document: 'CV 12/2026', ttlSeconds: null })], RULES)
  return it
}

const RECORD = Uint8Array.of(0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 192, 0, 2, 1)

/** Answers what waits for an upstream longest, where something does, with so many addresses. */
function answer(it: PathBench, wanted: number, rcode: number): void {
  const sent = it.datagrams.sent.shift()
  if (sent === undefined || sent.socket.isClosed) return
  const count = sent.qtype === Type.A ? wanted : 0
  const question = sent.bytes.subarray(0, questionEnd(sent.bytes))
  const reply = Buffer.concat([question, ...Array.from({ length: count }, () => RECORD)])
  reply.set([0x81, 0x80 | rcode, 0, 1, 0, count, 0, 0, 0, 0], 2)
  sent.reply(reply)
}

/** What became of it: dropped, left without an answer, or the octets. */
function shown({ isDropped, bytes }: Outcome): string {
  return isDropped ? 'dropped' : (bytes?.toString('hex') ?? 'open')
}

test('an answer written over its question is the one written beside it', () => {
  const ended = OUTCOMES.map(() => 0)
  fc.assert(
    fc.property(steps, (all) => {
      const benches = [bench(false), bench(true)]
      const [apart, inPlace] = benches.map((it) => {
        const outcomes: Outcome[] = []
        for (const step of all) {
          if ('ask' in step) outcomes.push(it.send(step.ask, step.from))
          else if ('waitMs' in step) it.clock.advance(step.waitMs)
          else answer(it, step.records, step.rcode)
        }
        it.clock.advance(12_000)
        it.exchange.close()
        return [...outcomes.map(shown), ...OUTCOMES.map((name) => it.counters.answers(Ended[name]))]
      })
      expect(inPlace).toEqual(apart)
      for (const [at, name] of OUTCOMES.entries()) ended[at]! += benches[1]!.counters.answers(Ended[name])
    }),
    { numRuns: 60 },
  )
  // Each way for a query to end was met.
  expect(Math.min(...ended)).toBeGreaterThan(0)
})
