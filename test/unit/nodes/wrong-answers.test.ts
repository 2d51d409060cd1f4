/** Whatever answers in place of the other node harms nothing, is said in words, and is got over. */
import { createServer, type AddressInfo } from 'node:net'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import type { PeerPage } from '../../../src/detection/peer-page.ts'
import { StoreReader } from '../../../src/detection/queries.ts'
import { selfSigned } from '../../support/self-signed.ts'
import { FakeStore } from '../detection/setup.ts'
import { answer, fileOf, hitAt, nodeSettings, pagesOf, Pulling, serve } from './setup.ts'

type Spoil = (response: ServerResponse, page: PeerPage) => void

const json = (spoil: (page: PeerPage) => unknown): Spoil => (response, page) => answer(response, JSON.stringify(spoil(page))) // prettier-ignore
const status = (code: number, headers: Record<string, string> = {}): Spoil => (response) => void response.writeHead(code, headers).end('{}') // prettier-ignore

/** More than anybody takes. */
function* spaces(): Generator<Buffer> {
  for (let megabyte = 0; megabyte < 100; megabyte++) yield Buffer.alloc(1 << 20, ' ')
}

const WRONG: readonly [what: string, spoil: Spoil, error: string | RegExp][] = [
  ['nothing at all', (response) => void response.destroy(), 'the connection broke off'],
  ['an error', status(500), 'it answers 500'],
  ['that the token is none', status(401), 'it does not take the token'],
  ['that the role is another', status(403), 'it does not let the token take hits'],
  ['that there is no such call', status(404), 'it knows no hits to be taken over'],
  ['that it has another name', status(421), 'it is called by a name it does not know'],
  ['that its store is away', status(503), 'it cannot read its hits now'],
  ['somewhere else', status(302, { location: 'http://127.0.0.1:1/' }), 'it answers 302 and points elsewhere, which is not followed'], // prettier-ignore
  ['a page for people', (response) => answer(response, '<html>', { 'content-type': 'text/html' }), 'what answers is no server of this kind'], // prettier-ignore
  ['something compressed', (response) => answer(response, 'x', { 'content-encoding': 'gzip' }), 'what answers is no server of this kind'], // prettier-ignore
  ['no JSON', (response) => answer(response, '{"node":'), 'what it answers is no JSON'],
  ['no UTF-8', (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(Buffer.from([0x22, 0xff, 0x22])), 'what it answers is no JSON'], // prettier-ignore
  ['an empty body', (response) => answer(response, ''), 'what it answers is no JSON'],
  ['a page cut off', (response, page) => {
    const text = JSON.stringify(page)
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(text.length) })
    response.write(text.slice(0, text.length / 2), () => response.destroy())
  }, /^(its answer was cut off|the connection broke off)$/],
  ['a body without end', (response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    Readable.from(spaces(), { objectMode: false }).on('error', () => {}).pipe(response)
  }, 'its answer is longer than 16777216 bytes'],
  ['headers without end', (response) => {
    response.socket!.write(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(10_000)}`)
  }, /^no HTTP is spoken there$/],
  ['what is no HTTP', (response) => void response.socket!.end('SSH-2.0-x\r\n'), 'no HTTP is spoken there'],
  ['another document', json(() => ({ items: [] })), /^no page of hits: /],
  ['a page of nobody', json((page) => ({ ...page, node: 'x' })), /^no page of hits: \/node /],
  ['a row of nobody', json((page) => ({ ...page, clients: [] })), /^a row belongs to client 1/],
  ['a count below nothing', json((page) => ({ ...page, rows: page.rows.map((row) => ({ ...row, blocked: -5 })) })), /^no page of hits: \/rows\/0\/blocked /], // prettier-ignore
  ['the same place again and again', json((page) => ({ ...page, isWhole: false, next: '0.1.0.0' })), 'what it answers does not go on from where it was asked'], // prettier-ignore
  ['a step back', json((page) => ({ ...page, isWhole: false, next: '0.0.9.9' })), 'what it answers does not go on from where it was asked'], // prettier-ignore
  ['a leap to another walk', json((page) => ({ ...page, isWhole: false, next: '5.900.0.0' })), 'what it answers does not go on from where it was asked'], // prettier-ignore
] // prettier-ignore

test.each(WRONG)('%s', async (_, spoil, error) => {
  const other = new FakeStore()
  hitAt(other, '10.0.0.1')
  let left = 3
  const healthy = pagesOf(() => other)
  const url = await serve((request, response) => {
    // Who answers is known before it goes wrong.
    if (request.url!.includes('limit=1&') || request.url!.endsWith('limit=1') || left-- <= 0)
      return healthy(request, response)
    response.sendDate = false
    const reader = new StoreReader(other.directory, [])
    const page = reader.changesSince('', 10)
    reader.close()
    spoil(response, page)
  })
  const store = new FakeStore()
  hitAt(store, '10.0.0.9')
  const here = new Pulling(store, [nodeSettings(url)])
  for (let round = 0; round < 3; round++) {
    await here.run()
    const [said] = here.pulls.status()
    expect(said).toMatchObject({ state: 'failing', error: expect.stringMatching(error) as string, rows: 0 })
    expect(said!.advice).toMatch(/\w/)
    expect(here.clients()).toEqual(['10.0.0.9 1'])
  }
  expect(here.log.of('cannot be taken over')).toHaveLength(1)
  await here.run()
  expect(here.clients()).toEqual(['10.0.0.1 1', '10.0.0.9 1'])
})

test('wrong from the first word on, too', async () => {
  for (const [what, spoil] of WRONG.slice(0, 20)) {
    const other = new FakeStore()
    hitAt(other, '10.0.0.1')
    const url = await serve((_, response) => {
      const reader = new StoreReader(other.directory, [])
      const page = reader.changesSince('', 10)
      reader.close()
      spoil(response, page)
    })
    const here = new Pulling(new FakeStore(), [nodeSettings(url)])
    await here.run()
    expect(here.pulls.status(), what).toMatchObject([{ state: 'failing', key: null, rows: 0 }])
  }
})

test('nobody who listens, and a name that nobody has', async () => {
  const free = await new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
  const nodes = [`http://127.0.0.1:${free}`, 'https://nobody.invalid:8053'].map((url, index) => nodeSettings(url, { id: `n${index}` })) // prettier-ignore
  const here = new Pulling(new FakeStore(), nodes)
  await here.run()
  expect(here.pulls.status().map(({ error }) => error)).toEqual([
    'nobody listens there',
    expect.stringMatching(/^the name (is not known|cannot be looked up now)$/),
  ])
})

test('TLS where none is spoken, none where it is, and a certificate for somebody else', async () => {
  const other = new FakeStore()
  const pair = selfSigned('dns.tinh.test')
  const plain = await serve(pagesOf(() => other))
  const secure = await serve(
    pagesOf(() => other),
    pair,
  )
  const nodes = [
    nodeSettings(plain.replace('http:', 'https:'), { id: 'plain' }),
    nodeSettings(secure.replace('https:', 'http:'), { id: 'secure' }),
    nodeSettings(secure, { id: 'other', caFile: fileOf(pair.cert, 'ca.pem') }),
  ]
  const here = new Pulling(new FakeStore(), nodes)
  await here.run()
  expect(here.pulls.status().map(({ error }) => error)).toEqual([
    'no TLS is spoken there',
    expect.stringMatching(/^(no HTTP is spoken there|the connection broke off)$/),
    'its certificate is for another name or address',
  ])
})

test.each([
  ['gone', null, /cannot be read: ENOENT/],
  ['empty', '', /holds no token in its first line/],
  ['of two words', 'a token\n', /holds no token in its first line/],
  ['that would add a header', 'x\r\ny', /^nobody listens there$/],
  ['as large as a book', 'x'.repeat(5000), /it has 5000 bytes, and 4096 is the most/],
])('a token file that is %s', async (_, text, error) => {
  const settings = nodeSettings('http://127.0.0.1:1', {
    tokenFile: text === null ? '/nowhere/token' : fileOf(text),
  })
  const here = new Pulling(new FakeStore(), [settings])
  await here.run()
  expect(here.pulls.status()).toMatchObject([{ error: expect.stringMatching(error) as string }])
})

test('a file of certificates that holds none', async () => {
  const caFile = fileOf('-----BEGIN PRIVATE KEY-----', 'ca.pem')
  const here = new Pulling(new FakeStore(), [nodeSettings('https://127.0.0.1:1', { caFile })])
  await here.run()
  expect(here.pulls.status()).toMatchObject([{ error: `${caFile} holds no certificate` }])
})

test('a token file that everybody can read is said once', async () => {
  const settings = nodeSettings('http://127.0.0.1:1')
  const { chmodSync } = await import('node:fs')
  chmodSync(settings.tokenFile, 0o644)
  onTestFinished(() => chmodSync(settings.tokenFile, 0o600))
  const here = new Pulling(new FakeStore(), [settings])
  for (let round = 0; round < 3; round++) await here.run()
  expect(here.log.of('chmod 600')).toHaveLength(1)
})
