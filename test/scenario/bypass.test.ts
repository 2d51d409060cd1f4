/** Queries that were meant for other resolvers and that the firewall has brought: answered, counted, and told. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseMetrics } from '../support/metrics-text.ts'
import { query, type QueryOptions, type Reply } from '../support/dns-client.ts'
import { eventually } from '../support/server.ts'
import { Stage } from '../support/stage.ts'

const CONFIG = `
bypass: { listen: ["127.0.0.1:0"] }
workers: 2
access: { networks: [127.0.8.0/24, 127.0.0.1/32] }
sinkhole: { ipv4: 10.10.10.10 }
lists: [ { id: apt32, path: apt32.txt } ]
identity: { leases: [ { path: dnsmasq.leases, format: dnsmasq } ], neighbours: { enabled: false } }
units: [ { id: xa, networks: [127.0.8.0/24] } ]
`
const FILES = {
  'apt32.txt': 'evil.vn\n',
  'dnsmasq.leases': '4102444800 aa:bb:cc:00:00:01 127.0.8.1 PC-KETOAN *\n',
}

let stage: Stage
let port: number

interface BypassReport {
  readonly address: string
  readonly queries: number
}

async function bypassed(): Promise<readonly BypassReport[]> {
  return (await stage.server.api<{ items: BypassReport[] }>('GET', '/api/v1/bypass')).body.items
}

async function count(): Promise<number> {
  const { text } = await stage.server.api('GET', '/metrics')
  return parseMetrics(text).samples.find(({ name }) => name === 'thanhloc_bypass_queries_total')!.value
}

const brought = (name: string, options: Partial<QueryOptions>): Promise<Reply> =>
  query(name, 'A', { port, timeoutMs: 5_000, ...options })

beforeAll(async () => {
  stage = await Stage.open(CONFIG, FILES)
  stage.up.answer('clean.vn', 'A', '192.0.2.1')
  const ready = stage.server.lines.find(({ msg }) => msg === 'ready')!
  expect(ready['listen']).toHaveLength(1)
  port = Number((ready['bypass'] as string[])[0]!.split(':').at(-1))
  expect(port).not.toBe(stage.server.port)
})
afterAll(() => stage.close())

it('who asks as it should stands nowhere', async () => {
  expect((await stage.ask('clean.vn', 'A', { from: '127.0.8.9' })).answers[0]!.data).toBe('192.0.2.1')
  expect(await count()).toBe(0)
  expect(await bypassed()).toEqual([])
})

it('clean names are answered, listed ones blocked, over UDP and TCP', async () => {
  expect((await brought('clean.vn', { from: '127.0.8.1' })).answers[0]!.data).toBe('192.0.2.1')
  expect((await brought('evil.vn', { from: '127.0.8.1' })).answers[0]!.data).toBe('10.10.10.10')
  expect((await brought('evil.vn', { from: '127.0.8.2', tcp: true })).answers[0]!.data).toBe('10.10.10.10')
  expect(await count()).toBe(3)
})

it('the machines are told, by address, MAC, name and unit', async () => {
  const items = await eventually(async () => {
    // Each thread tells once a second of its own.
    const all = await bypassed()
    return all.reduce((sum, { queries }) => sum + queries, 0) === 3 && all
  })
  expect(items.toSorted((a, b) => (a.address < b.address ? -1 : 1))).toMatchObject([
    { address: '127.0.8.1', mac: 'aa:bb:cc:00:00:01', hostName: 'PC-KETOAN', unit: 'xa', queries: 2 },
    { address: '127.0.8.2', mac: null, hostName: null, unit: 'xa', queries: 1 },
  ])
})

it('a stranger is refused there too, and counted, but does not fill the list', async () => {
  expect((await brought('clean.vn', { from: '127.0.7.7' })).rcode).toBe('REFUSED')
  expect(await count()).toBe(4)
  await brought('clean.vn', { from: '127.0.8.3' })
  const items = await eventually(async () => {
    const all = await bypassed()
    return all.length > 2 && all
  })
  expect(items.map(({ address }) => address).toSorted()).toEqual(['127.0.8.1', '127.0.8.2', '127.0.8.3'])
})
