/**
 * Many clients ask two resolver threads for listed names, all the time: every answer is a hit in the store, once, in
 * every sum that is kept of it. And after kill -9 in the middle of that the file is sound, what was committed is there,
 * and nothing is counted twice.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { metric } from '../support/admin-reports.ts'
import { Load } from '../support/load.ts'
import { integrityOf, recordedHits, recordedSums } from '../support/recorded.ts'
import { eventually, TestServer } from '../support/server.ts'

const CLIENTS = Array.from({ length: 200 }, (_, number) => `127.0.7.${number + 1}`)
const NAMES = Array.from({ length: 30 }, (_, number) => `c${number}.counted.vn`)
const PER_SECOND = 4000
const SECONDS = 3

let server: TestServer | null = null
let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-'))
})
afterEach(async () => {
  await server?.stop()
  server = null
  rmSync(directory, { recursive: true, force: true })
})

async function open(): Promise<TestServer> {
  const half = NAMES.length / 2
  server = await TestServer.start({
    directory,
    config: `
workers: 2
upstreams: { servers: ["127.0.0.1:9"] }
campaigns: [{ id: "1298", title: Chiến dịch }]
lists: [{ id: bad, path: bad.txt, campaign: "1298" }, { id: worse, path: worse.txt }]
`,
    files: {
      'bad.txt': NAMES.slice(0, half).join('\n'),
      // The last of the other list as well: a hit of two lists, and of a case of each.
      'worse.txt': NAMES.slice(half - 1).join('\n'),
    },
  })
  return server
}

/** Name of query number n: with as many clients as there are, each asks for all of them. */
function nameOf(number: number): string {
  return NAMES[(number + Math.floor(number / CLIENTS.length)) % NAMES.length]!
}

function load(of: TestServer, attemptMs: number): Promise<Load> {
  // Each is asked once: what is asked again is counted again.
  return Load.start({ port: of.port, clients: CLIENTS, socketsPerClient: 1, queriesPerSecond: PER_SECOND, name: nameOf, attempts: 1, attemptMs }) // prettier-ignore
}

/** How often a client is the one that asks in so many queries. */
function sentBy(client: number, queries: number): number {
  return Math.floor(queries / CLIENTS.length) + Number(client < queries % CLIENTS.length)
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

describe('hits of two hundred clients at once, two resolver threads', () => {
  it('are all there, by client and in every sum', async () => {
    const under = await open()
    const asking = await load(under, 10_000)
    await wait(SECONDS * 1000)
    const { queries, answered, unanswered } = await asking.stop()
    expect(unanswered).toEqual([])
    expect(answered).toBe(queries)
    await eventually(async () => (await metric(under, 'thanhloc_answers_total', { outcome: 'blocked' })) === queries) // prettier-ignore
    await under.stop(true)

    const byClient = recordedHits(directory)
    expect(CLIENTS.map((client) => byClient.get(client))).toEqual(CLIENTS.map((_, at) => sentBy(at, queries)))
    const { hits, folded, clients, hours, decided, threads } = recordedSums(directory)
    expect({ hits, folded, clients, hours, decided }).toEqual({ hits: queries, folded: 0, clients: queries, hours: queries, decided: queries }) // prettier-ignore
    expect(threads).toBe(2)
    // By list and by case the hits of the name on both are counted for both.
    const onBoth = Array.from({ length: queries }, (_, number) => nameOf(number)).filter((name) => name === NAMES[NAMES.length / 2 - 1]) // prettier-ignore
    const { lists, cases, casesOpen } = recordedSums(directory)
    expect({ lists, cases }).toEqual({ lists: queries + onBoth.length, cases: queries + onBoth.length })
    expect(casesOpen).toBe(CLIENTS.length * 2)
  }, 60_000)

  it('outlive kill -9 as far as they were committed, and none is counted twice', async () => {
    let before = new Map<string, number>()
    for (let round = 0; round < 2; round++) {
      const under = await open()
      const asking = await load(under, 500)
      await wait(500 + round * 270)
      // They are written while more come: what was answered up to now is in the file before the load has ended.
      const earlier = sumOf(before)
      const mark = asking.answered
      const committed = await eventually(() => {
        const sum = sumOf(recordedHits(directory))
        return sum - earlier >= mark && sum
      })
      await under.kill()
      const answered = asking.answered
      const { queries } = await asking.stop()
      expect(integrityOf(directory)).toBe('ok')

      const after = recordedHits(directory)
      expect(sumOf(after)).toBeGreaterThanOrEqual(committed)
      expect(answered).toBeGreaterThanOrEqual(mark)
      for (const [at, client] of CLIENTS.entries())
        expect((after.get(client) ?? 0) - (before.get(client) ?? 0)).toBeLessThanOrEqual(sentBy(at, queries))
      const { hits, clients, hours, decided } = recordedSums(directory)
      expect({ clients, hours, decided }).toEqual({ clients: hits, hours: hits, decided: hits })
      before = after
    }
    // A start and an end in order: nothing comes of what was lost, or of what was written.
    await (await open()).stop(true)
    expect(recordedHits(directory)).toEqual(before)
  }, 60_000)
})

function sumOf(hits: ReadonlyMap<string, number>): number {
  return [...hits.values()].reduce((sum, one) => sum + one, 0)
}
