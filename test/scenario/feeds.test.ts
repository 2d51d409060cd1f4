/** Lists fetched by HTTP from servers that behave, break off, lie or attack: a whole list comes into force, nothing else. */
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { metric } from '../support/admin-reports.ts'
import {
  openProxy,
  openPublisher,
  sendForEver,
  sendWhole,
  type Proxy,
  type Publisher,
} from '../support/publisher.ts'
import { selfSigned } from '../support/self-signed.ts'
import { eventually, TestServer } from '../support/server.ts'
import { Stage } from '../support/stage.ts'

interface FeedReport {
  readonly id: string
  readonly state: string
  readonly failures: number
  readonly error: string | null
  readonly advice: string | null
  readonly entries: number | null
  readonly lastSuccessAt: string | null
  readonly history: readonly {
    readonly outcome: string
    readonly bytes: number
    readonly entriesBefore: number | null
    readonly entriesAfter: number | null
    readonly reason: string | null
    readonly isForced: boolean
  }[]
}

const many = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, index) => `bad-${from + index}.vn\n`).join('')

/** Each list has a path of its own at the publisher. */
const LISTS: Readonly<Record<string, string>> = {
  plain: '',
  packed: '',
  file: '',
  html: '',
  shrink: '',
  grow: '',
  bomb: '',
  endless: 'maxSize: 64KB',
  slow: 'timeout: 1s',
  short: '',
  unmarked: '',
  loop: '',
  elsewhere: '',
  down: '',
  busy: '',
  sum: 'sha256: ORIGIN/sum.sha256',
}

let publisher: Publisher
let stage: Stage
let proxy: Proxy

const config = (origin: string): string => {
  const lists = Object.entries(LISTS).map(([id, more]) => {
    const rest =
      more === '' ? '' : `, ${more.replace('ORIGIN', `"${origin}`).replace(/\.sha256$/, '.sha256"')}`
    return `  - { id: ${id}, feed: { url: "${origin}/${id}", caFile: ca.pem${rest} } }`
  })
  const proxied = `  - { id: proxied, feed: { url: "${origin.replace('127.0.0.1', 'lists.example')}/plain", caFile: ca.pem, proxy: "127.0.0.1:${proxy.port}", proxyPasswordFile: proxy.password } }`
  return `lists:\n${[...lists, proxied].join('\n')}\n`
}

beforeAll(async () => {
  const pair = selfSigned('127.0.0.1', 'lists.example', 'localhost')
  publisher = await openPublisher(pair)
  proxy = await openProxy()
  for (const id of Object.keys(LISTS)) publisher.on(`/${id}`, `first-${id}.vn\n`)
  publisher.on('/sum.sha256', `${sha256('first-sum.vn\n')}  sum\n`)
  stage = await Stage.open(config(publisher.origin), {
    'ca.pem': pair.cert,
    'proxy.password': 'may-chu:bí mật\n',
  })
  stage.up.answer('*', 'A', '192.0.2.1')
})
afterAll(async () => {
  await stage.close()
  await publisher.close()
  await proxy.close()
})

const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex')

async function fetchNow(id: string, force = false): Promise<FeedReport> {
  const { status, body, text } = await stage.server.api<FeedReport>('POST', `/api/v1/feeds/${id}/fetch`, {
    force,
  })
  expect(status, text).toBe(200)
  return body
}

async function feed(id: string, server: TestServer = stage.server): Promise<FeedReport> {
  const { body } = await server.api<{ items: FeedReport[] }>('GET', '/api/v1/feeds')
  return body.items.find((one) => one.id === id)!
}

const blocked = async (name: string): Promise<boolean> => {
  const { answers } = await stage.ask(name, 'A')
  return answers.every(({ data }) => data !== '192.0.2.1')
}

/** The first version is in force and stays, whatever the second was. */
async function expectKept(id: string, reason: string | RegExp, state = 'refused'): Promise<FeedReport> {
  const report = await fetchNow(id)
  expect(report).toMatchObject({ state, entries: 1 })
  expect(report.error).toMatch(reason)
  expect(report.advice).not.toBe('')
  expect(report.history[0]).toMatchObject({ outcome: state, reason: report.error })
  expect(readFileSync(stage.server.path(`data/feeds/${id}`), 'utf8')).toBe(`first-${id}.vn\n`)
  expect(await blocked(`first-${id}.vn`)).toBe(true)
  return report
}

describe('a list that is fetched', () => {
  it('is fetched at the start, through the proxy too, and blocks', async () => {
    await eventually(async () => (await feed('proxied')).state === 'ok')
    for (const id of Object.keys(LISTS)) {
      await eventually(async () => (await feed(id)).state === 'ok')
      await eventually(() => blocked(`first-${id}.vn`))
    }
    expect(proxy.asked).toContainEqual({
      what: `CONNECT lists.example:${publisher.port}`,
      authorization: `Basic ${Buffer.from('may-chu:bí mật').toString('base64')}`,
    })
    // What was not finished is gone.
    expect(
      readdirSync(stage.server.path('data/feeds/.state')).filter((name) => !name.endsWith('.json')),
    ).toEqual([])
  })

  it('is asked for with what the server said of it, and stays where it is unchanged', async () => {
    publisher.on('/plain', (request, response) => {
      if (request.headers['if-none-match'] === '"v2"') response.writeHead(304).end()
      else
        sendWhole(response, 'second.vn\n', { etag: '"v2"', 'last-modified': 'Sat, 21 Nov 2026 08:00:00 GMT' })
    })
    expect(await fetchNow('plain')).toMatchObject({ state: 'ok', entries: 1 })
    await eventually(() => blocked('second.vn'))
    const { history } = await fetchNow('plain')
    expect(history[0]).toMatchObject({ outcome: 'unchanged', bytes: 0 })
    expect(history[1]).toMatchObject({ outcome: 'taken', entriesBefore: 1, entriesAfter: 1 })
    expect(publisher.asked('/plain').at(-1)!.headers).toMatchObject({
      'if-none-match': '"v2"',
      'if-modified-since': 'Sat, 21 Nov 2026 08:00:00 GMT',
    })
    expect(await metric(stage.server, 'thanhloc_feed_up', { list: 'plain' })).toBe(1)
  })

  it.each([
    ['gzip', (text: string) => gzipSync(text)],
    ['br', (text: string) => brotliCompressSync(text)],
    ['zstd', (text: string) => zstdCompressSync(text)],
  ])('may come packed on the way: %s', async (coding, pack) => {
    publisher.on('/packed', (_, response) =>
      sendWhole(response, pack(`by-${coding}.vn\n`), { 'content-encoding': coding }),
    )
    expect(await fetchNow('packed')).toMatchObject({ state: 'ok', error: null })
    await eventually(() => blocked(`by-${coding}.vn`))
  })

  it('may be published as a packed file', async () => {
    publisher.on('/file', gzipSync('from-file.vn\n'))
    expect(await fetchNow('file')).toMatchObject({ state: 'ok', error: null })
    await eventually(() => blocked('from-file.vn'))
    publisher.on('/file', 'PK\u0003\u0004 and more')
    expect((await fetchNow('file')).error).toMatch(/zip/)
  })
})

describe('what is not a whole list is not taken', () => {
  it('a page of a portal', async () => {
    publisher.on('/html', (_, response) =>
      sendWhole(response, '<!DOCTYPE html><html><body>Đăng nhập</body></html>', {
        'content-type': 'text/html',
      }),
    )
    await expectKept('html', /a page \(HTML or XML\)/)
    publisher.on('/html', '{"error": "not found"}')
    await expectKept('html', /JSON/)
    publisher.on('/html', 'Service Unavailable: please try again\nlater\n')
    await expectKept('html', /no entry|no indicators/)
  })

  it('one that has lost nine of ten entries; who forces it has it in force', async () => {
    publisher.on('/shrink', many(200))
    await fetchNow('shrink')
    await eventually(() => blocked('bad-199.vn'))
    publisher.on('/shrink', many(20, 500))
    const report = await fetchNow('shrink')
    expect(report).toMatchObject({
      state: 'refused',
      entries: 200,
      error: 'it holds 20 entries, the version in force 200',
    })
    expect(report.history[0]).toMatchObject({ entriesBefore: 200, entriesAfter: 20 })
    const { body } = await stage.server.api<{ degraded: { part: string; detail: string }[] }>(
      'GET',
      '/api/v1/status',
    )
    expect(body.degraded).toContainEqual({
      part: 'lists',
      detail: 'what was fetched of shrink is not taken; what is there stays',
    })
    expect(await fetchNow('shrink', true)).toMatchObject({ state: 'ok', entries: 20 })
    // It is in force when that is answered, against the guard of the lists too.
    await eventually(() => blocked('bad-519.vn'))
    expect(await blocked('bad-199.vn')).toBe(false)
    const lists = await stage.server.api<{ items: { id: string; state: string }[] }>('GET', '/api/v1/lists')
    expect(lists.body.items.find(({ id }) => id === 'shrink')).toMatchObject({ state: 'loaded' })
    type Row = { readonly action: string; readonly target: string; readonly details: string }
    const { items } = (await stage.server.api<{ items: Row[] }>('GET', '/api/v1/audit')).body
    expect(items[0]).toMatchObject({
      action: 'list.change',
      target: 'list:shrink',
      details: '{"fetch":true,"force":true}',
    })
  })

  it('one that has become a hundred times as long', async () => {
    publisher.on('/grow', many(3000))
    await expectKept('grow', /it holds 3000 entries, the version in force only 1/)
  })

  it('a bomb', async () => {
    const bomb = gzipSync(Buffer.alloc(50 << 20, 'x\n'))
    publisher.on('/bomb', (_, response) => sendWhole(response, bomb, { 'content-encoding': 'gzip' }))
    await expectKept('bomb', /unpacks to more than 100 times/)
    publisher.on('/bomb', (_, response) =>
      sendWhole(response, gzipSync(many(1000)).subarray(0, 800), { 'content-encoding': 'gzip' }),
    )
    await expectKept('bomb', /cannot be unpacked \(gzip\)/, 'failed')
    publisher.on('/bomb', (_, response) => sendWhole(response, 'x', { 'content-encoding': 'compress' }))
    await expectKept('bomb', /in a way nobody asked for/, 'failed')
  })

  it('one without an end', async () => {
    publisher.on('/endless', (_, response) => sendForEver(response, many(1000)))
    await expectKept('endless', /larger than 65536 bytes/)
    publisher.on(
      '/endless',
      (_, response) => void response.writeHead(200, { 'content-length': 1 << 30 }).write('x'),
    )
    await expectKept('endless', /has 1073741824 bytes/)
  })

  it('one that is packed without an end, and unpacks to nothing', async () => {
    publisher.on('/endless', (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      sendForEver(response, Buffer.concat(Array.from({ length: 100 }, () => gzipSync(''))))
    })
    await expectKept('endless', /larger than 65536 bytes/)
  })

  it('one that comes too slowly', async () => {
    publisher.on(
      '/slow',
      (_, response) => void response.writeHead(200, { 'content-length': 1000 }).write('evil.vn\n'),
    )
    await expectKept('slow', /not come whole within `timeout`/, 'failed')
  })

  it('one that breaks off, or whose end cannot be told', async () => {
    publisher.on('/short', (_, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write('evil.vn\n', () => response.destroy())
    })
    await expectKept('short', /broke off|aborted|hang up|terminated/, 'failed')
    publisher.on('/unmarked', (_, response: ServerResponse) => {
      response.socket!.end('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nevil.vn\n')
    })
    await expectKept('unmarked', /does not say how long it is/, 'failed')
  })

  it('one that is always elsewhere, or elsewhere in the clear', async () => {
    publisher.on('/loop', (_, response) => void response.writeHead(302, { location: '/loop' }).end())
    await expectKept('loop', /points elsewhere more than 5 times/, 'failed')
    expect(publisher.asked('/loop')).toHaveLength(7)
    publisher.on(
      '/down',
      (_, response) => void response.writeHead(301, { location: 'http://127.0.0.1/down' }).end(),
    )
    await expectKept('down', /from https to plain http/)
    publisher.on(
      '/elsewhere',
      (_, response) =>
        void response.writeHead(307, { location: `https://localhost:${publisher.port}/moved` }).end(),
    )
    publisher.on('/moved', 'moved.vn\n')
    expect(await fetchNow('elsewhere')).toMatchObject({ state: 'ok', error: null })
    await eventually(() => blocked('moved.vn'))
  })

  it('one whose checksum is another', async () => {
    publisher.on('/sum', 'other-sum.vn\n')
    await expectKept('sum', /SHA-256/)
    publisher.on('/sum.sha256', `${sha256('x')}  other\n${sha256('other-sum.vn\n')} *sum\n`)
    expect(await fetchNow('sum')).toMatchObject({ state: 'ok' })
    await eventually(() => blocked('other-sum.vn'))
  })

  it('a server that asks to be left alone is', async () => {
    publisher.on('/busy', (_, response) => void response.writeHead(503, { 'retry-after': '86000' }).end())
    const report = await expectKept('busy', 'the server answers 503', 'failed')
    expect(Date.parse((report as unknown as { nextAt: string }).nextAt)).toBeGreaterThan(
      Date.now() + 80_000_000,
    )
    expect(await metric(stage.server, 'thanhloc_feed_up', { list: 'busy' })).toBe(0)
    expect(await metric(stage.server, 'thanhloc_feed_failures_total', { list: 'busy' })).toBe(1)
  })
})

it('an unknown list is not fetched', async () => {
  expect((await stage.server.api('POST', '/api/v1/feeds/nobody/fetch', {})).status).toBe(404)
})
