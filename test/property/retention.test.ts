/**
 * Hits over months with sweeps that are cut off, merges, holds and deaths of the thread: what is young stays, what is held
 * stays, what was made is stored or recorded as deleted, and every sum is that of the rows that are left.
 */
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutoffMs } from '../../src/detection/cases/keeping.ts'
import { CaseStore, DAY, KEEP } from '../unit/detection/cases/setup.ts'

const RUNS = Number(process.env['THANHLOC_FUZZ'] ?? 60)
const SLOW_MS = 180_000
const MAC = 'aa:00:00:00:00:01'
const ADDRESSES = ['10.0.0.1', '10.0.0.2', '10.0.0.3'] as const

const address = fc.constantFrom(...ADDRESSES)
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('hit' as const), address, name: fc.constantFrom('a.test', 'b.test', 'c.test'), action: fc.constantFrom(0, 5), lists: fc.constantFrom([1], [2], [1, 2]) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('pass' as const), days: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('sweep' as const), ticks: fc.integer({ min: 1, max: 25 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('bind' as const), address }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hold' as const), scope: fc.constantFrom('all', 'client', 'campaign') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
) // prettier-ignore
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

class Run {
  readonly store = new CaseStore({ keep: { ...KEEP, hitsMonths: 1, casesMonths: 2 } })
  /** Owner and name → last hit. */
  readonly #last = new Map<string, number>()
  readonly #bound = new Set<string>()
  /** Lists of each name, as they were first hit: they do not change. */
  readonly #lists = new Map<string, readonly number[]>()
  #made = 0
  #heldBy = 0
  #isAllHeld = false

  step(each: Step): void {
    const { store } = this
    switch (each.do) {
      case 'hit': {
        const lists = this.#lists.get(each.name) ?? each.lists
        this.#lists.set(each.name, lists)
        this.#last.set(`${this.#owner(each.address)} ${each.name}`, store.nowMs)
        store.hit({ client: each.address, indicator: each.name, lists, action: each.action })
        this.#made++
        break
      }
      case 'pass':
        store.pass(each.days * DAY)
        break
      case 'sweep':
        for (let tick = 0; tick < each.ticks; tick++) {
          store.pass(200)
          store.work.tick()
        }
        break
      case 'bind':
        this.#bind(each.address)
        break
      case 'hold':
        this.#hold(each.scope)
        break
      case 'release':
        if (this.#heldBy > 0) store.work.releaseHold({ id: this.#heldBy, actor: 'lan', reason: 'x' })
        this.#heldBy = 0
        this.#isAllHeld = false
        break
      case 'restart':
        store.restart()
        store.store.tick()
    }
  }

  check(): void {
    const { store } = this.store
    const cutoff = cutoffMs(this.store.nowMs, 1)
    const left = new Set(
      store
        .query(
          `SELECT DISTINCT c.key, i.value FROM hit AS h JOIN client AS c ON c.id = h.client_id
          JOIN indicator AS i ON i.id = h.indicator_id`,
        )
        .map(({ key, value }) => `${ownerOf(String(key))} ${String(value)}`),
    )
    for (const [pair, last] of this.#last) {
      if (left.has(pair)) continue
      expect([pair, last < cutoff, this.#isAllHeld]).toEqual([pair, true, false])
      this.#last.delete(pair)
    }
    expect([...left].toSorted()).toEqual([...this.#last.keys()].toSorted())
    const [sums] = store.query(`SELECT (SELECT total(blocked_count + logged_count) FROM hit) AS hits,
      (SELECT total(blocked_count + logged_count) FROM client) AS clients,
      (SELECT total(amount) FROM deletion WHERE what = 'hits') AS deleted`)
    expect(sums).toEqual({
      hits: sums!['clients'],
      clients: sums!['clients'],
      deleted: this.#made - Number(sums!['hits']),
    })
    this.#checkClients()
  }

  /** Ends all that is begun: holds, and whatever is too old. */
  finish(): void {
    const { store } = this
    this.step({ do: 'release' })
    for (let day = 0; day < 3; day++) {
      store.pass(DAY)
      for (let tick = 0; tick < 60; tick++) {
        store.pass(200)
        store.work.tick()
      }
      this.check()
    }
    const cutoff = cutoffMs(store.nowMs, 1)
    expect([...this.#last.values()].filter((last) => last < cutoff)).toEqual([])
    expect(
      store.store.query(`SELECT id FROM indicator WHERE id NOT IN (SELECT indicator_id FROM hit)`),
    ).toEqual([])
    expect(
      store.store.query(`SELECT id FROM client WHERE id NOT IN (SELECT client_id FROM hit)
        AND id NOT IN (SELECT client_id FROM campaign_case)`),
    ).toEqual([])
    expect(store.work.keeping).toEqual({ isSwept: true, error: null })
    // And it goes on.
    this.step({ do: 'hit', address: '10.0.0.1', name: 'a.test', action: 0, lists: [1] })
    this.check()
    expect(store.store.log.of('cannot be written')).toEqual([])
  }

  close(): void {
    this.store.reader.close()
    this.store.store.storeWriter.close()
    rmSync(dirname(this.store.store.directory), { recursive: true, force: true })
  }

  #checkClients(): void {
    const { store } = this.store
    expect(
      store.query(`SELECT c.id FROM client AS c LEFT JOIN (SELECT client_id, sum(blocked_count) AS b, sum(logged_count) AS l,
          count(DISTINCT indicator_id) AS n, max(last_at) AS last_at FROM hit GROUP BY client_id) AS h ON h.client_id = c.id
        WHERE (c.blocked_count, c.logged_count, c.indicator_count)
          <> (coalesce(h.b, 0), coalesce(h.l, 0), coalesce(h.n, 0)) OR c.last_seen < h.last_at`),
    ).toEqual([])
    expect(
      store.query(`SELECT cl.client_id FROM client_list AS cl LEFT JOIN (
          SELECT client_id, j.value AS list_id, sum(blocked_count + logged_count) AS n FROM hit AS h JOIN list_set AS s
            ON s.id = h.list_set_id, json_each(s.lists) AS j GROUP BY 1, 2) AS h USING (client_id, list_id)
        WHERE cl.hit_count <> h.n`),
    ).toEqual([])
    expect(store.query('SELECT rowid FROM pragma_foreign_key_check')).toEqual([])
    const [pairs] = store.query('SELECT total(indicator_count) AS n FROM client')
    expect(store.storeWriter.rows).toBe(pairs!['n'])
  }

  #bind(from: string): void {
    this.store.store.bind({ mac: MAC, address: from, fromMs: -1000 * DAY })
    this.#bound.add(from)
    for (const [pair, last] of this.#last) {
      const [owner, name] = pair.split(' ')
      if (owner !== from) continue
      this.#last.delete(pair)
      const key = `machine ${name}`
      this.#last.set(key, Math.max(last, this.#last.get(key) ?? 0))
    }
  }

  #hold(scope: string): void {
    if (this.#heldBy > 0) return
    const target = scope === 'client' ? '1' : '2022'
    const set = this.store.work.setHold({ document: 'x', scope, target, actor: 'lan' })
    if ('problem' in set) throw new Error(set.message)
    this.#heldBy = set.id
    this.#isAllHeld = scope === 'all'
  }

  #owner(from: string): string {
    return this.#bound.has(from) ? 'machine' : from
  }
}

function ownerOf(key: string): string {
  if (!key.startsWith('addr:')) return 'machine'
  return `10.0.0.${parseInt(key.slice(-2), 16)}`
}

test(
  'what was made is stored or recorded as deleted, and the sums are exact at every step',
  () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        const run = new Run()
        try {
          for (const each of steps) {
            run.step(each)
            run.check()
          }
          run.finish()
        } finally {
          run.close()
        }
      }),
      { numRuns: RUNS },
    )
  },
  SLOW_MS,
)
