/** A branch office behind dnsmasq: one source address for all its machines, and yet each is told by itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClientReport, Page } from '../support/admin-reports.ts'
import { Branch, BRANCH_FORWARDER, type BranchMachine } from '../support/branch-lab.ts'
import { Lab, SERVER } from '../support/lab.ts'
import { eventually, type TestServer } from '../support/server.ts'

const SINKHOLE = '10.10.10.10'

interface Machine extends ClientReport {
  readonly addresses: readonly { readonly address: string }[]
  readonly identity: { readonly kind: string; readonly mac: string | null; readonly source: string }
}

let lab: Lab
let branch: Branch
let server: TestServer
let ketoan: BranchMachine
let vanthu: BranchMachine

async function machines(): Promise<readonly Machine[]> {
  const { body } = await server.api<Page<Machine>>('GET', '/api/v1/clients')
  return body.items ?? []
}

/** The one client for which `is` holds, once it has so many hits. */
function withHits(hits: number, is: (machine: Machine) => boolean): Promise<Machine> {
  return eventually(async () => {
    const found = (await machines()).filter(is)
    return found.length === 1 && found[0]!.hits === hits && found[0]
  }, 20_000)
}

const byMac = ({ mac }: { readonly mac: string }) => ({ identity }: Machine): boolean => identity.mac === mac // prettier-ignore

beforeAll(async () => {
  lab = await Lab.open()
  branch = new Branch(lab)
  server = await lab.start(
    `sinkhole: { ipv4: ${SINKHOLE} }
lists: [ { id: apt32, path: apt32.txt } ]
identity: { forwarders: { networks: [${BRANCH_FORWARDER}/32] }, neighbours: { enabled: false } }
`,
    { 'apt32.txt': 'evil.vn\n' },
  )
  ketoan = branch.machine()
  vanthu = branch.machine()
}, 60_000)
afterAll(async () => {
  await branch.close()
  await lab.close()
})

describe('behind dnsmasq that says nothing of its machines', () => {
  it('the router is the client, and shown as one', async () => {
    await branch.forward()
    expect([ketoan.dig('clean.vn'), ketoan.dig('evil.vn')]).toEqual(['192.0.2.1', SINKHOLE])
    const router = await withHits(1, ({ address }) => address === BRANCH_FORWARDER)
    expect(router.identity.kind).toBe('router')
  }, 60_000)
})

describe('behind dnsmasq --add-mac --add-subnet=32,128', () => {
  it('each machine is told by its own address and MAC, with every lookup', async () => {
    await branch.forward('--add-mac', '--add-subnet=32,128', '--strip-mac', '--strip-subnet')
    expect([ketoan.dig('clean.vn'), ketoan.dig('evil.vn')]).toEqual(['192.0.2.1', SINKHOLE])
    for (let lookup = 0; lookup < 3; lookup++) expect(vanthu.dig('evil.vn')).toBe(SINKHOLE)
    expect(await withHits(1, byMac(ketoan))).toMatchObject({
      address: ketoan.address,
      identity: { source: 'edns', kind: 'machine' },
    })
    expect(await withHits(3, byMac(vanthu))).toMatchObject({
      address: vanthu.address,
      identity: { source: 'edns', kind: 'machine' },
    })
  }, 60_000)

  it('and by its IPv6 address it is the same machine', async () => {
    expect(ketoan.dig('evil.vn', '-6')).toBe(SINKHOLE)
    const { addresses } = await withHits(2, byMac(ketoan))
    expect(addresses.map(({ address }) => address).sort()).toEqual([ketoan.address, ketoan.address6].sort())
  }, 60_000)

  it('and none passes for another one by options of its own', async () => {
    const forged = [`+subnet=${vanthu.address}/32`, `+ednsopt=65001:${vanthu.mac.replaceAll(':', '')}`]
    expect(ketoan.dig('evil.vn', ...forged)).toBe(SINKHOLE)
    await withHits(3, byMac(ketoan))
    expect(await withHits(3, byMac(vanthu))).toMatchObject({ address: vanthu.address })
  }, 60_000)

  it.each(['base64', 'text'])(
    'also where the MAC is written as %s, and without an address',
    async (form) => {
      await branch.forward(`--add-mac=${form}`, '--strip-mac', '--strip-subnet')
      const { hits } = (await machines()).find(byMac(ketoan))!
      expect(ketoan.dig('evil.vn')).toBe(SINKHOLE)
      await withHits(hits + 1, byMac(ketoan))
    },
    60_000,
  )
})

it('who is no listed forwarder passes for nobody else', async () => {
  const forged = [`+subnet=${vanthu.address}/32`, `+ednsopt=65001:${vanthu.mac.replaceAll(':', '')}`]
  expect(lab.inside('dig', `@${SERVER}`, 'evil.vn', '+short', ...forged).trim()).toBe(SINKHOLE)
  await withHits(1, ({ address }) => address === SERVER)
  await withHits(3, byMac(vanthu))
  // The router, two machines, and this one.
  expect(await machines()).toHaveLength(4)
}, 60_000)
