import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AnswerCache } from '../../src/cache/answer-cache.ts'
import { BYTES_PER_KEPT_BLOCK } from '../../src/cache/entries.ts'
import type { Entry } from '../../src/cache/entry.ts'
import { MAX_FAILURE_MS } from '../../src/cache/lifetime.ts'
import { collidingNames } from '../support/colliding-names.ts'
import { decode as decodeWithDns2 } from '../support/dns2.ts'
import type { RecordToEncode } from '../support/dns-packet.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { a, keyOf, message, question, readMessage, soa } from '../support/messages.ts'
import { PlainAnswerCache, writePlain, type PlainEntry } from '../support/plain-answer-cache.ts'

const FUZZ = Number(process.env['THANHLOC_FUZZ'] ?? 1)
const SEED = 0x5eed
const SETTINGS = {
  maxBytes: 1 << 20,
  staleMs: 600_000,
  staleTtlSeconds: 30,
  maxTtlSeconds: 5_000,
  maxNegativeTtlSeconds: 3_600,
}

interface Which {
  readonly name: string
  readonly type: string
  readonly dnssecOk: boolean
  readonly checkingDisabled: boolean
  readonly group: number
}

type Step =
  | {
      do: 'store'
      which: Which
      ttl: number
      texts: readonly number[]
      isNegative: boolean
      screened: Int32Array | null
      ede: number
    }
  | { do: 'fail'; which: Which; ede: number; mostMs: number }
  | { do: 'find'; which: Which }
  | { do: 'screen'; which: Which; hasFailed: boolean; generation: number; screened: Int32Array | null }
  | { do: 'forget' }
  | { do: 'advance'; ms: number }
  | { do: 'flush'; name: string | null; below: boolean }
  | { do: 'configure'; blocks: number; staleMs: number }

const LONG = `${'long-label.'.repeat(22)}a.test`
const NAMES = ['a.test', 'b.a.test', 'c.b.a.test', 'aa.test', 'test', LONG]

const plainly = { type: 'A', dnssecOk: false, checkingDisabled: false, group: 0 }
const which: fc.Arbitrary<Which> = fc.oneof(
  // Few, so that they are met again.
  {
    weight: 6,
    arbitrary: fc.constantFrom('a.test', 'b.a.test', LONG).map((name) => ({ name, ...plainly })),
  },
  // Of one hash: each takes the other's place.
  { weight: 2, arbitrary: fc.constantFrom(...collidingNames(SEED)).map((name) => ({ name, ...plainly })) },
  {
    weight: 2,
    arbitrary: fc.record({
      name: fc.constantFrom(...NAMES),
      type: fc.constantFrom('A', 'AAAA'),
      dnssecOk: fc.boolean(),
      checkingDisabled: fc.boolean(),
      group: fc.constantFrom(0, 1, 9_000),
    }),
  },
)
const words = fc.int32Array({ minLength: 1, maxLength: 100, size: 'max' })
const screened = fc.oneof(fc.constant(null), words)
const ede = fc.constantFrom(-1, 0, 22, 65_535)
const blocks = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(100))
const steps: Record<Step['do'], { weight: number; arbitrary: fc.Arbitrary<Step> }> = {
  store: {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('store' as const),
      which,
      ttl: fc.constantFrom(0, 1, 5, 60, 9_000),
      // From one block to fifty, that end at any octet.
      texts: fc.oneof(
        { weight: 3, arbitrary: fc.constant<number[]>([]) },
        { weight: 2, arbitrary: fc.array(fc.nat(120), { maxLength: 4 }) },
        { weight: 1, arbitrary: fc.array(fc.nat(255), { maxLength: 40, size: 'max' }) },
      ),
      isNegative: fc.constantFrom(false, false, true),
      screened,
      ede,
    }),
  },
  fail: {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      which,
      ede,
      mostMs: fc.constantFrom(5_000, 300_000),
    }),
  },
  find: { weight: 8, arbitrary: fc.record({ do: fc.constant('find' as const), which }) },
  screen: {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('screen' as const),
      which,
      hasFailed: fc.boolean(),
      generation: fc.integer({ min: 2, max: 9 }),
      screened,
    }),
  },
  forget: { weight: 1, arbitrary: fc.constant({ do: 'forget' as const }) },
  advance: {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('advance' as const),
      ms: fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(1, 500, 1_000, 4_999, -500) },
        { weight: 1, arbitrary: fc.constantFrom(60_000, 601_000, -30_000, -90_000) },
      ),
    }),
  },
  flush: {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('flush' as const),
      name: fc.constantFrom(null, ...NAMES),
      below: fc.boolean(),
    }),
  },
  configure: {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('configure' as const),
      blocks,
      staleMs: fc.constantFrom(0, 600_000),
    }),
  },
}

describe('AnswerCache', () => {
  it('answers, forgets and makes room as the plain cache does, object by object', () => {
    const step = fc.oneof(...Object.values(steps))
    fc.assert(
      fc.property(blocks, fc.array(step, { maxLength: 80, size: 'max' }), (capacity, all) => {
        const bench = new Bench(capacity)
        for (const one of all) {
          bench.run(one)
          bench.expectSameSize()
        }
        // Nobody may have lost a block on the way.
        bench.run({ do: 'flush', name: 'test', below: true })
        bench.run({ do: 'flush', name: null, below: false })
        bench.expectSameSize()
        expect(bench.cache.bytes).toBe(0)
      }),
      { numRuns: 300 * FUZZ },
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
          expect(entry.isFresh).toBe(seconds < shortest)
          const out = Buffer.alloc(65_535)
          const written = decodeWithDns2(out.subarray(0, entry.write(out, 0, 30)))
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

/** Both caches, asked the same. */
class Bench {
  readonly #clock = new FakeClock()
  readonly #out = Buffer.alloc(65_535)
  readonly #plain: PlainAnswerCache
  readonly cache: AnswerCache

  constructor(capacity: number) {
    const settings = { ...SETTINGS, maxBytes: bytesOf(capacity) }
    this.cache = new AnswerCache(settings, this.#clock, SEED)
    this.#plain = new PlainAnswerCache(settings, capacity, this.#clock, SEED)
  }

  expectSameSize(): void {
    const { cache } = this
    expect([cache.entries, cache.bytes / BYTES_PER_KEPT_BLOCK]).toEqual([
      this.#plain.count,
      this.#plain.blocks,
    ])
  }

  run(one: Step): void {
    switch (one.do) {
      case 'advance':
        this.#clock.setWall(this.#clock.wallMs() + one.ms)
        break
      case 'store': {
        const bytes = messageOf(one)
        const notes = { generation: 1, screened: one.screened, ede: one.ede }
        const asked = questionOf(one.which)
        this.#expectSame(
          this.cache.store(asked, bytes, readMessage(bytes), notes),
          this.#plain.store(asked, bytes, readMessage(bytes), notes),
        )
        break
      }
      case 'fail': {
        const asked = questionOf(one.which)
        this.#expectSame(
          this.cache.storeFailure(asked, one.ede, one.mostMs),
          this.#plain.storeFailure(asked, one.ede, one.mostMs),
        )
        break
      }
      case 'find':
        this.#expectSame(this.#find(one.which), this.#plain.find(questionOf(one.which)))
        break
      case 'screen': {
        const asked = questionOf(one.which)
        const entry = one.hasFailed ? this.cache.storeFailure(asked, -1) : this.#find(one.which)
        const plain = one.hasFailed
          ? this.#plain.storeFailure(asked, -1, MAX_FAILURE_MS)
          : this.#plain.find(asked)
        this.#expectSame(entry, plain)
        if (entry === null) break
        this.cache.noteScreening(entry, one.generation, one.screened)
        this.#plain.noteScreening(asked, one.generation, one.screened)
        // Whatever had to go for it, it is still the one.
        this.#expectSame(entry, this.#plain.find(asked))
        break
      }
      case 'forget':
        this.cache.forgetFailures()
        this.#plain.forgetFailures()
        break
      case 'flush': {
        const key = one.name === null ? null : keyOf(one.name)
        const name = key === null ? null : Buffer.from(key.bytes.subarray(0, key.length))
        expect(this.cache.flush(key, one.below)).toBe(this.#plain.flush(name, one.below))
        break
      }
      case 'configure': {
        const settings = { ...SETTINGS, staleMs: one.staleMs, maxBytes: bytesOf(one.blocks) }
        expect(this.cache.configure(settings)).toBe(true)
        this.#plain.configure(settings, one.blocks)
      }
    }
  }

  #find(asked: Which): Entry | null {
    const { name, nameLength, qtype, qclass, dnssecOk, checkingDisabled, group } = questionOf(asked)
    const key = { bytes: name, length: nameLength }
    return this.cache.find(key, qtype, qclass, dnssecOk, checkingDisabled, group) ?? null
  }

  #expectSame(entry: Entry | null, plain: PlainEntry | null): void {
    expect(entry === null).toBe(plain === null)
    if (entry === null || plain === null) return
    const nowMs = this.#clock.wallMs()
    const { question: _, name: __, message: kept, ttlOffsets, ...fields } = plain
    expect(entry).toMatchObject({ ...fields, messageLength: kept.length, ttlCount: ttlOffsets.length })
    const expiresAtMs = plain.storedAtMs + plain.lifetimeSeconds * 1000
    const hasAnswer = plain.lifetimeSeconds > 0
    const leftMs = plain.failedUntilMs - nowMs
    expect([entry.isFresh, entry.isServable, entry.isFailing]).toEqual([
      hasAnswer && nowMs < expiresAtMs,
      hasAnswer && nowMs < expiresAtMs + plain.staleSeconds * 1000,
      leftMs > 0 && leftMs <= Math.min(1000 * 2 ** (plain.failures - 1), 300_000),
    ])
    expect(this.#out.compare(kept, 0, kept.length, 0, entry.copyMessage(this.#out))).toBe(0)
    const written = writePlain(plain, nowMs, SETTINGS.staleTtlSeconds)
    // All but the question, which is the caller's.
    const questionLength = Math.max(0, Math.min(entry.copyName(this.#out) + 4, kept.length - 12))
    this.#out.fill(0xee, 12, 12 + questionLength)
    const length = entry.write(this.#out, questionLength, SETTINGS.staleTtlSeconds)
    expect(this.#out.subarray(12, 12 + questionLength).every((octet) => octet === 0xee)).toBe(true)
    written.copy(this.#out, 12, 12, 12 + questionLength)
    expect(this.#out.compare(written, 0, written.length, 0, length)).toBe(0)
  }
}

function bytesOf(capacity: number): number {
  return capacity * BYTES_PER_KEPT_BLOCK
}

function questionOf({ name, type, ...more }: Which) {
  return question(name, type, more)
}

/** An address or nothing, and texts of these lengths. */
function messageOf({
  which: { name, type },
  ttl: seconds,
  texts,
  isNegative,
}: Step & { do: 'store' }): Buffer {
  const additional = texts.map((length, index) => ({
    type: 'TXT',
    name: 'more.test',
    ttl: seconds + index,
    data: ['x'.repeat(length)],
  }))
  if (isNegative) return message(name, type, { rcode: 3, authority: [soa('test', seconds, 100)], additional })
  const data = type === 'A' ? '192.0.2.1' : '2001:db8::1'
  return message(name, type, { answers: [{ type, name, ttl: seconds, data }], additional })
}
