/** A data directory on a disk that is full, or read-only: DNS does not notice, and no hit is lost. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clientDetail } from '../support/admin-reports.ts'
import { query } from '../support/dns-client.ts'
import { FakeUpstream } from '../support/fake-upstream.ts'
import { burstClients, burstNames, hitBurst } from '../support/hit-burst.ts'
import { call } from '../support/http-call.ts'
import { integrityOf } from '../support/recorded.ts'
import { eventually, TestServer } from '../support/server.ts'
import { SmallDisk } from '../support/small-disk.ts'

const MEGABYTES = 4
const PROMPT_MS = 1000
const CLIENT = '127.0.6.1'
const NAMES = burstNames(150)

interface Store {
  readonly state: string
  readonly pending: number
  readonly folded: number
  readonly lost: number
}

let disk: SmallDisk
let up: FakeUpstream
let server: TestServer | null = null

beforeEach(async () => {
  disk = new SmallDisk(MEGABYTES)
  up = await FakeUpstream.start()
  up.answer('*', 'A', '192.0.2.1')
})
afterEach(async () => {
  await server?.stop(true)
  server = null
  await up.stop()
  disk.remove()
})

/** Its configuration lies elsewhere; everything it writes goes to the small disk. */
async function open(): Promise<TestServer> {
  server = await TestServer.start({
    directory: disk.directory,
    config: `
upstreams: { servers: ["${up.text}"] }
lists: [{ id: bad, path: bad.txt }]
admin: { listen: "127.0.0.1:0" }
`,
    files: { 'bad.txt': ['evil.vn', ...NAMES].join('\n') },
  })
  return server
}

async function ask(from: TestServer, count: number): Promise<void> {
  for (let number = 0; number < count; number++) {
    const options = { port: from.port, from: CLIENT, timeoutMs: PROMPT_MS }
    expect((await query('www.evil.vn', 'A', options)).answers[0]?.data).toBe('0.0.0.0')
    const clean = await query(`n${number}-${Date.now()}.clean.vn`, 'A', options)
    expect(clean.answers[0]?.data).toBe('192.0.2.1')
  }
}

/** The port of the admin API: its socket lies on the disk. */
function adminPort(of: TestServer): number {
  const ready = of.lines.find(({ msg }) => msg === 'ready')!
  return Number((ready['admin'] as string[])[0]!.split(':').at(-1))
}

async function readyText(of: TestServer): Promise<string> {
  const port = adminPort(of)
  const { status, text } = await call(port, 'GET', '/readyz', { host: `127.0.0.1:${port}` })
  expect(status).toBe(200)
  return text
}

async function storeOf(of: TestServer): Promise<Store> {
  return (await of.api<{ store: Store }>('GET', '/api/v1/status')).body.store
}

async function hitsBecome(of: TestServer, client: string, hits: number): Promise<void> {
  await eventually(async () => (await clientDetail(of, client))?.hits === hits, 20_000)
}

describe('a disk that is full', () => {
  it('while it runs: hits wait in memory, the state is told, and after room is made every count is right', async () => {
    const under = await open()
    await ask(under, 5)
    await hitsBecome(under, CLIENT, 5)
    disk.fill()
    const clients = burstClients(20)
    expect(await hitBurst(under.port, clients, NAMES)).toBe(clients.length * NAMES.length)
    await eventually(async () => (await storeOf(under)).state === 'full')
    await ask(under, 20)
    const waiting = await storeOf(under)
    expect(waiting).toMatchObject({ state: 'full', folded: 0, lost: 0 })
    expect(waiting.pending).toBeGreaterThan(0)
    expect(await readyText(under)).toContain('hits wait in memory: full')

    disk.free()
    await eventually(async () => (await storeOf(under)).state === 'ok', 20_000)
    for (const client of clients) await hitsBecome(under, client, NAMES.length)
    await hitsBecome(under, CLIENT, 25)
    expect(await readyText(under)).not.toContain('store')
    expect(under.stderr).toBe('')
  })

  it('while it is killed: the database is sound, and only what waited is missing', async () => {
    const under = await open()
    await ask(under, 5)
    await hitsBecome(under, CLIENT, 5)
    disk.fill()
    await ask(under, 10)
    await eventually(async () => (await storeOf(under)).state === 'full')
    await under.kill()
    disk.free()
    expect(integrityOf(disk.directory)).toBe('ok')
    const next = await open()
    await ask(next, 3)
    await hitsBecome(next, CLIENT, 8)
    expect(await readyText(next)).not.toContain('store')
  })

  it('from the start: DNS answers by the lists, and hits are written once there is room', async () => {
    disk.fill()
    const under = await open()
    await ask(under, 10)
    await eventually(async () => /hits wait in memory: (full|readonly)/.test(await readyText(under)))
    disk.free()
    await eventually(async () => !(await readyText(under)).includes('store'), 20_000)
    await hitsBecome(under, CLIENT, 10)
    expect(under.stderr).toBe('')
  })
})

describe('a disk that is read-only', () => {
  it('from the start: DNS answers by the lists, and all else follows when it can be written', async () => {
    disk.setReadOnly(true)
    const under = await open()
    await ask(under, 10)
    await eventually(async () => (await readyText(under)).includes('hits wait in memory: readonly'))
    expect(under.lines.find(({ msg }) => msg.includes('cannot be locked'))).toMatchObject({ level: 'error' })
    disk.setReadOnly(false)
    await eventually(async () => !(await readyText(under)).includes('store'), 20_000)
    const port = adminPort(under)
    await eventually(async () => {
      const { text } = await call(port, 'GET', '/metrics', { host: `127.0.0.1:${port}` })
      return /^thanhloc_hits_pending 0$/m.test(text) && /^thanhloc_hits_total\{list="bad"\} 10$/m.test(text)
    })
    expect(under.stderr).toBe('')
  })
})
