/** What another node is given, what is said of other nodes, and to whom. */
import { describe, expect, it } from 'vitest'
import { readPeerPage } from '../../../src/detection/peer-page.ts'
import { StoreReader, StoreUnavailable } from '../../../src/detection/queries.ts'
import type { NodeStatus } from '../../../src/nodes/node-status.ts'
import { socketPrincipal } from '../../../src/accounts/principal.ts'
import { FakeStore, NOON } from '../detection/setup.ts'
import { AUTHORISED, createFixture, NOW } from './fake-threads.ts'

const CHANGES = '/api/v1/nodes/changes'

function status(changes: Partial<NodeStatus> = {}): NodeStatus {
  return {
    id: 'dns2', url: 'https://10.0.0.6:8053', state: 'current', name: 'dns2.tinh', key: '0123456789abcdef', lastPullMs: NOW - 500,
    lagMs: 0, rows: 3, hits: 4, failures: 1, clockAheadMs: 400, failingMs: null, error: null, advice: null, ...changes,
  } // prettier-ignore
}

const FAILING = status({
  state: 'failing',
  lagMs: 61_000,
  failingMs: 60_500,
  error: '/etc/x cannot be read',
  advice: 'do this',
})

describe('what has changed', () => {
  it('is given page by page, and is a page to who checks it', async () => {
    const store = new FakeStore()
    store.bind({ mac: 'aa:00:00:00:00:01', hostName: 'máy "1"' })
    for (const indicator of ['a.test', 'b.test', 'c.test'])
      store.hit({ indicator, qname: indicator, at: NOON })
    store.tick()
    const reader = new StoreReader(store.directory, [])
    const { app } = await createFixture({ clients: { changesSince: (after, limit) => reader.changesSince(after, limit) } }) // prettier-ignore
    const seen: string[] = []
    for (let after = '', isWhole = false; !isWhole;) {
      const reply = await app.inject({ url: `${CHANGES}?after=${after}&limit=2`, headers: AUTHORISED })
      expect(reply.statusCode).toBe(200)
      expect(reply.headers['content-type']).toMatch(/^application\/json/)
      const page = readPeerPage(reply.json())
      expect(page).toEqual(reader.changesSince(after, 2))
      seen.push(...page.rows.map(({ indicator }) => indicator))
      after = page.next
      isWhole = page.isWhole
    }
    reader.close()
    expect(seen).toEqual(['a.test', 'b.test', 'c.test'])
  })

  it('begins at the beginning, and has a bound, unless told', async () => {
    const asked: unknown[] = []
    const changesSince = (...of: [string, number]) => {
      asked.push(of)
      return {
        node: '0123456789abcdef',
        name: '',
        next: '1.2.0.0',
        isWhole: true,
        lists: [],
        clients: [],
        rows: [],
      }
    }
    const { app } = await createFixture({ clients: { changesSince } })
    for (const query of ['', '?after=', '?after=1.2.3.4&limit=7'])
      await app.inject({ url: CHANGES + query, headers: AUTHORISED })
    expect(asked).toEqual([['', 1000], ['', 1000], ['1.2.3.4', 7]]) // prettier-ignore
  })

  it.each([
    'after=x',
    'after=1.2.3',
    `after=${'9'.repeat(16)}.0.0.0`,
    'limit=0',
    'limit=1001',
    'limit=x',
    'before=1',
  ])('is not given for %s', async (query) => {
    const { app } = await createFixture()
    const reply = await app.inject({ url: `${CHANGES}?${query}`, headers: AUTHORISED })
    expect([reply.statusCode, reply.json()]).toMatchObject([400, { code: 'THANHLOC_API_INVALID' }])
  })

  it('is away while the store is', async () => {
    const changesSince = () => {
      throw new StoreUnavailable('the store cannot be read: it is not there')
    }
    const { app } = await createFixture({ clients: { changesSince } })
    const reply = await app.inject({ url: CHANGES, headers: AUTHORISED })
    expect([reply.statusCode, reply.headers['retry-after'], reply.json()]).toMatchObject([
      503,
      '1',
      { code: 'THANHLOC_API_UNAVAILABLE' },
    ])
  })
})

describe('other nodes', () => {
  it('stand in the status, with what to do for who may read the settings', async () => {
    const { app, accounts } = await createFixture({ nodes: [status(), FAILING] })
    const { nodes } = (await app.inject({ url: '/api/v1/status', headers: AUTHORISED })).json<{ nodes: unknown[] }>() // prettier-ignore
    expect(nodes).toEqual([
      {
        id: 'dns2', url: 'https://10.0.0.6:8053', state: 'current', name: 'dns2.tinh', key: '0123456789abcdef',
        lastPullAt: new Date(NOW - 500).toISOString(), lagSeconds: 0, rows: 3, hits: 4, failures: 1, clockAheadSeconds: 0, failingSeconds: null, error: null,
        advice: null,
      },
      expect.objectContaining({ lagSeconds: 61, failingSeconds: 61, error: '/etc/x cannot be read', advice: 'do this' }),
    ]) // prettier-ignore
    const caller = { principal: socketPrincipal(null), source: 'socket' }
    const { secret } = accounts.tokens.add(caller, { name: 'v', role: 'viewer', units: null, expiresAt: NOW + 86_400_000 }) // prettier-ignore
    const headers = { host: AUTHORISED.host, authorization: `Bearer ${secret}` }
    const shown = (await app.inject({ url: '/api/v1/status', headers })).json<{ nodes: unknown[] }>()
    expect(shown.nodes[1]).toMatchObject({ state: 'failing', error: null, advice: null })
  })

  it('are a trouble when they fail or their clocks differ, without an address', async () => {
    const nodes = [
      status(),
      FAILING,
      status({ id: 'dns3', state: 'failing', lastPullMs: null }),
      status({ id: 'dns4', clockAheadMs: -90_400 }),
    ]
    const { app } = await createFixture({ nodes })
    const { degraded } = (await app.inject({ url: '/readyz', headers: { host: AUTHORISED.host } })).json<{ degraded: { part: string }[] }>() // prettier-ignore
    expect(degraded.filter(({ part }) => part === 'nodes')).toEqual([
      { part: 'nodes', detail: `hits of dns2 are not taken over: it answered last at ${new Date(NOW - 500).toISOString()}` }, // prettier-ignore
      { part: 'nodes', detail: 'hits of dns3 are not taken over: it has not answered since the start' },
      { part: 'nodes', detail: 'the clock of dns4 is 90 s behind this one' },
    ])
  })

  it('are in the metrics by their id; what is not known is left out', async () => {
    const waiting = status({
      id: 'dns3',
      state: 'waiting',
      lagMs: null,
      clockAheadMs: null,
      hits: 0,
      failures: 0,
    })
    const { metrics } = await createFixture({ nodes: [FAILING, waiting] })
    const lines = (await metrics.render()).split('\n').filter((line) => line.startsWith('thanhloc_node_'))
    expect(lines).toEqual([
      'thanhloc_node_up{node="dns2"} 0',
      'thanhloc_node_lag_seconds{node="dns2"} 61',
      'thanhloc_node_clock_ahead_seconds{node="dns2"} 0',
      'thanhloc_node_hits_total{node="dns2"} 4',
      'thanhloc_node_hits_total{node="dns3"} 0',
      'thanhloc_node_failures_total{node="dns2"} 1',
      'thanhloc_node_failures_total{node="dns3"} 0',
    ])
  })
})
