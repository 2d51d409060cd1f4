/** One node takes over the hits of another: over real HTTP between two real stores, whatever comes between. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { MailError } from '../../../src/thread/mail.ts'
import { selfSigned } from '../../support/self-signed.ts'
import { FakeStore, temporaryDirectory } from '../detection/setup.ts'
import {
  answer,
  answerSlowly,
  clientsOf,
  fileOf,
  hitAt,
  nodeSettings,
  pagesOf,
  Pulling,
  serve,
  TOKEN,
} from './setup.ts'

test('what the other saw stands here, once, and the position is that of the store', async () => {
  const other = new FakeStore()
  const asked: string[] = []
  const url = await serve(pagesOf(() => other, asked))
  hitAt(other, '10.0.0.1')
  hitAt(other, '10.0.0.2')
  const here = new Pulling(new FakeStore(), [nodeSettings(url)])
  expect(here.pulls.status()).toMatchObject([{ id: 'dns2', url, state: 'waiting', lagMs: null, key: null }])
  await here.run()
  expect(here.clients()).toEqual(['10.0.0.1 1', '10.0.0.2 1'])
  const [, node] = here.reader.nodes()
  expect(here.pulls.status()).toMatchObject([
    { state: 'current', name: 'dns1', key: node!.key, rows: 2, hits: 2, failures: 0, lagMs: 0, error: null },
  ])
  await here.run()
  hitAt(other, '10.0.0.1')
  await here.run()
  expect(here.clients()).toEqual(['10.0.0.1 2', '10.0.0.2 1'])
  expect(here.pulls.status()).toMatchObject([{ rows: 3, hits: 3 }])
  // Who answers is asked first, with next to nothing.
  expect(asked).toEqual([' 1', ' 1000', `${node!.position} 1000`, `${node!.position} 1000`])
  expect(here.log.lines).toMatchObject([{ message: 'hits of another node are taken over', node: 'dns2', name: 'dns1' }]) // prettier-ignore
})

test('who takes over anew goes on where the store stands, not from the beginning', async () => {
  const other = new FakeStore()
  const asked: string[] = []
  const settings = nodeSettings(await serve(pagesOf(() => other, asked)))
  hitAt(other, '10.0.0.1')
  const store = new FakeStore()
  await new Pulling(store, [settings]).run()
  const { position } = new Pulling(store, []).reader.nodes()[1]!
  hitAt(other, '10.0.0.2')
  asked.length = 0
  await new Pulling(store, [settings]).run()
  expect(asked).toEqual([' 1', `${position} 1000`])
  expect(clientsOf(store)).toEqual(['10.0.0.1 1', '10.0.0.2 1'])
})

test('nothing new is no reason to write', async () => {
  const other = new FakeStore()
  hitAt(other, '10.0.0.1')
  let written = 0
  const store = new FakeStore()
  const here = new Pulling(store, [nodeSettings(await serve(pagesOf(() => other)))], {
    apply: async (page) => {
      written++
      return store.storeWriter.applyPeerPage(page)
    },
  })
  for (let round = 0; round < 4; round++) await here.run()
  expect(written).toBe(1)
})

test('two that take over from each other double nothing, and come to rest', async () => {
  const stores = [new FakeStore(), new FakeStore()] as const
  const sides = await Promise.all(
    stores.map(async (store, side) => {
      const url = await serve(pagesOf(() => stores[1 - side]!))
      return new Pulling(store, [nodeSettings(url)])
    }),
  )
  hitAt(stores[0], '10.0.0.1')
  hitAt(stores[1], '10.0.0.1')
  hitAt(stores[1], '10.0.0.2')
  for (let round = 0; round < 4; round++) for (const side of sides) await side.run()
  const positions = sides.map(({ reader }) => reader.nodes()[1]!.position)
  for (const side of sides) expect(side.clients()).toEqual(['10.0.0.1 2', '10.0.0.2 1'])
  for (const side of sides) await side.run()
  expect(sides.map(({ reader }) => reader.nodes()[1]!.position)).toEqual(positions)
  expect(sides.map(({ pulls }) => pulls.status()[0]!.hits)).toEqual([2, 1])
})

test('another database behind the same address is taken over from its beginning, beside what the one before told', async () => {
  let other = new FakeStore()
  const here = new Pulling(new FakeStore(), [nodeSettings(await serve(pagesOf(() => other)))])
  for (let hit = 0; hit < 5; hit++) hitAt(other, '10.0.0.1')
  await here.run()
  const before = other
  other = new FakeStore()
  hitAt(other, '10.0.0.1')
  await here.run()
  expect(here.clients()).toEqual(['10.0.0.1 6'])
  // And back: what it told before is not told again.
  other = before
  hitAt(other, '10.0.0.2')
  await here.run()
  expect(here.clients()).toEqual(['10.0.0.1 6', '10.0.0.2 1'])
  expect(here.log.of('has begun a new database')).toHaveLength(2)
})

test('a new database here takes over all there is', async () => {
  const other = new FakeStore()
  hitAt(other, '10.0.0.1')
  const store = new FakeStore()
  const here = new Pulling(store, [nodeSettings(await serve(pagesOf(() => other)))])
  await here.run()
  store.storeWriter.close()
  rmSync(store.directory, { recursive: true })
  store.restart()
  store.tick()
  hitAt(store, '10.0.0.9')
  expect(here.clients()).toEqual(['10.0.0.9 1'])
  await here.run()
  expect(here.clients()).toEqual(['10.0.0.1 1', '10.0.0.9 1'])
})

test('a new database here that got a page from the middle first is told all there is', async () => {
  const other = new FakeStore()
  hitAt(other, '10.0.0.1')
  const store = new FakeStore()
  let isReplaced = false
  let isBroken = false
  const healthy = pagesOf(() => other)
  const url = await serve((request, response) =>
    isBroken ? void response.writeHead(500).end() : healthy(request, response),
  )
  const here = new Pulling(store, [nodeSettings(url)], {
    apply: async (page) => {
      if (isReplaced) {
        isReplaced = false
        store.storeWriter.close()
        rmSync(store.directory, { recursive: true })
        store.restart()
        store.tick()
      }
      return store.storeWriter.applyPeerPage(page)
    },
  })
  await here.run()
  isReplaced = true
  hitAt(other, '10.0.0.2')
  await here.run()
  expect(here.clients()).toEqual(['10.0.0.2 1'])
  // However often that fails.
  isBroken = true
  await here.run()
  isBroken = false
  await here.run()
  expect(here.clients()).toEqual(['10.0.0.1 1', '10.0.0.2 1'])
})

test('a server that is this one is refused, and said once', async () => {
  const store = new FakeStore()
  hitAt(store, '10.0.0.1')
  const here = new Pulling(store, [nodeSettings(await serve(pagesOf(() => store)))])
  for (let round = 0; round < 3; round++) await here.run()
  expect(here.clients()).toEqual(['10.0.0.1 1'])
  expect(here.pulls.status()).toMatchObject([
    { state: 'failing', failures: 3, error: 'it is this server itself, or has a copy of its database', advice: expect.stringContaining('name the other server') as string }, // prettier-ignore
  ])
  expect(here.log.lines.map(({ message }) => message)).toEqual([
    'hits of another node cannot be taken over: tried again',
  ])
})

test('one node by two addresses is taken over once, the second is said', async () => {
  const other = new FakeStore()
  hitAt(other, '10.0.0.1')
  const urls = await Promise.all([serve(pagesOf(() => other)), serve(pagesOf(() => other))])
  const nodes = urls.map((url, index) => nodeSettings(url, { id: `n${index}` }))
  const here = new Pulling(new FakeStore(), nodes)
  await here.run()
  await here.run()
  expect(here.clients()).toEqual(['10.0.0.1 1'])
  const states = here.pulls.status().map(({ state, error }) => `${state} ${error}`)
  expect(states.toSorted()).toEqual(['current null', expect.stringMatching(/^failing it is node n\d, by another address/)]) // prettier-ignore
})

test('databases that answer in turn are refused', async () => {
  const others = [new FakeStore(), new FakeStore(), new FakeStore()]
  for (const other of others) hitAt(other, '10.0.0.1')
  let turn = 0
  const here = new Pulling(new FakeStore(), [
    nodeSettings(await serve(pagesOf(() => others[turn++ % others.length]!))),
  ])
  await here.run()
  expect(here.pulls.status()).toMatchObject([
    { state: 'failing', error: 'several databases answer there in turn' },
  ])
})

test('a failure is said once, waited after longer each time, and its end is said', async () => {
  const other = new FakeStore()
  let isBroken = true
  let asked = 0
  const healthy = pagesOf(() => other)
  const url = await serve((request, response) => {
    asked++
    if (isBroken) return void response.writeHead(500).end()
    healthy(request, response)
  })
  hitAt(other, '10.0.0.1')
  const store = new FakeStore()
  const here = new Pulling(store, [nodeSettings(url)])
  const waits: number[] = []
  for (let second = 0; second < 60; second++) {
    const before = asked
    await here.pulls.run()
    if (asked > before) waits.push(second)
    store.clock.nowMs += 1000
  }
  expect(waits).toEqual([0, 1, 3, 7, 15, 30, 45])
  expect(here.pulls.status()).toMatchObject([{ state: 'failing', failures: 7, error: 'it answers 500' }])
  isBroken = false
  await here.run()
  expect(here.clients()).toEqual(['10.0.0.1 1'])
  expect(here.pulls.status()).toMatchObject([{ state: 'current', failures: 7, error: null, advice: null }])
  expect(here.log.lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
    'warn hits of another node cannot be taken over: tried again',
    'info hits of another node are taken over',
    'info hits of another node are taken over again',
  ])
})

test('lag is since when the other was known whole', async () => {
  const other = new FakeStore()
  let isBroken = false
  const healthy = pagesOf(() => other)
  const url = await serve((request, response) =>
    isBroken ? void response.writeHead(503).end() : healthy(request, response),
  )
  hitAt(other, '10.0.0.1')
  const store = new FakeStore()
  const here = new Pulling(store, [nodeSettings(url)])
  await here.run()
  isBroken = true
  store.clock.nowMs += 30_000
  await here.pulls.run()
  expect(here.pulls.status()).toMatchObject([{ lagMs: 30_000, error: 'it cannot read its hits now' }])
})

test('clocks that differ are said once, and when they agree again', async () => {
  const other = new FakeStore()
  hitAt(other, '10.0.0.1')
  const store = new FakeStore()
  let aheadMs = 0
  const url = await serve((request, response) => {
    response.setHeader('date', new Date(store.clock.wallMs() + aheadMs).toUTCString())
    pagesOf(() => other)(request, response)
  })
  const here = new Pulling(store, [nodeSettings(url)])
  const said: unknown[] = []
  for (const ahead of [0, 4000, 90_000, 95_000, 1000, -7000]) {
    aheadMs = ahead
    here.log.lines.length = 0
    await here.run()
    said.push(here.log.lines.filter(({ message }) => message.startsWith('the clock')).map(({ level, aheadSeconds }) => [level, aheadSeconds])) // prettier-ignore
  }
  expect(said).toEqual([[], [], [['warn', 90]], [], [['info', undefined]], [['warn', expect.closeTo(-7, 0)]]])
  expect(here.clients()).toEqual(['10.0.0.1 1'])
})

test('what the store here refuses is no position gained', async () => {
  const other = new FakeStore()
  hitAt(other, '10.0.0.1')
  const store = new FakeStore()
  let isBroken = true
  const here = new Pulling(store, [nodeSettings(await serve(pagesOf(() => other)))], {
    apply: async (page) => {
      if (isBroken) throw new MailError('store did not answer')
      return store.storeWriter.applyPeerPage(page)
    },
  })
  await here.run()
  expect(here.pulls.status()).toMatchObject([
    { state: 'failing', error: 'the store here did not take it: store did not answer', rows: 0 },
  ])
  isBroken = false
  await here.run()
  expect(here.clients()).toEqual(['10.0.0.1 1'])
})

test('changed settings: what is gone ends, what is the same goes on, what is new begins', async () => {
  const others = [new FakeStore(), new FakeStore(), new FakeStore()]
  const nodes = await Promise.all(
    others.map(async (other, index) => nodeSettings(await serve(pagesOf(() => other)), { id: `n${index}` })),
  )
  others.forEach((other, index) => hitAt(other, `10.0.0.${index}`))
  const here = new Pulling(new FakeStore(), nodes.slice(0, 2))
  await here.run()
  here.pulls.configure({ nodes: nodes.slice(1) })
  expect(here.pulls.status().map(({ id, state }) => `${id} ${state}`)).toEqual(['n1 current', 'n2 waiting'])
  others.forEach((other, index) => hitAt(other, `10.0.0.${index}`))
  await here.run()
  expect(here.clients()).toEqual(['10.0.0.0 1', '10.0.0.1 2', '10.0.0.2 2'])
})

test('by TLS, to a server that proves to be it; the certificate and the token are read anew each time', async () => {
  const other = new FakeStore()
  hitAt(other, '10.0.0.1')
  const pair = selfSigned('127.0.0.1')
  const tokens: (string | undefined)[] = []
  const url = await serve((request, response) => {
    tokens.push(request.headers.authorization)
    pagesOf(() => other)(request, response)
  }, pair)
  const caFile = fileOf(selfSigned('127.0.0.1').cert, 'ca.pem')
  const settings = nodeSettings(url, { caFile })
  const here = new Pulling(new FakeStore(), [settings])
  await here.run()
  expect(here.pulls.status()).toMatchObject([
    { error: 'its certificate is trusted by nobody here', advice: expect.stringContaining('caFile') as string }, // prettier-ignore
  ])
  expect(tokens).toEqual([])
  writeFileSync(caFile, pair.cert)
  await here.run()
  writeFileSync(settings.tokenFile, 'tl_another\n')
  await here.run()
  expect(here.clients()).toEqual(['10.0.0.1 1'])
  expect(tokens).toEqual([`Bearer ${TOKEN}`, `Bearer ${TOKEN}`, 'Bearer tl_another'])
})

test('a page that is too large, or too slow, is asked for in smaller pieces', async () => {
  const other = new FakeStore()
  for (let client = 1; client <= 20; client++) hitAt(other, `10.0.0.${client}`)
  const asked: string[] = []
  const healthy = pagesOf(() => other, asked)
  const url = await serve((request, response) => {
    const limit = Number(new URL(request.url!, 'http://x').searchParams.get('limit'))
    if (limit <= 250) return healthy(request, response)
    asked.push(String(limit))
    answer(response, ' '.repeat(17 << 20))
  })
  const here = new Pulling(new FakeStore(), [nodeSettings(url)])
  for (let round = 0; round < 3; round++) await here.run()
  expect(here.clients()).toHaveLength(20)
  expect(asked).toEqual([' 1', '1000', '500', ' 250'])
})

test('an answer that takes too long is given up', async () => {
  const other = new FakeStore()
  hitAt(other, '10.0.0.1')
  const ticks: (() => void)[] = []
  const store = new FakeStore()
  const every = (_: number, tick: () => void): (() => void) => {
    ticks.push(tick)
    return () => {}
  }
  let isSlow = true
  const healthy = pagesOf(() => other)
  const url = await serve((request, response) => {
    if (!isSlow) return healthy(request, response)
    answerSlowly(response)
    ticks.at(-1)!()
  })
  const { monotonicMs, wallMs } = store.clock
  const here = new Pulling(store, [nodeSettings(url)], { clock: { monotonicMs, wallMs, every } })
  await here.run()
  expect(here.pulls.status()).toMatchObject([{ error: 'it has not answered within 15 s' }])
  isSlow = false
  await here.run()
  expect(here.clients()).toEqual(['10.0.0.1 1'])
})

test('nothing is asked after the end', async () => {
  let asked = 0
  const url = await serve((_, response) => {
    asked++
    response.writeHead(500).end()
  })
  const here = new Pulling(new FakeStore(), [nodeSettings(url)])
  here.pulls.close()
  await here.run()
  expect(asked).toBe(0)
})

test('without a store here nothing is taken, and it is tried again', async () => {
  const other = new FakeStore()
  hitAt(other, '10.0.0.1')
  const store = new FakeStore(1, temporaryDirectory())
  const here = new Pulling(store, [nodeSettings(await serve(pagesOf(() => other)))])
  here.reader.close()
  store.storeWriter.close()
  rmSync(store.directory, { recursive: true })
  await here.run()
  expect(here.pulls.status()).toMatchObject([{ state: 'failing', error: expect.stringContaining('the store cannot be read') as string }]) // prettier-ignore
  mkdirSync(dirname(store.path), { recursive: true })
  store.restart()
  store.tick()
  await here.run()
  expect(here.clients()).toEqual(['10.0.0.1 1'])
})
