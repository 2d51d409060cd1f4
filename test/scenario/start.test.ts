/** The start: what must keep it from serving is said with the name of the culprit, what need not does not. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { query } from '../support/dns-client.ts'
import { FakeUpstream } from '../support/fake-upstream.ts'
import { call } from '../support/http-call.ts'
import { listReport } from '../support/admin-reports.ts'
import { eventually, TestServer } from '../support/server.ts'

/** The admin API looks for a free place again after five seconds. */
const ADMIN_RETRY_MS = 15_000

let up: FakeUpstream
let server: TestServer | null = null
let upstreams: string

beforeEach(async () => {
  up = await FakeUpstream.start()
  up.answer('*', 'A', '192.0.2.1')
  upstreams = `upstreams: { servers: ["${up.text}"] }\n`
})
afterEach(async () => {
  await server?.stop()
  server = null
  await up.stop()
})

async function open(config: string, files: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  server = await TestServer.start({ config, files })
  return server
}

async function answersCleanNames(from: TestServer): Promise<void> {
  const reply = await query('clean.vn', 'A', { port: from.port })
  expect(reply.answers[0]?.data).toBe('192.0.2.1')
}

describe('a port that is taken', () => {
  let holder: ChildProcess | null = null
  afterEach(async () => {
    if (holder === null) return
    const closed = once(holder, 'close')
    holder.kill('SIGKILL')
    await closed
    holder = null
  })

  /** Another process that holds a port of 127.0.0.1; resolves with the port. */
  async function hold(protocol: 'udp' | 'tcp'): Promise<number> {
    const script =
      protocol === 'udp'
        ? `const s = require('node:dgram').createSocket('udp4').bind(0, '127.0.0.1', () => console.log(s.address().port))`
        : `const s = require('node:net').createServer().listen(0, '127.0.0.1', () => console.log(s.address().port))`
    holder = spawn(process.execPath, ['-e', `process.title = 'other-dns'; ${script}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [port] = (await once(holder.stdout!.setEncoding('utf8'), 'data')) as [string]
    return Number(port)
  }

  it.each(['udp', 'tcp'] as const)(
    'by another program, over %s: exit code 1, and which it is',
    async (protocol) => {
      const port = await hold(protocol)
      const { code, stderr } = await TestServer.failing({
        config: `listen: ["127.0.0.1:${port}"]\n${upstreams}`,
      })
      expect(code).toBe(1)
      expect(stderr).toBe(
        `thanhloc serve: listen 127.0.0.1:${port}: taken by other-dns (process ${holder!.pid}); ` +
          'stop it or choose another address under listen\n',
      )
    },
  )

  it.each([1, 2])('by another instance with %i resolver threads', async (workers) => {
    const first = await open(`workers: ${workers}\n${upstreams}`)
    const { code, stderr } = await TestServer.failing({
      config: `workers: ${workers}\nlisten: ["127.0.0.1:${first.port}"]\n${upstreams}`,
    })
    expect(code).toBe(1)
    expect(stderr).toContain(`listen 127.0.0.1:${first.port}: taken by`)
    expect(stderr).toContain(`(process ${first.process.pid})`)
    await answersCleanNames(first)
  })

  it('an address this machine does not have is said to be that', async () => {
    const { code, stderr } = await TestServer.failing({ config: `listen: ["192.0.2.77:5300"]\n${upstreams}` })
    expect(code).toBe(1)
    expect(stderr).toContain('listen 192.0.2.77:5300: this machine does not have that address')
  })
})

describe('the data directory', () => {
  it('of a running instance: exit code 1, and which process has it; the first goes on', async () => {
    const first = await open(upstreams)
    const { code, stderr } = await TestServer.failing({
      config: `store: { path: ${first.path('data')} }\n${upstreams}`,
    })
    expect(code).toBe(1)
    expect(stderr).toBe(
      `thanhloc serve: store.path ${first.path('data')}: in use by process ${first.process.pid}\n`,
    )
    await answersCleanNames(first)
    expect((await first.api('GET', '/healthz')).status).toBe(200)
  })

  it('that is no directory: exit code 1, and what it must be', async () => {
    const { code, stderr } = await TestServer.failing({
      config: `store: { path: file }\n${upstreams}`,
      files: { file: '' },
    })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^thanhloc serve: store\.path .*file: .*must be writable\n$/)
  })
})

describe('a list whose file is not there', () => {
  it('at the first start: clean names are answered, the gap is told, and filled as soon as the file comes', async () => {
    const under = await open(`${upstreams}
lists:
  - { id: missing, path: missing.txt }
  - { id: present, path: present.txt }
`, { 'present.txt': 'evil.vn\n' }) // prettier-ignore
    await answersCleanNames(under)
    const blocked = await query('evil.vn', 'A', { port: under.port })
    expect(blocked.answers[0]?.data).toBe('0.0.0.0')

    const line = under.lines.find((each) => each['list'] === 'missing')
    expect(line).toMatchObject({ level: 'error', msg: 'list not in force' })
    expect(line?.['reason']).toContain(under.path('missing.txt'))
    expect(await listReport(under, 'missing')).toMatchObject({ state: 'failed', entries: 0 })
    const ready = await under.api<{ degraded: object[] }>('GET', '/readyz')
    expect(ready.status).toBe(200)
    expect(ready.text).toContain('missing is not in force')

    under.write('missing.txt', 'worse.vn\n')
    await eventually(async () => {
      const reply = await query('worse.vn', 'A', { port: under.port })
      return reply.answers[0]?.data === '0.0.0.0'
    })
    expect((await listReport(under, 'missing')).state).toBe('loaded')
  })
})

describe('upstreams of the host', () => {
  const config = 'upstreams: { resolvConf: resolv.conf }\n'
  interface Status {
    readonly upstreams: readonly { readonly name: string }[]
    readonly degraded: readonly { readonly part: string }[]
  }

  async function upstreamNames(of: TestServer): Promise<string[]> {
    const { body } = await of.api<Status>('GET', '/api/v1/status')
    return body.upstreams.map(({ name }) => name).toSorted()
  }

  // Port 53 of these: nobody is there, and it is this machine that says so.
  const resolvConf = '# by DHCP\nsearch so.tinh.vn\nnameserver 127.211.0.1\nnameserver 127.211.0.2\n'

  it('are those of resolv.conf where the configuration names none, also after a reload', async () => {
    const under = await open(config, { 'resolv.conf': resolvConf })
    expect(await upstreamNames(under)).toEqual(['127.211.0.1:53', '127.211.0.2:53'])
    under.process.kill('SIGHUP')
    await under.logged((line) => line.msg === 'lists in force')
    const { body } = await under.api<{ applied: string[]; needsRestart: string[] }>(
      'POST',
      '/api/v1/reload',
      {},
    )
    expect(body).toMatchObject({ applied: [], needsRestart: [] })
    expect(await upstreamNames(under)).toEqual(['127.211.0.1:53', '127.211.0.2:53'])
  })

  it('a file without any server is a warning: what needs no upstream is answered', async () => {
    const under = await open(`${config}records: { "here.vn": 192.0.2.7 }\n`, {
      'resolv.conf': 'nameserver dns\n',
    })
    const warnings = under.lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg)
    expect(warnings).toContainEqual(expect.stringContaining('resolv.conf: line 1: "dns"'))
    expect(warnings).toContainEqual(expect.stringContaining('names no server to ask'))
    expect((await query('here.vn', 'A', { port: under.port })).answers[0]?.data).toBe('192.0.2.7')
    expect((await query('clean.vn', 'A', { port: under.port })).rcode).toBe('SERVFAIL')
  })

  it('a file that is not there is a warning that says what to do', async () => {
    const under = await open(config)
    await under.logged(
      (line) => line.level === 'warn' && line.msg.includes('name servers under upstreams.servers'),
    )
  })
})

describe('what the command line says', () => {
  it('stands above the file, and still does after a reload', async () => {
    const other = await FakeUpstream.start()
    other.answer('*', 'A', '192.0.2.2')
    try {
      server = await TestServer.start({ config: upstreams, args: ['--upstream', other.text] })
      expect((await query('one.vn', 'A', { port: server.port })).answers[0]?.data).toBe('192.0.2.2')
      const { body } = await server.api<{ applied: string[] }>('POST', '/api/v1/reload', {})
      expect(body).toMatchObject({ applied: [], needsRestart: [] })
      expect((await query('two.vn', 'A', { port: server.port })).answers[0]?.data).toBe('192.0.2.2')
    } finally {
      await other.stop()
    }
  })
})

describe('the port of the admin API', () => {
  let holder: Server
  beforeEach(async () => {
    holder = createServer()
    holder.listen(0, '127.0.0.1')
    await once(holder, 'listening')
  })
  afterEach(() => {
    holder.close()
  })

  it('when it is taken, costs no answer, is told, and is tried again', async () => {
    const { port } = holder.address() as AddressInfo
    const under = await open(`admin: { listen: "127.0.0.1:${port}" }\n${upstreams}`)
    await answersCleanNames(under)
    const line = await under.logged(({ msg }) => msg.includes('cannot listen; trying again'))
    expect(line).toMatchObject({ level: 'error', at: `127.0.0.1:${port}` })
    expect((await under.api('GET', '/readyz')).text).toContain(`cannot be reached at 127.0.0.1:${port}`)

    holder.close()
    await under.logged(({ msg }) => msg.includes('can be reached now'), ADMIN_RETRY_MS)
    expect((await call(port, 'GET', '/healthz', { host: `127.0.0.1:${port}` })).status).toBe(200)
    expect((await under.api('GET', '/readyz')).text).not.toContain('cannot be reached')
  })
})

describe('a configuration that is wrong', () => {
  it('is exit code 2 with every place and what was meant', async () => {
    const { code, stderr } = await TestServer.failing({
      config: 'upstreams:\n  server: [127.0.0.1]\nsinkhole: { ttl: 5 parsecs }\nlog: { level: loud }\n',
    })
    expect(code).toBe(2)
    const places = [...stderr.matchAll(/thanhloc\.yaml:(\d+):(\d+): /g)].map((place) =>
      place.slice(1).map(Number),
    )
    const first = places[0]![0]!
    expect(places.map(([line, column]) => [line! - first, column])).toEqual([
      [0, 3],
      [1, 18],
      [2, 15],
    ])
    expect(stderr).toContain('did you mean `servers`?')
    expect(stderr).toMatch(/log\.level is loud: .*debug, info/)
  })

  it('is exit code 2 where the YAML itself is broken, and where there is no file', async () => {
    const broken = await TestServer.failing({ config: 'lists:\n  - { id: a, path: a.txt\n' })
    expect(broken.code).toBe(2)
    expect(broken.stderr).toMatch(/thanhloc\.yaml:\d+:\d+: /)

    const directory = mkdtempSync(join(tmpdir(), 'thanhloc-'))
    try {
      const none = await TestServer.failing({
        config: upstreams,
        args: ['--config', join(directory, 'none.yaml')],
      })
      expect(none.code).toBe(2)
      expect(none.stderr).toContain('there is no such file')
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })
})
