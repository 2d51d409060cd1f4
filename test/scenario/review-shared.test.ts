/** An address that many clean names share is not blocked by a document alone: told from the answers kept, without a name kept. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { thanhloc } from '../support/command.ts'
import { expectAnswer } from '../support/dns-client.ts'
import { eventually } from '../support/server.ts'
import { Stage } from '../support/stage.ts'

const CDN = '198.51.100.7'
const CDN6 = '2001:db8:1::7'
const LONE = '203.0.113.9'
const SITES = ['a.vn', 'www.b.com.vn', 'c.example', 'd.example', 'static.e.edu.vn']

interface Import {
  readonly id: number
  readonly state: string
  readonly shared: { readonly names: number; readonly answered: number } | null
}
interface Item {
  readonly value: string
  readonly decision: string
  readonly reasons: readonly string[]
  readonly sharedBy: { readonly least: number; readonly most: number } | null
}

let stage: Stage

beforeAll(async () => {
  stage = await Stage.open('workers: 2\nlists: [ { id: cv, approved: true } ]\n')
  for (const site of SITES) stage.up.answer(site, 'A', CDN).answer(site, 'AAAA', CDN6)
  stage.up.answer('only.example', 'A', LONE).answer('c2.example', 'A', LONE).answer('www.a.vn', 'A', LONE)
})
afterAll(() => stage.close())

/** Reads `text` as a document; its items. */
async function proposed(text: string): Promise<{ found: Import; items: readonly Item[] }> {
  const made = await stage.server.api<Import>('POST', '/api/v1/imports?name=a.txt&list=cv&document=1', Buffer.from(text)) // prettier-ignore
  const { id } = made.body
  const read = async (): Promise<Import> => (await stage.server.api<Import>('GET', `/api/v1/imports/${id}`)).body // prettier-ignore
  await eventually(async () => (await read()).state === 'ready')
  const items = await stage.server.api<{ items: Item[] }>('GET', `/api/v1/imports/${id}/items`)
  return { found: await read(), items: items.body.items }
}

const DOCUMENT = `c2.example\n${CDN}\n${CDN6}\n${LONE}\n`

it('is told to be not known while nothing was asked for', async () => {
  const { found, items } = await proposed(DOCUMENT)
  expect(found.shared).toMatchObject({ names: 0, answered: 2 })
  expect(items.map(({ decision }) => decision)).toEqual(['accept', 'accept', 'accept', 'accept'])
  const shown = await thanhloc(['review', 'show', String(found.id), '--data', stage.server.path('data')])
  expect(shown.stdout).toContain('not known which addresses are shared')
})

it('is held once so many owners’ names were asked for, and a lone one is not', async () => {
  for (const site of SITES) {
    expectAnswer(await stage.ask(site, 'A'), site, 'A', CDN)
    await stage.ask(site, 'AAAA')
  }
  for (const name of ['only.example', 'c2.example', 'www.a.vn']) expectAnswer(await stage.ask(name, 'A'), name, 'A', LONE) // prettier-ignore
  const { found, items } = await proposed(DOCUMENT)
  expect(items.map(({ value, decision, reasons }) => `${value} ${decision} ${reasons[0]}`)).toEqual([
    'c2.example accept listed',
    `${CDN} hold shared-address`,
    `${CDN6} hold shared-address`,
    `${LONE} accept listed`,
  ])
  expect(items[1]!.sharedBy!.most).toBeGreaterThanOrEqual(SITES.length)
  const approved = await thanhloc(['review', 'approve', String(found.id), '--yes', '--reason', 'x', '--data', stage.server.path('data')]) // prettier-ignore
  expect(approved.stdout).toContain('approved and enforced: 2')
  // The address of the site is not blocked, the lone one is.
  expectAnswer(await stage.ask('a.vn', 'A'), 'a.vn', 'A', CDN)
  expect((await stage.ask('only.example', 'A')).answers.map(({ data }) => data)).not.toContain(LONE)
})

it('is told in numbers: no name that was asked for leaves the thread that answered it', async () => {
  const all = await thanhloc(['review', 'show', '2', '--data', stage.server.path('data')])
  expect(all.stdout).toMatch(/shared by \d+(-\d+)? owners/)
  expect(all.stdout).not.toMatch(/b\.com\.vn|e\.edu\.vn/)
  expect(JSON.stringify(stage.server.lines)).not.toMatch(/b\.com\.vn|e\.edu\.vn/)
})
