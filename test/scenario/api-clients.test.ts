/** The list of clients as an officer and a script read it: page by page, and by every filter. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  clientDetail,
  hitOn,
  type ClientReport,
  type HitReport,
  type Page,
} from '../support/admin-reports.ts'
import { Stage } from '../support/stage.ts'

const CLIENTS = 23
const INDICATORS = 7

const CONFIG = `
sinkhole: { ipv4: 10.10.10.10 }
campaigns: [ { id: "2022" }, { id: "2023" } ]
lists:
  - { id: apt32, path: apt32.txt, campaign: "2022" }
  - { id: botnet, path: botnet.txt, campaign: "2023" }
units:
  - { id: tinh, networks: [127.0.8.0/24] }
  - { id: xa, parent: tinh, networks: [127.0.9.0/28] }
`

let stage: Stage

const address = (index: number): string => (index < 10 ? `127.0.8.${index + 1}` : `127.0.9.${index - 9}`)

async function clients(query = ''): Promise<Page<ClientReport>> {
  const { status, body, text } = await stage.server.api<Page<ClientReport>>('GET', `/api/v1/clients${query}`)
  if (status !== 200) throw new Error(`${query}: ${status} ${text}`)
  return body
}
const addresses = async (query = ''): Promise<string[]> =>
  (await clients(query)).items.map((client) => client.address).toSorted()

/** All pages of a list. */
async function walk<Item>(path: string, limit: number): Promise<Item[][]> {
  const pages: Item[][] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const from: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const { status, body, text } = await stage.server.api<Page<Item> & { hitPage?: Page<Item> }>(
      'GET',
      `${path}limit=${limit}${from}`,
    )
    if (status !== 200) throw new Error(text)
    const page: Page<Item> = body.hitPage ?? body
    pages.push([...page.items])
    cursor = page.next
  }
  return pages
}

beforeAll(async () => {
  stage = await Stage.open(CONFIG, {
    'apt32.txt': Array.from({ length: INDICATORS }, (_, i) => `evil${i}.vn\n`).join(''),
    'botnet.txt': 'bot.com\n',
  })
  for (let index = 0; index < CLIENTS; index++) await stage.ask('evil0.vn', 'A', { from: address(index) })
  for (let index = 0; index < 5; index++) await stage.ask('x.bot.com', 'A', { from: address(index) })
  for (let i = 1; i < INDICATORS; i++) await stage.ask(`evil${i}.vn`, 'A', { from: address(0) })
  await hitOn(stage.server, address(0), `evil${INDICATORS - 1}.vn`)
  await hitOn(stage.server, address(CLIENTS - 1), 'evil0.vn')
})
afterAll(() => stage.close())

describe('pages', () => {
  it.each(['found', 'recent'])('sorted by %s hold every client once', async (sort) => {
    const pages = await walk<ClientReport>(`/api/v1/clients?sort=${sort}&`, 10)
    expect(pages.map((page) => page.length)).toEqual([10, 10, 3])
    const all = pages.flat()
    expect(new Set(all.map(({ id }) => id)).size).toBe(CLIENTS)
    expect(all.map((client) => client.address).toSorted()).toEqual(
      Array.from({ length: CLIENTS }, (_, index) => address(index)).toSorted(),
    )
    const keys = all.map(({ id, lastSeen }) => (sort === 'found' ? id : Date.parse(lastSeen)))
    expect(keys).toEqual(keys.toSorted((a, b) => b - a))
  })

  it('miss none while new clients come in', async () => {
    const first = await clients('?limit=20')
    await stage.ask('evil0.vn', 'A', { from: '127.0.10.1' })
    await hitOn(stage.server, '127.0.10.1', 'evil0.vn')
    const rest = await clients(`?limit=20&cursor=${encodeURIComponent(first.next!)}`)
    expect([first.items.length + rest.items.length, rest.next]).toEqual([CLIENTS, null])
    expect((await clients('?q=127.0.10.1')).items).toHaveLength(1)
  })

  it("of a client's hits hold every indicator once, the newest first", async () => {
    const { id } = (await clientDetail(stage.server, address(0)))!
    const pages = await walk<HitReport>(`/api/v1/clients/${id}?`, 3)
    expect(pages.map((page) => page.length)).toEqual([3, 3, 2])
    const indicators = pages.flat().map(({ indicator }) => indicator)
    expect(new Set(indicators)).toEqual(
      new Set(['bot.com', ...Array.from({ length: INDICATORS }, (_, i) => `evil${i}.vn`)]),
    )
  })

  it('of one sort cannot be gone on with in another', async () => {
    const { next } = await clients('?limit=2&sort=found')
    const { status, body } = await stage.server.api('GET', `/api/v1/clients?sort=recent&cursor=${next}`)
    expect([status, body['code']]).toEqual([400, 'THANHLOC_API_INVALID'])
  })
})

describe('filters', () => {
  const firstFive = Array.from({ length: 5 }, (_, index) => address(index))

  it.each([
    ['list=botnet', firstFive],
    ['campaign=2023', firstFive],
    ['list=no-such', []],
    ['unit=xa', Array.from({ length: CLIENTS - 10 }, (_, i) => address(i + 10)).toSorted()],
    ['unit=tinh', Array.from({ length: CLIENTS }, (_, index) => address(index)).toSorted()],
    ['unit=tinh&list=botnet', firstFive],
    ['unit=xa&list=botnet', []],
    ['q=127.0.8.3', ['127.0.8.3']],
    ['q=127.0.9.0/30', ['127.0.9.1', '127.0.9.2', '127.0.9.3']],
    ['q=127.0.8.', Array.from({ length: 10 }, (_, i) => address(i)).toSorted()],
    ['q=bot.com', firstFive],
    ['q=x.bot.com', firstFive],
    ['q=evil3', [address(0)]],
    ['status=new&q=bot.com', firstFive],
    ['status=cleaned', []],
    ['kind=machine&q=bot.com', firstFive],
    ['kind=router', []],
    ['since=2001-01-01&q=bot.com', firstFive],
    ['since=2001-01-01&until=2001-12-31', []],
    ['until=2001-12-31', []],
    ['since=2999-01-01T00:00:00Z', []],
  ])('%s', async (filter, wanted) => {
    expect(await addresses(`?limit=1000&${filter}`)).toEqual(wanted)
  })

  it('since and until, to the millisecond of what a client says of itself', async () => {
    const { firstSeen, lastSeen } = (await clientDetail(stage.server, address(0)))!
    expect(await addresses(`?q=${address(0)}&since=${lastSeen}`)).toEqual([address(0)])
    expect(await addresses(`?q=${address(0)}&until=${firstSeen}`)).toEqual([address(0)])
    const after = new Date(Date.parse(lastSeen) + 1).toISOString()
    const before = new Date(Date.parse(firstSeen) - 1).toISOString()
    expect(await addresses(`?q=${address(0)}&since=${after}`)).toEqual([])
    expect(await addresses(`?q=${address(0)}&until=${before}`)).toEqual([])
  })

  it('that are not known or make no sense are refused, not passed over', async () => {
    for (const query of [
      '?lists=apt32',
      '?limit=1001',
      '?sort=name',
      '?kind=printer',
      '?since=23/08/2022',
      '?until=2022-13-01',
    ]) {
      const { status, body } = await stage.server.api('GET', `/api/v1/clients${query}`)
      expect([query, status, body['code']]).toEqual([query, 400, 'THANHLOC_API_INVALID'])
    }
  })
})
