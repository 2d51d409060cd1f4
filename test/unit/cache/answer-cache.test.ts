import { describe, expect, it } from 'vitest'
import { AnswerCache } from '../../../src/cache/answer-cache.ts'
import { writeEntry, type Entry, type EntryNotes } from '../../../src/cache/entry.ts'
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
const NOTES: EntryNotes = { generation: 1, screened: null, ede: -1 }

function setUp(settings: Partial<typeof SETTINGS> = {}) {
  const clock = new FakeClock()
  const cache = new AnswerCache({ ...SETTINGS, ...settings }, clock, 0x5eed)
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
    return readReply(out.subarray(0, writeEntry(entry, out, clock.wallMs(), SETTINGS.staleTtlSeconds)))
  }
  return { clock, cache, find, store, read }
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
    expect(find('a.test')!.isFresh(clock.wallMs())).toBe(true)
    clock.advance(1)
    expect(find('a.test')!.isFresh(clock.wallMs())).toBe(false)
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

  it('keeps the notes of the query path', () => {
    const { find, store } = setUp()
    const screened = Int32Array.of(1, 2)
    store('a.test', { answers: [a('a.test', 60)] }, { generation: 7, screened, ede: 22 })
    expect(find('a.test')).toMatchObject({ generation: 7, screened, ede: 22, rcode: 0, negative: false })
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
    expect(find('x.test')!.isFresh(clock.wallMs())).toBe(true)
    clock.advance(1)
    expect(find('x.test')!.isFresh(clock.wallMs())).toBe(false)
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
      expect([entry.isFresh(clock.wallMs()), entry.isServable(clock.wallMs())]).toEqual([false, true])
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
      expect(find('x.test')!.isServable(clock.wallMs())).toBe(false)
      clock.advance(seconds * 1000 - 1)
      expect(find('x.test')!.isFailing(clock.wallMs()), `${seconds} s`).toBe(true)
      clock.advance(1)
      expect(find('x.test')!.isFailing(clock.wallMs()), `${seconds} s`).toBe(false)
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
    expect(cache.storeFailure(question('x.test'), -1).failures).toBe(1)
  })

  it('notes a failure beside a stale answer instead of over it', () => {
    const { clock, cache, find, store, read } = setUp()
    store('a.test', { answers: [a('a.test', 60)] })
    clock.advance(61_000)
    cache.storeFailure(question('a.test'), 23)
    const entry = find('a.test')!
    expect([entry.isServable(clock.wallMs()), entry.isFailing(clock.wallMs())]).toEqual([true, true])
    expect(entry).toMatchObject({ failureEde: 23, ede: -1 })
    expect(read(entry).answers[0]!.data).toBe('192.0.2.1')
  })

  it('knows which upstreams gave an answer', () => {
    const { cache } = setUp()
    for (const group of [0, 1, 9_000]) {
      expect(cache.storeFailure(question('x.test', 'A', { group, dnssecOk: true }), -1).group).toBe(group)
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
    const { clock, store } = setUp()
    const entry = store('a.test', { answers: [a('a.test', 60)] })!
    const tight = new Uint8Array(entry.messageLength)
    expect(writeEntry(entry, tight, clock.wallMs(), 30)).toBe(entry.messageLength)
    expect(writeEntry(entry, tight.subarray(1), clock.wallMs(), 30)).toBe(-1)
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
    const many = Array.from({ length: 300 }, (_, index) => a('big.test', 60, `192.0.2.${index % 250}`))
    store('big.test', { answers: many })
    expect(find('big.test')).toBeUndefined()
    expect(find('small.test')).toBeDefined()
    expect(cache.entries).toBe(1)
  })
})
