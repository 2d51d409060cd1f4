/** From a lookup to a case, on the running product: what is evidence and what is none, and what a kill -9 leaves. */
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { copyDatabase } from '../../src/detection/cases/backup-process.ts'
import { CaseReader } from '../../src/detection/cases/queries.ts'
import { restoreFrom } from '../../src/detection/cases/restore.ts'
import { StoreReader, StoreUnavailable } from '../../src/detection/queries.ts'
import { systemClock } from '../../src/clock.ts'
import { query } from '../support/dns-client.ts'
import { FakeUpstream } from '../support/fake-upstream.ts'
import { eventually, TestServer } from '../support/server.ts'

const CONFIG = `
records: { blocked.thanhloc.test: sinkhole }
campaigns: [{ id: "2022" }]
lists:
  - { id: apt32, path: apt32.txt, campaign: "2022" }
  - { id: watch, path: watch.txt, action: log }
units: [{ id: so-y-te, networks: [127.0.3.0/24] }]
`

let up: FakeUpstream
let server: TestServer
let directory: string
let store: StoreReader
let cases: CaseReader

beforeEach(async () => {
  up = await FakeUpstream.start()
  up.answer('*', 'A', '192.0.2.1')
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-'))
  await open()
  store = new StoreReader(join(directory, 'data'), [])
  cases = new CaseReader(store)
})
afterEach(async () => {
  store.close()
  await server.stop()
  await up.stop()
  rmSync(directory, { recursive: true, force: true })
})

async function open(): Promise<void> {
  server = await TestServer.start({
    directory,
    config: `upstreams: { servers: ["${up.text}"] }\n${CONFIG}`,
    // A guard keeps own records out of lists.
    files: { 'apt32.txt': 'evil.vn\nblocked.thanhloc.test\n', 'watch.txt': 'odd.vn\n' },
  })
}

const ask = (name: string, from = '127.0.3.1') =>
  query(name, 'A', { port: server.port, from, timeoutMs: 5000 })

/** None while the store has not made its file. */
function said(): string[] {
  try {
    return cases.listCases().items.map(({ address, campaign, state, hits }) => `${address} ${campaign} ${state} ${hits}`) // prettier-ignore
  } catch (error) {
    if (error instanceof StoreUnavailable) return []
    throw error
  }
}

it('blocked and logged lookups make cases; the name to test with, clean names and lookups by officers make none', async () => {
  expect(await ask('blocked.thanhloc.test')).toMatchObject({ rcode: 'NOERROR' })
  await ask('www.evil.vn')
  await ask('odd.vn', '127.0.3.2')
  await ask('clean.vn', '127.0.3.3')
  await ask('blocked.thanhloc.test', '127.0.3.3')
  await eventually(() => said().length === 2)
  await ask('www.evil.vn')
  await eventually(() => said().includes('127.0.3.1 2022 new 2'))
  expect(said().toSorted()).toEqual(['127.0.3.1 2022 new 2', '127.0.3.2  new 1'])
  expect(cases.eventsAfter(0).events.map(({ kind, unit, list }) => `${kind} ${unit} ${list}`)).toEqual([
    'case-opened so-y-te apt32',
    'pair-new so-y-te apt32',
    'case-opened so-y-te watch',
    'pair-new so-y-te watch',
  ])
})

it('cases outlive a kill -9 and are fed on; a copy of them is restored while nothing runs', async () => {
  for (let n = 0; n < 5; n++) await ask('evil.vn')
  await eventually(() => said()[0] === '127.0.3.1 2022 new 5')
  await server.kill()
  await open()
  await ask('evil.vn')
  await eventually(() => said()[0] === '127.0.3.1 2022 new 6')
  const data = join(directory, 'data')
  const copy = join(directory, 'copy.db')
  closeSync(openSync(copy, 'wx', 0o600))
  expect(
    copyDatabase({ source: join(data, 'thanhloc.db'), target: copy, beside: [], atMs: 1 }),
  ).toMatchObject({
    cases: 1,
    hits: 6,
  })
  await ask('evil.vn')
  await eventually(() => said()[0] === '127.0.3.1 2022 new 7')
  expect(() => restoreFrom(copy, data, systemClock)).toThrow(`in use by process ${server.process.pid}`)
  await server.stop(true)
  expect(restoreFrom(copy, data, systemClock)).toMatchObject({ clients: 1, cases: 1, hits: 6 })
  await open()
  await ask('evil.vn')
  await eventually(() => said()[0] === '127.0.3.1 2022 new 7')
  expect(cases.eventsAfter(0).events).toEqual([])
})
