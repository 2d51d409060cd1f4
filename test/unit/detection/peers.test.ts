/** Two nodes, each with its own store: what one saw stands at the other, once. */
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { StoreReader, type ClientSummary } from '../../../src/detection/queries.ts'
import { readPeerPage, type PeerPage } from '../../../src/detection/peer-page.ts'
import { BadPeerPage } from '../../../src/detection/peer-position.ts'
import { FakeStore, NOON, type HitGiven } from './setup.ts'

const A = 'aa:00:00:00:00:01'
const B = 'aa:00:00:00:00:02'

function reader(store: FakeStore): StoreReader {
  const opened = new StoreReader(store.directory, [])
  onTestFinished(() => opened.close())
  return opened
}

function hit(store: FakeStore, given: HitGiven): void {
  store.hit({ qname: given.indicator as string, ...given })
  store.tick()
}

/** All pages from `position` on, as they come over a network. */
function pages(of: FakeStore, position = '', limit = 100): PeerPage[] {
  const all: PeerPage[] = []
  do {
    const page = JSON.parse(JSON.stringify(reader(of).changesSince(position, limit))) as unknown
    all.push(readPeerPage(page))
    position = all.at(-1)!.next
  } while (!all.at(-1)!.isWhole)
  return all
}

/** Takes over all that has changed; returns the position behind it. */
function pull(into: FakeStore, from: FakeStore, position = ''): string {
  const all = pages(from, position)
  for (const page of all) into.storeWriter.applyPeerPage(page)
  return all.at(-1)!.next
}

function clients(store: FakeStore): string[] {
  const { items } = reader(store).listClients()
  return items.toReversed().map(({ identity, hits }: ClientSummary) => `${identity.key} ${hits}`)
}

const addr = (host: number): string =>
  `addr:00000000000000000000ffff0a0000${host.toString(16).padStart(2, '0')}`

test('clients, hits, lists and hours of the other node are there, and it is named', () => {
  const one = new FakeStore()
  const two = new FakeStore()
  one.bind({ mac: A, hostName: 'pc-1' })
  one.hit({ at: NOON, lists: [1, 2], qname: 'www.evil.test' })
  one.hit({ at: NOON + 3_600_000, lists: [1, 2], trigger: 1, qtype: 28 })
  hit(one, { client: '10.0.0.2', indicator: 'other.test', lists: [2], action: 5 })
  pull(two, one)
  expect(clients(two)).toEqual([`mac:${A} 2`, `${addr(2)} 1`])
  const client = reader(two).getClient(1)!
  expect(client).toMatchObject({
    address: '10.0.0.1', firstSeen: NOON, lastSeen: NOON + 3_600_000, blocked: 2, indicators: 1,
    identity: { hostName: 'pc-1', source: 'lease' },
    addresses: [{ address: '10.0.0.1', from: NOON, to: NOON + 3_600_000 }],
  }) // prettier-ignore
  expect(client.lists.map(({ id, campaign, hits }) => [id, campaign, hits])).toEqual([
    ['apt32', '2022', 2],
    ['watch', null, 2],
  ])
  expect(client.hitPage.items).toMatchObject([
    { indicator: 'evil.test', hits: 2, firstQname: 'www.evil.test', lastQname: 'evil.test', lastQtype: 'AAAA', triggers: ['qname', 'alias'], lists: ['apt32', 'watch'], nodes: ['dns1'] },
  ]) // prettier-ignore
  expect(two.storeWriter.rows).toBe(2)
  // What a list decided is counted by the node that asked it.
  expect(reader(two).totals().hitsByList).toEqual({ apt32: 0, watch: 0 })
})

test('what both saw of one machine is one client and one pair; each row is told by the node that saw it', () => {
  const one = new FakeStore()
  const two = new FakeStore()
  for (const store of [one, two]) store.bind({ mac: A })
  hit(one, { indicator: 'evil.test', at: NOON })
  hit(two, { indicator: 'evil.test', at: NOON + 10 })
  hit(two, { indicator: 'evil.test', at: NOON + 20 })
  pull(two, one)
  pull(one, two)
  pull(two, one)
  for (const store of [one, two]) {
    expect(clients(store)).toEqual([`mac:${A} 3`])
    expect(reader(store).getClient(1)!.hitPage.items).toMatchObject([
      { hits: 3, nodes: ['dns1'], lastSeen: NOON + 20 },
    ])
    expect(store.storeWriter.rows).toBe(1)
  }
  expect(pages(one).flatMap(({ rows }) => rows)).toMatchObject([{ blocked: 1 }])
})

test('a page taken over again changes nothing, an old one takes nothing back, and what came since is added', () => {
  const one = new FakeStore()
  const two = new FakeStore()
  hit(one, { indicator: 'evil.test', at: NOON })
  const old = pages(one)
  for (let i = 1; i <= 3; i++) hit(one, { indicator: 'evil.test', at: NOON + i })
  const position = pull(two, one)
  for (const page of old) expect(two.storeWriter.applyPeerPage(page)).toEqual({ rows: 0, hits: 0 })
  pull(two, one)
  expect(clients(two)).toEqual([`${addr(1)} 4`])
  hit(one, { indicator: 'evil.test', at: NOON + 9 })
  hit(one, { client: '10.0.0.2', indicator: 'evil.test' })
  const [news] = pages(one, position)
  expect(news!.rows.map(({ blocked }) => blocked)).toEqual([5, 1])
  expect(two.storeWriter.applyPeerPage(news!)).toEqual({ rows: 2, hits: 2 })
  expect(clients(two)).toEqual([`${addr(1)} 5`, `${addr(2)} 1`])
})

test('a walk in small steps over a store that goes on counting misses nothing and tells nothing twice as news', () => {
  const one = new FakeStore()
  const two = new FakeStore()
  for (let n = 0; n < 30; n++)
    one.hit({ client: `10.0.0.${n % 7}`, indicator: `n${n}.test`, qname: `n${n}.test` })
  one.tick()
  let position = ''
  for (let step = 0; step < 200; step++) {
    const page = reader(one).changesSince(position, 4)
    expect(page.rows.length).toBeLessThanOrEqual(4)
    two.storeWriter.applyPeerPage(page)
    position = page.next
    if (step < 40) hit(one, { client: `10.0.0.${step % 9}`, indicator: `n${step % 33}.test` })
    else if (page.isWhole) break
  }
  const rows = (store: FakeStore): unknown =>
    store.query(`SELECT c.key, i.value, h.blocked_count FROM hit AS h
    JOIN client AS c ON c.id = h.client_id JOIN indicator AS i ON i.id = h.indicator_id ORDER BY 1, 2`)
  expect(rows(two)).toEqual(rows(one))
  expect(reader(one).changesSince(position, 4)).toMatchObject({ rows: [], isWhole: true })
})

test('a position, and how far it goes, is remembered with what it brought', () => {
  const one = new FakeStore()
  const two = new FakeStore()
  hit(one, { indicator: 'evil.test' })
  const position = pull(two, one)
  expect(reader(two).nodes()).toMatchObject([
    { id: 0, name: 'dns1', position: '' },
    { id: 1, key: pages(one)[0]!.node, name: 'dns1', position },
  ])
})

test('clients merged there are merged here, whichever page comes first', () => {
  for (const order of [
    [0, 1],
    [1, 0],
    [1, 0, 1, 0],
    [0, 1, 0],
  ]) {
    const one = new FakeStore()
    const two = new FakeStore()
    one.bind({ mac: A })
    hit(one, { indicator: 'evil.test' })
    hit(one, { client: '10.0.0.2', indicator: 'evil.test' })
    hit(one, { client: '10.0.0.2', indicator: 'other.test' })
    const before = pages(one)
    one.bind({ mac: A, address: '10.0.0.2' })
    const after = pages(one)
    for (const which of order) for (const page of [before, after][which]!) two.storeWriter.applyPeerPage(page)
    expect(clients(two), String(order)).toEqual([`mac:${A} 3`])
    expect(two.storeWriter.rows).toBe(2)
  }
})

test('a machine learned there is the machine here, for hits that came under its address', () => {
  const one = new FakeStore()
  const two = new FakeStore()
  hit(one, { indicator: 'evil.test' })
  const position = pull(two, one)
  one.bind({ mac: A })
  pull(two, one, position)
  expect(clients(two)).toEqual([`mac:${A} 1`])
  // But hits this node counted under the address stay there: it does not know whose they were.
  const three = new FakeStore()
  hit(three, { indicator: 'evil.test' })
  for (const page of pages(two, '', 1)) expect(page.rows).toEqual([])
  one.bind({ mac: A, untilMs: 0 }, { mac: B })
  hit(one, { indicator: 'evil.test', at: NOON + 1 })
  pull(three, one)
  expect(clients(three)).toEqual([`${addr(1)} 1`, `mac:${A} 1`, `mac:${B} 1`])
})

test('after it has become another client there, an address has hits of its own here', () => {
  const one = new FakeStore()
  const two = new FakeStore()
  hit(one, { indicator: 'evil.test' })
  hit(one, { client: '10.0.0.2', indicator: 'evil.test' })
  let position = pull(two, one)
  one.bind({ mac: A, address: '10.0.0.2' })
  position = pull(two, one, position)
  hit(one, { indicator: 'evil.test', at: NOON + 1 })
  position = pull(two, one, position)
  one.bind({ mac: A })
  pull(two, one, position)
  expect(clients(two)).toEqual([`mac:${A} 3`])
  hit(two, { indicator: 'evil.test', at: NOON + 5 })
  expect(clients(two)).toEqual([`mac:${A} 3`, `${addr(1)} 1`])
})

test('hits told under an address belong to the machine that had it then, as it is known here', () => {
  const one = new FakeStore()
  const two = new FakeStore()
  two.bind({ mac: A, untilMs: 100_000 }, { mac: B, fromMs: 200_000 })
  hit(one, { indicator: 'evil.test', at: NOON + 50_000 })
  let position = pull(two, one)
  hit(one, { indicator: 'evil.test', at: NOON + 300_000 })
  hit(one, { indicator: 'evil.test', at: NOON + 300_001 })
  position = pull(two, one, position)
  expect(clients(two)).toEqual([`mac:${A} 1`, `mac:${B} 2`])
  pull(two, one)
  expect(clients(two)).toEqual([`mac:${A} 1`, `mac:${B} 2`])
})

test('a row the other node has dropped and begun anew is added to what it told before', () => {
  const one = new FakeStore()
  const two = new FakeStore()
  for (let i = 0; i < 5; i++) hit(one, { indicator: 'evil.test', at: NOON + i })
  let position = pull(two, one)
  const dropAll = new DatabaseSync(one.path, { timeout: 1000 })
  for (let round = 1; round <= 2; round++) {
    dropAll.exec('DELETE FROM hit')
    hit(one, { indicator: 'evil.test', at: NOON + round * 1000 })
    hit(one, { indicator: 'evil.test', at: NOON + round * 1000 + 1 })
    position = pull(two, one, position)
  }
  dropAll.close()
  expect(clients(two)).toEqual([`${addr(1)} 9`])
  expect(reader(two).getClient(1)).toMatchObject({ hits: 9, indicators: 1 })
})

test('a node that was put back to an older state takes nothing away and adds nothing twice', () => {
  const one = new FakeStore()
  const two = new FakeStore()
  for (let i = 0; i < 5; i++) hit(one, { indicator: 'evil.test', at: NOON + i })
  pull(two, one)
  const older = new DatabaseSync(one.path, { timeout: 1000 })
  older.exec(`UPDATE hit SET blocked_count = 3; UPDATE fact SET value = value + 1000 WHERE name = 'revision'`)
  older.close()
  one.restart()
  for (let i = 0; i < 4; i++) {
    hit(one, { indicator: 'evil.test', at: NOON + 100 + i })
    pull(two, one)
  }
  expect(clients(two)).toEqual([`${addr(1)} 7`])
})

test('a witness hears of the other node’s hits, by its number', () => {
  const heard: unknown[] = []
  const one = new FakeStore()
  const two = new FakeStore(1, undefined, () => ({
    witness: (changes) => heard.push(...changes.map((change) => ({ ...change }))),
    merged() {},
    forget() {},
  }))
  hit(one, { indicator: 'evil.test', at: NOON })
  const position = pull(two, one)
  hit(one, { indicator: 'evil.test', at: NOON + 50 })
  hit(one, { indicator: 'evil.test', at: NOON + 60 })
  pull(two, one, position)
  expect(heard).toMatchObject([
    { isNew: true, blocked: 1, firstMs: NOON, lastMs: NOON, previousLastMs: null, node: 1 },
    { isNew: false, blocked: 2, firstMs: NOON + 60, lastMs: NOON + 60, previousLastMs: NOON, node: 1 },
  ])
})

test('a copy of this node’s own database is no other node', () => {
  const one = new FakeStore()
  hit(one, { indicator: 'evil.test' })
  expect(() => one.storeWriter.applyPeerPage(pages(one)[0]!)).toThrow(
    'is this one, or its database is a copy',
  )
  expect(clients(one)).toEqual([`${addr(1)} 1`])
})

test('more nodes than there is room for are refused', () => {
  const one = new FakeStore()
  const two = new FakeStore()
  hit(one, { indicator: 'evil.test' })
  const [page] = pages(one)
  const from = (node: number): PeerPage => ({ ...page!, node: node.toString(16).padStart(16, '0') })
  for (let node = 0; node < 16; node++) two.storeWriter.applyPeerPage(from(node))
  expect(() => two.storeWriter.applyPeerPage(from(16))).toThrow('no room for node')
  expect(clients(two)).toEqual([`${addr(1)} 16`])
})

test.each<[string, (page: PeerPage) => unknown]>([
  ['nothing', () => null],
  ['no page', () => 'hits'],
  ['a node without a key', (page) => ({ ...page, node: '' })],
  ['a position that is none', (page) => ({ ...page, next: '1.2.3' })],
  ['a row of nobody', (page) => ({ ...page, clients: [] })],
  ['a negative count', (page) => ({ ...page, rows: [{ ...page.rows[0], blocked: -1 }] })],
  ['half a hit', (page) => ({ ...page, rows: [{ ...page.rows[0], blocked: 0.5 }] })],
  ['an unknown action', (page) => ({ ...page, rows: [{ ...page.rows[0], action: 6 }] })],
  ['a time beyond all calendars', (page) => ({ ...page, rows: [{ ...page.rows[0], lastMs: 1e15 }] })],
  ['a name without end', (page) => ({ ...page, rows: [{ ...page.rows[0], indicator: 'x'.repeat(300) }] })],
  ['a key that is none', (page) => ({ ...page, clients: [{ ...page.clients[0], key: "mac:' OR 1" }] })],
  ['more than it should say', (page) => ({ ...page, status: 'cleaned' })],
  ['too many rows', (page) => ({ ...page, rows: Array(10_001).fill(page.rows[0]) as unknown })],
])('%s is not taken for a page', (_, spoil) => {
  const one = new FakeStore()
  hit(one, { indicator: 'evil.test' })
  expect(() => readPeerPage(spoil(pages(one)[0]!))).toThrow(BadPeerPage)
})

test('a client told to be part of itself is refused, and nothing of its page stays', () => {
  const one = new FakeStore()
  const two = new FakeStore()
  two.tick()
  hit(one, { indicator: 'evil.test' })
  const [page] = pages(one)
  const spoiled = { ...page!, clients: [{ ...page!.clients[0]!, merged: [1] }] }
  expect(() => two.storeWriter.applyPeerPage(spoiled)).toThrow(BadPeerPage)
  expect(clients(two)).toEqual([])
})

test.each(['x', '1.2', '1.2.3.4.5', '-1.0.0.0', `${'9'.repeat(20)}.0.0.0`])(
  'refuses the position %j',
  (position) => {
    const one = new FakeStore()
    one.tick()
    expect(() => reader(one).changesSince(position, 10)).toThrow(BadPeerPage)
  },
)
