/** How many series a server of a whole province publishes: as many as docs/metrics.md says, and no client adds one. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseMetrics, type Sample } from '../support/metrics-text.ts'
import { eventually } from '../support/server.ts'
import { Stage } from '../support/stage.ts'

const LISTS = 100
const UNITS = 200
const CAMPAIGNS = 5
const CLIENTS = 60

const number = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

const CONFIG = `
forward: [ { zones: [nha.vn], servers: ["127.0.0.1:9"] } ]
campaigns:
${number(CAMPAIGNS).map((at) => `  - { id: cd-${at}, title: Chiến dịch ${at} }`).join('\n')}
lists:
${number(LISTS).map((at) => `  - { id: list-${at}, path: list-${at}.txt, campaign: cd-${at % CAMPAIGNS}, maxAge: 7d }`).join('\n')}
units:
${number(UNITS).map((at) => `  - { id: unit-${at}, name: Phường ${at}, networks: [127.${at}.0.0/16]${at < 20 ? '' : `, parent: unit-${at % 20}`} }`).join('\n')}
identity: { leases: [ { path: dnsmasq.leases } ] }
alerts: { channels: [ { id: soc, type: webhook, url: "http://127.0.0.1:9/", on: [list-stale] } ] }
` // prettier-ignore

/** What docs/metrics.md says: for each … → at most so many series. */
const said = new Map(
  [...readFileSync(join(import.meta.dirname, '../../docs/metrics.md'), 'utf8').matchAll(/^\| (each [\w ,-]+|always) \| (\d+) \|/gm)].map(([, what, count]) => [what!, Number(count)]),
) // prettier-ignore

let stage: Stage
let samples: readonly Sample[]

beforeAll(async () => {
  const lists = number(LISTS).map((at) => [`list-${at}.txt`, `evil-${at}.vn\n`] as const)
  stage = await Stage.open(CONFIG, { ...Object.fromEntries(lists), 'dnsmasq.leases': '' })
  stage.up.answer('*', 'A', '192.0.2.1').servfail('broken.vn').nxdomain('none.vn')
  await Promise.all([ask('clean.vn'), ask('broken.vn'), ask('none.vn'), ask('x.nha.vn'), ask('evil-0.vn')])
  samples = await scraped(1)
})
afterAll(() => stage.close())

async function ask(name: string, from = '127.0.0.1'): Promise<void> {
  await stage.ask(name, 'A', { from })
}

/** What is published once so many machines have cases. */
async function scraped(machines: number): Promise<readonly Sample[]> {
  return eventually(async () => {
    const { samples, problems } = parseMetrics((await stage.server.api('GET', '/metrics')).text)
    expect(problems).toEqual([])
    const of = samples.filter(({ name }) => name === 'thanhloc_unit_machines')
    return of.reduce((sum, { value }) => sum + value, 0) >= machines ? samples : false
  })
}

/** Series with a label, by its value: how many there are of the one that has most. */
function most(label: string): number {
  const counts = Map.groupBy(samples.filter(({ labels }) => labels[label] !== undefined), ({ labels }) => labels[label]!) // prettier-ignore
  return Math.max(...[...counts.values()].map((one) => one.length))
}

it('as many as is said for each list, unit, campaign, and what else is configured', () => {
  expect(most('unit')).toBe(said.get('each unit, and one for none'))
  expect(most('list')).toBe(said.get('each list'))
  expect(most('campaign')).toBe(said.get('each campaign, and one for none')! + LISTS / CAMPAIGNS)
  const bounds = { upstream: 'each upstream', thread: 'each thread', channel: 'each alert channel', file: 'each source of identity', group: 'each entry under forward, and one for upstreams' } // prettier-ignore
  for (const [label, what] of Object.entries(bounds)) {
    expect(most(label), label).toBeGreaterThan(0)
    expect(most(label), label).toBeLessThanOrEqual(said.get(what)!)
  }
})

/** As many as the rows of the page come to for this configuration: two upstreams, four threads, a channel, a source. */
function bound(): number {
  const of = (what: string): number => said.get(what)!
  return (
    of('always') +
    LISTS * of('each list') +
    (UNITS + 1) * of('each unit, and one for none') +
    (CAMPAIGNS + 1) * of('each campaign, and one for none') +
    2 * of('each upstream') +
    2 * of('each entry under forward, and one for upstreams') +
    4 * of('each thread') +
    of('each alert channel') +
    of('each source of identity')
  )
}

it('as many in all as they come to', () => {
  const parts = ['list', 'unit', 'campaign', 'upstream', 'thread', 'channel', 'file', 'group', 'node']
  const always = samples.filter(({ labels, name }) => name === 'thanhloc_build_info' || !parts.some((part) => labels[part] !== undefined)) // prettier-ignore
  expect(always.length).toBeLessThanOrEqual(said.get('always')!)
  expect(samples.length).toBeGreaterThan(0.9 * bound())
  expect(samples.length).toBeLessThanOrEqual(bound())
})

it('machines add none', async () => {
  /** What comes by and by, such as the first round trip, belongs to no machine either. */
  const ofMachines = (all: readonly Sample[]): string[] =>
    all.filter(({ labels }) => labels['list'] ?? labels['unit'] ?? labels['campaign']).map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`) // prettier-ignore
  for (const at of number(CLIENTS)) await ask(`evil-${at % LISTS}.vn`, `127.${at % UNITS}.9.${at + 1}`)
  const after = await scraped(CLIENTS)
  expect(ofMachines(after)).toEqual(ofMachines(samples))
  expect(after.length).toBeLessThanOrEqual(bound())
})
