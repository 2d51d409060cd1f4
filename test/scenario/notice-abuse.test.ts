/** The notice service against those who mean it ill: what it holds stays bounded, and a visitor gets the page all the while. */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../support/seeded-random.ts'
import { NoticeProcess } from '../support/notice-process.ts'
import { NoticeServer } from '../support/notice-server.ts'
import { freePort } from '../support/primaries.ts'
import { eventually } from '../support/server.ts'

const MAX_CONNECTIONS = 4096
/** Its own files and those of the system it opens. */
const MAX_DESCRIPTORS = MAX_CONNECTIONS + 60
const MAX_RESIDENT_MB = 300
/** A person does not wait longer. */
const MAX_PAGE_MS = 2000

let directory: string
let server: NoticeServer
let notice: NoticeProcess
let port: number
const open: Socket[] = []

/** A connection from `address`; whatever becomes of it. */
function knock(address: string, bytes: Uint8Array | string = ''): Socket {
  const socket = connect({ host: '127.0.0.1', port, localAddress: address, noDelay: true })
  socket.on('error', () => {})
  if (bytes.length > 0) socket.write(bytes)
  open.push(socket)
  return socket
}

const clientOf = (number: number): string => `127.${2 + (number >> 16)}.${(number >> 8) & 255}.${(number & 255) || 255}` // prettier-ignore

/** As a browser of a person: milliseconds until the whole page is there. */
async function visit(): Promise<number> {
  const startMs = performance.now()
  const socket = connect({ host: '127.0.0.1', port, localAddress: '127.250.0.1' })
  socket.write('GET / HTTP/1.1\r\nHost: visited.vn\r\n\r\n')
  let page = ''
  socket.setEncoding('utf8').on('data', (text: string) => (page += text))
  await once(socket, 'end')
  expect(page).toContain('<strong>visited.vn</strong>')
  return performance.now() - startMs
}

async function expectWell(): Promise<void> {
  expect(await visit()).toBeLessThan(MAX_PAGE_MS)
  expect(notice.descriptors).toBeLessThan(MAX_DESCRIPTORS)
  expect(notice.residentMb).toBeLessThan(MAX_RESIDENT_MB)
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-'))
  port = await freePort()
  server = new NoticeServer(join(directory, 's'), { http: [{ address: '127.0.0.1', port }] })
  await server.open()
  notice = await NoticeProcess.start(server.path, 1)
})
afterAll(async () => {
  for (const socket of open) socket.destroy()
  await notice.stop()
  await server.close()
  rmSync(directory, { recursive: true })
})

describe('bounded, and open to visitors', () => {
  it('with 10,000 idle connections: the oldest make room', async () => {
    for (let number = 0; number < 10_000; number += 500) {
      const some = Array.from({ length: 500 }, (_, index) => knock(clientOf(number + index)))
      await Promise.all(some.map((socket) => once(socket, 'connect')))
    }
    await expectWell()
    expect(notice.descriptors).toBeGreaterThan(MAX_CONNECTIONS)
    // Closed by the other side, and each of them recorded.
    await eventually(
      () => server.contacts.reduce((sum, { count }) => sum + count, 0) >= 10_000 - MAX_CONNECTIONS,
    )
    for (const socket of open.splice(0)) socket.destroy()
    await eventually(() => notice.descriptors < 60)
  })

  it('with one client that opens hundreds: it has 256', async () => {
    const all = Array.from({ length: 600 }, () => knock('127.0.0.9', 'GET / HTTP/1.1\r\n'))
    await Promise.all(all.map((socket) => once(socket, 'connect')))
    await eventually(() => notice.descriptors < 256 + 60)
    await expectWell()
    for (const socket of open.splice(0)) socket.destroy()
  })

  it('with slow ones, that send a byte now and then', async () => {
    const slow = Array.from({ length: 400 }, (_, number) =>
      knock(clientOf(number), 'POST /x HTTP/1.1\r\nHost: a'),
    )
    for (let turn = 0; turn < 20; turn++) {
      for (const socket of slow) socket.write('a')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await expectWell()
    for (const socket of open.splice(0)) socket.destroy()
  })

  it('with heads and bodies without an end', async () => {
    const block = Buffer.alloc(64 << 10, 'x')
    for (const beginning of ['GET / HTTP/1.1\r\nCookie: ', 'GET /', 'POST / HTTP/1.1\r\nContent-Length: 9999999999\r\n\r\n', '\x16\x03\x01\x40\x00\x01\xff\xff\xff'])
      for (let number = 0; number < 20; number++) {
        const socket = knock(clientOf(number), Buffer.from(beginning, 'latin1'))
        for (let blocks = 0; blocks < 40; blocks++) socket.write(block)
      } // prettier-ignore
    // Ended long before the time of each is up.
    await eventually(() => notice.descriptors < 60, 5000)
    await expectWell()
    open.length = 0
  })

  it('with junk of every kind, cut anywhere', async () => {
    const random = seededRandom(7)
    const beginnings = [
      '',
      '\x16\x03\x01',
      'GET ',
      'POST / HTTP/1.1\r\n',
      'SSH-2.0-',
      '\x05\x01\x00',
      'CONNECT ',
    ]
    for (let number = 0; number < 1000; number++) {
      const bytes = Buffer.from(Array.from({ length: random.below(300) }, () => random.below(256)))
      const start = Buffer.from(beginnings[random.below(beginnings.length)]!, 'latin1')
      const socket = knock(clientOf(number), Buffer.concat([start, bytes]))
      // Some end in order, some break off, some stay.
      const end = random.below(3)
      if (end === 0) socket.end()
      else if (end === 1) socket.once('connect', () => socket.resetAndDestroy())
    }
    await expectWell()
    for (const socket of open.splice(0)) socket.destroy()
  })

  it('with visitors that never take their page', async () => {
    for (let number = 0; number < 300; number++) knock(clientOf(number), 'GET / HTTP/1.1\r\nHost: a.vn\r\n\r\n').pause() // prettier-ignore
    await expectWell()
    for (const socket of open.splice(0)) socket.destroy()
  })

  it('and in the end it goes in order, with nothing wrong in its log', async () => {
    expect(await notice.stop()).toBe(0)
    expect(notice.log).not.toContain('"level":"error"')
    // What was recorded of all this: bounded in text too.
    for (const { host, path, userAgent } of server.contacts)
      expect(Math.max(host?.length ?? 0, path?.length ?? 0, userAgent?.length ?? 0)).toBeLessThanOrEqual(256)
  })
})
