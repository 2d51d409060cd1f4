import { writeFileSync, rmSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import {
  BadCursor,
  StoreReader,
  StoreUnavailable,
  type ClientFilter,
} from '../../../src/detection/queries.ts'
import type { UnitSettings } from '../../../src/config/settings.ts'
import { FakeStore, NOON, temporaryDirectory } from './setup.ts'

const HOUR = 3_600_000
const unit = (id: string, parent: string | null, ...networks: string[]): UnitSettings => ({
  id, name: id, networks, parent, contact: '', wan: [], code: '',
}) // prettier-ignore
const UNITS = [unit('province', null, '10.0.0.0/8'), unit('ward', 'province', '10.1.0.0/16', 'fd00:1::/32')]

function reader(store: FakeStore): StoreReader {
  const opened = new StoreReader(store.directory, UNITS)
  onTestFinished(() => opened.close())
  return opened
}

/** Four clients: 1 in the province, 2 and 3 in the ward, 4 in no unit. */
function fourClients(): FakeStore {
  const store = new FakeStore()
  store.hit({ client: '10.9.0.1', at: NOON })
  store.hit({ client: '10.1.0.2', qname: 'www.evil.test', at: NOON + HOUR, lists: [1, 2] })
  store.hit({ client: 'fd00:1::3', indicator: 'other.example', qname: 'other.example', at: NOON + 2 * HOUR, lists: [2], action: 5 }) // prettier-ignore
  store.hit({ client: '172.16.0.4', indicator: Uint8Array.of(0xf4, 24, 192, 0, 2, 0), kind: 3, trigger: 2, qname: 'cdn.example', at: NOON + 3 * HOUR }) // prettier-ignore
  store.tick()
  return store
}

test('gives the clients found last first, each with unit, sums and lists', () => {
  const { items, next } = reader(fourClients()).listClients()
  expect(next).toBe(null)
  expect(items.map(({ address, unit }) => [address, unit])).toEqual([
    ['172.16.0.4', null],
    ['fd00:1::3', 'ward'],
    ['10.1.0.2', 'ward'],
    ['10.9.0.1', 'province'],
  ])
  expect(items[2]).toEqual({
    id: 2, address: '10.1.0.2',
    identity: {
      key: 'addr:00000000000000000000ffff0a010002', mac: null, hostName: null, name: null, department: null, place: null,
      role: null, source: 'none', sure: 'guess', kind: 'machine',
    },
    addresses: [{ address: '10.1.0.2', from: NOON + HOUR, to: NOON + HOUR }], unit: 'ward', priority: 'normal', status: 'new', firstSeen: NOON + HOUR, lastSeen: NOON + HOUR, hits: 1,
    blocked: 1, logged: 0, indicators: 1, contacts: 0, confirmed: null,
    lists: [
      { id: 'apt32', campaign: '2022', hits: 1, firstSeen: NOON + HOUR, lastSeen: NOON + HOUR },
      { id: 'watch', campaign: null, hits: 1, firstSeen: NOON + HOUR, lastSeen: NOON + HOUR },
    ],
  }) // prettier-ignore
})

test.each<[ClientFilter, number[]]>([
  [{}, [4, 3, 2, 1]],
  [{ campaign: '2022' }, [4, 2, 1]],
  [{ campaign: '2023' }, []],
  [{ list: 'watch' }, [3, 2]],
  [{ list: 'watch', since: NOON + 2 * HOUR }, [3]],
  [{ unit: 'ward' }, [3, 2]],
  [{ unit: 'province' }, [3, 2, 1]],
  [{ unit: 'nowhere' }, []],
  [{ status: 'new' }, [4, 3, 2, 1]],
  [{ status: 'cleaned' }, []],
  [{ since: NOON + HOUR }, [4, 3, 2]],
  [{ until: NOON + HOUR }, [2, 1]],
  [{ since: NOON + HOUR, until: NOON + 2 * HOUR }, [3, 2]],
  [{ q: '10.1.0.2' }, [2]],
  [{ q: '10.' }, [2, 1]],
  [{ q: '10.0.0.0/8' }, [2, 1]],
  [{ q: 'fd00::/8' }, [3]],
  [{ q: 'VIL.te' }, [2, 1]],
  [{ q: 'www.evil.test' }, [2, 1]],
  [{ q: 'notevil.test' }, []],
  [{ q: '192.0.2' }, [4]],
  [{ q: "%_' OR 1=1 --" }, []],
  [
    {
      q: 'evil',
      unit: 'ward',
      campaign: '2022',
      status: 'new',
      list: 'apt32',
      since: NOON,
      until: NOON + 9 * HOUR,
    },
    [2],
  ],
])('filters by %j', (filter, ids) => {
  expect(
    reader(fourClients())
      .listClients(filter)
      .items.map(({ id }) => id),
  ).toEqual(ids)
})

/** Two machines with names and MACs, an address that was the first's and is the second's, and a router. */
function knownClients(): FakeStore {
  const store = new FakeStore()
  store.routers = ['10.0.0.254/32']
  store.restart()
  const accounting = { mac: '52:54:00:ab:cd:01', hostName: 'PC-KeToan.so.local' }
  store.bind(
    { ...accounting, address: '10.1.0.1', untilMs: HOUR },
    { ...accounting, address: '10.9.0.7', fromMs: HOUR },
    { address: '10.1.0.1', mac: '52:54:00:ab:cd:02', hostName: 'máy-in', fromMs: 2 * HOUR },
  )
  store.hit({ client: '10.1.0.1', at: NOON })
  store.hit({ client: '10.9.0.7', at: NOON + HOUR + 1 })
  store.tick()
  store.hit({ client: '10.1.0.1', at: NOON + 3 * HOUR })
  store.hit({ client: '10.0.0.254', at: NOON })
  store.tick()
  return store
}

test.each<[ClientFilter, number[]]>([
  [{ q: '52:54:00:ab' }, [2, 1]],
  [{ q: '52-54-00-AB-CD-02' }, [2]],
  [{ q: '5254.00ab.cd01' }, [1]],
  [{ q: '525400abcd01' }, [1]],
  [{ q: 'ab:cd:03' }, []],
  [{ q: 'ketoan' }, [1]],
  [{ q: 'KETOAN.SO' }, [1]],
  [{ q: 'MÁY-IN' }, [2]],
  [{ q: 'may-in' }, [2]],
  [{ q: '10.1.0.1' }, [2, 1]],
  [{ q: '10.9.0.0/24' }, [1]],
  [{ unit: 'ward' }, [2]],
  [{ unit: 'province' }, [3, 2, 1]],
  [{ kind: 'router' }, [3]],
  [{ kind: 'machine' }, [2, 1]],
  [{ kind: 'machine', q: '10.' }, [2, 1]],
  [{ q: '%' }, []],
])('machines are found by %j', (filter, ids) => {
  const { items } = reader(knownClients()).listClients(filter)
  expect(items.map(({ id }) => id)).toEqual(ids)
})

test('a list shows the latest addresses of each client, one client shows more of them', () => {
  const store = new FakeStore()
  for (let n = 1; n <= 20; n++) {
    store.bind({ address: `10.0.0.${n}`, mac: 'aa:00:00:00:00:01', source: 'neighbour' })
    store.hit({ client: `10.0.0.${n}`, at: NOON + n })
    store.tick()
  }
  const clients = reader(store)
  const shown = clients.listClients().items[0]!.addresses.map(({ address }) => address)
  expect(shown).toEqual(Array.from({ length: 8 }, (_, n) => `10.0.0.${20 - n}`))
  expect(clients.getClient(1)!.addresses).toHaveLength(20)
})

test('bindings that have not ended are read from the file, all of them, for who goes on with them', () => {
  const store = new FakeStore()
  const told = Array.from({ length: 2100 }, (_, n) => ({
    address: `10.0.${n >> 8}.${n & 255}`, mac: 'aa:00:00:00:00:01', untilMs: n % 3 === 0 ? 5 : null,
  })) // prettier-ignore
  store.bind(...told)
  const read = [...reader(store).openBindings()].flat()
  expect(read).toHaveLength(1400)
  expect(read[0]).toMatchObject({ fromMs: NOON, untilMs: null, mac: 'aa:00:00:00:00:01', source: 'lease', sure: 'certain' }) // prettier-ignore
  expect(new Set(read.map(({ address }) => Buffer.from(address).toString('hex'))).size).toBe(1400)
})

test('a client seen before and after an interval is told by its hours', () => {
  const store = new FakeStore()
  for (const hour of [0, 5]) {
    store.hit({ at: NOON + hour * HOUR })
    store.tick()
  }
  const between = (from: number, to: number): number =>
    reader(store).listClients({ since: NOON + from * HOUR, until: NOON + to * HOUR }).items.length
  expect([between(2, 3), between(4, 5), between(0, 1), between(-2, -1), between(6, 7)]).toEqual([
    0, 1, 1, 0, 0,
  ])
})

test('pages by cursor lose and repeat nothing while hits arrive', () => {
  const store = new FakeStore()
  for (let i = 1; i <= 25; i++) store.hit({ client: `10.0.0.${i}` })
  store.tick()
  const clients = reader(store)
  const seen: number[] = []
  let cursor: string | undefined
  do {
    const page = clients.listClients({}, { limit: 10, cursor })
    seen.push(...page.items.map(({ id }) => id))
    cursor = page.next ?? undefined
    store.hit({ client: '10.0.0.3', at: NOON + 1000 * seen.length })
    store.hit({ client: `10.0.1.${seen.length}` })
    store.tick()
  } while (cursor !== undefined)
  expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => 25 - i))
})

test('sorted by last seen, pages go on where they ended', () => {
  const store = new FakeStore()
  for (let i = 1; i <= 9; i++) store.hit({ client: `10.0.0.${i}`, at: NOON + (i % 3) * 1000 })
  store.tick()
  const clients = reader(store)
  const seen: number[] = []
  let cursor: string | undefined
  do {
    const page = clients.listClients({}, { limit: 2, sort: 'recent', cursor })
    seen.push(...page.items.map(({ id }) => id))
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  expect(seen).toEqual([8, 5, 2, 7, 4, 1, 9, 6, 3])
})

test.each([
  '',
  'nonsense',
  Buffer.from('recent:1:2').toString('base64url'),
  Buffer.from('found:x').toString('base64url'),
])('refuses the cursor %j', (cursor) => {
  expect(() => reader(fourClients()).listClients({}, { cursor })).toThrow(BadCursor)
})

test('one client comes with its hits, newest first, and its hours', () => {
  const store = fourClients()
  store.hit({ client: '10.1.0.2', indicator: 'other.example', qname: 'a.other.example', trigger: 1, qtype: 65, lists: [2], action: 5, at: NOON + 2 * HOUR }) // prettier-ignore
  store.tick()
  const clients = reader(store)
  const client = clients.getClient(2, 1)!
  expect(client).toMatchObject({ id: 2, hits: 2, blocked: 1, logged: 1, indicators: 2 })
  expect(client.timeline).toEqual([
    { at: NOON + HOUR, hits: 1 },
    { at: NOON + 2 * HOUR, hits: 1 },
  ])
  expect(client.hitPage.items).toEqual([
    {
      indicator: 'other.example', kind: 'subtree', hits: 1, blocked: 0, logged: 1, firstSeen: NOON + 2 * HOUR,
      lastSeen: NOON + 2 * HOUR, firstQname: 'a.other.example', lastQname: 'a.other.example', lastQtype: 'HTTPS',
      lastAction: 'log', triggers: ['alias'], lists: ['watch'], nodes: [],
      document: null, origin: null,
    },
  ]) // prettier-ignore
  const rest = clients.listHits(2, { cursor: client.hitPage.next! })
  expect(rest.items.map(({ indicator, lists }) => [indicator, lists])).toEqual([
    ['evil.test', ['apt32', 'watch']],
  ])
  expect(clients.getClient(99)).toBe(null)
})

test('counts for metrics', () => {
  const store = fourClients()
  expect(reader(store).totals()).toEqual({
    clients: { new: 4 },
    routers: 0,
    hitsByList: { apt32: 3, watch: 1 },
    folded: 0,
    cases: { states: expect.anything() as never, opened: 0, urgent: 0 },
  })
})

test('before there is a file, and when it is no database, says so and goes on later', () => {
  const directory = temporaryDirectory()
  const store = new FakeStore(1, directory)
  const clients = reader(store)
  expect(() => clients.listClients()).toThrow(StoreUnavailable)
  store.hit()
  store.tick()
  expect(clients.listClients().items).toHaveLength(1)

  store.storeWriter.close()
  rmSync(store.path)
  writeFileSync(store.path, 'x'.repeat(4096))
  expect(() => clients.totals()).toThrow(StoreUnavailable)
  store.hit({ client: '10.0.0.2' })
  store.tick()
  expect(clients.listClients().items.map(({ address }) => address)).toEqual(['10.0.0.2'])
})
