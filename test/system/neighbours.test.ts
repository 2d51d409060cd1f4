/**
 * Machines on the server's own link: whatever addresses one has or changes to (RFC 8981), the kernel's neighbour table
 * knows its MAC, and its hits stand under one client.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ClientReport, Page } from '../support/admin-reports.ts'
import { CLIENT, CLIENT6, DEVICE, Lab, run, SERVER, SERVER6 } from '../support/lab.ts'
import { eventually, type TestServer } from '../support/server.ts'

const SINKHOLE = '10.10.10.10'

interface Machine extends ClientReport {
  readonly addresses: readonly { readonly address: string }[]
  readonly identity: { readonly mac: string | null; readonly source: string; readonly sure: string }
}

let lab: Lab
let server: TestServer
let mac: string

async function machines(): Promise<readonly Machine[]> {
  const { body } = await server.api<Page<Machine>>('GET', '/api/v1/clients')
  return body.items ?? []
}

function dig(from: string, to: string): string {
  return lab.client('dig', '-b', from, `@${to}`, 'evil.vn', 'A', '+short', '+tries=2', '+time=3').trim()
}

function address(verb: 'add' | 'del', text: string): void {
  run('ip', '-n', lab.clientSide, 'addr', verb, `${text}/64`, 'dev', DEVICE, ...(verb === 'add' ? ['nodad'] : [])) // prettier-ignore
}

beforeAll(async () => {
  lab = await Lab.open()
  const [link] = JSON.parse(run('ip', '-n', lab.clientSide, '-json', 'link', 'show', DEVICE)) as { address: string }[] // prettier-ignore
  mac = link!.address
  server = await lab.start(
    `sinkhole: { ipv4: ${SINKHOLE} }
lists: [ { id: apt32, path: apt32.txt } ]
identity: { neighbours: { interval: 5s } }
`,
    { 'apt32.txt': 'evil.vn\n' },
  )
}, 60_000)
afterAll(() => lab.close())

it('a machine with rotating IPv6 addresses and one of IPv4 is one client, by its MAC', async () => {
  const rotating = ['fd99::a1', 'fd99::b2', 'fd99::c3']
  for (const one of rotating) {
    address('add', one)
    expect(dig(one, SERVER6)).toBe(SINKHOLE)
    // Given up for the next one.
    address('del', one)
  }
  expect(dig(CLIENT6, SERVER6)).toBe(SINKHOLE)
  expect(dig(CLIENT, SERVER)).toBe(SINKHOLE)
  const [machine] = await eventually(async () => {
    const all = await machines()
    return all.length === 1 && all[0]!.hits === 5 && all
  }, 30_000)
  expect(machine).toMatchObject({ identity: { mac, source: 'neighbour' } })
  const seen = machine!.addresses.map(({ address }) => address)
  expect(seen.sort()).toEqual([CLIENT, CLIENT6, ...rotating].sort())
}, 60_000)

it('and its next address is its own within one look at the table', async () => {
  address('add', 'fd99::d4')
  expect(dig('fd99::d4', SERVER6)).toBe(SINKHOLE)
  await eventually(async () => {
    const all = await machines()
    return all.length === 1 && all[0]!.hits === 6
  }, 30_000)
}, 60_000)
