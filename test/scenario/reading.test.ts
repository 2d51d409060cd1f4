/** The rest of what officers read, on the running product: units, campaigns, hits, one machine, and tags. */
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/server.ts'
import { Stage } from '../support/stage.ts'

const CONFIG = `
sinkhole: { ipv4: 10.10.10.10 }
campaigns: [ { id: "2022", title: "APT32", document: "1298/CATTT-NCSC" } ]
lists:
  - { id: apt32, path: apt32.txt, campaign: "2022", basis: "phụ lục" }
  - { id: watch, path: watch.txt, action: log }
units:
  - { id: tinh, name: "Tỉnh An Giang", networks: [127.0.8.0/24], wan: [203.0.113.5], contact: "lan@tinh.test" }
  - { id: xa, parent: tinh, networks: [127.0.8.128/25] }
  - { id: khac, networks: [127.0.9.0/24] }
identity: { neighbours: { enabled: false }, botnetList: botnet.csv }
`
const FILES = {
  'apt32.txt': 'evil.vn\nodd.vn\n',
  'watch.txt': 'slow.vn\n',
  'botnet.csv': 'STT,Địa chỉ IP\n1,203.0.113.5\n',
}

let stage: Stage

/** Of what is looked at here. */
interface Item {
  readonly id: string
  readonly unit: string
  readonly parent: string | null
  readonly priority: string
  readonly address: string
  readonly indicator: string
  readonly machines: number
  readonly figures: {
    readonly machines: number
    readonly hits: number
    readonly cases: { readonly open: number }
  }
}

interface Reply {
  readonly status: number
  readonly tag: string
  readonly body: any // eslint-disable-line @typescript-eslint/no-explicit-any
}

function call(
  path: string,
  method = 'GET',
  headers: Record<string, string> = {},
  body?: object,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const socketPath = stage.server.path('data/admin.sock')
    const sent = body === undefined ? undefined : JSON.stringify(body)
    const type = sent === undefined ? {} : { 'content-type': 'application/json' }
    const asked = request(
      { socketPath, method, path: `/api/v1${path}`, headers: { ...headers, ...type } },
      (reply) => {
        let text = ''
        reply.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        reply.on('end', () =>
          resolve({
            status: reply.statusCode!,
            tag: String(reply.headers['etag']),
            body: text === '' ? null : JSON.parse(text),
          }),
        )
      },
    )
    asked.on('error', reject)
    asked.end(sent)
  })
}

beforeAll(async () => {
  stage = await Stage.open(CONFIG, FILES)
  await stage.ask('a.evil.vn', 'A', { from: '127.0.8.1' })
  await stage.ask('odd.vn', 'A', { from: '127.0.8.1' })
  for (let n = 0; n < 3; n++) await stage.ask('evil.vn', 'A', { from: '127.0.8.200' })
  await stage.ask('slow.vn', 'A', { from: '127.0.9.1' })
  await stage.ask('evil.vn', 'A', { from: '127.0.10.1' })
  await eventually(async () => {
    const { status, body } = await call('/hits')
    return (
      status === 200 && body.items.reduce((sum: number, { hits }: { hits: number }) => sum + hits, 0) === 7
    )
  })
})
afterAll(() => stage.close())

describe('units', () => {
  it('have the figures of all that is in them, and what the list of infected addresses makes of them', async () => {
    const body = await eventually(async () => {
      const { body: now } = await call('/units')
      return now.items?.[0]?.figures.cases.urgent === 2 && now
    })
    const said = body.items.map(({ id, parent, priority, figures }: Item) => [id, parent, priority, figures.machines, figures.hits, figures.cases.open]) // prettier-ignore
    expect(said).toEqual([
      ['tinh', null, 'high', 2, 5, 2],
      ['xa', 'tinh', 'high', 1, 3, 1],
      ['khac', null, 'normal', 1, 1, 1],
    ])
    expect(body.items[0]).toMatchObject({
      contact: 'lan@tinh.test',
      listedSince: expect.stringMatching(/^20/) as string,
    })
    expect(body.items[1].listedSince).toBeNull()
    expect(body.outside).toMatchObject({ machines: 1, hits: 1 })
    const { body: one } = await call('/units/xa')
    expect(one).toMatchObject({
      path: [{ id: 'tinh', name: 'Tỉnh An Giang' }],
      campaigns: [{ campaign: '2022', cases: { open: 1, urgent: 1, hits: 3 } }],
    })
    expect((await call('/units?q=an%20giang')).body.items).toHaveLength(1)
  })
})

describe('campaigns', () => {
  it('say what they came to, what is asked for most, and where', async () => {
    const { body } = await call('/campaigns')
    expect(body.items).toMatchObject([
      {
        id: '2022',
        title: 'APT32',
        machines: 3,
        cases: { hits: 6 },
        lists: [{ id: 'apt32', basis: 'phụ lục' }],
      },
      { id: '', machines: 1, cases: { hits: 1 }, lists: [{ id: 'watch', action: 'log' }] },
    ])
    const { body: one } = await call('/campaigns/2022')
    expect(one.indicators).toMatchObject({
      items: [
        { indicator: 'evil.vn', clients: 3, hits: 5 },
        { indicator: 'odd.vn', clients: 1, hits: 1 },
      ],
      isWhole: true,
    })
    expect(one.units.map(({ unit, machines }: Item) => `${unit} ${machines}`).toSorted()).toEqual(['null 1', 'tinh 1', 'xa 1']) // prettier-ignore
    expect((await call('/campaigns/-')).body.indicators.items).toMatchObject([{ indicator: 'slow.vn' }])
  })
})

describe('hits', () => {
  it.each([
    ['unit=tinh', 3],
    ['unit=xa', 1],
    ['campaign=2022', 4],
    ['campaign=', 1],
    ['list=watch', 1],
    ['indicator=evil.vn', 3],
    ['q=vn&sort=recent', 5],
    ['action=log', 1],
    ['node=', 5],
    ['node=elsewhere', 0],
    ['since=2001-01-01&until=2001-12-31', 0],
  ])('%s', async (filter, count) => {
    expect((await call(`/hits?${filter}`)).body.items).toHaveLength(count)
  })

  it('are paged whole', async () => {
    const seen: string[] = []
    for (let cursor = ''; ;) {
      const { body } = await call(`/hits?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
      seen.push(...body.items.map(({ address, indicator }: Item) => `${address} ${indicator}`))
      if (body.next === null) break
      cursor = body.next
    }
    expect(seen.toSorted()).toEqual(['127.0.10.1 evil.vn', '127.0.8.1 evil.vn', '127.0.8.1 odd.vn', '127.0.8.200 evil.vn', '127.0.9.1 slow.vn']) // prettier-ignore
  })
})

it('clients and cases are sorted by unit, hits and state', async () => {
  const addresses = async (query: string): Promise<string[]> =>
    (await call(query)).body.items.map(({ address }: { address: string }) => address)
  expect(await addresses('/clients?sort=unit')).toEqual([
    '127.0.8.1',
    '127.0.8.200',
    '127.0.9.1',
    '127.0.10.1',
  ])
  expect((await addresses('/clients?sort=hits'))[0]).toBe('127.0.8.200')
  expect((await addresses('/clients?priority=high')).toSorted()).toEqual(['127.0.8.1', '127.0.8.200'])
  expect(await addresses('/cases?sort=unit&reverse=true')).toEqual([
    '127.0.10.1',
    '127.0.9.1',
    '127.0.8.200',
    '127.0.8.1',
  ])
})

it('one machine is shown with its hours, its cases, and how regular it asks', async () => {
  const { body } = await call('/clients?q=127.0.8.200')
  const { body: one } = await call(`/clients/${body.items[0].id}`)
  expect(one).toMatchObject({ cases: [{ campaign: '2022', state: 'new' }], silences: [] })
  expect(one.hoursOfDay.reduce((sum: number, hits: number) => sum + hits)).toBe(3)
  const { rhythm, silencedUntil } = one.hitPage.items[0]
  expect(rhythm).toMatchObject({
    hint: 'unknown',
    reason: { vi: expect.stringContaining('Chưa đủ') as string },
  })
  expect(silencedUntil).toBeNull()
})

describe('tags', () => {
  const paths = ['/clients', '/cases', '/hits', '/numbers', '/units', '/campaigns']

  it.each(paths)('%s: 304 while nothing changes, 200 when something has', async (path) => {
    const first = await call(path)
    expect(first.tag).toMatch(/^"/)
    // Between two looks a commit of upkeep may change the store; then the tag is another, and the answer whole.
    await eventually(async () => {
      const { tag } = await call(path)
      return (await call(path, 'GET', { 'if-none-match': tag })).status === 304
    })
    const before = await call(path)
    await stage.ask('evil.vn', 'A', { from: '127.0.8.77' })
    const after = await eventually(async () => {
      const again = await call(path, 'GET', { 'if-none-match': before.tag })
      return again.status === 200 && again
    })
    expect(after.tag).not.toBe(before.tag)
  })

  it('a case changed by an officer is told at once', async () => {
    const { body, tag } = await call('/cases?state=new&limit=1')
    const [one] = body.items
    const changed = await call(
      `/cases/${one.id}/change`,
      'POST',
      {},
      { version: one.version, to: 'confirmed' },
    )
    expect(changed.status).toBe(200)
    const again = await call('/cases?state=new&limit=1', 'GET', { 'if-none-match': tag })
    expect(again.status).toBe(200)
    expect(again.body.items.map(({ id }: { id: number }) => id)).not.toContain(one.id)
  })

  it('other units make other tags at once', async () => {
    const { tag } = await call('/units')
    stage.server.write(
      'thanhloc.yaml',
      readFileSync(stage.server.path('thanhloc.yaml'), 'utf8').replace('id: khac', 'id: other'),
    )
    expect((await call('/reload', 'POST', {}, {})).status).toBe(200)
    const again = await call('/units', 'GET', { 'if-none-match': tag })
    expect(again.body.items.map(({ id }: { id: string }) => id)).toEqual(['tinh', 'xa', 'other'])
  })
})
