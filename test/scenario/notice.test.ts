/**
 * A machine that looks for a listed name: the server leads it to the sinkhole, the notice service meets it there, and the
 * store knows of it. Two processes, as they are run.
 */
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sentHello } from '../support/client-hello.ts'
import { query } from '../support/dns-client.ts'
import { NoticeProcess } from '../support/notice-process.ts'
import { freePort } from '../support/primaries.ts'
import { eventually, TestServer } from '../support/server.ts'

const SINKHOLE = '127.9.9.9'
const CLIENT = '127.0.3.7'
const OFFICER = 'Chị Lan, 0236 3 123 456'
const BROWSER =
  'User-Agent: Mozilla/5.0 (X11)\r\nAccept: text/html\r\nAccept-Language: vi\r\nAccept-Encoding: gzip\r\n'

interface StoredContact {
  readonly address: string
  readonly protocol: string
  readonly host: string | null
  readonly path: string | null
  readonly isBrowserLike: boolean
}

let directory: string
let server: TestServer
let notice: NoticeProcess
let ports: { http: number; tls: number; tcp: number }

/** What comes back over a connection of the machine's, as text. */
async function say(port: number, bytes: string | Uint8Array): Promise<string> {
  const socket = connect({ host: SINKHOLE, port, localAddress: CLIENT })
  const parts: Buffer[] = []
  socket.on('data', (chunk: Buffer) => parts.push(chunk)).write(bytes)
  await once(socket, 'end')
  return Buffer.concat(parts).toString()
}

async function contacts(): Promise<StoredContact[]> {
  const { body } = await server.api<{ items: StoredContact[] }>('GET', '/api/v1/contacts?reveal=true')
  return body.items
}

const reference = (page: string): string => /class="code">([^<]+)</.exec(page)![1]!

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-'))
  ports = { http: await freePort(), tls: await freePort(), tcp: await freePort() }
  const at = (port: number): string => `["${SINKHOLE}:${port}"]`
  server = await TestServer.start({
    config: `sinkhole: { ipv4: ${SINKHOLE} }
lists: [ { id: apt32, path: apt32.txt } ]
units: [ { id: so-yte, name: Sở Y tế, networks: [127.0.3.0/24], contact: "${OFFICER}" } ]
notice: { http: ${at(ports.http)}, tls: ${at(ports.tls)}, tcp: ${at(ports.tcp)}, socket: ${join(directory, 's')} }
`,
    files: { 'apt32.txt': 'evil.vn\n' },
  })
  notice = await NoticeProcess.start(join(directory, 's'), 3)
})
afterAll(async () => {
  await notice.stop()
  await server.stop()
  rmSync(directory, { recursive: true })
})

describe('a machine led to the sinkhole', () => {
  let page: string

  it('gets the page of its unit', async () => {
    const reply = await query('www.evil.vn', 'A', { port: server.port, from: CLIENT })
    expect(reply.answers.map(({ data }) => data)).toEqual([SINKHOLE])
    page = await say(ports.http, 'GET /gate.php HTTP/1.1\r\nHost: www.evil.vn\r\n\r\n')
    for (const text of ['403 Forbidden', 'Sở Y tế', OFFICER, 'www.evil.vn']) expect(page).toContain(text)
  })

  it('is in the store with each way it came, and found by the code on its page', async () => {
    await say(ports.tls, await sentHello({ servername: 'c2.evil.vn' }))
    await say(ports.tcp, Buffer.alloc(600, 'bot'))
    const stored = await eventually(async () => {
      const items = await contacts()
      return items.length >= 3 && items
    })
    expect(stored.map(({ address, protocol, host, path }) => [address, protocol, host, path]).toSorted()).toEqual([
      [CLIENT, 'http', 'www.evil.vn', '/gate.php'],
      [CLIENT, 'tcp', null, null],
      [CLIENT, 'tls', 'c2.evil.vn', null],
    ]) // prettier-ignore
    const { body } = await server.api<{ items: StoredContact[] }>('GET', `/api/v1/contacts?reference=${reference(page)}`) // prettier-ignore
    expect(body.items.map(({ host }) => host)).toContain('www.evil.vn')
  })

  it('is told by the check that it has hits', async () => {
    const check = await eventually(async () => {
      const answer = await say(ports.http, `GET /check HTTP/1.1\r\nHost: www.evil.vn\r\n${BROWSER}\r\n`)
      return answer.includes('lần.') && answer
    })
    expect(check).toContain('Máy này đã tìm đến địa chỉ trong danh sách mã độc')
  })

  it('can say that the name is blocked wrongly', async () => {
    const body = `code=${reference(page)}&name=www.evil.vn&text=cong+viec`
    const answer = await say(ports.http, `POST /report HTTP/1.1\r\nHost: www.evil.vn\r\n${BROWSER}Content-Length: ${body.length}\r\n\r\n${body}`) // prettier-ignore
    expect(answer).toContain('Đã nhận báo chặn nhầm')
  })
})

describe('while the server is away', () => {
  it('the page is there, the check is not known, and the contact comes into the store later', async () => {
    const { directory: kept } = server
    await server.stop(true)
    expect(await say(ports.http, 'GET /away HTTP/1.1\r\nHost: www.evil.vn\r\n\r\n')).toContain(OFFICER)
    expect(await say(ports.http, `GET /check HTTP/1.1\r\nHost: a\r\n${BROWSER}\r\n`)).toContain(
      'Hiện chưa kiểm tra được',
    )
    const config = readFileSync(join(kept, 'thanhloc.yaml'), 'utf8')
    server = await TestServer.start({ directory: kept, config })
    await eventually(async () => (await contacts()).some(({ path }) => path === '/away'), 25_000)
  })
})
