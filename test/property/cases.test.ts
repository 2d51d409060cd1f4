/**
 * Cases against a plain model that remembers every hit and every word: random hits, officers' changes, silences, merges of
 * machines, campaigns that change, clocks that jump, and a store thread that dies before, in and after a commit.
 */
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CASE_STATES, type CaseState } from '../../src/detection/cases/states.ts'
import { CaseStore, DAY, GRACE, HOUR, NOON } from '../unit/detection/cases/setup.ts'

const RUNS = Number(process.env['THANHLOC_FUZZ'] ?? 100)
const SLOW_MS = 180_000
const MAC = 'aa:00:00:00:00:01'
const ADDRESSES = ['10.0.0.1', '10.0.0.2', '10.0.0.3'] as const
/** Name → numbers of the lists that hold it. */
const NAMES: Readonly<Record<string, readonly number[]>> = { 'a.test': [1], 'b.test': [2], 'c.test': [1, 2] }

const address = fc.constantFrom(...ADDRESSES)
const name = fc.constantFrom(...Object.keys(NAMES))
const untilMs = fc.constantFrom(HOUR, DAY, 20 * DAY)
const hit = fc.record({
  address,
  name,
  count: fc.integer({ min: 1, max: 3 }),
  agoMs: fc.constantFrom(0, 0, 0, 1, GRACE, DAY),
})
const step = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('hit' as const), hits: fc.uniqueArray(hit, { minLength: 1, maxLength: 3, selector: (each) => each.address }), dies: fc.constantFrom('no' as const, 'no' as const, 'no' as const, 'in commit' as const, 'committed' as const) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('change' as const), which: fc.nat(5), to: fc.constantFrom(...CASE_STATES), untilMs, note: fc.constantFrom('', 'because') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('silence' as const), address, name, untilMs: fc.option(untilMs, { freq: 3 }) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1, GRACE, GRACE + 1, DAY) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clock' as const), ms: fc.constantFrom(-2 * DAY, -HOUR, HOUR, 3 * DAY) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('bind' as const), address }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('campaign' as const), list: fc.constantFrom(1, 2), campaign: fc.constantFrom('2022', '2023', null) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
) // prettier-ignore
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
type HitMade = typeof hit extends fc.Arbitrary<infer T> ? T : never

interface ModelCase {
  /** 0 until the store has said it: which of the cases opened by one commit comes first is a matter of chance. */
  id: number
  readonly campaign: string
  readonly openedAt: number
  state: CaseState
  hits: number
  first: number
  last: number
  reinfections: number
  cleanedAt: number | null
  until: number | null
}

interface Silence {
  until: number
  /** Of a false alarm. */
  caseId: number | null
}

class ModelClient {
  cases: ModelCase[] = []
  readonly silences = new Map<string, Silence>()
  readonly pairs = new Map<string, { first: number; last: number }>()

  /** Whether something of a case was asked for that is not silenced. */
  isLoud(campaign: string, first: number, last: number, ever: ReadonlyMap<number, Set<string>>): boolean {
    return this.namesOf(campaign, first, last, ever).some(
      (each) => !((this.silences.get(each)?.until ?? -Infinity) > this.pairs.get(each)!.last),
    )
  }

  namesOf(campaign: string, first: number, last: number, ever: ReadonlyMap<number, Set<string>>): string[] {
    return [...this.pairs].flatMap(([each, pair]) =>
      pair.first <= last && pair.last >= first && NAMES[each]!.some((list) => ever.get(list)?.has(campaign))
        ? [each]
        : [],
    )
  }
}

class Model {
  readonly clients = new Map<string, ModelClient>()
  readonly #bound = new Set<string>()
  readonly #campaigns = new Map<number, string | null>([
    [1, '2022'],
    [2, null],
  ])
  /** Campaigns under which a list had a hit, or stood when the store was begun. */
  readonly #ever = new Map<number, Set<string>>()
  readonly aliases = new Map<number, number>()
  opened = 0
  reopened = 0

  hit({ address: from, name: asked, count }: HitMade, at: number, now: number): void {
    const lists = NAMES[asked]!
    for (const list of lists) this.#noteCampaign(list)
    const owner = this.#owner(from)
    const client = this.clients.get(owner) ?? new ModelClient()
    this.clients.set(owner, client)
    const pair = client.pairs.get(asked) ?? { first: at, last: at }
    client.pairs.set(asked, { first: Math.min(pair.first, at), last: Math.max(pair.last, at) })
    const isSilenced = (client.silences.get(asked)?.until ?? -Infinity) > at
    for (const campaign of new Set(lists.map((list) => this.#campaigns.get(list) ?? ''))) {
      let known = client.cases.find((each) => each.campaign === campaign)
      if (known === undefined) {
        if (isSilenced) continue
        this.opened++
        known = { id: 0, campaign, openedAt: now, state: 'new', hits: 0, first: at, last: at, reinfections: 0, cleanedAt: null, until: null } // prettier-ignore
        client.cases.push(known)
      } else if (!isSilenced && known.state === 'false-alarm') {
        known.state = 'new'
        known.until = null
        this.reopened++
      } else if (!isSilenced && known.state === 'cleaned' && at > known.cleanedAt! + GRACE) {
        known.state = 'reinfected'
        known.reinfections++
      }
      known.hits += count
      known.first = Math.min(known.first, at)
      known.last = Math.max(known.last, at)
    }
  }

  /** Whether it is permitted. */
  change(id: number, to: CaseState, until: number, note: string, now: number): boolean {
    const [client, known] = this.find(id)!
    const ways: Record<CaseState, string> = {
      new: 'confirmed cleaning false-alarm',
      confirmed: 'cleaning cleaned false-alarm',
      cleaning: 'confirmed cleaned false-alarm',
      cleaned: 'cleaning',
      reinfected: 'confirmed cleaning false-alarm',
      'false-alarm': 'new confirmed false-alarm',
    }
    const isSame = to === known.state && to !== 'false-alarm'
    if (isSame && note === '') return false
    if (!isSame && !ways[known.state].split(' ').includes(to)) return false
    if (to === 'false-alarm' && note === '') return false
    if (known.state === 'false-alarm')
      for (const [each, { caseId }] of client.silences) if (caseId === known.id) client.silences.delete(each)
    if (to === 'false-alarm') {
      for (const each of client.namesOf(known.campaign, known.first, known.last, this.#ever)) {
        if ((client.silences.get(each)?.until ?? -Infinity) < until)
          client.silences.set(each, { until, caseId: known.id })
      }
    }
    if (to === 'cleaned' && !isSame) known.cleanedAt = now
    known.until = to === 'false-alarm' ? until : null
    known.state = to
    return true
  }

  /** Whether there is anything to silence, or to be heard again. */
  silence(from: string, asked: string, until: number | null): boolean {
    const client = this.clients.get(this.#owner(from))
    if (client === undefined) return false
    if (until === null) return client.silences.delete(asked)
    client.silences.set(asked, { until, caseId: null })
    return true
  }

  bind(from: string): void {
    const was = this.#owner(from)
    this.#bound.add(from)
    const other = this.clients.get(was)
    if (was === 'machine' || other === undefined) return
    this.clients.delete(was)
    const machine = this.clients.get('machine')
    if (machine === undefined) this.clients.set('machine', other)
    else this.#merge(machine, other)
  }

  campaign(list: number, campaign: string | null): void {
    this.#campaigns.set(list, campaign)
  }

  casesOf(from: string): readonly ModelCase[] {
    return this.clients.get(this.#owner(from))?.cases ?? []
  }

  find(id: number): [ModelClient, ModelCase] | null {
    const now = this.aliases.get(id) ?? id
    for (const client of this.clients.values())
      for (const each of client.cases) if (each.id === now) return [client, each]
    return null
  }

  #merge(into: ModelClient, from: ModelClient): void {
    for (const [each, silence] of from.silences) {
      if ((into.silences.get(each)?.until ?? -Infinity) < silence.until) into.silences.set(each, silence)
    }
    for (const [each, pair] of from.pairs) {
      const own = into.pairs.get(each) ?? pair
      into.pairs.set(each, { first: Math.min(own.first, pair.first), last: Math.max(own.last, pair.last) })
    }
    for (const other of from.cases) {
      const own = into.cases.find(({ campaign }) => campaign === other.campaign)
      if (own === undefined) into.cases.push(other)
      else this.#join(into, own, other)
    }
  }

  #join(client: ModelClient, a: ModelCase, b: ModelCase): void {
    const isFirst = a.openedAt === b.openedAt ? a.id < b.id : a.openedAt < b.openedAt
    const [stays, goes] = isFirst ? [a, b] : [b, a]
    const first = Math.min(a.first, b.first)
    const last = Math.max(a.last, b.last)
    const both = [a.state, b.state].toSorted().join(' ')
    const clean = [a, b].find(({ state }) => state === 'cleaned')
    const open = clean === a ? b : a
    const isLater = clean !== undefined && open.last > clean.cleanedAt! + GRACE
    let reinfections = a.reinfections + b.reinfections
    let state: CaseState
    switch (both) {
      case 'false-alarm new':
        state = client.isLoud(a.campaign, first, last, this.#ever) ? 'new' : 'false-alarm'
        break
      case 'cleaned new':
        state = isLater ? 'reinfected' : 'cleaned'
        reinfections += Number(isLater)
        break
      case 'cleaned reinfected':
        state = isLater ? 'reinfected' : 'cleaned'
        break
      case 'cleaned confirmed':
      case 'cleaned cleaning':
        state = isLater ? open.state : 'cleaned'
        reinfections += Number(isLater)
        break
      default:
        state = (['cleaning', 'confirmed', 'reinfected', 'new', 'cleaned', 'false-alarm'] as const).find((each) => both.split(' ').includes(each))! // prettier-ignore
    }
    const latest = (x: number | null, y: number | null): number | null => (x === null ? y : y === null ? x : Math.max(x, y)) // prettier-ignore
    const joined: ModelCase = {
      id: stays.id, campaign: stays.campaign, openedAt: stays.openedAt, state, hits: a.hits + b.hits, first, last, reinfections,
      cleanedAt: latest(a.cleanedAt, b.cleanedAt), until: state === 'false-alarm' ? latest(a.until, b.until) : null,
    } // prettier-ignore
    client.cases = [...client.cases.filter((each) => each !== a && each !== b), joined]
    for (const silence of client.silences.values()) if (silence.caseId === goes.id) silence.caseId = stays.id
    for (const [old, now] of this.aliases) if (now === goes.id) this.aliases.set(old, stays.id)
    this.aliases.set(goes.id, stays.id)
  }

  #owner(from: string): string {
    return this.#bound.has(from) ? 'machine' : from
  }

  #noteCampaign(list: number): void {
    const known = this.#ever.get(list) ?? new Set()
    this.#ever.set(list, known.add(this.#campaigns.get(list) ?? ''))
  }
}

class Run {
  readonly store = new CaseStore()
  readonly model = new Model()
  #jumpMs = 0

  constructor() {
    const { clock } = this.store.store
    clock.wallMs = () => NOON + clock.nowMs + this.#jumpMs
  }

  step(each: Step): void {
    const { store, model } = this
    switch (each.do) {
      case 'hit':
        this.#hit(each.hits, each.dies)
        break
      case 'change':
        this.#change(each)
        break
      case 'silence':
        this.#silence(each.address, each.name, each.untilMs === null ? null : store.nowMs + each.untilMs)
        break
      case 'pass':
        store.pass(each.ms)
        break
      case 'clock':
        this.#jumpMs += each.ms
        break
      case 'bind':
        store.store.bind({ mac: MAC, address: each.address, fromMs: -1000 * DAY })
        model.bind(each.address)
        break
      case 'campaign': {
        const id = each.list === 1 ? 'apt32' : 'watch'
        store.store.registry.register([{ number: each.list, id, campaign: each.campaign, basis: '', action: 'sinkhole' }]) // prettier-ignore
        model.campaign(each.list, each.campaign)
        break
      }
      case 'restart':
        store.restart()
    }
  }

  /** Everything the store says of cases is what the model says. */
  check(): void {
    const { store, model } = this
    const found = store.all().map((each) => ({
      id: each.id, campaign: each.campaign, openedAt: each.openedAt, state: each.state, hits: each.hits, first: each.firstHit,
      last: each.lastHit, reinfections: each.reinfections, cleanedAt: each.cleanedAt, until: each.falseAlarmUntil,
    })) // prettier-ignore
    const wanted = [...model.clients.values()].flatMap(({ cases }) => cases)
    expect(found).toEqual(wanted.toSorted((a, b) => a.id - b.id))
    for (const [old, now] of model.aliases) expect(store.cases.getCase(old)?.id).toBe(now)
    expect(store.store.query(`SELECT count(*) AS n FROM event WHERE kind = 'case-opened'`)).toEqual([
      { n: model.opened + model.reopened },
    ])
    // Every change but those of a merge goes on from the state before it.
    const broken = store.store
      .query(`SELECT * FROM (SELECT case_id, cause, from_state, lag(to_state) OVER (PARTITION BY
        case_id ORDER BY id) AS before FROM case_change WHERE case_id NOT IN (SELECT case_id FROM case_alias))
      WHERE from_state IS NOT before`)
    expect(broken).toEqual([])
    const pressing: CaseState[] = ['reinfected', 'new', 'confirmed', 'cleaning', 'cleaned', 'false-alarm']
    for (const { status, id } of store.reader.listClients().items) {
      const own = store.cases.listCases({ client: id }).items.map(({ state }) => state)
      expect(status).toBe(pressing.find((state) => own.includes(state)) ?? 'new')
    }
  }

  close(): void {
    this.store.reader.close()
    this.store.store.storeWriter.close()
    rmSync(dirname(this.store.store.directory), { recursive: true, force: true })
  }

  #hit(hits: readonly HitMade[], dies: 'no' | 'in commit' | 'committed'): void {
    const { store, model } = this
    const times = hits.map(({ agoMs }) => store.nowMs - agoMs)
    for (const [index, { address: client, name: asked, count }] of hits.entries()) {
      for (let n = 0; n < count; n++)
        store.store.hit({ client, qname: asked, indicator: asked, lists: NAMES[asked]!, at: times[index]! })
    }
    const { storeWriter } = store.store
    const commit = storeWriter.commit.bind(storeWriter)
    if (dies !== 'no') {
      storeWriter.commit = (half) => {
        if (dies === 'committed') commit(half)
        else storeWriter.within(({ database }) => database.exec(`CREATE TEMP TRIGGER no_more BEFORE INSERT ON drained BEGIN SELECT raise(ABORT, 'dies here'); END`)) // prettier-ignore
        return commit(half) === 'known' ? die() : 'committed'
      }
    }
    const now = store.nowMs + 1
    store.store.tick(1)
    if (dies !== 'no') store.restart()
    store.store.tick(0)
    for (const [index, each] of hits.entries()) model.hit(each, times[index]!, now)
    for (const { address: from } of hits) {
      const cases = store.cases.listCases({ client: this.#clientId(from) }).items
      for (const known of model.casesOf(from))
        if (known.id === 0) known.id = cases.find(({ campaign }) => campaign === known.campaign)?.id ?? 0
    }
  }

  #clientId(from: string): number {
    return this.store.reader.listClients({ q: from }).items[0]!.id
  }

  #change({ which, to, untilMs: forMs, note }: Extract<Step, { do: 'change' }>): void {
    const { store, model } = this
    const all = store.all()
    if (all.length === 0) return
    const { id, version } = all[which % all.length]!
    const until = to === 'false-alarm' ? store.nowMs + forMs : null
    const answer = store.work.change({ id, version, to, actor: 'lan', note, untilMs: until })
    const isPermitted = model.change(id, to, until ?? 0, note, store.nowMs)
    expect('problem' in answer).toBe(!isPermitted)
    if (!('problem' in answer)) expect(answer).toMatchObject({ id, state: to, version: version + 1 })
  }

  #silence(from: string, asked: string, until: number | null): void {
    const client = this.store.reader.listClients({ q: from }).items[0]
    const known = this.store.store.query(`SELECT 1 FROM indicator WHERE value = '${asked}'`).length > 0
    const answer = this.store.work.silence({
      client: client?.id ?? 9999, indicator: asked, untilMs: until, actor: 'lan', reason: 'because',
    }) // prettier-ignore
    const isDone = known && this.model.silence(from, asked, until)
    expect('problem' in answer).toBe(!isDone)
  }
}

function die(): never {
  throw new Error('dies between commit and clear')
}

test(
  'cases are what hits and officers made of them, whoever dies',
  () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
        const run = new Run()
        try {
          for (const each of steps) {
            run.step(each)
            run.check()
          }
          run.store.restart()
          run.store.store.tick()
          run.check()
        } finally {
          run.close()
        }
      }),
      { numRuns: RUNS },
    )
  },
  SLOW_MS,
)
