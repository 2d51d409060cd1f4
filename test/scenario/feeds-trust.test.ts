/** Whom a fetched list is taken from: names by the upstreams, signatures, tokens; and from the department's server. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { FakeUpstream } from '../support/fake-upstream.ts'
import { query } from '../support/dns-client.ts'
import { MinisignSigner } from '../support/minisign.ts'
import { openPublisher, sendWhole, type Publisher } from '../support/publisher.ts'
import { selfSigned } from '../support/self-signed.ts'
import { eventually, TestServer, type ServerOptions } from '../support/server.ts'
import { runCommand } from '../unit/cli/terminal.ts'

interface FeedReport {
  readonly id: string
  readonly state: string
  readonly error: string | null
  readonly entries: number | null
  readonly trustedComment: string | null
  readonly history: readonly { readonly outcome: string }[]
}

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function publish(certificate = selfSigned('127.0.0.1')): Promise<Publisher> {
  const publisher = await openPublisher(certificate)
  ends.push(() => publisher.close())
  return publisher
}

async function upstream(): Promise<FakeUpstream> {
  const up = await FakeUpstream.start()
  ends.push(() => up.stop())
  up.answer('*', 'A', '192.0.2.1')
  return up
}

async function serve(options: ServerOptions): Promise<TestServer> {
  const server = await TestServer.start(options)
  ends.push(() => server.stop(options.directory !== undefined))
  return server
}

async function feeds(server: TestServer): Promise<FeedReport[]> {
  return (await server.api<{ items: FeedReport[] }>('GET', '/api/v1/feeds')).body.items
}

async function fetchNow(server: TestServer, id: string, force = false): Promise<FeedReport> {
  return (await server.api<FeedReport>('POST', `/api/v1/feeds/${id}/fetch`, { force })).body
}

async function isBlocked(server: TestServer, name: string): Promise<boolean> {
  const { answers } = await query(name, 'A', { port: server.port, timeoutMs: 5000 })
  return answers.every(({ data }) => data !== '192.0.2.1')
}

describe('names of publishers', () => {
  it('are asked of the upstreams, also where this server blocks them; addresses that are given are asked of nobody', async () => {
    const pair = selfSigned('lists.example', 'fixed.example')
    const publisher = await publish(pair)
    publisher.on('/a', 'a.vn\n')
    publisher.on('/b', 'b.vn\n')
    const up = await upstream()
    up.answer('lists.example', 'A', '127.0.0.1')
    const server = await serve({
      config: `
upstreams: { servers: ["${up.text}"] }
lists:
  - { id: own, path: own.txt }
  - { id: a, feed: { url: "https://lists.example:${publisher.port}/a", caFile: ca.pem } }
  - { id: b, feed: { url: "https://fixed.example:${publisher.port}/b", caFile: ca.pem, addresses: ["127.0.0.1"] } }
  - { id: c, feed: { url: "https://localhost:${publisher.port}/a", caFile: ca.pem } }
`,
      files: { 'own.txt': 'lists.example\nfixed.example\n', 'ca.pem': pair.cert },
    })
    await eventually(async () => (await feeds(server)).slice(0, 2).every(({ state }) => state === 'ok'))
    for (const name of ['a.vn', 'b.vn', 'lists.example']) await eventually(() => isBlocked(server, name))
    expect(up.seen('lists.example').length).toBeGreaterThan(0)
    expect(up.seen('fixed.example')).toEqual([])
    // The certificate is for other names.
    await eventually(async () =>
      (await feeds(server))[2]!.error?.startsWith('the certificate of localhost is not trusted'),
    )
    expect(publisher.asked('/a')).toHaveLength(1)
  })
})

describe('signatures', () => {
  it('what is signed by the key is taken; what is not never is, nor what was signed before', async () => {
    const pair = selfSigned('127.0.0.1')
    const publisher = await publish(pair)
    const signer = new MinisignSigner()
    const other = new MinisignSigner()
    const give = (list: string, signature: string): void => {
      publisher.on('/list', list)
      publisher.on('/list.minisig', signature)
    }
    give('one.vn\n', signer.sign('one.vn\n', 'timestamp:1795132800\tmột'))
    const server = await serve({
      config: `
lists:
  - id: signed
    feed: { url: "${publisher.origin}/list", caFile: ca.pem, signature: { key: "${signer.publicKey}" } }
`,
      files: { 'ca.pem': pair.cert },
    })
    const taken = await eventually(async () => {
      const [feed] = await feeds(server)
      return feed!.state === 'ok' && feed
    })
    expect(taken.trustedComment).toBe('timestamp:1795132800 một')
    const wrong: [list: string, signature: string, reason: string][] = [
      ['evil.vn\n', signer.sign('one.vn\n', 'x'), 'its signature is wrong'],
      ['evil.vn\n', other.sign('evil.vn\n', 'x'), 'it is signed by key'],
      [
        'evil.vn\n',
        signer.sign('evil.vn\n', 'one').replace('comment: one', 'comment: two'),
        'trusted comment is wrong',
      ],
      ['evil.vn\n', 'evil.vn\n', 'is none of minisign'],
      ['evil.vn\n', signer.sign('evil.vn\n', 'timestamp:1795132799'), 'signed before the version in force'],
    ]
    for (const [list, signature, reason] of wrong) {
      give(list, signature)
      expect((await fetchNow(server, 'signed')).error).toContain(reason)
      expect(await isBlocked(server, 'one.vn')).toBe(true)
    }
    give('old.vn\n', signer.sign('old.vn\n', 'timestamp:1795132801', 'Ed'))
    expect(await fetchNow(server, 'signed')).toMatchObject({ state: 'ok', error: null })
    await eventually(() => isBlocked(server, 'old.vn'))
  })
})

describe('the department and a commune', () => {
  it('what the department blocks is blocked in the commune, which has no other way to the Internet', async () => {
    const pair = selfSigned('127.0.0.1')
    const up = await upstream()
    const department = await serve({
      config: `
upstreams: { servers: ["${up.text}"] }
admin: { listen: "127.0.0.1:0", tls: { certificate: cert.pem, key: key.pem } }
lists: [ { id: apt32, path: apt32.txt } ]
`,
      files: { 'apt32.txt': 'evil.vn\n', 'cert.pem': pair.cert, 'key.pem': pair.key },
    })
    const made = await runCommand(
      'token',
      'add',
      'xa-1',
      '--role',
      'firewall',
      '--data',
      department.path('data'),
    )
    const token = /shown this once: (\S+)/.exec(made.out)![1]!
    const ready = await department.logged(({ msg }) => msg === 'ready')
    const at = (ready['admin'] as string[])[0]!
    const commune = await serve({
      config: `
upstreams: { servers: ["${up.text}"] }
lists:
  - id: so-tttt
    maxAge: 2d
    feed: { url: "https://${at}/api/v1/enforced/rpz", every: 5m, leastPercent: 0, tokenFile: so-tttt.token, caFile: so-tttt.pem }
`,
      files: { 'so-tttt.token': `${token}\n`, 'so-tttt.pem': pair.cert },
    })
    await eventually(() => isBlocked(commune, 'www.evil.vn'))
    expect((await fetchNow(commune, 'so-tttt')).history[0]).toMatchObject({ outcome: 'unchanged', bytes: 0 })
    department.write('apt32.txt', 'evil.vn\nnew.vn\n')
    await eventually(() => isBlocked(department, 'new.vn'))
    expect(await fetchNow(commune, 'so-tttt')).toMatchObject({ state: 'ok', error: null })
    await eventually(() => isBlocked(commune, 'new.vn'))
    // What is lifted there is lifted here, though nothing is left.
    department.write('apt32.txt', '# nothing\n')
    await department.api('POST', '/api/v1/lists/reload', { list: 'apt32', force: true })
    expect(await fetchNow(commune, 'so-tttt')).toMatchObject({ state: 'ok', entries: 0 })
    await eventually(async () => !(await isBlocked(commune, 'new.vn')))
    department.write('apt32.txt', 'evil.vn\nnew.vn\n')
    await eventually(() => isBlocked(department, 'new.vn'))
    await fetchNow(commune, 'so-tttt')
    await eventually(() => isBlocked(commune, 'new.vn'))
    // The token is the department's to take away.
    await runCommand('token', 'revoke', 'xa-1', '--data', department.path('data'))
    expect((await fetchNow(commune, 'so-tttt')).error).toBe('the server answers 401')
    expect(await isBlocked(commune, 'new.vn')).toBe(true)
    const told = await runCommand('feeds', 'list', '--data', commune.path('data'))
    expect(told.out).toMatch(/^so-tttt: failed; fetched .*, 4 entries; next /)
    expect(told.out).toContain('to do: it wants a token, or another one')
    expect((await runCommand('feeds', 'fetch', 'so-tttt', '--data', commune.path('data'))).exit).toBe(1)
  })
})

describe('a restart', () => {
  it('asks with what is remembered, only when it is due, and blocks meanwhile', async () => {
    const pair = selfSigned('127.0.0.1')
    const publisher = await publish(pair)
    publisher.on('/list', (request, response) => {
      if (request.headers['if-none-match'] === '"one"') response.writeHead(304).end()
      else sendWhole(response, 'one.vn\n', { etag: '"one"' })
    })
    const directory = mkdtempSync(join(tmpdir(), 'thanhloc-'))
    writeFileSync(join(directory, 'ca.pem'), pair.cert)
    const up = await upstream()
    const config = `upstreams: { servers: ["${up.text}"] }\nlists: [ { id: one, feed: { url: "${publisher.origin}/list", caFile: ca.pem } } ]\n`
    const before = await serve({ config, directory })
    await eventually(() => isBlocked(before, 'one.vn'))
    await eventually(async () => (await feeds(before))[0]!.state === 'ok')
    await before.kill()
    const after = await serve({ config, directory })
    expect(await isBlocked(after, 'one.vn')).toBe(true)
    expect((await feeds(after))[0]).toMatchObject({ state: 'waiting', entries: 1 })
    expect(publisher.requests).toHaveLength(1)
    expect((await fetchNow(after, 'one')).history.map(({ outcome }) => outcome)).toEqual([
      'unchanged',
      'taken',
    ])
    expect(publisher.requests.at(-1)!.headers['if-none-match']).toBe('"one"')
  })
})

describe('many lists', () => {
  it('are fetched a few at a time, and a slow one keeps nobody', async () => {
    const pair = selfSigned('127.0.0.1')
    const publisher = await publish(pair)
    let now = 0
    let most = 0
    const ids = Array.from({ length: 30 }, (_, index) => `list-${index}`)
    for (const id of ids)
      publisher.on(`/${id}`, (_, response) => {
        most = Math.max(most, ++now)
        setTimeout(() => {
          now--
          sendWhole(response, `${id}.vn\n`)
        }, 20)
      })
    publisher.on('/slow', (_, response) => void response.writeHead(200, { 'content-length': 10 }).write('x'))
    const lists = ['slow', ...ids].map(
      (id) => `  - { id: ${id}, feed: { url: "${publisher.origin}/${id}", caFile: ca.pem } }\n`,
    )
    const server = await serve({ config: `lists:\n${lists.join('')}`, files: { 'ca.pem': pair.cert } })
    await eventually(
      async () => (await feeds(server)).filter(({ state }) => state === 'ok').length === ids.length,
      20_000,
    )
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(4)
    const [slow] = await feeds(server)
    expect(slow).toMatchObject({ id: 'slow', state: 'fetching', receivedBytes: 1, totalBytes: 10 })
    const startedMs = performance.now()
    await server.stop(true)
    expect(performance.now() - startedMs).toBeLessThan(9000)
  })
})
