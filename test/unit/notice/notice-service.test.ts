/** The whole service in this process: real sockets, a scripted server, and a clock that the test sets. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLog } from '../../../src/log/log.ts'
import type { Contact } from '../../../src/notice/letters.ts'
import { NoticeService } from '../../../src/notice/notice-service.ts'
import { referenceOf } from '../../../src/notice/reference.ts'
import { SecureRandom } from '../../../src/random.ts'
import { alpn, madeHello, sentHello, serverName } from '../../support/client-hello.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { NoticeServer } from '../../support/notice-server.ts'
import { eventually } from '../../support/server.ts'

const HOST = '127.0.0.1'
const BROWSER = `User-Agent: Mozilla/5.0 (X11)\r\nAccept: text/html,*/*\r\nAccept-Language: vi\r\nAccept-Encoding: gzip\r\n`

let directory: string
let server: NoticeServer
let clock: FakeClock
let service: NoticeService
let logged: string[]
let [http, tls, tcp] = [0, 0, 0]

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, HOST)
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: HOST, allowHalfOpen: true })
  await once(socket, 'connect')
  return socket.resume()
}

/** All that comes back until the other side ends. */
async function answerTo(port: number, ...pieces: readonly (string | Uint8Array)[]): Promise<string> {
  const socket = await open(port)
  const parts: Buffer[] = []
  socket.on('data', (chunk: Buffer) => parts.push(chunk))
  for (const piece of pieces) {
    socket.write(piece)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await once(socket, 'end')
  socket.destroy()
  return Buffer.concat(parts).toString('latin1')
}

/** The contacts that the server has by now; as soon as there are `count`. */
function contacts(count = 1): Promise<Contact[]> {
  return eventually(() => {
    clock.advance(1000)
    return server.contacts.length >= count && server.contacts
  })
}

function start(total = 100, perClient = 100): NoticeService {
  const log = createLog('notice', { write: (line: string) => logged.push(line) > 0 }, 'info', clock)
  const parts = { socket: server.path, version: '1', connections: { total, perClient } }
  service = new NoticeService({ ...parts, clock, random: new SecureRandom(), log })
  service.start()
  return service
}

const listening = () => eventually(() => service.status.includes(` ${tcp}`))

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-'))
  clock = new FakeClock(Date.UTC(2026, 10, 22, 5))
  logged = []
  ;[http, tls, tcp] = await Promise.all([freePort(), freePort(), freePort()])
  const at = (port: number) => [{ address: HOST, port }]
  server = new NoticeServer(join(directory, 's'), { http: at(http), tls: at(tls), tcp: at(tcp) })
})
afterEach(async () => {
  await service.stop()
  await server.close()
  rmSync(directory, { recursive: true })
})

describe('over HTTP', () => {
  beforeEach(async () => {
    await server.open()
    start()
    await listening()
  })

  it('any host, path and method gets the page, and is recorded', async () => {
    const page = await answerTo(http, 'GET /gate.php?id=1 HTTP/1.1\r\nHost: Evil.vn:80\r\nUser-Agent: bot/1\r\nReferer: x\r\n\r\n') // prettier-ignore
    expect(page).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/)
    expect(page).toContain('<strong>evil.vn</strong>')
    const atMs = clock.wallMs()
    expect(page).toContain(referenceOf(HOST, atMs))
    expect(await contacts()).toMatchObject([
      { client: HOST, local: HOST, port: http, protocol: 'http', host: 'evil.vn', method: 'GET', path: '/gate.php', userAgent: 'bot/1', hasReferrer: true, isBrowserLike: false, count: 1, firstMs: atMs },
    ]) // prettier-ignore
  })

  it('what comes in pieces is one request', async () => {
    const page = await answerTo(http, 'G', 'ET / HT', 'TP/1.1\r\nHo', `st: evil.vn\r\n${BROWSER}\r`, '\n')
    expect(page).toContain('403 Forbidden')
    expect(await contacts()).toMatchObject([{ host: 'evil.vn', isBrowserLike: true, count: 1 }])
  })

  it('a byte at a time is one request too, however many', async () => {
    const socket = await open(http)
    const ended = once(socket.resume(), 'end')
    for (const byte of `GET /${'x'.repeat(80)} HTTP/1.1\r\nHost: evil.vn\r\n${BROWSER}\r\n`) {
      socket.write(byte)
      await new Promise((resolve) => setImmediate(resolve))
      // Pieces past the first ones are looked at together, twice a second.
      if (byte === '\r') clock.advance(500)
    }
    await ended
    socket.destroy()
    expect(await contacts()).toMatchObject([{ host: 'evil.vn', isBrowserLike: true, count: 1 }])
  })

  it('a picture or script of another page gets nothing to show, and is recorded all the same', async () => {
    for (const line of ['Sec-Fetch-Dest: image', `${BROWSER.replace('text/html,*/*', '*/*')}X: y`]) {
      const answer = await answerTo(http, `GET /pixel.gif HTTP/1.1\r\nHost: evil.vn\r\n${line}\r\n\r\n`)
      expect(answer).toMatch(/^HTTP\/1\.1 403 [^]*Content-Length: 0[^]*\r\n\r\n$/)
    }
    expect(await contacts(2)).toMatchObject([{ path: '/pixel.gif' }, { path: '/pixel.gif' }])
  })

  it('a head longer than any browser sends is refused, and recorded as far as it was read', async () => {
    const answer = await answerTo(http, `GET /x HTTP/1.1\r\nHost: evil.vn\r\nCookie: ${'x'.repeat(40_000)}`)
    expect(answer).toMatch(/^HTTP\/1\.1 431 /)
    expect(await contacts()).toMatchObject([{ host: 'evil.vn', path: '/x' }])
  })

  it('a body that follows does not cost the answer', async () => {
    expect(await answerTo(http, 'POST /upload HTTP/1.1\r\nHost: evil.vn\r\nContent-Length: 30000\r\n\r\n', 'x'.repeat(30_000))).toContain('403') // prettier-ignore
  })

  it('the check tells the visitor of itself, and is no contact', async () => {
    server.checked = { outcome: 'hits', hits: 3, firstMs: clock.wallMs(), lastMs: null, sinceMs: null }
    const page = Buffer.from(await answerTo(http, `GET /check HTTP/1.1\r\nHost: evil.vn\r\n${BROWSER}\r\n`), 'latin1') // prettier-ignore
    expect(page.toString()).toContain('3 lần')
    expect(server.letters.at(-1)).toMatchObject({ type: 'check', client: HOST })
    await answerTo(http, 'GET /check HTTP/1.1\r\nHost: evil.vn\r\nUser-Agent: bot\r\n\r\n')
    expect(await contacts()).toMatchObject([{ path: '/check', userAgent: 'bot' }])
  })

  it('the check of a server that says nothing is not known, after a while', async () => {
    server.checked = null
    const answer = answerTo(http, `GET /check HTTP/1.1\r\nHost: evil.vn\r\n${BROWSER}\r\n`)
    await eventually(() => server.letters.some(({ type }) => type === 'check'))
    clock.advance(4000)
    expect(Buffer.from(await answer, 'latin1').toString()).toContain('Hiện chưa kiểm tra được')
  })

  const form = (code: string, more = ''): string => {
    const body = `code=${code}&name=so.vn&text=${encodeURIComponent('cần\nđể làm việc')}`
    return `POST /report HTTP/1.1\r\nHost: so.vn\r\n${BROWSER}${more}Content-Length: ${body.length}\r\n\r\n${body}`
  }

  it('a report from the page reaches the server, and its end the visitor', async () => {
    const answer = await answerTo(http, form(referenceOf(HOST, clock.wallMs()), 'Origin: http://so.vn\r\n'))
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK[^]*B-17/)
    expect(server.letters.at(-1)).toMatchObject({ type: 'report', client: HOST, name: 'so.vn', text: 'cần để làm việc' }) // prettier-ignore
  })

  it.each([
    ['of another client', () => form(referenceOf('10.0.0.9', clock.wallMs()))],
    ['of the day before', () => form(referenceOf(HOST, clock.wallMs() - 25 * 3_600_000))],
    ['without a code', () => form('')],
    ['sent by a page elsewhere', () => form(referenceOf(HOST, clock.wallMs()), 'Origin: http://evil.vn\r\n')],
  ])('a report %s is none', async (_, request) => {
    expect(await answerTo(http, request())).toContain('403 Forbidden')
    expect(server.letters.map(({ type }) => type)).not.toContain('report')
  })

  it('a report that is longer than the form allows is refused', async () => {
    expect(await answerTo(http, 'POST /report HTTP/1.1\r\nHost: so.vn\r\nContent-Length: 999999\r\n\r\n')).toContain('413 ') // prettier-ignore
  })
})

describe('over TLS', () => {
  beforeEach(async () => {
    await server.open()
    start()
    await listening()
  })

  it('the name is recorded and the connection refused without a handshake', async () => {
    const hello = await sentHello({ servername: 'c2.evil.vn' })
    const alert = await answerTo(tls, hello.subarray(0, 20), hello.subarray(20))
    expect(Buffer.from(alert, 'latin1')).toEqual(Buffer.from([21, 3, 3, 0, 2, 2, 112]))
    expect(await contacts()).toMatchObject([
      { protocol: 'tls', port: tls, host: 'c2.evil.vn', method: null, path: null, isBrowserLike: false, firstBytesLength: 512 }, // prettier-ignore
    ])
  })

  it('who names nobody is told another reason', async () => {
    const alert = await answerTo(tls, madeHello({ extensions: [[16, alpn('h2')]] }))
    expect(Buffer.from(alert, 'latin1').at(-1)).toBe(40)
    expect(await contacts()).toMatchObject([{ protocol: 'tls', host: null }])
  })

  it('a hello that breaks off or has no end is recorded as TLS', async () => {
    const socket = await open(tls)
    socket.end(madeHello({ extensions: [[0, serverName('evil.vn')]] }).subarray(0, 30))
    await once(socket, 'close')
    await answerTo(tls, madeHello({ extensions: [[99, Buffer.alloc(40_000)]] }))
    expect(await contacts(1)).toMatchObject([{ protocol: 'tls', host: null, count: 2 }])
  })
})

describe('on other ports', () => {
  beforeEach(async () => {
    await server.open()
    start()
    await listening()
  })

  it('the first bytes are recorded up to the bound, and the connection ends', async () => {
    const sent = Buffer.alloc(900, 7)
    expect(await answerTo(tcp, sent)).toBe('')
    expect(await contacts()).toMatchObject([
      { protocol: 'tcp', port: tcp, host: null, firstBytesLength: 512, firstBytes: createHash('sha256').update(sent.subarray(0, 512)).digest('hex') }, // prettier-ignore
    ])
  })

  it('fewer bytes are waited for a second', async () => {
    const answer = answerTo(tcp, 'hello bot\r\n')
    await new Promise((resolve) => setTimeout(resolve, 50))
    clock.advance(1600)
    expect(await answer).toBe('')
    expect(await contacts()).toMatchObject([{ protocol: 'tcp', firstBytesLength: 11 }])
  })

  it('who says nothing is recorded too', async () => {
    const socket = await open(tcp)
    await eventually(() => service.status.includes('1 connections open'))
    clock.advance(10_500)
    await once(socket, 'end')
    socket.destroy()
    expect(await contacts()).toMatchObject([{ protocol: 'tcp', firstBytes: null, firstBytesLength: 0 }])
  })

  it('HTTP and TLS are recognised, on every port', async () => {
    expect(await answerTo(tcp, 'GET / HTTP/1.0\r\nHost: a.vn\r\n\r\n')).toContain('<strong>a.vn</strong>')
    await answerTo(http, await sentHello({ servername: 'b.vn' }))
    expect(await answerTo(tls, 'GET / HTTP/1.0\r\nHost: c.vn\r\n\r\n')).toContain('<strong>c.vn</strong>')
    expect((await contacts(3)).map(({ protocol, host }) => `${protocol} ${host}`)).toEqual(['http a.vn', 'tls b.vn', 'http c.vn']) // prettier-ignore
  })
})

describe('those that stay', () => {
  it('by a byte now and then are ended when their time is up', async () => {
    await server.open()
    start()
    await listening()
    const socket = await open(http)
    socket.write('GET /slow HTTP/1.1\r\nHost: evil.vn\r\n')
    const ended = once(socket, 'end')
    for (let second = 0; second < 11; second++) {
      socket.write(`X-${second}: y\r\n`)
      await new Promise((resolve) => setTimeout(resolve, 5))
      clock.advance(1000)
    }
    await ended
    socket.destroy()
    expect(await contacts()).toMatchObject([{ host: 'evil.vn', path: '/slow' }])
  })

  it('without reading the answer are closed', async () => {
    await server.open()
    start()
    await listening()
    const socket = await open(http)
    socket.pause()
    socket.write('GET / HTTP/1.1\r\nHost: evil.vn\r\n\r\n')
    await contacts()
    clock.advance(6000)
    await eventually(() => service.status.includes('0 connections open'))
    socket.destroy()
  })

  it('give way to those that come, the oldest first', async () => {
    await server.open()
    start(3, 3)
    await listening()
    const idle: Socket[] = []
    const ended: Promise<unknown>[] = []
    for (let count = 0; count < 5; count++) {
      idle.push(await open(tcp))
      ended.push(once(idle.at(-1)!, 'end'))
    }
    await Promise.all(ended.slice(0, 2))
    expect(await answerTo(http, 'GET / HTTP/1.0\r\n\r\n')).toContain('403 Forbidden')
    for (const socket of idle) socket.destroy()
    clock.advance(60_000)
    expect(logged.join('')).toMatch(/"connections":3,"msg":"more connections than there may be/)
  })
})

describe('the server', () => {
  it('that is not there yet is waited for, which is said once', async () => {
    start()
    await eventually(() => logged.some((line) => line.includes('the server is away')))
    await server.open()
    await eventually(() => (clock.advance(1000), service.status.includes(` ${tcp}`)))
    expect(logged.filter((line) => line.includes('the server is away'))).toHaveLength(1)
  })

  it('that is away costs no page and no contact, and the check is not known', async () => {
    await server.open()
    start()
    await listening()
    await server.close()
    await eventually(() => service.status.includes('waits for the server'))
    for (let count = 0; count < 3; count++)
      expect(await answerTo(http, 'GET /away HTTP/1.1\r\nHost: evil.vn\r\n\r\n')).toContain('Tổ ứng cứu'.replace(/./g, (c) => Buffer.from(c).toString('latin1'))) // prettier-ignore
    const check = await answerTo(http, `GET /check HTTP/1.1\r\nHost: evil.vn\r\n${BROWSER}\r\n`)
    expect(Buffer.from(check, 'latin1').toString()).toContain('Hiện chưa kiểm tra được')
    await server.open()
    expect(await contacts()).toMatchObject([{ path: '/away', count: 3 }])
  })

  it('that has not confirmed a letter gets it again, with the same number and session', async () => {
    await server.open()
    server.isKeeping = false
    start()
    await listening()
    await answerTo(http, 'GET /1 HTTP/1.1\r\nHost: evil.vn\r\n\r\n')
    await contacts()
    await server.close()
    server.isKeeping = true
    await server.open()
    await eventually(() => (clock.advance(1000), server.letters.filter(({ type }) => type === 'contacts').length === 2)) // prettier-ignore
    const [hello, letter, again, same] = server.letters
    expect(again).toEqual(hello)
    expect(same).toEqual(letter)
    expect(letter).toMatchObject({ sequence: 1, dropped: 0 })
  })

  it('says other ports and other words, which count from then on', async () => {
    await server.open()
    start()
    await listening()
    const moved = await freePort()
    server.settle({ http: [{ address: HOST, port: moved }], contact: 'Anh Hùng' })
    await eventually(() => service.status.includes(` ${moved}`))
    expect(await answerTo(moved, 'GET / HTTP/1.1\r\n\r\n')).toContain('Anh H')
    await expect(open(http)).rejects.toThrow('ECONNREFUSED')
  })

  it('names an address that is taken: it is said, and tried again', async () => {
    const other = createServer().listen(http, HOST)
    await once(other, 'listening')
    await server.open()
    start()
    await listening()
    await eventually(() => logged.some((line) => line.includes('cannot be listened on')))
    expect(logged.join('')).toContain('taken by')
    await new Promise((resolve) => other.close(resolve))
    await eventually(() => (clock.advance(2000), service.status.includes(` ${http},`)))
    expect(await answerTo(http, 'GET / HTTP/1.1\r\n\r\n')).toContain('403')
  })

  it('gets what is open at the end', async () => {
    await server.open()
    start()
    await listening()
    const socket = await open(tcp)
    socket.on('error', () => {})
    await eventually(() => service.status.includes('1 connections open'))
    await service.stop()
    expect(server.contacts).toMatchObject([{ protocol: 'tcp', port: tcp }])
    socket.destroy()
  })
})
