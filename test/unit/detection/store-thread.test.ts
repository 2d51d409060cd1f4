/** The store thread as a thread: letters, death, the next one, shutdown. */
import { readdirSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import type { StoreStatus } from '../../../src/detection/hit-collector.ts'
import { HitWriter } from '../../../src/thread/hit-table.ts'
import { LOG_RING_BYTES, LogRingReader } from '../../../src/thread/log-ring.ts'
import { Mailbox, type Letter } from '../../../src/thread/mail.ts'
import { newTable, record, temporaryDirectory } from './setup.ts'

const ENTRY = new URL('../../../src/store.ts', import.meta.url)

interface Started {
  readonly worker: Worker
  readonly mailbox: Mailbox
}

/** Starts a store thread; this side is main and, for the names of the lists, the list thread. */
function start(directory: string, table: SharedArrayBuffer, ring: SharedArrayBuffer): Started {
  const settings = { store: { path: directory }, log: { level: 'info' }, lists: [] }
  const worker = new Worker(ENTRY, {
    workerData: {
      name: 'store',
      index: -1,
      settings,
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
