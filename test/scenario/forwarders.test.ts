/** Machines behind forwarders of the organisation: told apart by what these say in EDNS options, and only by these. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClientReport, Page } from '../support/admin-reports.ts'
import { macOption, subnetOption } from '../support/client-options.ts'
import { eventually } from '../support/server.ts'
import { Stage } from '../support/stage.ts'

const FORWARDER = '127.0.7.1'
const SILENT = '127.0.7.2'
const STRANGER = '127.0.6.1'
const KETOAN = '02:98:00:00:00:0a'
const VANTHU = '02:98:00:00:00:0b'
const GIAMDOC = '02:98:00:00:00:0c'

const CONFIG = `
workers: 2
sinkhole: { ipv4: 10.10.10.10 }
lists: [ { id: apt32, path: apt32.txt } ]
units: [ { id: xa-a, name: "Xã A", networks: [10.7.0.0/16] } ]
identity:
  neighbours: { enabled: false }
  forwarders: { networks: [127.0.7.0/24] }
`

interface Machine extends ClientReport {
  readonly unit: string | null
  readonly addresses: readonly { readonly address: string }[]
  readonly identity: { readonly kind: string; readonly mac: string | null; readonly source: string; readonly sure: string } // prettier-ignore
}

let stage: Stage

beforeAll(async () => {
  stage = await Stage.open(CONFIG, { 'apt32.txt': 'evil.vn\nlate.vn\n' })
  stage.up.answer('clean.vn', 'A', '192.0.2.1')
  stage.up.cname('shop.vn', 'late.vn')
})
afterAll(() => stage.close())

type Options = readonly ReturnType<typeof subnetOption>[]

async function ask(
  from: string,
  options: Options,
  name = 'evil.vn',
  tcp = false,
): Promise<readonly unknown[]> {
  const reply = await stage.ask(name, 'A', { from, tcp, edns: { options } })
  // Nothing of it comes back (RFC 7871 §7.2.1): Extended DNS Errors alone.
  expect(reply.edns?.options.every(({ code }) => code === 15)).toBe(true)
  return reply.answers.map(({ data }) => data)
}

async function machines(): Promise<readonly Machine[]> {
  const { body } = await stage.server.api<Page<Machine>>('GET', '/api/v1/clients')
  return body.items ?? []
}

/** The one client for which `is` holds, once it has so many hits. */
function withHits(hits: number, is: (machine: Machine) => boolean): Promise<Machine> {
  return eventually(async () => {
    const found = (await machines()).filter(is)
    return found.length === 1 && found[0]!.hits === hits && found[0]
  })
}

describe('behind a listed forwarder', () => {
  it('a machine is shown by its full address, in its unit', async () => {
    expect(await ask(FORWARDER, [subnetOption('10.7.0.5')])).toEqual(['10.10.10.10'])
    const found = await withHits(1, ({ address }) => address === '10.7.0.5')
    expect(found).toMatchObject({ unit: 'xa-a', identity: { kind: 'machine', mac: null } })
  })

  it('and MAC it is one machine, whatever its addresses', async () => {
    for (const address of ['10.7.0.6', 'fd00:7::6', 'fd00:7::7'])
      await ask(FORWARDER, [macOption(KETOAN), subnetOption(address)])
    const found = await withHits(3, ({ identity }) => identity.mac === KETOAN)
    expect(found).toMatchObject({ identity: { kind: 'machine', source: 'edns', sure: 'likely' } })
    expect(found.addresses.map(({ address }) => address).sort()).toEqual(['10.7.0.6', 'fd00:7::6', 'fd00:7::7']) // prettier-ignore
  })

  it('a machine of which only the MAC is told is known by it', async () => {
    await ask(FORWARDER, [macOption(VANTHU, 'text'), subnetOption('10.7.0.0', 24)])
    const found = await withHits(1, ({ identity }) => identity.mac === VANTHU)
    expect(found).toMatchObject({ address: 'fe80::98:ff:fe00:b', identity: { source: 'edns' } })
  })

  it('one that takes over an address takes over no hits, whatever thread answers', async () => {
    for (let hit = 1; hit <= 8; hit++) {
      await ask(FORWARDER, [macOption(GIAMDOC), subnetOption('10.7.0.6')])
      await withHits(hit, ({ identity }) => identity.mac === GIAMDOC)
    }
    await withHits(3, ({ identity }) => identity.mac === KETOAN)
  })

  it('gets its hit when the upstream’s answer leads to a listed name', async () => {
    await ask(FORWARDER, [subnetOption('10.7.0.30')], 'shop.vn')
    await withHits(1, ({ address }) => address === '10.7.0.30')
  })

  it('is told over TCP as well', async () => {
    await ask(FORWARDER, [subnetOption('10.7.0.40')], 'evil.vn', true)
    await withHits(1, ({ address }) => address === '10.7.0.40')
  })

  it('no option of it goes up', async () => {
    expect(await ask(FORWARDER, [macOption(KETOAN), subnetOption('10.7.0.6')], 'clean.vn')).toEqual(['192.0.2.1']) // prettier-ignore
    const [seen] = stage.up.seen('clean.vn')
    expect(seen!.edns).not.toBeNull()
    // Ends with an OPT without options.
    expect(seen!.bytes.readUInt16BE(seen!.bytes.length - 2)).toBe(0)
  })

  it('the forwarder itself is shown as what it is', async () => {
    await ask(SILENT, [])
    expect(await withHits(1, ({ address }) => address === SILENT)).toMatchObject({
      identity: { kind: 'router' },
    })
  })

  it('the log names the machine', async () => {
    const line = await stage.server.logged(({ msg, client }) => msg === 'blocked' && client === '10.7.0.5')
    expect(line).toMatchObject({ qname: 'evil.vn' })
  })

  it('/status says how many are known', async () => {
    const { body } = await stage.server.api<{ identity: { sources: readonly { source: string; rows: number }[] } }>('GET', '/api/v1/status') // prettier-ignore
    expect(body.identity.sources.find(({ source }) => source === 'edns')?.rows).toBeGreaterThan(3)
  })
})

describe('anybody else', () => {
  it('stands for himself, whatever he writes into his query', async () => {
    await ask(STRANGER, [macOption(KETOAN), subnetOption('10.7.0.66')])
    expect(await withHits(1, ({ address }) => address === STRANGER)).toMatchObject({
      identity: { kind: 'machine', mac: null },
    })
    expect((await machines()).some(({ address }) => address === '10.7.0.66')).toBe(false)
  })

  it('until he is listed, without a restart', async () => {
    const before = readFileSync(stage.server.path('thanhloc.yaml'), 'utf8')
    stage.server.write('thanhloc.yaml', before.replace('127.0.7.0/24]', `127.0.7.0/24, ${STRANGER}/32]`))
    expect((await stage.server.api('POST', '/api/v1/reload', {})).status).toBe(200)
    await ask(STRANGER, [subnetOption('10.7.0.67')])
    await withHits(1, ({ address }) => address === '10.7.0.67')
  })
})
