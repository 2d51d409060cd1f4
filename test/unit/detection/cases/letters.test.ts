/** The store thread as a thread: officers' letters, its death in between, settings, backup. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import type { CaseChanged, CaseProblem } from '../../../../src/detection/cases/desk.ts'
import { CaseReader } from '../../../../src/detection/cases/queries.ts'
import { StoreReader } from '../../../../src/detection/queries.ts'
import { HitWriter } from '../../../../src/thread/hit-table.ts'
import { LOG_RING_BYTES, LogRingReader } from '../../../../src/thread/log-ring.ts'
import { Mailbox, type Letter } from '../../../../src/thread/mail.ts'
import { newTable, record, temporaryDirectory } from '../setup.ts'
import { unitOf } from './setup.ts'

const ENTRY = new URL('../../../../src/store.ts', import.meta.url)
const UNITS = [unitOf('so', ['10.0.0.0/24'], { wan: ['203.0.113.1/32'] })]

function settingsOf(directory: string, graceMs = 0) {
  return {
    store: { path: directory }, log: { level: 'info' }, lists: [], server: { id: 'dns1' }, identity: { routers: [], forwarders: { networks: [] } }, units: UNITS, notice: { tproxy: null },
    cases: { graceMs }, keep: { level: 3, hitsMonths: 1, casesMonths: 24, auditMonths: 24, holds: [] },
  } // prettier-ignore
}

class StoreThread {
  readonly directory: string
  readonly ring = new SharedArrayBuffer(LOG_RING_BYTES)
  readonly table = newTable()
  readonly hits = new HitWriter(this.table)
  readonly reader: StoreReader
  readonly cases: CaseReader
  worker!: Worker
  #mailbox!: Mailbox

  constructor() {
    this.directory = temporaryDirectory()
    this.reader = new StoreReader(this.directory, UNITS)
    this.cases = new CaseReader(this.reader)
    onTestFinished(() => this.reader.close())
    this.start()
  }

  start(): void {
    const worker = new Worker(ENTRY, {
      workerData: {
        name: 'store',
        index: -1,
        settings: settingsOf(this.directory),
        shared: { hitTables: [this.table], logRings: { store: this.ring } },
      },
    })
    onTestFinished(() => void worker.terminate())
    worker.on('message', (letter: Letter) => {
      if (letter.kind !== 'request') return
      const body = [{ number: 1, id: 'apt32', campaign: '2022', basis: '', action: 'sinkhole' }]
      worker.postMessage({ ...letter, kind: 'reply', from: 'lists', to: 'store', body })
    })
    this.worker = worker
    this.#mailbox = new Mailbox(worker, 'main')
  }

  ask<T>(type: string, body: unknown = null): Promise<T> {
    return this.#mailbox.request<T>('store', type, body)
  }

  tell(type: string, body: unknown): void {
    this.#mailbox.tell('store', type, body)
  }

  /** The states of all cases, once `isRight`. */
  async until(isRight: (states: readonly string[]) => boolean): Promise<void> {
    for (let attempt = 0; attempt < 500; attempt++) {
      try {
        if (isRight(this.cases.listCases().items.map(({ state, hits }) => `${state} ${hits}`))) return
      } catch {
        // The file is not there yet.
      }
      await setTimeout(20)
    }
    expect(this.cases.listCases().items).toBe('right')
  }
}

test('from a hit to a cleaned machine that is reinfected, over the death of the thread', async () => {
  const store = new StoreThread()
  expect(await store.ask('cases/listed-units', ['so'])).toEqual({ units: 1 })
  record(store.hits, { at: Date.now() })
  await store.until((cases) => cases[0] === 'new 1')
  const change = (version: number, to: string): Promise<CaseChanged | CaseProblem> =>
    store.ask('cases/change', { id: 1, version, to, actor: 'lan' })
  expect(await change(1, 'confirmed')).toEqual({ id: 1, clientId: 1, state: 'confirmed', version: 2 })
  await store.worker.terminate()
  // Seen while nobody was there to write it.
  record(store.hits, { at: Date.now() })
  store.start()
  await store.until((cases) => cases[0] === 'confirmed 2')
  expect(await change(1, 'cleaned')).toMatchObject({ problem: 'conflict', version: 2 })
  expect(await change(2, 'cleaned')).toMatchObject({ state: 'cleaned', version: 3 })
  record(store.hits, { at: Date.now() + 1000 })
  await store.until((cases) => cases[0] === 'reinfected 3')
  expect(store.cases.getCase(1)).toMatchObject({ priority: 'high', unit: 'so', reinfections: 1 })
  expect(
    store.cases.eventsAfter(0, 100, 'cases').events.map(({ kind, state }) => `${kind} ${state}`),
  ).toEqual([
    'case-opened new',
    'priority-hit new',
    'case-changed confirmed',
    'case-changed cleaned',
    'case-reinfected reinfected',
  ])
})

test('silences, holds and a backup are asked for by letter; settings are followed', async () => {
  const store = new StoreThread()
  record(store.hits, { at: Date.now() })
  await store.until((cases) => cases.length === 1)
  const untilMs = Date.now() + 60_000
  expect(await store.ask('cases/silence', { client: 1, indicator: 'evil.test', untilMs, actor: 'lan', reason: 'x' })).toEqual({ indicators: 1 }) // prettier-ignore
  expect(await store.ask('store/hold', { document: '1/QĐ', scope: 'all', actor: 'lan' })).toEqual({ id: 1 })
  expect(await store.ask('store/release-hold', { id: 1, actor: 'lan', reason: 'x' })).toEqual({ id: 1 })
  const path = join(store.directory, '../copy.db')
  expect(await store.ask('store/backup', { path })).toMatchObject({ path, expectedBytes: expect.any(Number) })
  const upkeep = (): Promise<{ backup: { running: object | null; last: object | null } }> =>
    store.ask('store/upkeep')
  while ((await upkeep()).backup.running !== null) await setTimeout(5)
  expect((await upkeep()).backup.last).toMatchObject({
    path,
    reason: null,
    done: { clients: 1, cases: 1, hits: 1 },
  })
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(await store.ask('store/upkeep')).toMatchObject({ error: null, isHeld: false })
  for (const type of [
    'cases/change',
    'cases/silence',
    'cases/listed-units',
    'store/hold',
    'store/release-hold',
    'store/backup',
  ])
    expect(await store.ask(type, null)).toMatchObject({ problem: 'invalid' })
  store.tell('settings', settingsOf(store.directory, 60_000))
  await store.ask('cases/change', { id: 1, version: 1, to: 'confirmed', actor: 'lan' })
  await store.ask('cases/change', { id: 1, version: 2, to: 'cleaned', actor: 'lan' })
  record(store.hits, { at: Date.now() + 30_000, indicator: 'other.test', qname: 'other.test' })
  await store.until((cases) => cases[0] === 'cleaned 2')
  await store.ask('shutdown')
  const lines = new LogRingReader(store.ring).read().map((line) => (JSON.parse(line) as { msg: string }).msg)
  expect(lines).toContain('keep.hits: 1 month is less than the 3 months that level 3 asks for')
  expect(lines).toContain('a backup is written')
})
