/** Two resolvers behind one address, by keepalived with config/network/keepalived.conf: it moves, and clients go on. */
import type { ChildProcess } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { heard } from '../support/dhcp-lab.ts'
import { run } from '../support/lab.ts'
import { emptied, installed, Site, type SiteMachine } from '../support/network-lab.ts'
import { eventually, type TestServer } from '../support/server.ts'

const SHARED = '10.0.0.53'
const SHARED6 = 'fd10::53'
const SINKHOLE = '10.10.10.10'
const CONFIG = `sinkhole: { ipv4: ${SINKHOLE} }\nlists: [ { id: apt32, path: apt32.txt } ]\n`
const FILES = { 'apt32.txt': 'evil.vn\n' }

let site: Site
let servers: TestServer[]
let keepalived: ChildProcess[]
let machine: SiteMachine

/** Which of the two have both shared addresses. */
function holders(): number[] {
  const has = (side: string): boolean => {
    const addresses = run('ip', '-n', side, '-o', 'addr', 'show', 'dev', 'eth0')
    return [SHARED, SHARED6].every((address) => addresses.includes(` ${address}/`))
  }
  return site.places.flatMap((side, index) => (has(side) ? [index] : []))
}

/** What dig says; it takes no answer from another address than it asked. Empty: none in a second. */
function ask(name = 'evil.vn', ...more: readonly string[]): string {
  return machine
    .run('sh', '-c', `dig +short +tries=1 +time=1 ${name} A ${more.join(' ')} || true`)
    .split('\n')[0]!
}

/** Waits until the shared address answers, asked again and again. */
async function untilAnswered(): Promise<void> {
  await eventually(() => ask() === SINKHOLE, 30_000)
}

beforeAll(async () => {
  site = await Site.open()
  servers = await Promise.all(([0, 1] as const).map((index) => site.startResolver(index, CONFIG, FILES)))
  machine = site.machine('PC-KETOAN')
  machine.settle('10.0.0.20/24', SHARED)
  machine.run('ip', 'addr', 'add', 'fd10::20/64', 'dev', 'veth0', 'nodad')
  const arranged = [
    ...['/run', '/etc/keepalived', '/usr/local/sbin'].map(emptied),
    installed('keepalived.conf', '/etc/keepalived/keepalived.conf'),
    installed('check-resolver.sh', '/usr/local/sbin/thanhloc-check', 755),
  ]
  const start = (index: 0 | 1, id: string, ready: RegExp) =>
    site.daemon(site.places[index], ready, arranged, `keepalived -n -l -D -i ${id}`)
  // None takes the address from one that is well: it is where it was first.
  const first = await start(0, 'first', /Entering MASTER STATE/)
  keepalived = [first, await start(1, 'second', /Entering BACKUP STATE/)]
}, 60_000)
afterAll(() => site.close())

describe('the shared address', () => {
  it('is on the first of two that are well, and answers over UDP, TCP and IPv6', async () => {
    await untilAnswered()
    await eventually(() => holders().length === 1)
    expect(holders()).toEqual([0])
    expect([ask('clean.vn'), ask('clean.vn', '+tcp'), ask('clean.vn', `@${SHARED6}`), ask('clean.vn', '+tcp', `@${SHARED6}`)]) // prettier-ignore
      .toEqual(Array(4).fill('192.0.2.1'))
  })

  it('moves when the server on it is killed, while its machine is well', async () => {
    await servers[0]!.kill()
    await untilAnswered()
    await eventually(() => holders().length === 1)
    expect(holders()).toEqual([1])
    expect([ask('clean.vn'), ask('clean.vn', '+tcp'), ask('clean.vn', `@${SHARED6}`)]).toEqual(
      Array(3).fill('192.0.2.1'),
    )
  })

  it('stays there when the first is well again', async () => {
    const well = heard(keepalived[0]!, /Entering BACKUP STATE/)
    servers[0] = await site.startResolver(0, CONFIG, FILES)
    await well
    for (let look = 0; look < 5; look++) {
      expect([holders(), ask()]).toEqual([[1], SINKHOLE])
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  })

  it('moves back when the whole machine is gone', async () => {
    run('ip', '-n', site.places[1], 'link', 'set', 'eth0', 'down')
    await untilAnswered()
    expect([ask('clean.vn'), ask('clean.vn', `@${SHARED6}`)]).toEqual(Array(2).fill('192.0.2.1'))
  })
})
