/** How a list is reached: through proxies that let one through or do not, and servers that are none. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { Feeds } from '../../../src/feeds/feeds.ts'
import type { FeedStatus } from '../../../src/feeds/feed-status.ts'
import { SecureRandom } from '../../../src/random.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { openProxy, openPublisher, type Proxy } from '../../support/publisher.ts'
import { settingsFrom } from '../config/settings-from.ts'
import { FakeLog } from '../detection/setup.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-feeds-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
})

/** What comes of fetching a list with the keys of `feed`. */
async function fetchOne(feed: string, more = ''): Promise<FeedStatus> {
  const feeds = new Feeds({
    settings: settingsFrom(
      `store: { path: ${directory} }\n${more}\nlists: [ { id: one, feed: { ${feed} } } ]`,
    ),
    version: '0',
    clock: new FakeClock(),
    random: new SecureRandom(),
    log: new FakeLog(),
    forced: async () => {},
  })
  const status = await feeds.fetch('one', false, 20_000)
  await feeds.close()
  return status!
}

async function proxy(status: number | null = null): Promise<Proxy> {
  const opened = await openProxy(status)
  onTestFinished(() => opened.close())
  return opened
}

describe('a proxy', () => {
  it('is asked for what is in the clear by the whole URL', async () => {
    const { port, asked } = await proxy()
    const feed = `url: "http://lists.example/a?b=1", allowHttp: true, proxy: "127.0.0.1:${port}"`
    expect(await fetchOne(feed)).toMatchObject({ state: 'ok', url: 'http://lists.example/a' })
    expect(asked).toEqual([{ what: 'GET http://lists.example/a?b=1', authorization: undefined }])
    expect(readFileSync(join(directory, 'feeds/one'), 'utf8')).toBe('by-proxy.vn\n')
  })

  it.each([
    [407, 'see `proxyPasswordFile`'],
    [403, 'let this server have the host'],
  ])('that answers %i lets nobody through', async (status, advice) => {
    const { port } = await proxy(status)
    expect(await fetchOne(`url: "https://lists.example/a", proxy: "127.0.0.1:${port}"`)).toMatchObject({
      state: 'failed',
      error: `the proxy answers ${status}`,
      advice: expect.stringContaining(advice) as string,
    })
  })

  it('that says nothing is told to be slow', async () => {
    const silent = createServer((socket) => void socket.on('error', () => socket.destroy()))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void silent.close())
    const { port } = silent.address() as AddressInfo
    const feed = `url: "https://lists.example/a", timeout: 1s, proxy: "127.0.0.1:${port}"`
    expect((await fetchOne(feed)).error).toBe('it does not come whole within `timeout`')
  })

  it('that is away, or whose password is missing, is told', async () => {
    const { port, close } = await openProxy()
    const feed = `url: "https://lists.example/a", proxy: "127.0.0.1:${port}"`
    expect((await fetchOne(`${feed}, proxyPasswordFile: /nowhere`)).error).toContain(
      '/nowhere cannot be read',
    )
    await close()
    expect((await fetchOne(feed)).error).toContain(`connecting to 127.0.0.1 port ${port}`)
  })
})

describe('what is no publisher', () => {
  const serve = async (answer: string): Promise<number> => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy())
      socket.once('data', () => socket.end(answer))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    return (server.address() as AddressInfo).port
  }

  it.each([
    ['junk', 'SSH-2.0-OpenSSH_9.9\r\n', /no HTTP is spoken there/],
    ['nothing', '', /socket hang up/],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabc',
      /no HTTP is spoken there/,
    ],
    ['headers without end', `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(70_000)}`, /no HTTP is spoken there/],
    [
      'by another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n',
      /the connection broke off/,
    ],
    ['a part', 'HTTP/1.1 206 Partial Content\r\ncontent-length: 3\r\n\r\nabc', /the server answers 206/],
  ])('answers %s', async (_, answer, reason) => {
    const status = await fetchOne(`url: "http://127.0.0.1:${await serve(answer)}/a"`)
    expect(status).toMatchObject({ state: 'failed', entries: null })
    expect(status.error).toMatch(reason)
  })

  it('has no name that anybody knows', async () => {
    expect((await fetchOne('url: "https://lists.example/a"')).error).toBe('nobody can be asked for the address of lists.example') // prettier-ignore
    const silent = 'upstreams: { servers: ["127.0.0.1:9"] }'
    expect((await fetchOne('url: "https://lists.example/a"', silent)).error).toBe('the upstreams do not tell the address of lists.example') // prettier-ignore
  })

  it('speaks no TLS', async () => {
    const status = await fetchOne(`url: "https://127.0.0.1:${await serve('HTTP/1.1 400 no\r\n\r\n')}/a"`)
    expect(status.error).toContain('TLS with 127.0.0.1')
  })
})

it('own records name a server too', async () => {
  const publisher = await openPublisher()
  onTestFinished(() => publisher.close())
  publisher.on('/a', 'evil.vn\n')
  const feed = `url: "http://lists.so.vn:${publisher.port}/a", allowHttp: true`
  expect(await fetchOne(feed, 'records: { lists.so.vn: 127.0.0.1 }')).toMatchObject({
    state: 'ok',
    entries: 1,
  })
  expect(publisher.requests[0]!.headers.host).toBe(`lists.so.vn:${publisher.port}`)
})

it('a place that cannot be written, or a certificate that is none, is told', async () => {
  const publisher = await openPublisher()
  onTestFinished(() => publisher.close())
  publisher.on('/a', 'evil.vn\n')
  mkdirSync(join(directory, 'feeds/one/x'), { recursive: true })
  const status = await fetchOne(`url: "${publisher.origin}/a"`)
  expect(status.error).toMatch(/^it cannot be kept: /)
  expect(status.advice).toContain('data directory')
  writeFileSync(join(directory, 'ca.pem'), '')
  expect((await fetchOne(`url: "${publisher.origin}/a", caFile: ${directory}/none.pem`)).error).toContain('none.pem cannot be read')
}) // prettier-ignore
