/** Commands that speak to the running server, against a socket that plays it. */
import { createSocket, type Socket } from 'node:dgram'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Packet } from 'dns2'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { SERVER_EXAMPLES } from '../../../src/admin/examples/server.ts'
import { runCommand } from './terminal.ts'

interface Seen {
  readonly call: string
  readonly type: string | undefined
  readonly body: unknown
}

const REPLIES: Record<string, { status?: number; body: unknown }> = {
  'POST /api/v1/allow': { status: 201, body: { name: 'a.test', until: '2026-11-23T00:00:00.000Z' } },
  'DELETE /api/v1/allow/a.test': { status: 204, body: undefined },
  'POST /api/v1/pause': { body: { pausedUntil: '2026-11-22T00:10:00.000Z', reason: 'x' } },
  'POST /api/v1/reload': { body: { applied: ['lists'], needsRestart: ['listen'] } },
  'POST /api/v1/lists/reload': {
    body: {
      items: [
        { id: 'bad', state: 'loaded', error: null, names: 2, addresses: 0, duplicates: 1, refused: { 'single-label': 3 }, notEnforceable: {}, heldBackCount: 1 }, // prettier-ignore
        { id: 'old', state: 'kept-last-good', error: 'old.txt is empty', names: 9, addresses: 0, duplicates: 0, refused: {}, notEnforceable: {}, heldBackCount: 0 }, // prettier-ignore
      ],
      names: 11,
      addresses: 0,
      error: null,
    },
  },
  'POST /api/v1/alerts/soc/test': { body: { channel: 'soc', isDelivered: true, reason: null, durationMs: 12 } },
  'POST /api/v1/alerts/duty/test': { body: { channel: 'duty', isDelivered: false, reason: 'no answer', durationMs: 12 } },
  'POST /api/v1/cache/flush': { body: { removed: 7 } },
  'POST /api/v1/cache/flush?name=a.test': { body: { removed: 1 } },
  'GET /api/v1/status': { body: SERVER_EXAMPLES['GET /api/v1/status']!.answer },
  'GET /api/v1/lookup?name=a.test': {
    body: {
      name: 'a.test', verdict: 'allow', action: null, trigger: 'qname', indicator: 'a.test', indicatorKind: 'subtree', list: 'overrides',
      lists: [{ id: 'overrides', basis: 'allowed by hand', campaign: null, indicator: 'a.test', kind: 'subtree', action: 'allow', document: '', issuer: '', issued: null, from: null, until: null, validity: 'unlimited', file: null, allowed: null, imports: [] }],
      heldBack: [], isPaused: true, group: null,
    },
  },
} // prettier-ignore

let data: string
let server: Server
let seen: Seen[]
let replies: Record<string, { status?: number; body: unknown }>

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'thanhloc-sock-'))
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const call = `${request.method} ${request.url}`
      const text = Buffer.concat(chunks).toString()
      seen.push({ call, type: request.headers['content-type'], body: text === '' ? null : JSON.parse(text) })
      const { status = 200, body } = replies[call] ?? { status: 404, body: { title: 'Not found' } }
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(body === undefined ? '' : JSON.stringify(body))
    })
  })
  server.listen(join(data, 'admin.sock'))
  await once(server, 'listening')
})
beforeEach(() => {
  seen = []
  replies = { ...REPLIES }
})
afterAll(() => {
  server.close()
  rmSync(data, { recursive: true })
})

describe('allow', () => {
  it('lets a name through and says until when', async () => {
    const ran = await runCommand('allow', 'A.Test', '--reason', 'chặn nhầm', '--for', '24h', '--data', data)
    expect(ran).toMatchObject({ exit: 0, err: '' })
    expect(ran.out).toMatch(
      /^a\.test and all names under it are let through until 2026-11-2\d \d\d:\d\d:00 [+-]\d\d:\d\d/,
    )
    expect(seen).toEqual([
      {
        call: 'POST /api/v1/allow',
        type: 'application/json',
        body: { name: 'a.test', reason: 'chặn nhầm', for: '24h' },
      },
    ])
  })

  it('takes it back', async () => {
    expect((await runCommand('allow', 'a.test', '--remove', '--data', data)).out).toContain(
      'no longer let through',
    )
    expect(await runCommand('allow', 'b.test', '--remove', '--data', data)).toMatchObject({
      exit: 1,
      err: 'thanhloc allow: Not found',
    })
  })

  it('asks for a reason and a time before it asks the server', async () => {
    expect(await runCommand('allow', 'a.test', '--data', data)).toMatchObject({
      exit: 2,
      err: expect.stringContaining('--reason'),
    })
    expect(
      (await runCommand('allow', 'a.test', '--reason', 'x', '--for', '24', '--data', data)).err,
    ).toContain('has no unit')
    expect((await runCommand('allow', 'a b', '--reason', 'x', '--data', data)).exit).toBe(2)
    expect(seen).toEqual([])
  })

  it("tells the server's own words", async () => {
    replies['POST /api/v1/allow'] = {
      status: 422,
      body: { title: 'Unprocessable', detail: '"vn" is a whole top-level domain' },
    }
    const ran = await runCommand('allow', 'a.test', '--reason', 'x', '--data', data)
    expect(ran).toEqual({ exit: 1, out: '', err: 'thanhloc allow: "vn" is a whole top-level domain' })
  })
})

describe('the other commands', () => {
  it('pause and go on', async () => {
    expect((await runCommand('pause', '10m', '--reason', 'x', '--data', data)).out).toContain(
      'nothing is blocked until',
    )
    replies['POST /api/v1/pause'] = { body: { pausedUntil: null, reason: null } }
    expect((await runCommand('pause', 'off', '--data', data)).out).toBe('blocking is on')
    expect(seen.map(({ body }) => body)).toEqual([{ for: '10m', reason: 'x' }, { for: 'off' }])
    // A wrong block is undone in one command; that nobody gave a reason is on record.
    await runCommand('pause', '10m', '--data', data)
    expect(seen.at(-1)!.body).toEqual({ for: '10m', reason: 'no reason given' })
  })

  it('say which pauses are in force', async () => {
    const pause = { reason: 'mất mạng', actor: 'lan', until: '2026-11-22T10:00:00Z' }
    replies['GET /api/v1/allow'] = { body: { pause: null, pauses: [] } }
    expect((await runCommand('pause', 'list', '--data', data)).out).toBe('blocking is on for everybody')
    const pauses = [
      { ...pause, name: '10.1.5.7/32' },
      { ...pause, name: 'group:schools' },
    ]
    replies['GET /api/v1/allow'] = { body: { pause: { ...pause, name: '' }, pauses } }
    const { out } = await runCommand('pause', 'list', '--data', data)
    expect(out.split('\n').map((line) => line.replace(/ until .*,/, ' …'))).toEqual(
      ['all', '10.1.5.7/32', 'group schools'].map((whom) => `for ${whom} … lan: mất mạng`),
    )
  })

  it('reload configuration and lists', async () => {
    const { exit, out } = await runCommand('reload', '--data', data)
    expect(exit).toBe(1) // one list kept its earlier version
    expect(out.split('\n')).toEqual([
      'configuration: changed: lists',
      'takes effect at the next start: listen',
      'bad: 2 names, 0 addresses; 1 twice; 3 refused (single-label 3); 1 held back',
      'old: 9 names, 0 addresses',
      '  an earlier version is in force: old.txt is empty',
      'in force: 11 names, 0 addresses',
    ])
    expect((await runCommand('reload', '--list', 'bad', '--force', '--data', data)).exit).toBe(0)
    expect(seen.at(-1)).toMatchObject({
      call: 'POST /api/v1/lists/reload',
      body: { list: 'bad', force: true },
    })
  })

  it('reload the lists under a configuration that is broken', async () => {
    replies['POST /api/v1/reload'] = { status: 422, body: { detail: 'c.yaml:1:1: wrong' } }
    const { exit, err, out } = await runCommand('reload', '--data', data)
    expect({ exit, err }).toEqual({ exit: 1, err: 'the configuration stays as it was:\nc.yaml:1:1: wrong' })
    expect(out).toContain('in force: 11 names')
  })

  it('flush, and show the status', async () => {
    expect((await runCommand('flush', '--data', data)).out).toBe('7 cached answers forgotten')
    expect((await runCommand('flush', 'A.test', '--data', data)).out).toBe(
      '1 cached answer for a.test forgotten',
    )
    const status = await runCommand('status', '--data', data)
    expect(status).toMatchObject({ exit: 1, err: '' })
    expect(status.out).toMatch(/^! CẦN XEM LẠI từ .*\n  NEEDS A LOOK since /)
    expect(JSON.parse((await runCommand('status', '--json', '--data', data)).out)).toMatchObject({
      version: '0.1.0',
      health: { state: 'warn' },
    })
    expect(parse((await runCommand('status', '--full', '--data', data)).out)).toMatchObject({
      version: '0.1.0',
    })
  })

  it('send a test alert, and fail where it does not arrive', async () => {
    expect(await runCommand('alert-test', 'soc', '--data', data)).toEqual({
      exit: 0,
      out: 'soc: delivered in 12 ms',
      err: '',
    })
    expect(await runCommand('alert-test', 'duty', '--data', data)).toEqual({
      exit: 1,
      out: '',
      err: 'duty: not delivered: no answer',
    })
    expect((await runCommand('alert-test', '--data', data)).exit).toBe(2)
  })

  it('look up through the server, so that what is allowed by hand counts', async () => {
    const { out } = await runCommand('lookup', 'a.test', '--data', data)
    expect(out).toContain('a.test: let through by hand')
    expect(out).toContain('blocking is paused')
  })
})

describe('without a server', () => {
  it('say what to do', async () => {
    const empty = join(data, 'empty')
    const ran = await runCommand('allow', 'a.test', '--reason', 'x', '--data', empty)
    expect(ran).toMatchObject({ exit: 1, out: '' })
    expect(ran.err).toContain(`no server runs with the data directory ${empty}`)
    expect(ran.err).toContain('thanhloc serve')
    for (const words of [['pause', 'off'], ['reload'], ['flush'], ['top'], ['tail']]) {
      expect((await runCommand(...words, '--data', empty)).exit).toBe(1)
    }
    const status = await runCommand('status', '--data', empty)
    expect(status).toMatchObject({ exit: 2, out: '' })
    expect(status.err).toContain(`không có máy chủ nào chạy với thư mục dữ liệu ${empty}`)
    expect(status.err).toContain(`no server runs with the data directory ${empty}`)
  })

  it('find the data directory in a configuration that is broken elsewhere', async () => {
    const file = join(data, 'broken.yaml')
    writeFileSync(file, `workers: 0\nstore:\n  path: ${data}\nlists: [\n`)
    expect((await runCommand('status', '--full', '--config', file)).out).toContain('version: 0.1.0')
  })
})

describe('lookup --resolve', () => {
  let socket: Socket
  /** At the same port. */
  let tcp: TcpServer
  let config: string

  beforeAll(async () => {
    // A port that is free for UDP may be somebody's for TCP.
    for (let tries = 0; ; tries++) {
      socket = createSocket('udp4')
      socket.bind(0, '127.0.0.1')
      await once(socket, 'listening')
      tcp = createTcpServer().listen(socket.address().port, '127.0.0.1')
      const isFree = await once(tcp, 'listening').then(
        () => true,
        () => false,
      )
      if (isFree) break
      socket.close()
      if (tries === 20) throw new Error('no port is free for both')
    }
    const { port } = socket.address()
    config = join(data, 'resolve.yaml')
    writeFileSync(config, `listen: ["0.0.0.0:${port}"]\nupstreams: { servers: [192.0.2.1] }\n`)
  })
  afterAll(() => {
    socket.close()
    tcp.close()
  })

  const answer = (query: Buffer, address: string | null): Buffer => {
    const response = Packet.createResponseFromRequest(Packet.parse(query))
    if (address === null) response.header.tc = 1
    else response.answers.push(Object.assign(new Packet.Resource('a.test', 1, 1, 60), { address }))
    return response.toBuffer()
  }

  it('prints the decoded answer, whatever else arrives', async () => {
    socket.removeAllListeners('message').on('message', (query, { port, address }) => {
      socket.send(Buffer.from([query[0]! ^ 1, ...query.subarray(1)]), port, address)
      socket.send(query, port, address)
      socket.send(answer(query, '192.0.2.7'), port, address)
    })
    const { exit, out } = await runCommand('lookup', 'a.test', '--config', config, '--resolve')
    expect(exit).toBe(0)
    expect(out).toContain('a.test: not listed')
    expect(out).toContain(`;; from 127.0.0.1:${socket.address().port} over UDP`)
    expect(out).toContain('a.test. 60 IN A 192.0.2.7')
  })

  it('asks again over TCP when the answer is cut', async () => {
    socket.removeAllListeners('message').on('message', (query, { port, address }) => {
      socket.send(answer(query, null), port, address)
    })
    tcp.on('connection', (connection) => {
      connection.once('data', (chunk: Buffer) => {
        const reply = answer(chunk.subarray(2), '192.0.2.8')
        // In two pieces, the length alone first.
        connection.write(Buffer.of(reply.length >> 8, reply.length & 255))
        setImmediate(() => connection.end(reply))
      })
    })
    const { out } = await runCommand('lookup', 'a.test', '--config', config, '--resolve')
    expect(out).toContain('over TCP')
    expect(out).toContain('192.0.2.8')
  })

  it('says where nobody listens', async () => {
    const closed = createTcpServer().listen(0, '127.0.0.1')
    await once(closed, 'listening')
    const { port } = closed.address() as AddressInfo
    closed.close()
    const ran = await runCommand(
      'lookup',
      'a.test',
      '--config',
      config,
      '--listen',
      `127.0.0.1:${port}`,
      '--resolve',
    )
    expect(ran).toMatchObject({
      exit: 1,
      err: expect.stringContaining(`asking 127.0.0.1:${port}: nobody listens there`),
    })
  })
})
