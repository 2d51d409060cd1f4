import { describe, expect, it } from 'vitest'
import { AnswerCache, type EntryNotes } from '../../../src/cache/answer-cache.ts'
import { BYTES_PER_KEPT_BLOCK } from '../../../src/cache/entries.ts'
import type { Entry } from '../../../src/cache/entry.ts'
import { collidingNames } from '../../support/colliding-names.ts'
import { readReply, type Reply } from '../../support/dns-client.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { a, keyOf, message, question, readMessage, soa, type MessageParts } from '../../support/messages.ts'

const SETTINGS = {
  maxBytes: 1 << 20,
  staleMs: 86_400_000,
  staleTtlSeconds: 30,
  maxTtlSeconds: 86_400,
  maxNegativeTtlSeconds: 3_600,
}
const SEED = 0x5eed
const NOTES: EntryNotes = { generation: 1, screened: null, ede: -1 }

function setUp(settings: Partial<typeof SETTINGS> = {}) {
  const clock = new FakeClock()
  const cache = new AnswerCache({ ...SETTINGS, ...settings }, clock, SEED)
  const find = (name: string, type = 1): Entry | undefined => {
    const { bytes, length } = keyOf(name)
    return cache.find({ bytes, length }, type, 1, false, false, 0)
  }
  const store = (name: string, parts: MessageParts, notes = NOTES): Entry | null => {
    const bytes = message(name, 'A', parts)
    return cache.store(question(name), bytes, readMessage(bytes), notes)
  }
  const read = (entry: Entry): Reply => {
    const out = Buffer.alloc(65_535)
    return readReply(out.subarray(0, entry.write(out, 0, SETTINGS.staleTtlSeconds)))
  }
  return { clock, cache, find, store, read }
}

/** Strings of a TXT record that takes so many octets. */
function texts(octets: number): string[] {
  const whole = Array.from({ length: Math.floor(octets / 256) }, () => 'x'.repeat(255))
  return octets % 256 === 0 ? whole : [...whole, 'x'.repeat((octets % 256) - 1)]
}

describe('AnswerCache: what it keeps', () => {
  it('gives back the message with its TTLs aged by whole seconds, id 0, the question in lower case', () => {
    const { clock, find, store, read } = setUp()
    store('WWW.Example.test', {
      answers: [a('www.example.test', 60), a('www.example.test', 90, '192.0.2.2')],
    })
    clock.advance(9_999)
    const reply = read(find('www.example.test')!)
    expect(reply).toMatchObject({
      id: 0,
      rcode: 'NOERROR',
      question: { name: 'www.example.test', type: 'A' },
    })
    expect(reply.answers.map(({ ttl, data }) => [ttl, data])).toEqual([
      [51, '192.0.2.1'],
      [81, '192.0.2.2'],
    ])
  })

  it('lives as long as its shortest record, of whatever section', () => {
    const { clock, find, store } = setUp()
    store('a.test', { answers: [a('a.test', 300)], additional: [a('ns.test', 20)] })
    clock.advance(19_999)
    expect(find('a.test')!.isFresh).toBe(true)
    clock.advance(1)
    expect(find('a.test')!.isFresh).toBe(false)
  })

  it('caps at a day, and reads a TTL of 2^31 or more as 0', () => {
    const { find, store, read } = setUp()
    store('long.test', { answers: [a('long.test', 2_000_000)] })
    expect(read(find('long.test')!).answers[0]!.ttl).toBe(86_400)
    expect(store('odd.test', { answers: [a('odd.test', 2 ** 31)] })).toBeNull()
  })

  it.each<[string, MessageParts]>([
    ['TTL 0', { answers: [a('x.test', 0)] }],
    ['a negative answer without SOA', { rcode: 3 }],
    ['a referral', { authority: [{ type: 'NS', name: 'test', ttl: 60, data: 'ns.test' }] }],
    ['SERVFAIL', { rcode: 2, answers: [a('x.test', 60)] }],
    ['REFUSED', { rcode: 5, authority: [soa('test', 60, 60)] }],
    ['a truncated answer', { flags: 0x0380, answers: [a('x.test', 60)] }],
  ])('does not keep %s', (_, parts) => {
    const { find, store } = setUp()
    expect(store('x.test', parts)).toBeNull()
    expect(find('x.test')).toBeUndefined()
  })

  it('forgets what it knew when an answer says otherwise and may not be kept', () => {
    const { find, store } = setUp()
    store('x.test', { answers: [a('x.test', 60)] })
    store('x.test', { rcode: 2 })
    expect(find('x.test')).toBeDefined()
    store('x.test', { answers: [a('x.test', 0)] })
    expect(find('x.test')).toBeUndefined()
  })

  it('keeps a message as large as there is, with thousands of TTLs', () => {
    const { clock, find, store, read } = setUp()
    const answers = Array.from({ length: 4_000 }, (_, n) => a('.', 300 + n, `192.0.${n >> 8}.${n & 255}`))
    store('large.test', { answers, additional: [{ type: 'TXT', name: '.', ttl: 60, data: texts(5_496) }] })
    const entry = find('large.test')!
    expect([entry.messageLength, entry.ttlCount]).toEqual([65_535, 4_001])
    clock.advance(10_000)
    const reply = read(find('large.test')!)
    expect(reply.answers.map(({ ttl, data }) => [ttl, data])).toEqual(
      answers.map(({ data }, n) => [290 + n, data]),
    )
    expect(reply.additional[0]!.ttl).toBe(50)
  })

  it('finds every TTL again, wherever the blocks of an answer lie and end', () => {
    const { clock, cache, find, store, read } = setUp()
    for (let number = 0; number < 40; number++) cache.storeFailure(question(`n${number}.test`), -1)
    // Every second block, so that none is followed by its neighbour.
    for (let number = 0; number < 40; number += 2) cache.flush(keyOf(`n${number}.test`))
    for (let length = 0; length < 200; length++) {
      const answers = [a('a.test', 300), a('a.test', 400), a('a.test', 500)]
      store('a.test', {
        answers,
        additional: [{ type: 'TXT', name: '.', ttl: 600, data: ['x'.repeat(length)] }],
      })
      clock.advance(7_000)
      const { answers: aged, additional } = read(find('a.test')!)
      expect([...aged, ...additional].map(({ ttl }) => ttl)).toEqual([293, 393, 493, 593])
    }
  })

  it('takes no question for another of the same hash, and gives the later answer the room', () => {
    const { cache, find, store } = setUp()
    const [one, other] = collidingNames(SEED)
    store(one, { answers: [a(one, 60)] })
    expect([find(one) !== undefined, find(other)]).toEqual([true, undefined])
    expect(cache.storeFailure(question(other), -1)!.failures).toBe(1)
    expect([find(one), find(other)?.isFailure]).toEqual([undefined, true])
    store(one, { answers: [a(one, 60)] })
    expect([find(one)?.isFailure, find(other)]).toEqual([false, undefined])
    expect(cache.entries).toBe(1)
  })

  it('keeps the notes of the query path', () => {
    const { find, store } = setUp()
    const screened = Int32Array.of(1, 2)
    store('a.test', { answers: [a('a.test', 60)] }, { generation: 7, screened, ede: 22 })
    expect(find('a.test')).toMatchObject({ generation: 7, screened, ede: 22, rcode: 0, negative: false })
  })

  it('takes what another screening found, long or nothing, and lets go of what it had', () => {
    const { cache, find, store } = setUp()
    store('a.test', { answers: [a('a.test', 60)] })
    const bytes = cache.bytes
    const long = Int32Array.from({ length: 1_000 }, (_, n) => n * n)
    for (const [generation, screened] of [
      [2, long],
      [3, Int32Array.of(9)],
      [4, null],
    ] as const) {
      cache.noteScreening(find('a.test')!, generation, screened)
      expect(find('a.test')).toMatchObject({ generation, screened })
    }
    expect(cache.bytes).toBe(bytes)
  })

  it('lets others go for what screening found, never the answer it was found in', () => {
    const { cache, find, store } = setUp({ maxBytes: 3 * BYTES_PER_KEPT_BLOCK })
    for (const name of ['a.test', 'b.test', 'c.test']) store(name, { answers: [a(name, 60)] })
    cache.noteScreening(find('a.test')!, 2, new Int32Array(96).fill(7))
    expect(find('a.test')).toMatchObject({ generation: 2, screened: new Int32Array(96).fill(7) })
    expect([find('b.test'), find('c.test')]).toEqual([undefined, undefined])
  })

  it('notes nothing, so that it is screened again, where what was found has no room at all', () => {
    const { cache, find, store, read } = setUp({ maxBytes: 3 * BYTES_PER_KEPT_BLOCK })
    for (const name of ['a.test', 'b.test']) store(name, { answers: [a(name, 60)] })
    cache.noteScreening(find('a.test')!, 2, new Int32Array(97))
    expect(find('a.test')).toMatchObject({ generation: 1, screened: null })
    expect(read(find('a.test')!).answers).toHaveLength(1)
    expect(find('b.test')).toBeDefined()
  })
})

describe('AnswerCache: negative answers (RFC 2308)', () => {
  it.each([
    ['the SOA TTL', 50, 300, 50],
    ['the SOA MINIMUM', 3_000, 40, 40],
    ['an hour', 90_000, 90_000, 3_600],
  ])('keeps NXDOMAIN for %s, and hands out no longer TTL', (_, ttl, minimum, seconds) => {
    const { clock, find, store, read } = setUp()
    expect(store('x.test', { rcode: 3, authority: [soa('test', ttl, minimum)] })!.negative).toBe(true)
    expect(read(find('x.test')!).authority[0]!.ttl).toBe(seconds)
    clock.advance(seconds * 1000 - 1)
    expect(find('x.test')!.isFresh).toBe(true)
    clock.advance(1)
    expect(find('x.test')!.isFresh).toBe(false)
  })

  it('sees NODATA, also behind an alias', () => {
    const { store } = setUp()
    const authority = [soa('test', 60, 60)]
    const alias = { type: 'CNAME', name: 'x.test', ttl: 20, data: 'y.test' }
    expect(store('x.test', { authority })).toMatchObject({ negative: true, lifetimeSeconds: 60 })
    expect(store('x.test', { answers: [alias], authority })).toMatchObject({
      negative: true,
      lifetimeSeconds: 20,
    })
    expect(store('x.test', { answers: [alias] })).toBeNull()
    expect(store('x.test', { answers: [alias, a('y.test', 30)] })).toMatchObject({ negative: false })
  })
})

describe('AnswerCache: stale answers (RFC 8767) and failures (RFC 9520)', () => {
  it('keeps an expired answer for a day, with TTL 30; serving it makes it no fresher', () => {
    const { clock, find, store, read } = setUp()
    store('a.test', { answers: [a('a.test', 300), a('a.test', 900)] })
    clock.advance(300_000)
    for (const ms of [0, 43_200_000, 43_199_999]) {
      clock.advance(ms)
      const entry = find('a.test')!
      expect([entry.isFresh, entry.isServable]).toEqual([false, true])
      expect(read(entry).answers.map(({ ttl }) => ttl)).toEqual([30, 30])
    }
    clock.advance(1)
    expect(find('a.test')).toBeUndefined()
  })

  it('remembers a failure for 1 s, twice as long each time, 300 s at most', () => {
    const { clock, cache, find, store } = setUp()
    for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]) {
      cache.storeFailure(question('x.test'), 22)
      expect(find('x.test')).toMatchObject({ rcode: 2, failureEde: 22 })
      expect(find('x.test')!.isServable).toBe(false)
      clock.advance(seconds * 1000 - 1)
      expect(find('x.test')!.isFailing, `${seconds} s`).toBe(true)
      clock.advance(1)
      expect(find('x.test')!.isFailing, `${seconds} s`).toBe(false)
    }
    store('x.test', { answers: [a('x.test', 60)] })
    expect(find('x.test')).toMatchObject({ failures: 0, failedUntilMs: 0 })
  })

  it('starts again at 1 s when the last failure is long ago', () => {
    const { clock, cache, find } = setUp()
    cache.storeFailure(question('x.test'), -1)
    cache.storeFailure(question('x.test'), -1)
    clock.advance(602_000)
    expect(find('x.test')).toBeUndefined()
    expect(cache.storeFailure(question('x.test'), -1)!.failures).toBe(1)
  })

  it('notes a failure beside a stale answer instead of over it', () => {
    const { clock, cache, find, store, read } = setUp()
    store('a.test', { answers: [a('a.test', 60)] })
    clock.advance(61_000)
    cache.storeFailure(question('a.test'), 23)
    const entry = find('a.test')!
    expect([entry.isServable, entry.isFailing]).toEqual([true, true])
    expect(entry).toMatchObject({ failureEde: 23, ede: -1 })
    expect(read(entry).answers[0]!.data).toBe('192.0.2.1')
  })

  it('knows which upstreams gave an answer', () => {
    const { cache } = setUp()
    for (const group of [0, 1, 9_000]) {
      expect(cache.storeFailure(question('x.test', 'A', { group, dnssecOk: true }), -1)!.group).toBe(group)
    }
    expect(cache.entries).toBe(3)
  })

  it('fails per type, DO, CD and group', () => {
    const { cache, find } = setUp()
    cache.storeFailure(question('x.test', 'A', { group: 1 }), -1)
    cache.storeFailure(question('x.test', 'AAAA'), -1)
    expect(find('x.test')).toBeUndefined()
    expect(find('x.test', 28)).toBeDefined()
  })
})

describe('AnswerCache: clock, room, flush', () => {
  it('gives no answer a longer life when the clock is set back', () => {
    const { clock, find, store, read } = setUp()
    store('a.test', { answers: [a('a.test', 60)] })
    clock.setWall(clock.wallMs() - 2_000)
    expect(read(find('a.test')!).answers[0]!.ttl).toBe(60)
    clock.setWall(clock.wallMs() - 3_600_000)
    expect(find('a.test')).toBeUndefined()
  })

  it('says when there is no room for the message', () => {
    const { store } = setUp()
    const entry = store('a.test', { answers: [a('a.test', 60)] })!
    const tight = new Uint8Array(entry.messageLength)
    expect(entry.write(tight, 0, 30)).toBe(entry.messageLength)
    expect(entry.write(tight.subarray(1), 0, 30)).toBe(-1)
  })

  it('flushes a name with all its types, with those below it, or everything', () => {
    const { cache, find } = setUp()
    for (const name of ['a.test', 'w.a.test', 'ba.test', 'a.test.vn', 'test']) {
      cache.storeFailure(question(name), -1)
      cache.storeFailure(question(name, 'AAAA', { dnssecOk: true }), -1)
    }
    expect(cache.flush(keyOf('a.test'))).toBe(2)
    expect(find('a.test')).toBeUndefined()
    expect(find('w.a.test')).toBeDefined()
    expect(cache.flush(keyOf('a.test'), true)).toBe(2)
    expect(cache.flush(keyOf('nowhere.test'), true)).toBe(0)
    expect(cache.flush(keyOf('test'), true)).toBe(4)
    expect(find('a.test.vn')).toBeDefined()
    expect(cache.flush(null)).toBe(2)
    expect([cache.entries, cache.bytes]).toEqual([0, 0])
  })

  it('keeps the most recently used when it gets smaller', () => {
    const { cache, find } = setUp()
    for (let number = 0; number < 100; number++) cache.storeFailure(question(`n${number}.test`), -1)
    find('n3.test')
    cache.configure({ ...SETTINGS, maxBytes: 6_000 })
    expect(cache.bytes).toBeLessThanOrEqual(6_000)
    expect(find('n3.test')).toBeDefined()
    expect(find('n99.test')).toBeDefined()
    expect(find('n4.test')).toBeUndefined()
  })

  it('does not keep an answer larger than itself', () => {
    const { cache, store, find } = setUp({ maxBytes: 2_000 })
    store('small.test', { answers: [a('small.test', 60)] })
    store('big.test', { answers: [a('big.test', 60)] })
    const many = Array.from({ length: 300 }, (_, index) => a('big.test', 60, `192.0.2.${index % 250}`))
    expect(store('big.test', { answers: many })).toBeNull()
    expect(find('big.test')).toBeUndefined()
    expect(find('small.test')).toBeDefined()
    expect(cache.entries).toBe(1)
  })

  it('keeps nothing, and says so, where not even a failure has room', () => {
    const { cache, store, find } = setUp({ maxBytes: 100 })
    expect(store('a.test', { answers: [a('a.test', 60)] })).toBeNull()
    expect(cache.storeFailure(question('a.test'), -1)).toBeNull()
    expect([find('a.test'), cache.entries, cache.bytes]).toEqual([undefined, 0, 0])
  })

  it('takes over all there is when it gets larger, in the order it was used', () => {
    const { cache, find, store } = setUp({ maxBytes: 3 * BYTES_PER_KEPT_BLOCK })
    const screened = Int32Array.of(5, 6)
    store('a.test', { answers: [a('a.test', 60)] }, { generation: 3, screened, ede: 22 })
    cache.storeFailure(question('b.test'), 9)
    find('a.test')
    expect(cache.configure({ ...SETTINGS, maxBytes: 4 * BYTES_PER_KEPT_BLOCK })).toBe(true)
    expect(find('a.test')).toMatchObject({ generation: 3, screened, ede: 22, lifetimeSeconds: 60 })
    expect(find('b.test')).toMatchObject({ failures: 1, failureEde: 9 })
    find('a.test')
    for (const name of ['c.test', 'd.test']) store(name, { answers: [a(name, 60)] })
    expect([find('b.test'), find('a.test') !== undefined]).toEqual([undefined, true])
  })

  it('refuses a size that the system has no memory for, and keeps the one it has', () => {
    const { cache, find, store } = setUp()
    const settings = { ...SETTINGS, maxBytes: 2 ** 46 }
    expect(() => setUp(settings)).toThrow(/cache\.size: the system has no room for 70368744177664 bytes/)
    store('a.test', { answers: [a('a.test', 60)] })
    expect(cache.configure(settings)).toBe(false)
    expect(find('a.test')).toBeDefined()
    expect(cache.configure({ ...SETTINGS, maxBytes: 1 << 21 })).toBe(true)
    expect(find('a.test')).toBeDefined()
  })
})
