import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AnswerCache } from '../../src/cache/answer-cache.ts'
import { writeEntry } from '../../src/cache/entry.ts'
import { decode as decodeWithDns2 } from '../support/dns2.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { a, keyOf, message, question, readMessage, soa } from '../support/messages.ts'
import type { RecordToEncode } from '../support/dns-packet.ts'

const FUZZ = Number(process.env['THANHLOC_FUZZ'] ?? 1)
const SETTINGS = {
  maxBytes: 1 << 20,
  staleMs: 600_000,
  staleTtlSeconds: 30,
  maxTtlSeconds: 5_000,
  maxNegativeTtlSeconds: 3_600,
}

/** What the cache ought to know of a question: the plain version, an object a question and no eviction. */
interface Known {
  data: string
  expiresAtMs: number
  failures: number
  failedUntilMs: number
}

type Step =
  | { do: 'store'; which: Which; ttl: number; data: string }
  | { do: 'fail'; which: Which }
  | { do: 'find'; which: Which }
  | { do: 'advance'; ms: number }
  | { do: 'flush'; name: string; below: boolean }

interface Which {
  name: string
  type: string
  dnssecOk: boolean
  checkingDisabled: boolean
  group: number
}

const NAMES = ['a.test', 'b.a.test', 'c.b.a.test', 'aa.test', 'test']
const which: fc.Arbitrary<Which> = fc.record({
  name: fc.constantFrom(...NAMES),
  type: fc.constantFrom('A', 'AAAA'),
  dnssecOk: fc.boolean(),
  checkingDisabled: fc.constantFrom(false, false, true),
  group: fc.constantFrom(0, 0, 1),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('store' as const),
      which,
      ttl: fc.constantFrom(0, 1, 5, 60, 9_000),
      data: fc.ipV4(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fail' as const), which }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('find' as const), which }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('advance' as const),
      ms: fc.constantFrom(1, 500, 1_000, 4_999, 60_000, 601_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('flush' as const),
      name: fc.constantFrom(...NAMES),
      below: fc.boolean(),
    }),
  },
)

describe('AnswerCache', () => {
  it('behaves as a plain map with times', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer(), (steps, seed) => {
        const clock = new FakeClock()
        const cache = new AnswerCache(SETTINGS, clock, seed)
        const plain = new Map<string, Known>()
        for (const one of steps) run(one, cache, plain, clock)
      }),
      { numRuns: 200 * FUZZ },
    )
  })

  it('ages every TTL of a message by the seconds it was kept, and changes nothing else', () => {
    fc.assert(
      fc.property(
        fc.array(anyRecord, { minLength: 1, maxLength: 12 }),
        fc.nat(4_000),
        fc.nat(999),
        (records, seconds, ms) => {
          const clock = new FakeClock()
          const cache = new AnswerCache({ ...SETTINGS, staleMs: 86_400_000 }, clock, 1)
          const third = Math.ceil(records.length / 3)
          const bytes = message('www.example.test', 'A', {
            answers: [a('www.example.test', 4_500), ...records.slice(0, third)],
            authority: records.slice(third, 2 * third),
            additional: records.slice(2 * third),
          })
          cache.store(question('www.example.test'), bytes, readMessage(bytes), NOTES)
          clock.advance(seconds * 1000 + ms)
          const { bytes: name, length } = keyOf('www.example.test')
          const entry = cache.find({ bytes: name, length }, 1, 1, false, false, 0)!
          const shortest = Math.min(4_500, ...records.map(({ ttl }) => ttl))
          expect(entry.isFresh(clock.wallMs())).toBe(seconds < shortest)
          const out = Buffer.alloc(65_535)
          const written = decodeWithDns2(out.subarray(0, writeEntry(entry, out, clock.wallMs(), 30)))
          const original = decodeWithDns2(bytes)
          const aged = (ttl: number): number =>
            seconds < shortest ? Math.min(ttl, SETTINGS.maxTtlSeconds) - seconds : 30
          for (const section of ['answers', 'authorities', 'additionals'] as const) {
            expect(written[section]).toEqual(original[section].map((one) => ({ ...one, ttl: aged(one.ttl) })))
          }
        },
      ),
      { numRuns: 200 * FUZZ },
    )
  })
})

const NOTES = { generation: 1, screened: null, ede: -1 }

const owner = fc.constantFrom('www.example.test', 'example.test', 'mail.example.test', 'other.vn')
const ttl = fc.oneof(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 2 ** 31 - 1 }))
const anyRecord: fc.Arbitrary<RecordToEncode> = fc.oneof(
  fc.tuple(owner, ttl, fc.ipV4()).map(([name, seconds, data]) => a(name, seconds, data)),
  fc.tuple(owner, ttl).map(([name, seconds]) => ({ type: 'AAAA', name, ttl: seconds, data: '2001:db8::1' })),
  fc.tuple(owner, ttl, owner).map(([name, seconds, data]) => ({ type: 'NS', name, ttl: seconds, data })),
  fc
    .tuple(owner, ttl, fc.string({ unit: 'grapheme-ascii', maxLength: 200 }))
    .map(([name, seconds, text]) => ({ type: 'TXT', name, ttl: seconds, data: [text] })),
  fc.tuple(owner, ttl, owner).map(([name, seconds, exchange]) => ({
    type: 'MX',
    name,
    ttl: seconds,
    data: { preference: 5, exchange },
  })),
  fc.tuple(owner, ttl, ttl).map(([name, seconds, minimum]) => soa(name, seconds, minimum)),
)

function run(one: Step, cache: AnswerCache, plain: Map<string, Known>, clock: FakeClock): void {
  const nowMs = clock.wallMs()
  switch (one.do) {
    case 'advance':
      clock.advance(one.ms)
      break
    case 'store': {
      const { name, type, ...more } = one.which
      const address = type === 'A' ? one.data : `2001:db8::${one.data}`
      const bytes = message(name, type, { answers: [{ type, name, ttl: one.ttl, data: address }] })
      cache.store(question(name, type, more), bytes, readMessage(bytes), NOTES)
      const seconds = Math.min(one.ttl, SETTINGS.maxTtlSeconds)
      if (seconds === 0) plain.delete(keyText(one.which))
      else
        plain.set(keyText(one.which), {
          data: one.data,
          expiresAtMs: nowMs + seconds * 1000,
          failures: 0,
          failedUntilMs: 0,
        })
      break
    }
    case 'fail': {
      const { name, type, ...more } = one.which
      cache.storeFailure(question(name, type, more), -1)
      const known = usable(plain, one.which, nowMs) ?? {
        data: '',
        expiresAtMs: 0,
        failures: 0,
        failedUntilMs: 0,
      }
      known.failedUntilMs = nowMs + Math.min(2 ** known.failures, 300) * 1000
      known.failures++
      plain.set(keyText(one.which), known)
      break
    }
    case 'flush': {
      const isIn = (name: string): boolean =>
        name === one.name || (one.below && name.endsWith(`.${one.name}`))
      cache.flush(keyOf(one.name), one.below)
      for (const key of plain.keys()) if (isIn(key.split(' ')[0]!)) plain.delete(key)
      break
    }
    case 'find':
      expect(found(cache, one.which, nowMs)).toEqual(expected(usable(plain, one.which, nowMs), nowMs))
  }
}

function keyText({ name, type, dnssecOk, checkingDisabled, group }: Which): string {
  return `${name} ${type} ${dnssecOk} ${checkingDisabled} ${group}`
}

function usable(plain: Map<string, Known>, asked: Which, nowMs: number): Known | undefined {
  const known = plain.get(keyText(asked))
  if (known === undefined) return undefined
  const isRemembered = known.failures > 0 && nowMs < known.failedUntilMs + 600_000
  return (known.data !== '' && nowMs < known.expiresAtMs + SETTINGS.staleMs) || isRemembered
    ? known
    : undefined
}

function expected(known: Known | undefined, nowMs: number) {
  if (known === undefined) return undefined
  const isServable = known.data !== '' && nowMs < known.expiresAtMs + SETTINGS.staleMs
  return {
    isFresh: known.data !== '' && nowMs < known.expiresAtMs,
    isServable,
    isFailing: nowMs < known.failedUntilMs,
    data: isServable ? known.data : '',
  }
}

/** The same of the cache; the address is the last four octets of the message, as it is the only record. */
function found(cache: AnswerCache, { name, type, dnssecOk, checkingDisabled, group }: Which, nowMs: number) {
  const entry = cache.find(keyOf(name), type === 'A' ? 1 : 28, 1, dnssecOk, checkingDisabled, group)
  if (entry === undefined) return undefined
  const isServable = entry.isServable(nowMs)
  return {
    isFresh: entry.isFresh(nowMs),
    isServable,
    isFailing: entry.isFailing(nowMs),
    data: isServable ? [...entry.bytes.subarray(entry.messageLength - 4, entry.messageLength)].join('.') : '',
  }
}
