/** A hit belongs to the machine that had the address at that moment: a lease moves, and so do the hits from then on. */
import { statSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClientReport, Page } from '../support/admin-reports.ts'
import { eventually } from '../support/server.ts'
import { Stage } from '../support/stage.ts'

const KETOAN = 'aa:bb:cc:00:00:01'
const VANTHU = 'aa:bb:cc:00:00:02'
const FIRST = '127.0.8.1'
const SECOND = '127.0.8.2'

const lease = (mac: string, address: string, name: string): string =>
  `4102444800 ${mac} ${address} ${name} *\n`

const CONFIG = `
sinkhole: { ipv4: 10.10.10.10 }
lists: [ { id: apt32, path: apt32.txt } ]
identity:
  leases: [ { path: dnsmasq.leases, format: dnsmasq } ]
  neighbours: { enabled: false }
  register: may.csv
`

const FILES = {
  'apt32.txt': 'evil.vn\n',
  'dnsmasq.leases': lease(KETOAN, FIRST, 'PC-KETOAN') + lease(VANTHU, SECOND, 'PC-VANTHU'),
  'may.csv': `tên máy,mac,phòng ban\nMáy kế toán 1,${KETOAN},Phòng Kế toán\n`,
}

let stage: Stage

interface Machine extends ClientReport {
  readonly identity: { readonly mac: string; readonly hostName: string; readonly department: string | null; readonly source: string } // prettier-ignore
}

async function machine(mac: string): Promise<Machine | undefined> {
  const { body } = await stage.server.api<Page<Machine>>('GET', '/api/v1/clients')
  return body.items?.find(({ identity }) => identity.mac === mac)
}

/** Asks for the listed name; resolves once the machine is known to have done so `hits` times. */
async function hit(from: string, mac: string, hits: number): Promise<Machine> {
  await stage.ask('evil.vn', 'A', { from })
  return eventually(async () => {
    const found = await machine(mac)
    return found?.hits === hits && found
  })
}

interface Identity {
  readonly sources: readonly { readonly source: string; readonly rows: number; readonly lastReadAt: string | null }[] // prettier-ignore
  readonly waiting: number
}

/** Waits until every source was read since `sinceMs` that can have been, and the store knows of it. */
async function untilRead(sinceMs: number): Promise<void> {
  await eventually(async () => {
    const { body } = await stage.server.api<{ identity: Identity }>('GET', '/api/v1/status')
    const lease = body.identity.sources.find(({ source }) => source === 'lease')
    const isRead = lease?.lastReadAt != null && Date.parse(lease.lastReadAt) > sinceMs
    return isRead && body.identity.sources.every(({ rows }) => rows > 0) && body.identity.waiting === 0
  }, 20_000)
}

async function writeLeases(text: string): Promise<void> {
  const path = stage.server.path('dnsmasq.leases')
  writeFileSync(path, text)
  await untilRead(statSync(path).mtimeMs)
}

beforeAll(async () => {
  stage = await Stage.open(CONFIG, FILES)
  await untilRead(0)
})
afterAll(() => stage.close())

describe('machines', () => {
  it('are told by their lease and by the register', async () => {
    const { identity, addresses } = (await hit(FIRST, KETOAN, 1)) as Machine & {
      addresses: { address: string }[]
    }
    expect(identity).toMatchObject({ hostName: 'PC-KETOAN', department: 'Phòng Kế toán', source: 'lease' })
    expect(addresses.map(({ address }) => address)).toEqual([FIRST])
  })

  it('keep their hits when another takes over their address, which gets its own', async () => {
    await writeLeases(lease(VANTHU, FIRST, 'PC-VANTHU'))
    const vanthu = await hit(FIRST, VANTHU, 1)
    expect(vanthu.identity).toMatchObject({ hostName: 'PC-VANTHU', department: null, source: 'lease' })
    expect((await machine(KETOAN))?.hits).toBe(1)
  })

  it('are one with all their addresses', async () => {
    await hit(SECOND, VANTHU, 2)
    const { body } = await stage.server.api<Page<Machine>>('GET', '/api/v1/clients')
    expect(body.items).toHaveLength(2)
  })

  it('are found by what is known of them', async () => {
    for (const q of ['pc-vanthu', VANTHU, 'ke toan']) {
      const { body } = await stage.server.api<Page<Machine>>('GET', `/api/v1/clients?q=${encodeURIComponent(q)}`) // prettier-ignore
      expect(body.items.map(({ identity }) => identity.mac)).toEqual([q === 'ke toan' ? KETOAN : VANTHU])
    }
  })
})
