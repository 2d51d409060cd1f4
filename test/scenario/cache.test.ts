/** What is kept of an answer, for how long, and how it is forgotten. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectAnswer, expectNegative, type Reply } from '../support/dns-client.ts'
import { countQuestions, craftAnswers, Stage, type Craft } from '../support/stage.ts'
import { pointer, RESPONSE_FLAGS, wireMessage, wireQuestion, wireRecord } from '../support/wire-parts.ts'

const DAY = 86_400

let stage: Stage
let craft: (name: string, how: Craft) => void

beforeAll(async () => {
  stage = await Stage.open('workers: 1\n')
  craft = craftAnswers(stage.up)
})
afterAll(() => stage.close())

describe.concurrent('time', () => {
  it('takes the seconds passed off every TTL, in all sections', async () => {
    stage.up.answer('ageing.vn', 'A', '192.0.2.1', { ttl: 100 }).nxdomain('gone.vn', { ttl: 100 })
    await stage.ask('ageing.vn', 'A')
    await stage.ask('gone.vn', 'A')
    const startedMs = performance.now()
    await sleep(2_100)
    const positive = await stage.ask('ageing.vn', 'A')
    const negative = await stage.ask('gone.vn', 'A')
    const least = 100 - Math.ceil((performance.now() - startedMs) / 1000) - 1
    expectAnswer(positive, 'ageing.vn', 'A', '192.0.2.1', { ttl: [least, 98] })
    expectNegative(negative, 'NXDOMAIN')
    expect(negative.authority[0]!.ttl).toBeLessThanOrEqual(98)
    expect(negative.authority[0]!.ttl).toBeGreaterThanOrEqual(least)
    expect(countQuestions(stage.up, 'ageing.vn')).toBe(1)
    expect(countQuestions(stage.up, 'gone.vn')).toBe(1)
  })

  it('ends an answer when its shortest TTL is over', async () => {
    stage.up.answer('short.letters-that-tell-questions-apart.vn', 'A', '192.0.2.1', { ttl: 1 })
    expectAnswer(
      await stage.ask('short.letters-that-tell-questions-apart.vn', 'A'),
      'short.letters-that-tell-questions-apart.vn',
      'A',
      '192.0.2.1',
      { ttl: 1 },
    )
    await sleep(1_200)
    stage.up.answer('short.letters-that-tell-questions-apart.vn', 'A', '192.0.2.2', { ttl: 1 })
    expectAnswer(
      await stage.ask('short.letters-that-tell-questions-apart.vn', 'A'),
      'short.letters-that-tell-questions-apart.vn',
      'A',
      '192.0.2.2',
      { ttl: 1 },
    )
    expect(countQuestions(stage.up, 'short.letters-that-tell-questions-apart.vn')).toBe(2)
  })
})

describe('TTL', () => {
  it.each([0, 2 ** 31, 2 ** 32 - 1])('%d is 0 (RFC 2181 §8), and such an answer is not kept', async (ttl) => {
    const name = `ttl-${ttl}.letters-that-tell-questions-apart.vn`
    craft(name, ({ id, spelled }) =>
      wireMessage({
        id,
        flags: RESPONSE_FLAGS,
        questions: [wireQuestion(spelled, 'A')],
        answers: [wireRecord(pointer(12), 'A', ttl, Buffer.from([192, 0, 2, 1]))],
      }),
    )
    for (let i = 1; i <= 3; i++) {
      expectAnswer(await stage.ask(name, 'A'), name, 'A', '192.0.2.1', { ttl: 0 })
      expect(countQuestions(stage.up, name)).toBe(i)
    }
  })

  it('is a day at most, an hour for what is not there', async () => {
    stage.up.answer('long.vn', 'A', '192.0.2.1', { ttl: 30 * DAY }).nxdomain('long-gone.vn', { ttl: DAY })
    expectAnswer(await stage.ask('long.vn', 'A'), 'long.vn', 'A', '192.0.2.1', { ttl: DAY })
    expectAnswer(await stage.ask('long.vn', 'A'), 'long.vn', 'A', '192.0.2.1', { ttl: [DAY - 30, DAY] })
    await stage.ask('long-gone.vn', 'A')
    const gone = await stage.ask('long-gone.vn', 'A')
    expectNegative(gone, 'NXDOMAIN')
    expect(gone.authority[0]!.ttl).toBeLessThanOrEqual(3_600)
    expect(gone.authority[0]!.ttl).toBeGreaterThan(3_500)
  })
})

describe.concurrent('negative answers (RFC 2308)', () => {
  it('are kept: NXDOMAIN and NODATA', async () => {
    stage.up.nxdomain('no-name.vn').nodata('no-data.vn')
    for (let i = 0; i < 3; i++) {
      expectNegative(await stage.ask('no-name.vn', 'A'), 'NXDOMAIN')
      expectNegative(await stage.ask('no-data.vn', 'A'), 'NODATA')
    }
    expect([countQuestions(stage.up, 'no-name.vn'), countQuestions(stage.up, 'no-data.vn')]).toEqual([1, 1])
  })

  it('are kept as long as the lesser of TTL and MINIMUM of the SOA says', async () => {
    stage.up.nxdomain('minimum.letters-that-tell-questions-apart.vn', { ttl: 600, minimum: 2 })
    await stage.ask('minimum.letters-that-tell-questions-apart.vn', 'A')
    const kept = await stage.ask('minimum.letters-that-tell-questions-apart.vn', 'A')
    expect(countQuestions(stage.up, 'minimum.letters-that-tell-questions-apart.vn')).toBe(1)
    expect(kept.authority[0]!.ttl).toBeLessThanOrEqual(2)
    await sleep(2_200)
    await stage.ask('minimum.letters-that-tell-questions-apart.vn', 'A')
    expect(countQuestions(stage.up, 'minimum.letters-that-tell-questions-apart.vn')).toBe(2)
  })

  it('are not kept without an SOA', async () => {
    stage.up
      .nxdomain('no-soa.letters-that-tell-questions-apart.vn', { soa: false })
      .nodata('no-soa-data.letters-that-tell-questions-apart.vn', null, { soa: false })
    for (let i = 1; i <= 3; i++) {
      expect((await stage.ask('no-soa.letters-that-tell-questions-apart.vn', 'A')).rcode).toBe('NXDOMAIN')
      expect((await stage.ask('no-soa-data.letters-that-tell-questions-apart.vn', 'A')).rcode).toBe('NOERROR')
      expect(countQuestions(stage.up, 'no-soa.letters-that-tell-questions-apart.vn')).toBe(i)
      expect(countQuestions(stage.up, 'no-soa-data.letters-that-tell-questions-apart.vn')).toBe(i)
    }
  })
})

describe('flush', () => {
  let wide: Stage

  beforeAll(async () => {
    wide = await Stage.open('workers: 2\n')
  })
  afterAll(() => wide.close())

  /** Asks so often that each of the two resolver threads, which keep caches of their own, is asked. */
  const askAll = (name: string, type = 'A'): Promise<Reply[]> =>
    Promise.all(Array.from({ length: 16 }, () => wide.ask(name, type)))

  const flush = async (query: string): Promise<{ status: number; removed: number }> => {
    const { status, body } = await wide.server.api<{ removed: number }>(
      'POST',
      `/api/v1/cache/flush${query}`,
      {},
    )
    return { status, removed: body.removed }
  }

  it('by name forgets every type of that name and no other, in every thread, before it is answered', async () => {
    const types = ['A', 'AAAA', 'TXT']
    for (const name of ['flushed.vn', 'kept.vn', 'under.flushed.vn']) {
      wide.up.answer(name, 'A', '192.0.2.1').answer(name, 'AAAA', '2001:db8::1').answer(name, 'TXT', 'text')
      for (const type of types) await askAll(name, type)
    }
    wide.up.answer('flushed.vn', 'A', '192.0.2.2').answer('flushed.vn', 'AAAA', '2001:db8::2')
    wide.up.answer('flushed.vn', 'TXT', 'other')
    const before = wide.up.queries.length
    const answer = await flush('?name=Flushed.VN')
    expect(answer.status).toBe(200)
    // Three types, each in one cache or in both.
    expect(answer.removed).toBeGreaterThanOrEqual(3)
    expect(answer.removed).toBeLessThanOrEqual(6)
    for (const reply of await askAll('flushed.vn')) expectAnswer(reply, 'flushed.vn', 'A', '192.0.2.2')
    for (const reply of await askAll('flushed.vn', 'AAAA'))
      expectAnswer(reply, 'flushed.vn', 'AAAA', '2001:db8::2')
    for (const reply of await askAll('flushed.vn', 'TXT')) expectAnswer(reply, 'flushed.vn', 'TXT', 'other')
    const asked = wide.up.queries.slice(before)
    expect(new Set(asked.map(({ name }) => name))).toEqual(new Set(['flushed.vn']))
    await askAll('kept.vn')
    await askAll('under.flushed.vn')
    expect(wide.up.queries).toHaveLength(before + asked.length)
  })

  it('without a name forgets all', async () => {
    wide.up.answer('one.vn', 'A', '192.0.2.1').answer('two.vn', 'A', '192.0.2.1')
    await askAll('one.vn')
    await askAll('two.vn')
    expect((await flush('')).removed).toBeGreaterThanOrEqual(2)
    wide.up.answer('one.vn', 'A', '192.0.2.2').answer('two.vn', 'A', '192.0.2.2')
    for (const name of ['one.vn', 'two.vn'])
      for (const reply of await askAll(name)) expectAnswer(reply, name, 'A', '192.0.2.2')
    expect((await flush('')).removed).toBeGreaterThanOrEqual(2)
    expect((await flush('')).removed).toBe(0)
  })

  it('refuses what is no name', async () => {
    expect((await flush('?name=a..b')).status).toBe(422)
  })
})

describe('room', () => {
  it('is bounded: what was used last stays', async () => {
    const small = await Stage.open('cache: { size: 1MB }\nworkers: 1\n')
    try {
      small.up.answer('*', 'TXT', 'x'.repeat(200))
      for (let i = 0; i < 3_000; i += 100) {
        const names = Array.from({ length: 100 }, (_, j) => `n${i + j}.room.vn`)
        await Promise.all(names.map((name) => small.ask(name, 'TXT')))
      }
      const { body } = await small.server.api<{ cache: { entries: number; bytes: number } }>(
        'GET',
        '/api/v1/status',
      )
      expect(body.cache.bytes).toBeLessThanOrEqual(1024 ** 2)
      expect(body.cache.entries).toBeGreaterThan(500)
      const before = small.up.queries.length
      await small.ask('n2999.room.vn', 'TXT')
      expect(small.up.queries).toHaveLength(before)
      await small.ask('n0.room.vn', 'TXT')
      expect(small.up.queries).toHaveLength(before + 1)
    } finally {
      await small.close()
    }
  })
})

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
