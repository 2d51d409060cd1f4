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

describe('AnswerCache: memory', () => {
  it.each([
    ['short', 1, 40_000],
    ['long', 12, 20_000],
  ])(
    'holds at most a fifth more than its bound under a flood of distinct names with %s answers',
    (_, records, count) => {
      const maxBytes = 8 << 20
      const settings = {
        maxBytes,
        staleMs: 86_400_000,
        staleTtlSeconds: 30,
        maxTtlSeconds: 86_400,
        maxNegativeTtlSeconds: 3_600,
      }
      const answer = new Answer()
      const template = message('host-00000.flood.test', 'A', {
        answers: Array.from({ length: records }, () => a('host-00000.flood.test', 300)),
      })
      const before = heldBytes()
      const cache = new AnswerCache(settings, new FakeClock(), 1)
      for (let number = 0; number < count; number++) {
        template.write(String(number).padStart(5, '0'), 18, 'latin1')
        readAnswer(template, template.length, answer)
        const { key, qtype, qclass } = answer
        cache.store(
          {
            name: key.bytes,
            nameLength: key.length,
            qtype,
            qclass,
            dnssecOk: false,
            checkingDisabled: false,
            group: 0,
          },
          template,
          answer,
          { generation: 1, screened: null, ede: -1 },
        )
      }
      expect(cache.bytes).toBeLessThanOrEqual(maxBytes)
      expect(cache.bytes).toBeGreaterThan(maxBytes * 0.99)
      expect(heldBytes() - before).toBeLessThanOrEqual(maxBytes * 1.2)
      expect(cache.entries).toBeLessThan(count)
    },
  )
})
