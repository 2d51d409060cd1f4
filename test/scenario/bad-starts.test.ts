/** Starts that go wrong: each says what is wrong and what to do, and whatever can be done is done. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { query } from '../support/dns-client.ts'
import { FakeUpstream } from '../support/fake-upstream.ts'
import { selfSigned, selfSignedUntil, type SelfSigned } from '../support/self-signed.ts'
import { eventually, TestServer } from '../support/server.ts'

const PATIENCE_MS = 60_000
const ADMIN_RETRY_MS = 20_000

let up: FakeUpstream
let server: TestServer | null = null
let upstreams: string

beforeEach(async () => {
  up = await FakeUpstream.start()
  up.answer('*', 'A', '192.0.2.1')
  upstreams = `upstreams: { servers: ["${up.text}"] }\nlists: [{ id: bad, path: bad.txt }]\n`
})
afterEach(async () => {
  await server?.stop()
  server = null
  await up.stop()
})

async function answers(): Promise<void> {
  const { port } = server!
  expect((await query('clean.vn', 'A', { port })).answers[0]?.data).toBe('192.0.2.1')
  expect((await query('evil.vn', 'A', { port })).answers[0]?.data).toBe('0.0.0.0')
}

async function degraded(): Promise<string> {
  return (await server!.api('GET', '/readyz')).text
}

async function hitsOf(): Promise<number> {
  const { body } = await server!.api<{ items: { hits: number }[] }>('GET', '/api/v1/clients')
  return body.items.reduce((sum, { hits }) => sum + hits, 0)
}

/** The certificate that is shown on the admin API's port, PEM without its frame. */
async function shown(port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const { raw } = socket.getPeerCertificate()
  socket.destroy()
  return raw.toString('base64')
}

const bodyOf = ({ cert }: SelfSigned): string => cert.split('\n').slice(1, -2).join('')

describe('a certificate of the admin API that cannot be used', { timeout: PATIENCE_MS }, () => {
  const good = selfSigned('127.0.0.1')
  const tls = 'admin: { listen: "127.0.0.1:0", tls: { certificate: cert.pem, key: key.pem } }\n'

  it.each([
    [
      'has expired',
      () => selfSignedUntil('200601000000Z', '127.0.0.1'),
      /cert\.pem: it expired at 2020-06-01/,
    ],
    [
      'has the key of another',
      () => ({ ...good, key: selfSigned('127.0.0.1').key }),
      /key\.pem: it is not the key of the certificate in/,
    ],
  ] as const)(
    'because it %s: DNS answers, the log and degraded say why, and it is taken when renewed',
    async (_, make, reason) => {
      const bad = make()
      server = await TestServer.start({
        config: tls + upstreams,
        files: { 'bad.txt': 'evil.vn\n', 'cert.pem': bad.cert, 'key.pem': bad.key },
      })
      await answers()
      const line = await server.logged(({ msg }) => msg === 'certificate of the admin API refused')
      expect(line['reason']).toMatch(reason)
      expect(await degraded()).toMatch(reason)

      server.write('key.pem', good.key)
      server.write('cert.pem', good.cert)
      await server.logged(({ msg }) => msg === 'the admin API can be reached now', ADMIN_RETRY_MS)
      expect(await degraded()).not.toMatch(reason)
    },
  )

  it('that is spoilt while the server runs: the one before is shown on, and the next good one taken', async () => {
    server = await TestServer.start({
      config: tls + upstreams,
      files: { 'bad.txt': 'evil.vn\n', 'cert.pem': good.cert, 'key.pem': good.key },
    })
    const ready = await server.logged(({ msg }) => msg === 'ready')
    const port = Number((ready['admin'] as string[])[0]!.split(':').at(-1))
    server.write('key.pem', 'spoilt')
    await server.logged(({ msg }) => msg === 'certificate of the admin API refused', ADMIN_RETRY_MS)
    expect(await shown(port)).toBe(bodyOf(good))
    expect(await degraded()).toContain('the pair before is in force')
    const next = selfSigned('127.0.0.1')
    server.write('cert.pem', next.cert)
    server.write('key.pem', next.key)
    await eventually(async () => (await shown(port)) === bodyOf(next), ADMIN_RETRY_MS)
    await answers()
  })
})

describe('a database of a later version', { timeout: PATIENCE_MS }, () => {
  it('is left as it is: DNS answers, hits wait, and the log says what to do', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'thanhloc-'))
    mkdirSync(`${directory}/data`, { recursive: true })
    const path = `${directory}/data/thanhloc.db`
    const database = new DatabaseSync(path)
    database.exec('PRAGMA journal_mode = WAL; CREATE TABLE of_later (a); PRAGMA user_version = 9999')
    database.close()
    const before = readFileSync(path)
    server = await TestServer.start({ config: upstreams, files: { 'bad.txt': 'evil.vn\n' }, directory })
    await answers()
    const line = await server.logged(({ msg }) => msg === 'the store cannot be written: hits wait in memory')
    expect(line['error']).toMatch(/schema 9999, this version knows \d+: install a later one/)
    await eventually(async () => (await degraded()).includes('hits wait in memory'))
    expect(readFileSync(path).equals(before)).toBe(true)
  })
})

describe('few file descriptors', { timeout: PATIENCE_MS }, () => {
  const limited = (most: number): string[] => ['sh', '-c', `ulimit -n ${most}; exec "$0" "$@"`]

  it('too few to start: exit code 1, how many are needed and where to raise them', async () => {
    const { code, stderr } = await TestServer.failing({ config: upstreams, runBy: limited(60) })
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^thanhloc serve: this process may open 60 files and sockets and needs at least \d+: raise LimitNOFILE=/,
    )
  })

  it('enough to start, but not for all connections: a warning, and all answers', async () => {
    server = await TestServer.start({
      config: upstreams,
      files: { 'bad.txt': 'evil.vn\n' },
      runBy: limited(120),
    })
    await answers()
    const line = await server.logged(({ msg }) => msg.startsWith('this process may open 120 files'))
    expect(line.level).toBe('warn')
    expect(line.msg).toContain('tcp.total')
    await eventually(async () => (await hitsOf()) === 1)
  })
})

describe('an environment that says odd things', { timeout: PATIENCE_MS }, () => {
  it.each([
    { TZ: 'Asia/Nowhere', LANG: 'tr_TR.UTF-8', LC_ALL: 'xx_YY' },
    { TZ: 'Pacific/Kiritimati', LANG: 'C', LC_ALL: 'POSIX' },
  ])('such as %j changes no answer, no time and no name', async (env) => {
    server = await TestServer.start({ config: upstreams, files: { 'bad.txt': 'evil.vn\nIGNITED.vn\n' }, env })
    await answers()
    // In Turkish the small letter of I is another one.
    expect((await query('ignited.vn', 'A', { port: server.port })).answers[0]?.data).toBe('0.0.0.0')
    const line = await server.logged(({ msg }) => msg === 'ready')
    expect(line['time']).toMatch(/Z$/)
    expect(Math.abs(Date.parse(line['time'] as string) - Date.now())).toBeLessThan(PATIENCE_MS)
    await eventually(async () => (await hitsOf()) === 2)
    const { body } = await server.api<{ items: { lastSeen: string }[] }>('GET', '/api/v1/clients')
    expect(Math.abs(Date.parse(body.items[0]!.lastSeen) - Date.now())).toBeLessThan(PATIENCE_MS)
  })
})

describe('resolv.conf that names systemd-resolved', () => {
  it('is a warning that says how to ask its servers themselves', async () => {
    server = await TestServer.start({
      config: 'upstreams: { resolvConf: resolv.conf }\n',
      files: { 'resolv.conf': 'nameserver 127.0.0.53\noptions edns0 trust-ad\n' },
    })
    const line = await server.logged(({ msg }) => msg.includes('names systemd-resolved'))
    expect(line.level).toBe('warn')
    expect(line.msg).toContain('upstreams.resolvConf: /run/systemd/resolve/resolv.conf')
  })
})

describe('port 53 of systemd-resolved', () => {
  let holder: ChildProcess | null = null
  afterEach(async () => {
    if (holder === null) return
    const closed = once(holder, 'close')
    holder.kill('SIGKILL')
    await closed
    holder = null
  })

  it('is said to be that, with both ways past it', async () => {
    const script = `process.title = 'systemd-resolved'; const s = require('node:dgram').createSocket('udp4').bind(0, '127.0.0.53', () => console.log(s.address().port))`
    holder = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [port] = (await once(holder.stdout!.setEncoding('utf8'), 'data')) as [string]
    const listen = `127.0.0.53:${Number(port)}`
    const { code, stderr } = await TestServer.failing({ config: `listen: ["${listen}"]\n${upstreams}` })
    expect(code).toBe(1)
    expect(stderr).toContain(`listen ${listen}: taken by systemd-resolved (process ${holder.pid}); `)
    expect(stderr).toContain('name the addresses of the network under listen')
    expect(stderr).toContain('DNSStubListener=no')
  })
})
