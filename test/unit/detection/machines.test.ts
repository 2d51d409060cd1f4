/** Hits and the machines they belong to: who had the address then, however late that is learned. */
import { expect, onTestFinished, test } from 'vitest'
import { StoreReader, type ClientSummary } from '../../../src/detection/queries.ts'
import { FakeStore, NOON, type BindingGiven } from './setup.ts'

const A = '02:00:00:00:00:0a'
const B = '00:16:3e:00:00:0b'
const MINUTE = 60_000

/** A hit so many minutes past noon, committed. */
function hit(store: FakeStore, client: string, minute: number, indicator = 'evil.test'): void {
  store.hit({ client, at: NOON + minute * MINUTE, qname: indicator, indicator })
  store.tick()
}

function clients(store: FakeStore): readonly ClientSummary[] {
  const reader = new StoreReader(store.directory, [])
  onTestFinished(() => reader.close())
  return reader.listClients().items.toReversed()
}

/** `mac:… 3`: keys and hits, in the order they were found. */
function keys(store: FakeStore): string[] {
  return clients(store).map(({ identity, hits }) => `${identity.key} ${hits}`)
}

const lease = (mac: string, address: string, from: number, until?: number): BindingGiven => ({
  mac, address, fromMs: from * MINUTE, untilMs: until === undefined ? null : until * MINUTE,
}) // prettier-ignore

test('a hit belongs to the machine that had the address then, and the next one’s to the next', () => {
  const store = new FakeStore()
  store.bind(lease(A, '10.0.0.1', 0, 10), lease(B, '10.0.0.1', 11))
  for (const minute of [1, 9, 10.5, 12, 20]) hit(store, '10.0.0.1', minute)
  expect(keys(store)).toEqual([`mac:${A} 2`, `mac:${B} 3`])
  // And what is counted late goes to who had it at that time.
  hit(store, '10.0.0.1', 5)
  expect(keys(store)).toEqual([`mac:${A} 3`, `mac:${B} 3`])
})

test('hits merged over a change of machines go to the later one', () => {
  const store = new FakeStore()
  store.bind(lease(A, '10.0.0.1', 0, 10), lease(B, '10.0.0.1', 10))
  store.hit({ at: NOON + 9 * MINUTE })
  store.hit({ at: NOON + 11 * MINUTE })
  store.tick()
  expect(keys(store)).toEqual([`mac:${B} 2`])
})

test('a machine that changes its address stays one client, with its addresses by time', () => {
  const store = new FakeStore()
  store.bind(lease(A, '10.0.0.1', 0, 10), lease(A, '10.0.0.2', 10, 20), lease(A, '10.0.0.1', 30))
  for (const [address, minute] of [['10.0.0.1', 1], ['10.0.0.1', 8], ['10.0.0.2', 11], ['10.0.0.2', 19]] as const) hit(store, address, minute) // prettier-ignore
  const at = (minute: number): number => NOON + minute * MINUTE
  const [moved] = clients(store)
  expect(moved).toMatchObject({
    id: 1,
    address: '10.0.0.2',
    hits: 4,
    addresses: [
      { address: '10.0.0.2', from: at(11), to: at(19) },
      { address: '10.0.0.1', from: at(1), to: at(8) },
    ],
  })
  hit(store, '10.0.0.1', 40)
  const [back] = clients(store)
  expect(back).toMatchObject({
    address: '10.0.0.1',
    addresses: [
      { address: '10.0.0.1', from: at(1), to: at(40) },
      { address: '10.0.0.2', from: at(11), to: at(19) },
    ],
  })
})

test('changing IPv6 addresses of one machine meet by its MAC, and its IPv4 address too', () => {
  const store = new FakeStore()
  const told = ['fd00::1', 'fd00::2', 'fd00::3', '10.0.0.1'].map((address) => ({ ...lease(B, address, 0), source: 'neighbour' as const })) // prettier-ignore
  store.bind(...told)
  for (const [minute, { address }] of told.entries()) hit(store, address!, minute)
  expect(keys(store)).toEqual([`mac:${B} 4`])
})

test('a client known by its address becomes the machine that is learned later, and keeps its id', () => {
  const store = new FakeStore()
  hit(store, '10.0.0.1', 1)
  hit(store, '10.0.0.1', 5)
  expect(store.bind(lease(A, '10.0.0.1', 0))).toEqual({ changed: 1, merged: 0 })
  hit(store, '10.0.0.1', 6)
  expect(clients(store)).toMatchObject([{ id: 1, hits: 3, identity: { key: `mac:${A}`, source: 'lease' } }])
})

test('where the machine is a client already both are one: all sums are there, and the old id leads to it', () => {
  const store = new FakeStore()
  store.bind(lease(A, '10.0.0.1', 0))
  hit(store, '10.0.0.1', 1)
  store.hit({ client: '10.0.0.2', at: NOON + 70 * MINUTE, lists: [1, 2] })
  store.hit({ client: '10.0.0.2', at: NOON + 71 * MINUTE, qname: 'other.test', indicator: 'other.test', lists: [2], action: 5 }) // prettier-ignore
  store.tick()
  expect(store.storeWriter.rows).toBe(3)
  expect(store.bind(lease(A, '10.0.0.2', 69))).toEqual({ changed: 1, merged: 1 })

  const reader = new StoreReader(store.directory, [])
  onTestFinished(() => reader.close())
  const merged = reader.getClient(2)!
  expect(merged).toEqual(reader.getClient(1))
  expect(merged).toMatchObject({ id: 1, address: '10.0.0.2', hits: 3, blocked: 2, logged: 1, indicators: 2, firstSeen: NOON + MINUTE }) // prettier-ignore
  expect(merged.lists.map(({ id, hits }) => [id, hits])).toEqual([['apt32', 2], ['watch', 2]]) // prettier-ignore
  expect(merged.timeline.map(({ hits }) => hits)).toEqual([1, 2])
  expect(merged.addresses.map(({ address, to }) => [address, to])).toEqual([
    ['10.0.0.2', NOON + 71 * MINUTE],
    ['10.0.0.1', NOON + MINUTE],
  ])
  expect(reader.listHits(2).items.map(({ indicator, hits }) => [indicator, hits])).toEqual([
    ['other.test', 1],
    ['evil.test', 2],
  ])
  expect(store.storeWriter.rows).toBe(2)
  expect(clients(store)).toHaveLength(1)
  // And goes on so, also when the writer begins anew.
  store.restart()
  hit(store, '10.0.0.2', 80)
  expect(keys(store)).toEqual([`mac:${A} 4`])
  expect(store.storeWriter.rows).toBe(2)
})

test('the latest address of one who was two is that of the later hit, whatever comes in between', () => {
  const store = new FakeStore()
  store.bind(lease(A, '10.0.0.1', 0))
  hit(store, '10.0.0.1', 1)
  hit(store, '10.0.0.2', 20)
  store.bind(lease(A, '10.0.0.2', 10))
  hit(store, '10.0.0.1', 15)
  expect(clients(store)[0]).toMatchObject({ address: '10.0.0.2', lastSeen: NOON + 20 * MINUTE, hits: 3 })
  hit(store, '10.0.0.1', 30)
  expect(clients(store)[0]).toMatchObject({ address: '10.0.0.1', lastSeen: NOON + 30 * MINUTE, hits: 4 })
})

test('ids of clients that were merged one into the other all lead to the last', () => {
  const store = new FakeStore()
  hit(store, 'fd00::2', 1)
  store.bind({ address: 'fd00::1', duid: '00020000' })
  hit(store, 'fd00::1', 2)
  store.bind(lease(B, '10.0.0.1', 0))
  hit(store, '10.0.0.1', 3)
  store.bind({ address: 'fd00::2', duid: '00020000' })
  store.bind({ address: 'fd00::1', mac: B, source: 'neighbour', fromMs: 5 })
  const reader = new StoreReader(store.directory, [])
  onTestFinished(() => reader.close())
  expect([1, 2, 3].map((id) => reader.getClient(id)?.identity.key)).toEqual(Array(3).fill(`mac:${B}`))
  expect(keys(store)).toEqual([`mac:${B} 3`])
})

test('hits of an address are not given to a machine that had it for a part of the time', () => {
  const store = new FakeStore()
  hit(store, '10.0.0.1', 0)
  hit(store, '10.0.0.1', 30)
  store.bind(lease(A, '10.0.0.1', 10))
  hit(store, '10.0.0.1', 31)
  expect(keys(store)).toEqual(['addr:00000000000000000000ffff0a000001 2', `mac:${A} 1`])
})

test('nor to one that had it a little later, where another had it then', () => {
  const store = new FakeStore()
  hit(store, '10.0.0.1', 9)
  store.bind(lease(B, '10.0.0.1', 10))
  expect(keys(store)).toEqual([`mac:${B} 1`])
  hit(store, '10.0.0.2', 9)
  store.bind(lease(A, '10.0.0.2', 8.5, 9.5), lease(B, '10.0.0.2', 10))
  expect(keys(store)).toEqual([`mac:${B} 1`, `mac:${A} 1`])
})

test('who a client is says how it is known and how surely; a MAC drawn at random is never certain', () => {
  const store = new FakeStore()
  store.bind({ ...lease(A, '10.0.0.1', 0), hostName: 'pc-1' }, { ...lease(B, '10.0.0.2', 0), source: 'neighbour', sure: 'likely' }) // prettier-ignore
  store.bind({ address: '10.0.0.3', hostName: 'pc-3.so.local', source: 'reverse', sure: 'guess' })
  for (const address of ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4']) hit(store, address, 1)
  expect(clients(store).map(({ identity: { hostName, source, sure } }) => [hostName, source, sure])).toEqual([
    ['pc-1', 'lease', 'likely'],
    [null, 'neighbour', 'likely'],
    ['pc-3.so.local', 'reverse', 'guess'],
    [null, 'none', 'guess'],
  ])
  // What is learned later is told of clients that have no new hits.
  store.bind({ ...lease(B, 'fd00::b', 0), hostName: 'pc-2' }, { ...lease(B, '10.0.0.2', 0), source: 'lease' })
  expect(clients(store)[1]!.identity).toMatchObject({ hostName: 'pc-2', source: 'lease', sure: 'certain' })
})

test('the register names machines by MAC, and by address those of whom nothing else is known', async () => {
  const store = new FakeStore()
  store.bind(lease(A, '10.0.0.1', 0))
  hit(store, '10.0.0.1', 1)
  hit(store, '10.0.0.2', 1)
  const entry = { name: 'Máy kế toán', department: 'Kế toán', person: 'trưởng phòng', place: 'P. 203' }
  const told = store.intake.register({
    entries: [
      { ...entry, macs: [A, B], addresses: [] },
      { name: 'may-in', macs: [], addresses: ['10.0.0.2'], department: '', person: '', place: '' },
    ],
  })
  store.intake.tick()
  expect(await told).toEqual({ changed: 3 })
  expect(clients(store).map(({ identity }) => identity)).toMatchObject([
    { name: 'Máy kế toán', department: 'Kế toán', role: 'trưởng phòng', place: 'P. 203', source: 'lease' },
    { name: 'may-in', department: null, source: 'register', sure: 'likely' },
  ])
  const gone = store.intake.register({ entries: [{ ...entry, macs: [B], addresses: [] }] })
  store.intake.tick()
  expect(await gone).toEqual({ changed: 2 })
  expect(clients(store)[0]!.identity.name).toBe(null)
})

test('addresses told to be routers, and machines said to be, are shown as such and counted as no machine', async () => {
  const store = new FakeStore()
  store.routers = ['10.0.0.0/31']
  store.restart()
  store.bind({ ...lease(A, '10.0.0.2', 0), isRouter: true }, lease('00:00:5e:00:01:07', '10.0.0.3', 0))
  for (let host = 1; host <= 4; host++) hit(store, `10.0.0.${host}`, 1)
  const kinds = (): string[] => clients(store).map(({ identity }) => identity.kind)
  expect(kinds()).toEqual(['router', 'router', 'router', 'machine'])
  const reader = new StoreReader(store.directory, [])
  onTestFinished(() => reader.close())
  expect(reader.totals()).toMatchObject({ clients: { new: 1 }, routers: 3 })
  store.storeWriter.setRouters(['10.0.0.4/32'])
  const looked = store.intake.refreshClients()
  store.intake.tick()
  await looked
  expect(kinds()).toEqual(['machine', 'router', 'router', 'router'])
})

test('a MAC with many machines behind it is found to be a router, until it looks so no more', () => {
  const store = new FakeStore()
  const behind = (count: number): void => {
    for (let host = 1; host <= count; host++) {
      const address = `10.0.0.${host}`
      store.bind(
        { ...lease(B, address, 0), source: 'neighbour' },
        lease(`02:00:00:00:01:0${host}`, address, 0),
      )
    }
  }
  store.bind({ ...lease(B, '10.0.0.100', 0), source: 'neighbour' })
  hit(store, '10.0.0.100', 1)
  behind(3)
  expect(clients(store)[0]!.identity.kind).toBe('machine')
  behind(4)
  expect(clients(store)[0]!.identity.kind).toBe('router')
  // All of them have gone; a month later it is a machine again.
  const DAY = 86_400_000
  for (let host = 1; host <= 4; host++)
    store.bind({ ...lease(B, `10.0.0.${host}`, 0, 60), source: 'neighbour' })
  store.tick(31 * DAY)
  expect(clients(store)[0]!.identity.kind).toBe('machine')
})

test('many names given by one MAC are many machines; two are one that was renamed, many addresses are one', () => {
  const store = new FakeStore()
  for (let host = 1; host <= 40; host++) {
    store.bind({ ...lease(A, `fd00::${host}`, 0), source: 'neighbour' })
    if (host <= 2) store.bind({ ...lease(A, `10.0.0.${host}`, 0), hostName: `pc-${host}.so.local` })
  }
  hit(store, '10.0.0.1', 1)
  expect(clients(store)[0]!.identity.kind).toBe('machine')
  for (let host = 3; host <= 4; host++)
    store.bind({ ...lease(A, `10.0.0.${host}`, 0), hostName: `pc-${host}` })
  expect(clients(store)[0]!.identity.kind).toBe('router')
})

test('an address whose queries reveal many machines is a forwarder’s, and nobody’s behind it', () => {
  const store = new FakeStore()
  const reveal = (host: number): BindingGiven => ({ ...lease(`02:00:00:00:02:0${host}`, '10.0.0.9', host), source: 'edns' }) // prettier-ignore
  store.bind(reveal(1))
  hit(store, '10.0.0.9', 2)
  store.bind(reveal(2), reveal(3), reveal(4))
  hit(store, '10.0.0.9', 6)
  expect(clients(store).map(({ identity }) => [identity.key, identity.kind])).toEqual([
    ['mac:02:00:00:00:02:01', 'machine'],
    ['addr:00000000000000000000ffff0a000009', 'router'],
  ])
})

test('telling the same again changes nothing, in no row', () => {
  const store = new FakeStore()
  const told = [lease(A, '10.0.0.1', 0), lease(B, '10.0.0.2', 0, 10), { address: '10.0.0.3', hostName: 'x' }]
  store.bind(...told)
  for (let host = 1; host <= 3; host++) hit(store, `10.0.0.${host}`, 1)
  const before = store.query('SELECT * FROM client')
  expect(store.bind(...told)).toEqual({ changed: 0, merged: 0 })
  expect(store.query('SELECT * FROM client')).toEqual(before)
})

test('what one address was bound to stays bounded, the newest kept', () => {
  const store = new FakeStore()
  for (let n = 0; n < 150; n++) store.bind(lease(n % 2 === 0 ? A : B, '10.0.0.1', n, n + 1))
  expect(store.query('SELECT count(*) AS n, min(from_at) AS oldest FROM binding')).toEqual([
    { n: 100, oldest: NOON + 50 * MINUTE },
  ])
})

test('bindings that ended long ago are dropped', () => {
  const store = new FakeStore()
  store.bind(lease(A, '10.0.0.1', 0, 10), lease(B, '10.0.0.1', 10))
  store.tick(401 * 86_400_000)
  expect(store.query('SELECT mac FROM binding')).toEqual([{ mac: B }])
})
