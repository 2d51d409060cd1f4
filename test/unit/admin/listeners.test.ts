import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer, request, type IncomingMessage } from 'node:http'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listenOnSocket, SocketTaken } from '../../../src/admin/admin-socket.ts'
import { AdminListeners } from '../../../src/admin/listeners.ts'
import type { CertificateFiles } from '../../../src/config/settings.ts'
import type { Logger } from '../../../src/log/log.ts'
import { FakeClock } from './fake-threads.ts'

let directory: string
const open: AdminListeners[] = []
const said: string[] = []
const say = (_fields: object, message: string): void => void said.push(message)
const log = { info: say, warn: say, error: say } as unknown as Pick<Logger, 'info' | 'warn' | 'error'>

beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'thanhloc-admin-'))))
afterEach(async () => {
  await Promise.all(open.splice(0).map((listeners) => listeners.close(0)))
  rmSync(directory, { recursive: true })
})

function listenersAt(
  port: number | null,
  metrics: number | null = null,
  clock = new FakeClock(),
  tls: CertificateFiles | null = null,
): AdminListeners {
  const endpoint = (at: number | null) => (at === null ? null : { address: '127.0.0.1', port: at })
  const settings = {
    admin: { listen: endpoint(port), hosts: [], tokenFile: null, tls },
    metrics: { listen: endpoint(metrics) },
    store: { path: directory },
  }
  const listeners = new AdminListeners(settings, clock, log)
  open.push(listeners)
  return listeners
}

interface Reply {
  readonly status: number
  readonly body: string
}

function get(options: object): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asking = request({ ...options, agent: false }, (reply) => {
      let body = ''
      reply.on('data', (chunk: Buffer) => (body += chunk.toString()))
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, body }))
    })
    asking.on('error', reject)
    asking.end()
  })
}

/** Says how a request came. */
const echo =
  (listeners: AdminListeners) =>
  (asked: IncomingMessage, reply: import('node:http').ServerResponse): void => {
    reply.end(listeners.cameBySocket(asked) ? 'socket' : 'tcp')
  }

test('the socket is for its owner only, and what comes by it is told from TCP', async () => {
  const listeners = listenersAt(0)
  await listeners.open(echo(listeners))
  const path = join(directory, 'admin.sock')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(await get({ socketPath: path, path: '/' })).toEqual({ status: 200, body: 'socket' })
  const port = Number(listeners.addresses[0]!.split(':')[1])
  expect(await get({ port, path: '/' })).toEqual({ status: 200, body: 'tcp' })
  expect(readdirSync(directory)).toEqual(['admin.sock'])
  expect(listeners.faults).toEqual([])
})

test('closing takes the socket away', async () => {
  const listeners = listenersAt(null)
  await listeners.open(echo(listeners))
  await listeners.close(0)
  expect(existsSync(join(directory, 'admin.sock'))).toBe(false)
})

test('a stale socket is replaced, one that is answered is not, nor is any other file', async () => {
  const path = join(directory, 'admin.sock')
  const dead = createHttpServer()
  await listenOnSocket(dead, path)
  // Closing a server leaves a moved socket where it is: as a killed process does.
  await new Promise((resolve) => dead.close(resolve))
  expect(existsSync(path)).toBe(true)
  const living = createHttpServer((_asked, reply) => reply.end('living'))
  await listenOnSocket(living, path)
  expect((await get({ socketPath: path, path: '/' })).body).toBe('living')
  await expect(listenOnSocket(createHttpServer(), path)).rejects.toThrow(SocketTaken)
  expect((await get({ socketPath: path, path: '/' })).body).toBe('living')
  await new Promise((resolve) => living.close(resolve))
  rmSync(path)
  writeFileSync(path, 'not a socket')
  await expect(listenOnSocket(createHttpServer(), path)).rejects.toThrow(/no socket/)
  chmodSync(path, 0o600)
})

test('a taken port is said and tried again; the socket is there meanwhile', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as AddressInfo
  const clock = new FakeClock()
  let tick: () => void = () => {}
  clock.every = (_ms: number, again: () => void) => {
    tick = again
    return () => {}
  }
  const listeners = listenersAt(port, null, clock)
  await listeners.open(echo(listeners))
  expect(listeners.faults).toEqual([
    expect.stringMatching(
      new RegExp(
        `^the admin API cannot be reached at 127\\.0\\.0\\.1:${port}: .+ \\(process ${process.pid}\\) uses it; stop that`,
      ),
    ),
  ])
  expect((await get({ socketPath: join(directory, 'admin.sock'), path: '/' })).status).toBe(200)
  await new Promise((resolve) => other.close(resolve))
  tick()
  await expect.poll(() => listeners.faults).toEqual([])
  expect((await get({ port, path: '/' })).body).toBe('tcp')
})

test('figures of single units go to this machine, and to who asks at the address of the metrics', async () => {
  const listeners = listenersAt(null, 0)
  const seen: boolean[] = []
  await listeners.open((asked, reply) => {
    seen.push(listeners.mayCountUnits(asked))
    // As one from elsewhere.
    Object.defineProperty(asked.socket, 'remoteAddress', { value: '::ffff:10.1.2.3' })
    seen.push(listeners.mayCountUnits(asked))
    reply.end()
  })
  await get({ port: Number(listeners.addresses[0]!.split(':')[1]), path: '/metrics' })
  await get({ socketPath: join(directory, 'admin.sock'), path: '/metrics' })
  expect(seen).toEqual([true, true, true, true])
  const admin = listenersAt(0, null)
  const elsewhere: boolean[] = []
  await admin.open((asked, reply) => {
    elsewhere.push(admin.mayCountUnits(asked))
    Object.defineProperty(asked.socket, 'remoteAddress', { value: '::ffff:10.1.2.3' })
    elsewhere.push(admin.mayCountUnits(asked))
    reply.end()
  })
  await get({ port: Number(admin.addresses[0]!.split(':')[1]), path: '/metrics' })
  expect(elsewhere).toEqual([true, false])
})

test('the address of the metrics has the metrics only', async () => {
  const listeners = listenersAt(null, 0)
  await listeners.open(echo(listeners))
  const port = Number(listeners.addresses[0]!.split(':')[1])
  expect((await get({ port, path: '/metrics?x=1' })).status).toBe(200)
  const other = await get({ port, path: '/api/v1/status' })
  expect(other.status).toBe(404)
  expect(JSON.parse(other.body)).toMatchObject({ type: 'about:blank', status: 404 })
})

test('what is no HTTP gets problem details and its connection closed', async () => {
  const listeners = listenersAt(0)
  await listeners.open(echo(listeners))
  const port = Number(listeners.addresses[0]!.split(':')[1])
  for (const bytes of [
    '\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n',
    `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
  ]) {
    const text = await new Promise<string>((resolve) => {
      let received = ''
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
      socket.on('data', (chunk) => (received += chunk.toString()))
      socket.on('error', () => {})
      socket.on('close', () => resolve(received))
    })
    expect(text).toMatch(/^HTTP\/1\.1 400 /)
    expect(text).toContain('application/problem+json')
  }
})
