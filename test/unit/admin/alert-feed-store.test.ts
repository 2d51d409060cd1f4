/** The feed on a real store and a real outbox, when the store's file is replaced under it. */
import { copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { AlertFeed } from '../../../src/admin/alert-feed.ts'
import { restoreFrom } from '../../../src/detection/cases/restore.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { AlertsBench, settingsWith, settle, webhook } from '../alerts/setup.ts'
import { CaseStore } from '../detection/cases/setup.ts'

/** A store, alerts of it, and who was told of. `control` is the death of the control thread and the next one. */
class Bench {
  readonly store = new CaseStore()
  readonly alerts = new AlertsBench(settingsWith(webhook({ minIntervalMs: 0 })))
  readonly #clock = new FakeClock()
  #feed = this.#open()

  constructor() {
    this.alerts.clock.setWall(this.store.nowMs)
    onTestFinished(() => this.#feed.close())
  }

  control(): void {
    this.#feed.close()
    this.alerts.restart()
    this.#feed = this.#open()
  }

  async poll(): Promise<string[]> {
    this.#clock.advance(1000)
    await settle()
    await settle()
    return this.alerts
      .receiver()
      .sent.map(({ subject }) => String(subject.address))
      .toSorted()
  }

  /** Copies the file as it is now to beside it. */
  backUp(): string {
    const path = join(this.store.store.directory, 'backup.db')
    const database = new DatabaseSync(this.store.store.path, { readOnly: true })
    database.prepare('VACUUM INTO ?').run(path)
    database.close()
    return path
  }

  #open(): AlertFeed {
    const { log } = this.alerts.log
    return new AlertFeed({ alerts: this.alerts.alerts, events: this.store.cases, clock: this.#clock, log })
  }
}

function hit(bench: Bench, client: string): void {
  bench.store.pass(1000)
  bench.store.hit({ client })
}

test('of a database that was restored what comes is told, though it has few numbers, and nothing of before', async () => {
  const bench = new Bench()
  hit(bench, '10.0.0.1')
  const backup = bench.backUp()
  hit(bench, '10.0.0.2')
  hit(bench, '10.0.0.3')
  expect(await bench.poll()).toHaveLength(3)
  bench.store.store.storeWriter.close()
  restoreFrom(backup, bench.store.store.directory, bench.store.store.clock)
  bench.store.restart()
  for (let n = 4; n <= 9; n++) hit(bench, `10.0.0.${n}`)
  bench.control()
  expect(await bench.poll()).toEqual(Array.from({ length: 9 }, (_, index) => `10.0.0.${index + 1}`))
  bench.control()
  expect(await bench.poll()).toHaveLength(9)
})

test('of a database begun anew, the old one being corrupt, everything is told, whether control lives on or not', async () => {
  for (const dies of [false, true]) {
    const bench = new Bench()
    hit(bench, '10.0.0.1')
    expect(await bench.poll()).toHaveLength(1)
    bench.store.store.storeWriter.close()
    for (const suffix of ['', '-wal', '-shm'])
      writeFileSync(bench.store.store.path + suffix, 'no database at all'.repeat(500))
    bench.store.restart()
    bench.store.store.tick()
    hit(bench, '10.0.0.2')
    hit(bench, '10.0.0.1')
    if (dies) bench.control()
    expect(await bench.poll()).toEqual(['10.0.0.1', '10.0.0.1', '10.0.0.2'])
    expect(bench.alerts.log.of('begun anew')).toHaveLength(1)
  }
})

test('of an older copy put in its place by hand nothing is told again, and what comes is told', async () => {
  const bench = new Bench()
  hit(bench, '10.0.0.1')
  const backup = bench.backUp()
  hit(bench, '10.0.0.2')
  hit(bench, '10.0.0.3')
  expect(await bench.poll()).toHaveLength(3)
  bench.store.store.storeWriter.close()
  for (const suffix of ['', '-wal', '-shm']) rmSync(bench.store.store.path + suffix, { force: true })
  copyFileSync(backup, bench.store.store.path)
  bench.store.restart()
  for (let n = 4; n <= 9; n++) hit(bench, `10.0.0.${n}`)
  bench.control()
  expect(await bench.poll()).toHaveLength(9)
})
