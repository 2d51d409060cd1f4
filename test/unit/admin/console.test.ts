/** How the console is served: its files, what browsers may keep, and what the policy of the page allows. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConsoleFiles } from '../../../src/admin/console.ts'
import { createFixture, type Fixture } from './fake-threads.ts'

const HOST = { host: '127.0.0.1:8053' }
const files = readConsoleFiles()

let fixture: Fixture
beforeAll(async () => {
  fixture = await createFixture()
})

function call(url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' | 'POST' = 'GET') {
  return fixture.app.inject({ method, url, headers: { ...HOST, ...headers } })
}

describe('the files of the console', () => {
  it.each([
    ['index.html', 'text/html; charset=utf-8'],
    ['console.js', 'text/javascript; charset=utf-8'],
    ['index.css', 'text/css; charset=utf-8'],
    ['icon.svg', 'image/svg+xml'],
  ])('%s is there, as it was built and as %s', async (name, type) => {
    const reply = await call(`/console/${name}`)
    expect([reply.statusCode, reply.headers['content-type']]).toEqual([200, type])
    expect(reply.rawPayload.equals(files.get(name)!.bytes)).toBe(true)
    expect(reply.headers['x-content-type-options']).toBe('nosniff')
  })

  it('are asked for again each time, and not sent again where they are the same', async () => {
    const first = await call('/console/console.js')
    expect(first.headers['cache-control']).toBe('no-cache')
    const etag = String(first.headers['etag'])
    const again = await call('/console/console.js', { 'if-none-match': etag })
    expect([again.statusCode, again.body, again.headers['etag']]).toEqual([304, '', etag])
    expect((await call('/console/console.js', { 'if-none-match': '"other"' })).statusCode).toBe(200)
    expect(new Set([...files.values()].map((file) => file.etag)).size).toBe(files.size)
  })

  it('come compressed to who can read it, and plain to others', async () => {
    const squeezed = await call('/console/console.js', { 'accept-encoding': 'gzip, deflate, br' })
    expect(squeezed.headers['content-encoding']).toBe('br')
    expect(squeezed.headers['vary']).toBe('accept-encoding')
    expect(brotliDecompressSync(squeezed.rawPayload).equals(files.get('console.js')!.bytes)).toBe(true)
    expect(squeezed.rawPayload.length).toBeLessThan(150_000)
    const plain = await call('/console/console.js', { 'accept-encoding': 'gzip' })
    expect(plain.headers['content-encoding']).toBeUndefined()
  })

  it('answer HEAD like GET, without the body', async () => {
    const reply = await call('/console/index.css', {}, 'HEAD')
    expect([reply.statusCode, reply.body]).toEqual([200, ''])
    expect(reply.headers['content-length']).toBe(String(files.get('index.css')!.bytes.length))
  })
})

describe('addresses of the console', () => {
  it.each(['/', '/console'])('%s leads to it', async (url) => {
    const reply = await call(url)
    expect([reply.statusCode, reply.headers['location']]).toEqual([302, '/console/'])
  })

  it.each([
    '/console/',
    '/console/machines/12',
    '/console/units?view=campaigns',
    '/console/there/is/no/such/page',
  ])('%s is a page of it: the one document', async (url) => {
    const reply = await call(url)
    expect(reply.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(reply.rawPayload.equals(files.get('index.html')!.bytes)).toBe(true)
  })

  it.each([
    '/console/../package.json',
    '/console/..%2f..%2f..%2fpackage.json',
    '/console/%2e%2e/%2e%2e/etc/passwd',
    '/console/..%5c..%5cpackage.json',
    '/console//etc/passwd',
    '/console/console.js%00.html',
    '/console/__proto__',
    '/console/constructor',
  ])('%s leaves the folder nowhere: the document, or nothing', async (url) => {
    const reply = await call(url)
    expect([200, 400, 404]).toContain(reply.statusCode)
    if (reply.statusCode === 200) expect(reply.rawPayload.equals(files.get('index.html')!.bytes)).toBe(true)
    expect(reply.body).not.toContain('"thanhloc"')
    expect(reply.body).not.toContain('root:')
  })

  it('take no other host, and no change', async () => {
    expect((await call('/console/', { host: 'evil.example' })).statusCode).toBe(421)
    expect((await call('/console/', { 'content-type': 'application/json' }, 'POST')).statusCode).toBe(404)
  })

  it('are free: what they show they ask for', async () => {
    const { routeTable } = fixture.app
    const pages = routeTable.filter(({ path }) => path === '/' || path.startsWith('/console'))
    expect(pages.length).toBeGreaterThan(2)
    expect(pages.filter(({ access }) => access !== 'free')).toEqual([])
  })
})

describe('the policy', () => {
  it('allows what comes from here, no text that becomes code, and no frame', async () => {
    const policy = String((await call('/console/')).headers['content-security-policy'])
    const rules = new Map(policy.split('; ').map((rule) => [rule.split(' ')[0], rule.split(' ').slice(1).join(' ')])) // prettier-ignore
    expect(rules.get('default-src')).toBe("'none'")
    expect(rules.get('script-src')).toBe("'self'")
    expect(rules.get('style-src')).toBe("'self'")
    expect(rules.get('connect-src')).toBe("'self'")
    expect(rules.get('frame-ancestors')).toBe("'none'")
    expect(rules.get('require-trusted-types-for')).toBe("'script'")
    expect(policy).not.toMatch(/unsafe|data:|https?:|\*/)
  })

  it('stands with every answer of it, the 304 too', async () => {
    const { headers } = await call('/console/index.css')
    const again = await call('/console/index.css', { 'if-none-match': String(headers['etag']) })
    expect(again.headers['content-security-policy']).toBe(headers['content-security-policy'])
    expect(again.headers['referrer-policy']).toBe('no-referrer')
  })
})

describe('what was built', () => {
  const directory = mkdtempSync(join(tmpdir(), 'thanhloc-console-'))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  it('is read whole; a kind that is not known is sent as bytes, never as a page', () => {
    writeFileSync(join(directory, 'index.html'), '<!doctype html>')
    writeFileSync(join(directory, 'data.bin'), 'x')
    const read = readConsoleFiles(directory)
    expect([...read.keys()].toSorted()).toEqual(['data.bin', 'index.html'])
    expect(read.get('data.bin')?.type).toBe('application/octet-stream')
  })

  it('missing is an error that names the folder', () => {
    expect(() => readConsoleFiles(join(directory, 'none'))).toThrow(/none/)
  })
})
