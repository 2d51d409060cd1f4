/** What is imported and approved outlives the program, however it ends, and a lost data directory by its backup. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { thanhloc } from '../support/command.ts'
import { expectAnswer, query } from '../support/dns-client.ts'
import { FakeUpstream } from '../support/fake-upstream.ts'
import { eventually, TestServer } from '../support/server.ts'

const CLEAN = '192.0.2.1'
const SINKHOLE = '10.10.10.10'
const NAMES = 60_000

interface State {
  readonly state: string
  readonly items: number
  readonly states: Readonly<Record<string, number>>
}

let up: FakeUpstream
let directory: string
let server: TestServer

beforeAll(async () => {
  up = await FakeUpstream.start()
  up.answer('*', 'A', CLEAN)
})
afterAll(() => up.stop())
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'thanhloc-review-'))))
afterEach(async () => {
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
})

async function open(): Promise<void> {
  const config = `upstreams: { servers: ["${up.text}"] }\nsinkhole: { ipv4: ${SINKHOLE} }\nlists: [ { id: cv, approved: true } ]\n`
  server = await TestServer.start({ directory, config })
}

const ask = (name: string) => query(name, 'A', { port: server.port, timeoutMs: 5000 })
const upload = async (text: string): Promise<number> =>
  (
    await server.api<{ id: number }>(
      'POST',
      '/api/v1/imports?name=a.txt&list=cv&document=CV-1',
      Buffer.from(text),
    )
  ).body.id
const found = async (id: number): Promise<State> =>
  (await server.api<State>('GET', `/api/v1/imports/${id}`)).body
const isReady = (id: number) => eventually(async () => (await found(id)).state === 'ready', 60_000)
const approveAll = (id: number) =>
  server.api('POST', `/api/v1/imports/${id}/decide`, { action: 'approve', all: true, reason: 'vì' })

it('a file that was being read when the program was killed is read again, whole', async () => {
  await open()
  const id = await upload(Array.from({ length: NAMES }, (_, n) => `x${n}.evil${n}.vn`).join('\n'))
  await eventually(async () => ['reading', 'comparing'].includes((await found(id)).state))
  await server.kill()
  await open()
  await isReady(id)
  expect((await found(id)).items).toBe(NAMES)
  // DNS has answered all the while.
  expectAnswer(await ask('clean.vn'), 'clean.vn', 'A', CLEAN)
})

it('what was answered as approved is enforced after a kill at that moment', async () => {
  await open()
  const id = await upload('evil.vn\nxau.vn\n')
  await isReady(id)
  expect((await approveAll(id)).status).toBe(200)
  await server.kill()
  await open()
  expectAnswer(await ask('evil.vn'), 'evil.vn', 'A', SINKHOLE)
  // Where only the database has it: the file was not written.
  await server.kill()
  rmSync(server.path('data/approved'), { recursive: true })
  rmSync(server.path('data/lists'), { recursive: true })
  rmSync(server.path('data/snapshot.packed'))
  await open()
  await eventually(async () => (await ask('xau.vn')).answers.some(({ data }) => data === SINKHOLE))
})

it('comes back from a backup, with who approved it', async () => {
  await open()
  const id = await upload('evil.vn\n')
  await isReady(id)
  await approveAll(id)
  const file = join(directory, 'a.backup')
  const written = await thanhloc(['backup', file, '--data', server.path('data')])
  expect(written.stdout).toContain('imports and what was approved of them')
  await server.stop(true)
  rmSync(server.path('data'), { recursive: true })
  await open()
  expectAnswer(await ask('evil.vn'), 'evil.vn', 'A', CLEAN)
  await server.stop(true)
  const restored = await thanhloc(['restore', file, '--data', server.path('data')])
  expect(restored.code, restored.stderr).toBe(0)
  await open()
  await eventually(async () => (await ask('evil.vn')).answers.some(({ data }) => data === SINKHOLE))
  const { body } = await server.api<{ lists: { imports: { reason: string; file: string }[] }[] }>(
    'GET',
    '/api/v1/lookup?name=evil.vn',
  )
  expect(body.lists[0]!.imports).toMatchObject([
    { import: id, file: 'a.txt', reason: 'vì', approvedBy: expect.stringMatching(/^socket/) as string },
  ])
})
