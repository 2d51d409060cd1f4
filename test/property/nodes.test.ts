/**
 * Another node's hits, taken over through every kind of trouble: in the end each was counted once. And an answer that was
 * spoiled on its way is refused or is a page, and nothing else.
 */
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import { rmSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { readPeerPage } from '../../src/detection/peer-page.ts'
import { StoreReader } from '../../src/detection/queries.ts'
import { PageSource } from '../../src/nodes/page-source.ts'
import { PullError } from '../../src/nodes/pull-error.ts'
import { NodePulls } from '../../src/nodes/pulls.ts'
import { FakeLog, FakeStore, temporaryDirectory } from '../unit/detection/setup.ts'
import { clientsOf, hitAt, nodeSettings } from '../unit/nodes/setup.ts'

const RUNS = Number(process.env['THANHLOC_FUZZ'] ?? 100)
/** Two or three stores each, and HTTP between. */
const STORE_RUNS = Math.ceil(RUNS / 4)
const SLOW_MS = 120_000

let server: Server
let url: string
/** What the server answers now. */
let handle: (response: ServerResponse, after: string) => void

beforeAll(async () => {
  server = createServer((request, response) => {
    response.sendDate = false
    handle(response, new URL(request.url!, 'http://x').searchParams.get('after')!)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const JSON_TYPE = { 'content-type': 'application/json' }

const spoiling = fc.oneof(
  fc.record({ do: fc.constant('flip' as const), at: fc.nat(), bits: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ do: fc.constant('cut' as const), at: fc.nat() }),
  fc.record({ do: fc.constant('insert' as const), at: fc.nat(), bytes: fc.uint8Array({ maxLength: 20 }) }),
  fc.record({ do: fc.constant('drop' as const), at: fc.nat(), count: fc.integer({ min: 1, max: 200 }) }),
)
type Spoiling = typeof spoiling extends fc.Arbitrary<infer T> ? T : never

function spoil(bytes: Buffer, how: Spoiling): Buffer {
  const at = bytes.length === 0 ? 0 : how.at % bytes.length
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)]
  switch (how.do) {
    case 'flip':
      return Buffer.concat([before, Buffer.from([(after[0] ?? 0) ^ how.bits]), after.subarray(1)])
    case 'cut':
      return Buffer.from(before)
    case 'insert':
      return Buffer.concat([before, how.bytes, after])
    case 'drop':
      return Buffer.concat([before, after.subarray(how.count)])
  }
}

test(
  'a spoiled answer is refused, or it is a page',
  async () => {
    const store = new FakeStore()
    store.bind({ mac: 'aa:00:00:00:00:01', hostName: 'máy kế toán' })
    for (const [index, client] of ['10.0.0.1', '10.0.0.2', 'fd00::3'].entries()) hitAt(store, client, `n${index}.test`) // prettier-ignore
    const reader = new StoreReader(store.directory, [])
    const whole = Buffer.from(JSON.stringify(reader.changesSince('', 100)))
    reader.close()
    const spoilings = fc.array(spoiling, { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(spoilings, fc.boolean(), async (how, isChunked) => {
        const body = how.reduce(spoil, whole)
        handle = (response) => {
          response.writeHead(200, isChunked ? JSON_TYPE : { ...JSON_TYPE, 'content-length': body.length })
          response.end(body)
        }
        const source = new PageSource(url, { token: 'x', ca: null, warning: null })
        try {
          const { page } = await source.ask('', 100, new AbortController().signal)
          expect(readPeerPage(JSON.parse(body.toString()))).toEqual(page)
        } catch (error) {
          expect(error).toBeInstanceOf(PullError)
        } finally {
          source.close()
        }
      }),
      { numRuns: RUNS },
    )
  },
  SLOW_MS,
)

const client = fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', 'fd00::4')
const name = fc.constantFrom('evil.test', 'odd.test', 'third.test')
/** What becomes of a request: answered, and how many rows at most, or what instead. */
const fate = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 3 }) },
  { weight: 3, arbitrary: fc.constantFrom('error' as const, 'cut' as const, 'gone' as const, 'junk' as const) },
) // prettier-ignore
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('there' as const), client, name }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('here' as const), client, name }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('pull' as const), fates: fc.array(fate, { maxLength: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unheard' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('anew' as const) }) },
) // prettier-ignore

test(
  'whatever fails in between, in the end every hit of both is counted once',
  async () => {
    const directories: string[] = []
    onTestFinished(() => directories.forEach((one) => rmSync(one, { recursive: true, force: true })))
    const newStore = (): FakeStore => {
      const store = new FakeStore(1, temporaryDirectory())
      directories.push(dirname(store.directory))
      store.tick()
      return store
    }
    const run = async (steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]) => {
      const here = newStore()
      let there = newStore()
      const stores = [here, there]
      let fates: (number | string)[] = []
      handle = (response, after) => {
        const fate = fates.shift() ?? 3
        const reader = new StoreReader(there.directory, [])
        const page = reader.changesSince(after, typeof fate === 'number' ? fate : 3)
        reader.close()
        const text = JSON.stringify(page)
        if (fate === 'error') return void response.writeHead(500).end()
        if (fate === 'gone') return void response.destroy()
        if (fate === 'junk') return void response.writeHead(200, JSON_TYPE).end(text.slice(3))
        response.writeHead(200, { ...JSON_TYPE, 'content-length': Buffer.byteLength(text) })
        if (fate === 'cut') response.write(text.slice(0, 50), () => response.destroy())
        else response.end(text)
      }
      let isUnheard = false
      const reader = new StoreReader(here.directory, [])
      const settings = nodeSettings(url)
      const open = (): NodePulls =>
        new NodePulls({
          settings: { nodes: [settings] },
          clock: here.clock,
          random: { below: () => 0, bits32: () => 0 },
          log: new FakeLog(),
          nodes: () => reader.nodes(),
          apply: async (page) => {
            const applied = here.storeWriter.applyPeerPage(page)
            if (isUnheard) throw new Error('written, but nobody heard of it')
            return applied
          },
        })
      let pulls = open()
      const pull = async (): Promise<void> => {
        here.clock.nowMs += 60_000
        await pulls.run()
      }
      const expected = new Map<string, number>()
      const count = (who: string): unknown => expected.set(who, (expected.get(who) ?? 0) + 1)
      for (const each of steps) {
        switch (each.do) {
          case 'here':
          case 'there': {
            const store = each.do === 'here' ? here : there
            // Both have the time of one network.
            store.clock.nowMs = Math.max(...stores.map(({ clock }) => clock.nowMs)) + 1
            hitAt(store, each.client, each.name)
            count(each.client)
            break
          }
          case 'pull':
            fates = [...each.fates]
            await pull()
            break
          case 'unheard':
            isUnheard = true
            await pull()
            isUnheard = false
            break
          case 'restart':
            pulls.close()
            here.storeWriter.close()
            here.restart()
            here.tick()
            pulls = open()
            break
          case 'anew':
            // What was not taken over before is gone with its database.
            fates = []
            await pull()
            there.storeWriter.close()
            stores.push((there = newStore()))
            break
        }
      }
      fates = []
      await pull()
      expect(pulls.status()).toMatchObject([{ state: 'current', error: null }])
      expect(clientsOf(here)).toEqual([...expected].map(([who, hits]) => `${who} ${hits}`).toSorted())
      pulls.close()
      reader.close()
      for (const store of stores) store.storeWriter.close()
    }
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 25 }), run), { numRuns: STORE_RUNS })
  },
  SLOW_MS,
)
