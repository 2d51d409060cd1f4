/** The store thread as a thread: letters, death, the next one, shutdown. */
import { readdirSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import type { StoreStatus } from '../../../src/detection/hit-collector.ts'
import { HitWriter } from '../../../src/thread/hit-table.ts'
import { LOG_RING_BYTES, LogRingReader } from '../../../src/thread/log-ring.ts'
import { Mailbox, type Letter } from '../../../src/thread/mail.ts'
import { StoreReader } from '../../../src/detection/queries.ts'
import { bindingOf, FakeStore, newTable, NOON, record, temporaryDirectory } from './setup.ts'

const ENTRY = new URL('../../../src/store.ts', import.meta.url)

interface Started {
  readonly worker: Worker
  readonly mailbox: Mailbox
}

/** What the thread is told of the configuration. */
function settingsOf(directory: string, routers: readonly string[] = []) {
  return {
    store: { path: directory }, log: { level: 'info' }, lists: [], server: { id: 'dns1' }, identity: { routers, forwarders: { networks: [] } }, units: [], notice: { tproxy: null },
    cases: { graceMs: 0 }, keep: { level: null, hitsMonths: 12, casesMonths: 24, auditMonths: 24, holds: [] },
  } // prettier-ignore
}

/** Starts a store thread; this side is main and, for the names of the lists, the list thread. */
function start(directory: string, table: SharedArrayBuffer, ring: SharedArrayBuffer): Started {
  const worker = new Worker(ENTRY, {
    workerData: {
      name: 'store',
      index: -1,
      settings: settingsOf(directory),
      shared: { hitTables: [table], logRings: { store: ring } },
    },
  })
  onTestFinished(() => void worker.terminate())
  worker.on('message', (letter: Letter) => {
    if (letter.kind !== 'request') return
    const body = [{ number: 1, id: 'apt32', campaign: '2022', basis: '', action: 'sinkhole' }]
    worker.postMessage({ ...letter, kind: 'reply', from: 'lists', to: 'store', body })
  })
  return { worker, mailbox: new Mailbox(worker, 'main') }
}

async function until<T>(ask: () => Promise<T>, isRight: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (isRight(answer)) return answer
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test('stores, answers for its state, survives its own death, shuts down in order', async () => {
  const directory = temporaryDirectory()
  const table = newTable()
  const ring = new SharedArrayBuffer(LOG_RING_BYTES)
  const writer = new HitWriter(table)
  for (let i = 0; i < 5; i++) record(writer)

  const first = start(directory, table, ring)
  const status = (of: Started) => () => of.mailbox.request<StoreStatus>('store', 'store/status')
  expect(await until(status(first), ({ rows }) => rows === 1)).toMatchObject({
    state: 'ok',
    pending: 0,
    lost: 0,
  })
  record(writer, { client: '10.0.0.2' })
  await first.worker.terminate()

  record(writer, { client: '10.0.0.3', lists: [1] })
  const second = start(directory, table, ring)
  await until(status(second), ({ rows }) => rows === 3)
  record(writer, { client: '10.0.0.4' })
  expect(await second.mailbox.request('store', 'shutdown')).toEqual({ isEmpty: true })

  expect(readdirSync(directory)).toEqual(['thanhloc.db'])
  const database = new DatabaseSync(`${directory}/thanhloc.db`, { readOnly: true })
  expect(database.prepare('SELECT name, hit_count FROM list').all()).toEqual([
    { name: 'apt32', hit_count: 8 },
  ])
  database.close()
  const lines = new LogRingReader(ring)
    .read()
    .map((line) => JSON.parse(line) as { msg: string; count: number })
  const blocked = lines.filter(({ msg }) => msg === 'blocked')
  // A thread that dies may take the lines of its last second with it.
  expect(blocked.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThanOrEqual(2)
  expect(lines.filter(({ msg }) => msg !== 'blocked')).toEqual([])
})

test('takes what it is told of machines, of routers and by other nodes', async () => {
  const directory = temporaryDirectory()
  const table = newTable()
  const { mailbox } = start(directory, table, new SharedArrayBuffer(LOG_RING_BYTES))
  const ask = <T>(type: string, body: unknown): Promise<T> => mailbox.request<T>('store', type, body)
  const bindings = [bindingOf({ mac: '52:54:00:00:00:01', hostName: 'pc-1' })]
  expect(await ask('identity/bindings', { bindings, isWhole: null })).toEqual({ changed: 1, merged: 0 })
  const entries = [{ name: 'Máy 1', macs: ['52:54:00:00:00:01'], addresses: [], department: '', person: '', place: '' }] // prettier-ignore
  expect(await ask('identity/register', { entries })).toEqual({ changed: 1 })

  record(new HitWriter(table))
  const reader = new StoreReader(directory, [])
  onTestFinished(() => reader.close())
  const first = async () => reader.listClients().items[0]?.identity
  expect(await until(first, (identity) => identity !== undefined)).toMatchObject({
    key: 'mac:52:54:00:00:00:01', hostName: 'pc-1', name: 'Máy 1', kind: 'machine',
  }) // prettier-ignore
  mailbox.tell('store', 'settings', settingsOf(directory, ['10.0.0.0/24']))
  await until(first, (identity) => identity?.kind === 'router')

  const other = new FakeStore()
  other.hit({ client: '10.0.0.9', at: NOON })
  other.tick()
  const pages = new StoreReader(other.directory, [])
  onTestFinished(() => pages.close())
  expect(await ask('store/peer-hits', pages.changesSince('', 100))).toEqual({ rows: 1, hits: 1 })
  expect(reader.listClients().items.map(({ address }) => address)).toEqual(['10.0.0.9', '10.0.0.1'])
  await expect(ask('store/peer-hits', { node: 'x' })).rejects.toThrow('no page of hits')
  await ask('shutdown', null)
})
