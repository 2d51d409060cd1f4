import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { AnswerCache } from '../../../src/cache/answer-cache.ts'
import { Answer, readAnswer } from '../../../src/wire/answer.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { a, message } from '../../support/messages.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** What the process holds after two collections: objects and array buffers. */
function heldBytes(): number {
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const SETTINGS = {
  staleMs: 86_400_000,
  staleTtlSeconds: 30,
  maxTtlSeconds: 86_400,
  maxNegativeTtlSeconds: 3_600,
}

/** Keeps `count` answers of distinct names, with so many records each. */
function flood(cache: AnswerCache, records: number, count: number): void {
  const answer = new Answer()
  const template = message('host-00000.flood.test', 'A', {
    answers: Array.from({ length: records }, () => a('host-00000.flood.test', 300)),
  })
  for (let number = 0; number < count; number++) {
    template.write(String(number).padStart(5, '0'), 18, 'latin1')
    readAnswer(template, template.length, answer)
    const { qtype, qclass, questionEnd } = answer
    const name = template.subarray(12, questionEnd - 4)
    const asked = { name, nameLength: name.length, qtype, qclass, ...PLAINLY }
    cache.store(asked, template, answer, NOTES)
  }
}

const PLAINLY = { dnssecOk: false, checkingDisabled: false, group: 0 }
const NOTES = { generation: 1, screened: null, ede: -1 }

describe('AnswerCache: memory', () => {
  it.each([
    ['short', 1, 60_000],
    ['long', 12, 20_000],
  ])('holds no more than its bound under a flood of distinct names with %s answers', (_, records, count) => {
    const maxBytes = 8 << 20
    const before = heldBytes()
    const cache = new AnswerCache({ ...SETTINGS, maxBytes }, new FakeClock(), 1)
    const own = heldBytes() - before
    flood(cache, records, count)
    expect(cache.bytes).toBeLessThanOrEqual(maxBytes)
    expect(cache.bytes).toBeGreaterThan(maxBytes * 0.999)
    // What one answer is put together in is beside it.
    expect(own).toBeLessThanOrEqual(maxBytes + (256 << 10))
    expect(cache.entries).toBeLessThan(count)
    // Nothing that is kept is an object: so many would take megabytes.
    expect(heldBytes() - before - own).toBeLessThan(512 << 10)
  })

  it('takes memory from the system for what it keeps, not for what it may keep', () => {
    const before = process.memoryUsage.rss()
    const cache = new AnswerCache({ ...SETTINGS, maxBytes: 1 << 30 }, new FakeClock(), 1)
    flood(cache, 1, 10_000)
    expect(cache.entries).toBe(10_000)
    expect(process.memoryUsage.rss() - before).toBeLessThan(128 << 20)
  })
})
