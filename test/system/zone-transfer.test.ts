/** Lists that come from BIND and from NSD as primaries: signed transfers, NOTIFY, differences, and what goes wrong. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { query } from '../support/dns-client.ts'
import { freePort, startBind, startNsd, ZONE, zoneText, type RealPrimary } from '../support/primaries.ts'
import { FakeUpstream } from '../support/fake-upstream.ts'
import { eventually, TestServer } from '../support/server.ts'

interface ZoneReport {
  readonly list: string
  readonly state: string
  readonly serial: number | null
  readonly records: number | null
  readonly kind: string | null
  readonly transfers: { readonly axfr: number; readonly ixfr: number }
  readonly notifies: number
  readonly failures: number
  readonly error: string | null
}

const KEYS = {
  bind: { name: 'thanhloc-bind', algorithm: 'hmac-sha384', secret: 'dGhlIHNlY3JldCBvZiB0aGUgYmluZCB0ZXN0LCBsb25n' },
  nsd: { name: 'thanhloc-nsd', algorithm: 'hmac-sha256', secret: 'dGhlIHNlY3JldCBvZiB0aGUgbnNkIHRlc3QsIGxvbmdlcg==' },
} as const // prettier-ignore
const START = { bind: startBind, nsd: startNsd }

let directory: string
let up: FakeUpstream
let server: TestServer
const ports = { bind: 0, nsd: 0 }
const primaries: Partial<Record<'bind' | 'nsd', RealPrimary>> = {}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-'))
  up = await FakeUpstream.start()
  up.answer('*', 'A', '192.0.2.1')
  ports.bind = await freePort()
  ports.nsd = await freePort()
  const list = (name: 'bind' | 'nsd'): string => `
  - id: ${name}
    primary:
      server: 127.0.0.1:${ports[name]}
      zone: ${ZONE}
      tsig: { name: ${KEYS[name].name}, algorithm: ${KEYS[name].algorithm}, secretFile: ${name}.key }
`
  server = await TestServer.start({
    config: `upstreams: { servers: ["${up.text}"] }\nlists:${list('bind')}${list('nsd')}`,
    files: { 'bind.key': `key "thanhloc-bind" {\n  secret "${KEYS.bind.secret}";\n};\n`, 'nsd.key': `${KEYS.nsd.secret}\n` },
  }) // prettier-ignore
})
afterAll(async () => {
  for (const primary of Object.values(primaries)) await primary.stop()
  await server.stop()
  await up.stop()
  rmSync(directory, { recursive: true })
})

async function zone(list: string): Promise<ZoneReport> {
  const { body } = await server.api<{ items: ZoneReport[] }>('GET', '/api/v1/zones')
  return body.items.find((each) => each.list === list)!
}

async function isBlocked(name: string): Promise<boolean> {
  const reply = await query(name, 'A', { port: server.port })
  return reply.rcode === 'NXDOMAIN' && reply.ede.some(({ code }) => code === 15)
}

describe.each(['bind', 'nsd'] as const)('%s', (name) => {
  const base = [`one.${name}.vn`, `two.${name}.vn`]

  it('its zone is enforced as soon as it runs', async () => {
    await eventually(async () => (await zone(name)).error === 'nobody listens there')
    expect(await zone(name)).toMatchObject({ state: 'failing', serial: null })
    primaries[name] = await START[name](
      { directory: join(directory, name), port: ports[name], key: KEYS[name], notifyPort: server.port },
      zoneText(
        1,
        base,
        `data.${name}.vn A 192.0.2.77\ndata.${name}.vn AAAA 2001:db8::77\n*.wild.${name}.vn CNAME .\n`,
      ),
    )
    await eventually(() => isBlocked(`one.${name}.vn`), 20_000)
    expect(await isBlocked(`below.wild.${name}.vn`)).toBe(true)
    const data = await query(`data.${name}.vn`, 'A', { port: server.port })
    expect(data.answers.map((record) => record.data)).toEqual(['192.0.2.77'])
    expect(await zone(name)).toMatchObject({
      state: 'current',
      serial: 1,
      records: 8,
      kind: 'axfr',
      error: null,
    })
  })

  it('what it adds and takes away is in force when it has said so, as differences', async () => {
    expect(await isBlocked(`new.${name}.vn`)).toBe(false)
    const { notifies } = await zone(name)
    primaries[name]!.publish(zoneText(2, [base[0]!, `new.${name}.vn`], `data.${name}.vn A 192.0.2.78\n`))
    // Its SOA says an hour.
    await eventually(() => isBlocked(`new.${name}.vn`), 20_000)
    expect(await isBlocked(`two.${name}.vn`)).toBe(false)
    const after = await zone(name)
    expect(after).toMatchObject({ state: 'current', serial: 2, records: 6, kind: 'ixfr' })
    expect(after.notifies).toBeGreaterThan(notifies)
  })

  it('a large zone comes in many messages, signed in one way or the other', async () => {
    const many = Array.from({ length: 20_000 }, (_, index) => `n${index}.many.${name}.vn`)
    primaries[name]!.publish(zoneText(3, many))
    await eventually(() => isBlocked(`n19999.many.${name}.vn`), 20_000)
    await server.api('POST', `/api/v1/zones/${name}/check`, { force: true })
    expect(await zone(name)).toMatchObject({ state: 'current', serial: 3, records: 20_003, kind: 'axfr' })
    primaries[name]!.publish(zoneText(4, many.slice(0, -1)))
    await eventually(async () => (await zone(name)).serial === 4, 20_000)
    await eventually(async () => !(await isBlocked(`n19999.many.${name}.vn`)), 20_000)
    expect(await zone(name)).toMatchObject({ records: 20_002, kind: 'ixfr' })
    expect(await isBlocked(`n0.many.${name}.vn`)).toBe(true)
  })

  it('with another secret it says BADSIG or BADKEY, and what is here stays', async () => {
    const key = `${name}.key`
    server.write(key, Buffer.from('another secret').toString('base64'))
    const { body } = await server.api<ZoneReport>('POST', `/api/v1/zones/${name}/check`, {})
    expect(body).toMatchObject({ state: 'failing', serial: 4, error: expect.stringMatching(/BADSIG|BADKEY|NOTAUTH/) }) // prettier-ignore
    expect(await isBlocked(`n0.many.${name}.vn`)).toBe(true)
    server.write(key, KEYS[name].secret)
    const again = await server.api<ZoneReport>('POST', `/api/v1/zones/${name}/check`, {})
    expect(again.body).toMatchObject({ state: 'current', serial: 4, error: null })
  })

  it('when it is gone, what it said stays in force', async () => {
    await primaries[name]!.stop()
    const { body } = await server.api<ZoneReport>('POST', `/api/v1/zones/${name}/check`, {})
    expect(body).toMatchObject({ state: 'failing', serial: 4, error: 'nobody listens there' })
    expect(await isBlocked(`n0.many.${name}.vn`)).toBe(true)
  })
})
