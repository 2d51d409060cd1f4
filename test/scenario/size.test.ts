/** Answers that are larger than what the client, or UDP, takes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Reply } from '../support/dns-client.ts'
import { countQuestions, craftAnswers, Stage } from '../support/stage.ts'
import { questionOf } from '../support/wire-parts.ts'

let stage: Stage

beforeAll(async () => {
  stage = await Stage.open(
    'records: { "texts.vn": { txt: [' +
      Array.from({ length: 16 }, () => 'x'.repeat(200)).join(', ') +
      '] } }\n',
  )
  const craft = craftAnswers(stage.up)
  const addresses = (count: number): string[] =>
    Array.from({ length: count }, (_, i) => `198.51.${100 + (i >> 8)}.${i & 255}`)
  stage.up.answer('large.vn', 'A', addresses(100)).answer('medium.vn', 'A', addresses(40))
  stage.up.answer('by-tcp-alone.vn', 'A', addresses(200))
  craft('by-tcp-alone.vn', (query) => stage.up.reply(query, { truncated: query.transport === 'udp' }))
})
afterAll(() => stage.close())

describe('size', () => {
  const isTruncated = (reply: Reply): boolean => {
    // No partial RRset (RFC 2181 §9): header, question and, where the client speaks EDNS, OPT.
    const bare = 12 + questionOf(reply.raw).length + (reply.edns === null ? 0 : 11)
    expect(reply.flags.tc ? reply.raw.length : bare).toBe(bare)
    return reply.flags.tc
  }

  it.each([
    ['large.vn', { edns: { udpSize: 4096 } }, true],
    ['large.vn', { edns: { udpSize: 65535 } }, true],
    ['large.vn', { edns: false }, true],
    ['medium.vn', { edns: { udpSize: 4096 } }, false],
    ['medium.vn', { edns: { udpSize: 1232 } }, false],
    ['medium.vn', { edns: { udpSize: 512 } }, true],
    ['medium.vn', { edns: { udpSize: 0 } }, true],
    ['medium.vn', { edns: false }, true],
    ['by-tcp-alone.vn', { edns: true }, true],
  ])('%s over UDP with %o: TC %s', async (name, options, expected) => {
    // Twice: from upstream, from the cache.
    for (let i = 0; i < 2; i++) {
      const reply = await stage.ask(name, 'A', options)
      expect(reply.raw.length).toBeLessThanOrEqual(options.edns === false ? 512 : 1232)
      expect([reply.rcode, isTruncated(reply)]).toEqual(['NOERROR', expected])
    }
  })

  it.each([
    ['large.vn', 100],
    ['medium.vn', 40],
    ['by-tcp-alone.vn', 200],
  ])('%s over TCP is whole, with and without EDNS', async (name, count) => {
    for (const edns of [true, false]) {
      const reply = await stage.ask(name, 'A', { tcp: true, edns })
      expect([reply.flags.tc, reply.answers.length]).toEqual([false, count])
    }
    expect(countQuestions(stage.up, name)).toBe(1)
  })

  it('an own record of many texts is cut as well, and whole by TCP', async () => {
    expect(isTruncated(await stage.ask('texts.vn', 'TXT', { edns: { udpSize: 4096 } }))).toBe(true)
    expect(isTruncated(await stage.ask('texts.vn', 'TXT', { edns: false }))).toBe(true)
    expect((await stage.ask('texts.vn', 'TXT', { tcp: true })).answers).toHaveLength(16)
  })
})
