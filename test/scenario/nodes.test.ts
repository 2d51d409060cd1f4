/** Two resolvers of one agency, each the real product: either shows the whole list, whoever is away meanwhile. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { metric, type ClientDetail, type ClientReport, type Page } from '../support/admin-reports.ts'
import { query } from '../support/dns-client.ts'
import { FakeUpstream } from '../support/fake-upstream.ts'
import { selfSigned, type SelfSigned } from '../support/self-signed.ts'
import { eventually, TestServer } from '../support/server.ts'
import { runCommand } from '../unit/cli/terminal.ts'

const MAC = 'aa:bb:cc:00:00:01'
/** Of one machine, at the one and at the other. */
const AT_A = '127.0.11.1'
const AT_B = '127.0.12.1'

interface NodeReport {
  readonly id: string
  readonly state: string
  readonly name: string | null
  readonly key: string | null
  readonly lastPullAt: string | null
  readonly hits: number
  readonly failures: number
  readonly clockAheadSeconds: number | null
  readonly error: string | null
  readonly advice: string | null
}

/** A resolver that can be stopped and started again at the same place. */
class Side {
  readonly name: string
  readonly directory = mkdtempSync(join(tmpdir(), 'thanhloc-'))
  readonly adminPort: number
  readonly pair: SelfSigned = selfSigned('127.0.0.1')
  readonly address: string
  nodes = '[]'
  server!: TestServer

  constructor(name: string, adminPort: number, address: string) {
    this.name = name
    this.adminPort = adminPort
    this.address = address
  }

  get #config(): string {
    return `
upstreams: { servers: ["${up.text}"] }
server: { id: ${this.name} }
admin: { listen: "127.0.0.1:${this.adminPort}", tls: { certificate: cert.pem, key: key.pem } }
campaigns: [ { id: "2022" } ]
lists: [ { id: apt32, path: apt32.txt, campaign: "2022" } ]
identity: { leases: [ { path: leases, format: dnsmasq } ], neighbours: { enabled: false } }
nodes: ${this.nodes}
`
  }

  async start(): Promise<void> {
    const { cert, key } = this.pair
    this.server = await TestServer.start({
      directory: this.directory,
      config: this.#config,
      files: { 'apt32.txt': 'evil.vn\nodd.vn\n', leases: `4102444800 ${MAC} ${this.address} PC-KETOAN *\n`, 'cert.pem': cert, 'key.pem': key }, // prettier-ignore
    })
    await eventually(async () => {
      const { body } = await this.server.api<{ identity: { sources: { rows: number }[]; waiting: number } }>('GET', '/api/v1/status') // prettier-ignore
      return body.identity.sources[0]?.rows === 1 && body.identity.waiting === 0
    })
  }

  /** Takes the hits of `other` over from now on, as the manual says it. */
  async follow(other: Side): Promise<{ status: number; text: string }> {
    const made = await runCommand('token', 'add', `for-${this.name}-${++tokens}`, '--role', 'node', '--data', join(other.directory, 'data')) // prettier-ignore
    const secret = /shown this once: (\S+)/.exec(made.out)![1]!
    writeFileSync(join(this.directory, `${other.name}.token`), `${secret}\n`, { mode: 0o600 })
    writeFileSync(join(this.directory, `${other.name}.pem`), other.pair.cert)
    const node = `{ id: ${other.name}, url: "https://127.0.0.1:${other.adminPort}", tokenFile: ${other.name}.token, caFile: ${other.name}.pem }` // prettier-ignore
    this.nodes = this.nodes === '[]' ? `[ ${node} ]` : this.nodes.replace(/ \]$/, `, ${node} ]`)
    this.server.write('thanhloc.yaml', `listen: ["127.0.0.1:0"]\nstore: { path: data }\nworkers: 1\n${this.#config}`) // prettier-ignore
    return this.server.api('POST', '/api/v1/reload', {})
  }

  async hit(from: string, name = 'evil.vn'): Promise<void> {
    await query(name, 'A', { port: this.server.port, from, timeoutMs: 5000 })
  }

  /** `machine hits`, sorted; machines with a MAC by it. */
  async machines(): Promise<string[]> {
    const { body } = await this.server.api<Page<ClientReport & { identity: { mac: string | null } }>>('GET', '/api/v1/clients?limit=1000') // prettier-ignore
    return body.items?.map(({ identity, address, hits }) => `${identity.mac ?? address} ${hits}`).toSorted() ?? [] // prettier-ignore
  }

  async cases(): Promise<string[]> {
    const { body } = await this.server.api<Page<{ campaign: string; state: string; hits: number }>>('GET', '/api/v1/cases?limit=1000') // prettier-ignore
    return body.items?.map(({ campaign, state, hits }) => `${campaign} ${state} ${hits}`).toSorted() ?? [] // prettier-ignore
  }

  async shows(machines: readonly string[]): Promise<void> {
    const wanted = machines.toSorted().join()
    await eventually(async () => (await this.machines()).join() === wanted, 30_000)
  }

  async node(id: string): Promise<NodeReport> {
    const { body } = await this.server.api<{ nodes: NodeReport[] }>('GET', '/api/v1/status')
    return body.nodes.find((node) => node.id === id)!
  }

  /** Waits until it has asked `id` `times` more times, with success. */
  async pulls(id: string, times = 2): Promise<void> {
    for (let n = 0; n < times; n++) {
      const { lastPullAt } = await this.node(id)
      await eventually(async () => (await this.node(id)).lastPullAt !== lastPullAt, 30_000)
    }
  }
}

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createTcpServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

let up: FakeUpstream
let a: Side
let b: Side
let liar: Server
const lies: ((response: ServerResponse) => void)[] = [
  (response) => void response.writeHead(500).end(),
  (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"node":'),
  (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"rows":[]}'),
  (response) => void response.socket!.end('junk\r\n\r\n'),
  (response) => response.writeHead(200, { 'content-type': 'application/json', 'content-length': '9999' }).write('{', () => response.destroy()), // prettier-ignore
]
let lied = 0
let tokens = 0

beforeAll(async () => {
  up = await FakeUpstream.start()
  up.answer('*', 'A', '192.0.2.1')
  liar = createServer((_, response) => lies[lied++ % lies.length]!(response))
  await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve))
  a = new Side('dns-a', await freePort(), AT_A)
  b = new Side('dns-b', await freePort(), AT_B)
  await Promise.all([a.start(), b.start()])
})
afterAll(async () => {
  await Promise.all([a.server.stop(), b.server.stop()])
  await up.stop()
  liar.closeAllConnections()
  liar.close()
})

describe('two resolvers', () => {
  it('what one sees stands at the other within seconds, and says who saw it', async () => {
    await a.hit(AT_A)
    await a.hit('127.0.13.1', 'odd.vn')
    await a.shows([`${MAC} 1`, '127.0.13.1 1'])
    // Changed settings take effect without a restart.
    await b.follow(a)
    await b.shows([`${MAC} 1`, '127.0.13.1 1'])
    const { body } = await b.server.api<Page<ClientReport>>('GET', '/api/v1/clients')
    const id = body.items.find(({ address }) => address === AT_A)!.id
    const { body: detail } = await b.server.api<ClientDetail>('GET', `/api/v1/clients/${id}`)
    expect(detail.hitPage.items).toMatchObject([{ indicator: 'evil.vn', hits: 1, nodes: ['dns-a'] }])
    expect(await b.node('dns-a')).toMatchObject({ state: 'current', name: 'dns-a', hits: 2, failures: 0, error: null }) // prettier-ignore
    expect(Math.abs((await b.node('dns-a')).clockAheadSeconds!)).toBeLessThan(3)
    expect(await metric(b.server, 'thanhloc_node_up', { node: 'dns-a' })).toBe(1)
    expect(await metric(b.server, 'thanhloc_node_hits_total', { node: 'dns-a' })).toBe(2)
  })

  it('a machine both see is one client with the hits of both, and its case is fed by both', async () => {
    await b.hit(AT_B)
    await b.hit(AT_B)
    await b.shows([`${MAC} 3`, '127.0.13.1 1'])
    await a.hit(AT_A)
    await b.shows([`${MAC} 4`, '127.0.13.1 1'])
    await eventually(async () => (await b.cases()).join() === '2022 new 1,2022 new 4')
    // A takes nothing over yet.
    expect(await a.machines()).toEqual([`127.0.13.1 1`, `${MAC} 2`])
  })

  it('both take over from each other, and nothing is doubled', async () => {
    await a.follow(b)
    for (const side of [a, b]) await side.shows([`${MAC} 4`, '127.0.13.1 1'])
    await Promise.all([a.hit(AT_A), b.hit(AT_B, 'odd.vn'), b.hit('127.0.14.1')])
    for (const side of [a, b]) await side.shows([`${MAC} 6`, '127.0.13.1 1', '127.0.14.1 1'])
    await Promise.all([a.pulls('dns-b', 3), b.pulls('dns-a', 3)])
    for (const side of [a, b]) {
      await side.shows([`${MAC} 6`, '127.0.13.1 1', '127.0.14.1 1'])
      expect(await side.cases()).toEqual(['2022 new 1', '2022 new 1', '2022 new 6'])
    }
  })

  it('one that was away for a while catches up exactly; the other works alone meanwhile, and says so', async () => {
    await b.server.stop(true)
    for (let n = 0; n < 25; n++) await a.hit(n % 2 === 0 ? AT_A : `127.0.13.${n}`, n % 3 === 0 ? 'odd.vn' : 'evil.vn') // prettier-ignore
    await eventually(async () => (await a.node('dns-b')).state === 'failing')
    const { error, advice } = await a.node('dns-b')
    expect([error, advice]).toEqual(['nobody listens there', expect.stringContaining('start it')])
    const { body } = await a.server.api<{ degraded: { part: string; detail: string }[] }>('GET', '/api/v1/status') // prettier-ignore
    expect(body.degraded).toEqual([{ part: 'nodes', detail: expect.stringContaining('hits of dns-b are not taken over') as string }]) // prettier-ignore
    const expected = [`${MAC} 19`, '127.0.13.1 2', '127.0.14.1 1', ...[3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23].map((n) => `127.0.13.${n} 1`)] // prettier-ignore
    await a.shows(expected)
    await b.start()
    await b.hit(AT_B)
    const whole = [`${MAC} 20`, ...expected.slice(1)]
    for (const side of [b, a]) await side.shows(whole)
    await eventually(async () => (await a.node('dns-b')).state === 'current')
    expect((await a.cases()).join()).toBe((await b.cases()).join())
  })

  it('a kill -9 in the middle of it loses nothing that was seen', async () => {
    await a.hit('127.0.15.1')
    await eventually(async () => (await a.machines()).includes('127.0.15.1 1'))
    await b.server.kill()
    await a.hit('127.0.15.1')
    await b.start()
    await eventually(async () => (await b.machines()).includes('127.0.15.1 2'), 30_000)
    expect(await b.machines()).toEqual(await a.machines())
  })

  it('one that begins a new database adds to what it told before, and learns nothing of it from the other', async () => {
    const before = await b.machines()
    await a.server.stop(true)
    for (const name of readdirSync(join(a.directory, 'data')))
      if (name.startsWith('thanhloc.db')) rmSync(join(a.directory, 'data', name))
    await a.start()
    await a.hit('127.0.16.1')
    await b.shows([...before, '127.0.16.1 1'])
    await b.server.logged(({ msg }) => msg.includes('has begun a new database'))
    // What the other saw itself is taken over again, whole.
    await eventually(async () => (await a.machines()).includes('127.0.14.1 1'), 30_000)
  })

  it('a third that lies in every way harms nothing', async () => {
    const { port } = liar.address() as AddressInfo
    writeFileSync(join(b.directory, 'liar.token'), 'tl_x\n', { mode: 0o600 })
    b.nodes = `[ { id: liar, url: "http://127.0.0.1:${port}", tokenFile: liar.token } ]`
    await b.follow(a)
    await eventually(async () => (await b.node('liar')).failures >= 3 && (await b.node('dns-a')).state === 'current', 60_000) // prettier-ignore
    const before = await b.machines()
    await a.hit('127.0.17.1')
    await b.shows([...before, '127.0.17.1 1'])
    expect(await b.node('liar')).toMatchObject({ state: 'failing', hits: 0 })
  })

  it('itself is no other node', async () => {
    const { nodes } = b
    const { status, text } = await b.follow(b)
    expect([status, text]).toEqual([422, expect.stringContaining('is this server itself (admin.listen)')])
    b.nodes = nodes
  })

  it('a token of another role takes nothing over, and it is said what to do', async () => {
    await b.follow(a)
    const made = await runCommand('token', 'add', 'viewer', '--role', 'viewer', '--data', join(a.directory, 'data')) // prettier-ignore
    writeFileSync(join(b.directory, 'dns-a.token'), /shown this once: (\S+)/.exec(made.out)![1]!)
    await eventually(async () => (await b.node('dns-a')).state === 'failing')
    expect((await b.node('dns-a')).advice).toContain('--role node')
  })
})
