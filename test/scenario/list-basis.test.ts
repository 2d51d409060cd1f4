/** A list that came with a document and ends: what is told of it, and when it blocks. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectAnswer } from '../support/dns-client.ts'
import { eventually } from '../support/server.ts'
import { Stage } from '../support/stage.ts'

const CLEAN = '192.0.2.1'

/** `2026-08-23`, so many days from today by this machine's time zone. */
function day(days: number): string {
  const now = new Date()
  const date = new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, 12)
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`
}

const config = (until: string): string => `
sinkhole: { ipv4: 10.10.10.10 }
lists:
  - { id: cv-1298, path: cv.txt, document: 1298/CATTT-NCSC, issuer: Cục ATTT, issued: 2022-08-23, until: ${until} }
`

interface Lookup {
  readonly verdict: string
  readonly lists: readonly Record<string, unknown>[]
}

let stage: Stage

beforeAll(async () => {
  stage = await Stage.open(config(day(3)), { 'cv.txt': '# phụ lục\nother.vn\nevil.vn\n' })
  stage.up.answer('*', 'A', CLEAN)
})
afterAll(() => stage.close())

const lookup = async (): Promise<Lookup> =>
  (await stage.server.api<Lookup>('GET', '/api/v1/lookup?name=www.evil.vn')).body

it('tells document and line of a block, also to who asked for the name', async () => {
  const reply = await stage.ask('www.evil.vn', 'A')
  expectAnswer(reply, 'www.evil.vn', 'A', '10.10.10.10')
  expect(reply.ede[0]).toEqual({ code: 15, text: 'cv-1298: 1298/CATTT-NCSC' })
  const { lists, verdict } = await lookup()
  expect(verdict).toBe('block')
  expect(lists[0]).toMatchObject({
    basis: '1298/CATTT-NCSC, Cục ATTT, 2022-08-23',
    document: '1298/CATTT-NCSC',
    validity: 'ending',
    file: { path: stage.server.path('cv.txt'), line: 3 },
  })
})

it('says two weeks before that it ends, and is no less ready', async () => {
  const { body } = await stage.server.api<{ degraded: readonly { part: string; detail: string }[] }>(
    'GET',
    '/readyz',
  )
  expect(body.degraded).toContainEqual({
    part: 'lists',
    detail: expect.stringContaining(`blocks until ${day(3)}`) as string,
  })
})

it('past its last day records and does not block, at once and on cached names too', async () => {
  const write = (until: string): void => {
    const text = readFileSync(stage.server.path('thanhloc.yaml'), 'utf8')
    stage.server.write('thanhloc.yaml', text.replace(/until: [\d-]+/, `until: ${until}`))
  }
  write(day(-1))
  await eventually(async () => (await lookup()).verdict === 'log')
  expectAnswer(await stage.ask('www.evil.vn', 'A'), 'www.evil.vn', 'A', CLEAN, { ede: [] })
  expect(await lookup()).toMatchObject({ verdict: 'log', lists: [{ validity: 'ended', action: 'log' }] })
  write(day(0))
  await eventually(async () => (await lookup()).verdict === 'block')
  expectAnswer(await stage.ask('www.evil.vn', 'A'), 'www.evil.vn', 'A', '10.10.10.10')
})
