/**
 * An office with DHCP: the machines get their resolver by it, and what they ask for stands under the machine that had the
 * address then, although another has it now.
 */
import { statSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClientReport, Page } from '../support/admin-reports.ts'
import { Office, type OfficeMachine } from '../support/dhcp-lab.ts'
import { Lab } from '../support/lab.ts'
import { eventually, type TestServer } from '../support/server.ts'

const SINKHOLE = '10.10.10.10'

interface Machine extends ClientReport {
  readonly identity: {
    readonly mac: string | null
    readonly hostName: string | null
    readonly source: string
  }
}

let lab: Lab
let office: Office
let server: TestServer
let ketoan: OfficeMachine
let vanthu: OfficeMachine
let giamdoc: OfficeMachine

/** Machines with hits as the API tells them. */
async function machines(): Promise<readonly Machine[]> {
  const { body } = await server.api<Page<Machine>>('GET', '/api/v1/clients')
  return body.items ?? []
}

/** The machine of that MAC, once it has so many hits. */
function withHits(mac: string, hits: number): Promise<Machine> {
  return eventually(async () => {
    const found = (await machines()).find(({ identity }) => identity.mac === mac)
    return found?.hits === hits && found
  })
}

/** Waits until the server has read the leases since then, and the store knows of them. */
async function untilRead(sinceMs: number): Promise<void> {
  await eventually(async () => {
    const { body } = await server.api<{ identity: { sources: { lastReadAt: string | null }[]; waiting: number } }>('GET', '/api/v1/status') // prettier-ignore
    const readAt = body.identity.sources[0]?.lastReadAt ?? null
    return readAt !== null && Date.parse(readAt) > sinceMs && body.identity.waiting === 0
  }, 20_000)
}

beforeAll(async () => {
  lab = await Lab.open()
  office = new Office(lab)
  await office.open()
  server = await lab.start(
    `sinkhole: { ipv4: ${SINKHOLE} }
lists: [ { id: apt32, path: apt32.txt } ]
identity: { leases: [ { path: dnsmasq.leases } ], neighbours: { enabled: false } }
`,
    { 'apt32.txt': 'evil.vn\n' },
  )
  ketoan = office.machine('PC-KETOAN')
  vanthu = office.machine('PC-VANTHU')
  giamdoc = office.machine('PC-GIAMDOC')
}, 60_000)
afterAll(async () => {
  await office.close()
  await lab.close()
})

describe('an office with DHCP', () => {
  let first: string

  it('is given its resolver: clean names are answered, listed ones get the sinkhole', async () => {
    first = await ketoan.lease()
    await vanthu.lease()
    expect(ketoan.dig('clean.vn')).toBe('192.0.2.1')
    expect([ketoan.dig('evil.vn'), vanthu.dig('evil.vn')]).toEqual([SINKHOLE, SINKHOLE])
    expect(lab.inside('cat', office.leases)).toContain(ketoan.mac)
  }, 60_000)

  it('shows each machine that asked for a listed name, by MAC and name', async () => {
    expect((await withHits(ketoan.mac, 1)).identity).toMatchObject({ hostName: 'PC-KETOAN', source: 'lease' })
    expect((await withHits(vanthu.mac, 1)).identity).toMatchObject({ hostName: 'PC-VANTHU', source: 'lease' })
  }, 30_000)

  it('tells apart the two that have had one address', async () => {
    await ketoan.release()
    await eventually(() => !lab.inside('cat', office.leases).includes(ketoan.mac))
    expect(await giamdoc.lease(first)).toBe(first)
    await untilRead(statSync(office.leases).mtimeMs)
    expect(giamdoc.dig('evil.vn')).toBe(SINKHOLE)
    const now = await withHits(giamdoc.mac, 1)
    expect(now).toMatchObject({ address: first, identity: { hostName: 'PC-GIAMDOC' } })
    expect(await withHits(ketoan.mac, 1)).toMatchObject({
      address: first,
      identity: { hostName: 'PC-KETOAN' },
    })
    expect(await machines()).toHaveLength(3)
  }, 60_000)
})
