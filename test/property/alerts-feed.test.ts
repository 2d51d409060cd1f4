/**
 * From the store's log to the outbox, whatever becomes of either: control killed at any step, a power cut that takes
 * back the last commits, an older copy of the database, a new one. Every event that stays is told of, and none twice.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { AlertFeed, type EventSource } from '../../src/admin/alert-feed.ts'
import { Alerts } from '../../src/alerts/alerts.ts'
import type { Content } from '../../src/alerts/message.ts'
import type { StoredEvent } from '../../src/detection/cases/queries.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { FakeLog, NOON, settingsWith, webhook } from '../unit/alerts/setup.ts'

const numRuns = Number(process.env['THANHLOC_FUZZ'] ?? 150)
const PLACE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** The steps of a poll that write, to be killed before or behind. */
const CALLS = ['position', 'follow', 'take'] as const

type Step =
  | { readonly do: 'commit'; readonly cases: number; readonly pairs: number }
  | { readonly do: 'poll' | 'restart' | 'copy' | 'putBack' | 'replace' }
  | { readonly do: 'powerCut'; readonly lost: number }
  | { readonly do: 'kill'; readonly call: (typeof CALLS)[number]; readonly isDone: boolean }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('commit' as const),
      cases: fc.nat({ max: 4 }),
      pairs: fc.nat({ max: 2 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('poll' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('restart', 'copy', 'putBack', 'replace') }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('powerCut' as const), lost: fc.nat({ max: 6 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('kill' as const),
      call: fc.constantFrom(...CALLS),
      isDone: fc.boolean(),
    }),
  },
)

class Killed extends Error {}

interface Log {
  readonly log: string
  readonly last: number
  readonly events: readonly StoredEvent[]
}

class Play {
  readonly #clock = new FakeClock(NOON)
  readonly #directory = mkdtempSync(join(PLACE, 'thanhloc-feed-'))
  #store: Log = { log: 'log-0', last: 0, events: [] }
  #copy: Log = this.#store
  #logs = 0
  #clients = 0
  #alerts = this.#open()
  #feed = this.#follow(this.#alerts)

  async play(step: Step): Promise<void> {
    switch (step.do) {
      case 'commit':
        return this.#commit(step.cases, step.pairs)
      case 'poll':
        return this.poll()
      case 'restart':
        return this.#restart()
      case 'copy':
        this.#copy = this.#store
        return
      case 'putBack':
        this.#store = this.#copy
        return this.#restart()
      case 'replace':
        // By the store thread, while control goes on.
        this.#store = this.#copy = { log: `log-${++this.#logs}`, last: 0, events: [] }
        return
      case 'powerCut': {
        const last = Math.max(this.#store.last - step.lost, 0)
        this.#store = { ...this.#store, last, events: this.#store.events.filter(({ id }) => id <= last) }
        if (this.#copy.last > last) this.#copy = this.#store
        return this.#restart()
      }
      case 'kill':
        this.#feed.close()
        this.#feed = this.#follow(killing(this.#alerts, step.call, step.isDone))
        this.poll()
        return this.#restart()
    }
  }

  poll(): void {
    this.#clock.advance(1000)
  }

  /** The machines that the outbox tells of, each as often as it does. */
  async told(): Promise<number[]> {
    this.#feed.close()
    await this.#alerts.close()
    const database = new DatabaseSync(join(this.#directory, 'alerts.db'), { readOnly: true })
    const contents = database.prepare('SELECT content FROM message').all()
    database.close()
    rmSync(this.#directory, { recursive: true })
    return contents.map(({ content }) => (JSON.parse(String(content)) as Content).alert.subject.clientId!)
  }

  /** Those whose events are in the store at the end. */
  get kept(): number[] {
    return this.#store.events.map(({ clientId }) => clientId)
  }

  #commit(cases: number, pairs: number): void {
    // A commit is later than whatever was read before it.
    this.#clock.advance(1)
    const at = this.#clock.wallMs()
    const events = Array.from({ length: cases }, (_, index): StoredEvent => ({
      id: this.#store.last + index + 1, at, kind: 'case-opened', caseId: 1, clientId: ++this.#clients, campaign: '', unit: null,
      hostName: null, address: '10.0.0.1', indicator: 'evil.test', list: 'apt32', state: 'new', actor: null,
    })) // prettier-ignore
    const last = this.#store.last + cases + pairs
    this.#store = { ...this.#store, last, events: [...this.#store.events, ...events] }
  }

  async #restart(): Promise<void> {
    this.#feed.close()
    await this.#alerts.close()
    this.#alerts = this.#open()
    this.#feed = this.#follow(this.#alerts)
  }

  #open(): Alerts {
    return new Alerts({
      settings: settingsWith(webhook({ minIntervalMs: 0 })),
      directory: this.#directory,
      version: '1.0',
      clock: this.#clock,
      log: new FakeLog().log,
      // What is not delivered keeps its content.
      openTransport: () => ({ send: () => Promise.reject(new Error('away')) }),
    })
  }

  #follow(alerts: ConstructorParameters<typeof AlertFeed>[0]['alerts']): AlertFeed {
    const events: EventSource = {
      eventsEnd: () => ({ log: this.#store.log, next: this.#store.last }),
      eventsAfter: (after, limit) => {
        const found = this.#store.events.filter(({ id }) => id > after).slice(0, limit)
        return { log: this.#store.log, events: found, next: this.#store.last, isGap: false }
      },
      lastCaseEvent: (upTo, atMs) =>
        this.#store.events.findLast(({ id, at }) => id <= upTo && at <= atMs)?.id ?? 0,
    }
    return new AlertFeed({ alerts, events, clock: this.#clock, log: new FakeLog().log })
  }
}

/** The same, but the thread ends at the first use of `call`, before or behind it. */
function killing(alerts: Alerts, call: (typeof CALLS)[number], isDone: boolean) {
  let isDead = false
  const step = <T>(name: string, work: () => T): T => {
    if (isDead) throw new Killed()
    isDead = name === call
    if (isDead && !isDone) throw new Killed()
    const result = work()
    if (isDead) throw new Killed()
    return result
  }
  return {
    position: () => step('position', () => alerts.position()),
    follow: (log: string, cursor: number) => step('follow', () => alerts.follow(log, cursor)),
    take: (page: Parameters<Alerts['take']>[0]) => step('take', () => alerts.take(page)),
  }
}

it('every event that stays in the store is told of, and none twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
      const play = new Play()
      for (const each of steps) await play.play(each)
      play.poll()
      const { kept } = play
      const told = await play.told()
      expect(new Set(told).size).toBe(told.length)
      expect(kept.filter((client) => !told.includes(client))).toEqual([])
    }),
    { numRuns },
  )
})
