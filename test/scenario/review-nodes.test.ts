/** What is approved on one node is enforced on the other, on the same word: until it is withdrawn, and while the first is away. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root, thanhloc } from '../support/command.ts'
import { expectAnswer, query } from '../support/dns-client.ts'
import { eventually, TestServer } from '../support/server.ts'
import { Stage } from '../support/stage.ts'

const CLEAN = '192.0.2.1'
const SINKHOLE = '10.10.10.10'
const ANNEX = join(root, 'test/fixtures/imports/annex.docx')
const LISTED = 'cdn.thanhtoan-vneid.com'
const GOVERNMENT = 'ca.gov.vn'

interface Lookup {
  readonly verdict: string
  readonly lists: readonly { readonly id: string; readonly imports: readonly Record<string, unknown>[] }[]
  readonly heldBack: readonly { readonly text: string; readonly reason: string }[]
}

let first: Stage
let second: Stage

const on = (stage: Stage, ...words: readonly string[]) => thanhloc([...words, '--data', stage.server.path('data')]) // prettier-ignore
const lookup = async (stage: Stage, name: string): Promise<Lookup> =>
  (await stage.server.api<Lookup>('GET', `/api/v1/lookup?name=${name}`)).body
/** The second node asks the first one now instead of in a minute; resolves when `name` is judged so. */
async function fetched(name: string, verdict: string): Promise<void> {
  const ran = await on(second, 'feeds', 'fetch', 'cv')
  expect([ran.code, ran.stderr]).toEqual([0, ''])
  await eventually(async () => (await lookup(second, name)).verdict === verdict)
}

beforeAll(async () => {
  first = await Stage.open(`admin: { listen: "127.0.0.1:0" }\nsinkhole: { ipv4: ${SINKHOLE} }\nlists: [ { id: cv, approved: true } ]\n`) // prettier-ignore
  const made = await on(first, 'token', 'add', 'so-2', '--role', 'node')
  const token = /shown this once: (\S+)/.exec(made.stdout)![1]!
  const ready = await first.server.logged(({ msg }) => msg === 'ready')
  const url = `http://${(ready['admin'] as string[])[0]!}/api/v1/approved/cv`
  second = await Stage.open(
    `sinkhole: { ipv4: ${SINKHOLE} }\nforward: [ { zones: [pay.example.vn], servers: [127.0.0.1] } ]\nlists: [ { id: cv, approved: true, feed: { url: "${url}", every: 1m, tokenFile: node.token } } ]\n`,
    { 'node.token': `${token}\n` },
  )
  for (const { up } of [first, second]) up.answer('*', 'A', CLEAN)
})
afterAll(async () => {
  await second.close()
  await first.close()
})

it('has nothing to give, and that is no error, before anything is approved', async () => {
  await eventually(async () => (await on(second, 'feeds', 'list', '--json')).stdout.includes('"ok"'))
  expectAnswer(await second.ask(LISTED, 'A'), LISTED, 'A', CLEAN)
})

it('takes imports on the node where people approve, and not on the other', async () => {
  const taking = async ({ server }: Stage): Promise<readonly string[]> =>
    (await server.api<{ takesImports: readonly string[] }>('GET', '/api/v1/lists')).body.takesImports
  expect([await taking(first), await taking(second)]).toEqual([['cv'], []])
})

it('is blocked on both after it was approved on one, and each names document, place and person', async () => {
  await on(first, 'import', ANNEX, '--list', 'cv', '--document', '1298/CATTT-NCSC', '--yes', '--reason', 'theo công văn') // prettier-ignore
  const again = await first.server.api<{ id: number }>('POST', '/api/v1/imports?name=b.txt&list=cv&document=77%2FNCSC', Buffer.from('bank.vn-login.example\nx.pay.example.vn\n')) // prettier-ignore
  await eventually(async () => (await on(first, 'review', 'list')).stdout.includes('2 + 0 held undecided'))
  expect((await on(first, 'review', 'approve', String(again.body.id), '--yes', '--reason', 'khẩn')).stderr).toBe('') // prettier-ignore
  await fetched(LISTED, 'block')
  for (const stage of [first, second]) {
    const reply = await stage.ask(LISTED, 'A')
    expectAnswer(reply, LISTED, 'A', SINKHOLE)
    expect(reply.ede[0]).toEqual({ code: 15, text: 'cv: 1298/CATTT-NCSC' })
    expect((await stage.ask('bank.vn-login.example', 'A')).ede[0]).toEqual({ code: 15, text: 'cv: 77/NCSC' })
    expect((await lookup(stage, LISTED)).lists[0]).toMatchObject({
      id: 'cv',
      imports: [
        {
          import: 1,
          document: '1298/CATTT-NCSC',
          file: 'annex.docx',
          sha256: '0786ad7d3ae6d3dfd0a1ea69b922d84fe21393e45e610202ab292b9680212bbf',
          place: { table: 1, row: 2, cell: 2 },
          approvedBy: expect.stringMatching(/^socket/) as string,
          reason: 'theo công văn',
          isKept: stage === first,
        },
      ],
    })
  }
  const line = await second.server.logged(({ msg, indicator }) => msg === 'blocked' && indicator === LISTED)
  expect(line).toMatchObject({ document: '1298/CATTT-NCSC', import: 1, place: { file: 'annex.docx', table: 1, row: 2, cell: 2 } }) // prettier-ignore
  const told = await on(second, 'lookup', LISTED)
  expect(told.stdout).toContain('original   annex.docx, bảng 1, hàng 2, ô 2')
})

it('passes the guards it was let pass by a person, and no guard of the second node alone', async () => {
  expect((await lookup(second, GOVERNMENT)).verdict).toBe('pass')
  const { body } = await first.server.api<{ items: { number: number }[] }>('GET', `/api/v1/imports/1/items?q=${GOVERNMENT}`) // prettier-ignore
  const held = `1/${body.items[0]!.number}`
  expect((await on(first, 'review', 'approve', held, '--reason', 'đã xác minh')).stderr).toBe('')
  await fetched(GOVERNMENT, 'block')
  expect((await lookup(first, 'x.pay.example.vn')).verdict).toBe('block')
  const guarded = await lookup(second, 'x.pay.example.vn')
  expect(guarded.verdict).toBe('pass')
  expect(guarded.heldBack).toMatchObject([{ text: 'x.pay.example.vn', reason: 'forward-zone' }])
})

it('is imported where it is decided: the second node takes no document for that list', async () => {
  const answer = await second.server.api('POST', '/api/v1/imports?name=a.txt&list=cv&document=x', Buffer.from('a.vn\n')) // prettier-ignore
  expect(answer.status).toBe(422)
  expect(answer.body).toMatchObject({ detail: expect.stringContaining('comes from another node') as string })
})

it('passes on both after it was withdrawn on one, and all of it at once', async () => {
  expect((await on(first, 'review', 'withdraw', '2', '--reason', 'nhầm')).stderr).toBe('')
  await fetched('bank.vn-login.example', 'pass')
  expect((await lookup(second, LISTED)).verdict).toBe('block')
  expect((await on(first, 'review', 'withdraw', '1', '--reason', 'nhầm')).stderr).toBe('')
  await fetched(LISTED, 'pass')
  expectAnswer(await second.ask(LISTED, 'A'), LISTED, 'A', CLEAN)
})

it('stays in force while the first node is away, and over a restart of the second', async () => {
  const { body } = await first.server.api<{ items: { number: number }[] }>('GET', `/api/v1/imports/1/items?q=${LISTED}`) // prettier-ignore
  await on(first, 'review', 'approve', `1/${body.items[0]!.number}`, '--reason', 'duyệt lại')
  await fetched(LISTED, 'block')
  await first.server.stop()
  expect((await on(second, 'feeds', 'fetch', 'cv')).code).not.toBe(0)
  await second.server.stop(true)
  const { directory } = second.server
  const config = readFileSync(join(directory, 'thanhloc.yaml'), 'utf8')
  const again = await TestServer.start({ config, directory })
  try {
    const reply = await query(LISTED, 'A', { port: again.port, timeoutMs: 5000 })
    expectAnswer(reply, LISTED, 'A', SINKHOLE)
    expect(reply.ede[0]).toEqual({ code: 15, text: 'cv: 1298/CATTT-NCSC' })
    const { body: told } = await again.api<Lookup>('GET', `/api/v1/lookup?name=${LISTED}`)
    expect(told.lists[0]!.imports).toMatchObject([{ reason: 'duyệt lại', place: { table: 1, row: 2 } }])
  } finally {
    await again.stop()
  }
})
