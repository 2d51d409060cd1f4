/**
 * Bindings early and late, hits, changes of address, deaths of the store thread, another node's pages in any order:
 * every hit is counted once, and stands with the machine that had the address then. Held against a plain model that
 * keeps every binding and asks all of them each time.
 */
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BINDING_LAG_MS } from '../../src/detection/address-history.ts'
import { readPeerPage, type PeerPage } from '../../src/detection/peer-page.ts'
import { StoreReader } from '../../src/detection/queries.ts'
import { FakeStore, NOON, bytesOf, temporaryDirectory, type BindingGiven } from '../unit/detection/setup.ts'

const RUNS = Number(process.env['THANHLOC_FUZZ'] ?? 100)
/** Two stores each. */
const PAIR_RUNS = Math.ceil(RUNS / 2)
/** Every run opens files anew: on a busy machine that takes its time. */
const SLOW_MS = 120_000
const ADDRESSES = ['10.0.0.1', '10.0.0.2', 'fd00::3']
const MACS = ['aa:00:00:00:00:01', 'aa:00:00:00:00:02', '02:00:00:00:00:03']
const NAMES = ['evil.test', 'a.evil.test', 'other.test']
const MINUTE = 60_000

const minute = fc.integer({ min: 0, max: 40 })
const address = fc.constantFrom(...ADDRESSES)
const binding = fc.record({
  address,
  mac: fc.option(fc.constantFrom(...MACS), { freq: 6 }),
  hostName: fc.option(fc.constantFrom('pc-1', 'pc-2')),
  fromMs: minute.map((at) => at * MINUTE),
  untilMs: fc.option(minute.map((at) => at * MINUTE)),
  source: fc.constantFrom('lease' as const, 'neighbour' as const, 'reverse' as const),
  sure: fc.constantFrom('certain' as const, 'likely' as const),
})
const hit = fc.record({
  client: address,
  name: fc.constantFrom(...NAMES),
  // Within a minute, so that no hit falls together with the edge of a binding by chance alone; some do by intent.
  at: fc.tuple(minute, fc.constantFrom(0, 0, 1, 29_999, 59_999)).map(([at, more]) => at * MINUTE + more),
  lists: fc.constantFrom([1], [2], [1, 2]),
})

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('hit' as const), hits: fc.array(hit, { minLength: 1, maxLength: 5 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('bind' as const), bindings: fc.array(binding, { minLength: 1, maxLength: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
) // prettier-ignore
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
type HitMade = typeof hit extends fc.Arbitrary<infer T> ? T : never

interface ModelClient {
  firstMs: number
  lastMs: number
  readonly hits: Map<string, number>
  /** First and last hit from each address. */
  readonly addresses: Map<string, readonly [number, number]>
}

/** What a store must hold. */
class Model {
  readonly #bindings = new Map<string, BindingGiven>()
  readonly clients = new Map<string, ModelClient>()

  bind(told: readonly BindingGiven[]): void {
    const changed = new Set<string>()
    for (const each of told) {
      const key = `${each.address} ${each.fromMs} ${each.source} ${each.mac ?? each.hostName}`
      const isEmpty = each.untilMs !== null && each.untilMs! <= each.fromMs!
      if (JSON.stringify(this.#bindings.get(key)) === JSON.stringify(isEmpty ? undefined : each)) continue
      if (isEmpty) this.#bindings.delete(key)
      else this.#bindings.set(key, each)
      changed.add(each.address!)
    }
    for (const each of changed) this.#adopt(each)
  }

  /** Hits of one commit, which are merged by address, name and deciding list. */
  hit(hits: readonly HitMade[]): void {
    const pairs = Map.groupBy(hits, ({ client, name, lists }) => `${client} ${name} ${lists[0]}`)
    for (const pair of pairs.values()) {
      const times = pair.map(({ at }) => at)
      const { client, name } = pair[0]!
      const [firstMs, lastMs] = [Math.min(...times), Math.max(...times)]
      const addresses = new Map([[client, [firstMs, lastMs] as const]])
      const hits = new Map([[name, pair.length]])
      this.#add(this.#owner(client, lastMs) ?? client, { firstMs, lastMs, hits, addresses })
    }
  }

  #add(key: string, { firstMs, lastMs, hits, addresses }: ModelClient): void {
    const known = this.clients.get(key) ?? { firstMs, lastMs, hits: new Map(), addresses: new Map() }
    known.firstMs = Math.min(known.firstMs, firstMs)
    known.lastMs = Math.max(known.lastMs, lastMs)
    for (const [name, count] of hits) known.hits.set(name, (known.hits.get(name) ?? 0) + count)
    for (const [address, [first, last]] of addresses) {
      const [before, after] = known.addresses.get(address) ?? [first, last]
      known.addresses.set(address, [Math.min(before, first), Math.max(after, last)])
    }
    this.clients.set(key, known)
  }

  #adopt(address: string): void {
    const client = this.clients.get(address)
    if (client === undefined) return
    const { firstMs, lastMs } = client
    const owner = this.#owner(address, lastMs)
    if (owner === null) return
    // Every moment at which anything could change.
    for (const edge of this.#edges(address)) {
      for (const at of [edge - BINDING_LAG_MS, edge - 1, edge]) if (at > firstMs && at < lastMs && this.#owner(address, at) !== owner) return // prettier-ignore
    }
    if (this.#owner(address, firstMs) !== owner) return
    this.clients.delete(address)
    this.#add(owner, client)
  }

  #edges(address: string): number[] {
    return [...this.#bindings.values()]
      .filter((each) => each.address === address)
      .flatMap(({ fromMs, untilMs }) => [fromMs!, untilMs ?? Infinity])
  }

  /** The MAC that had `address` at `at`, or null. */
  #owner(address: string, at: number): string | null {
    const here = [...this.#bindings.values()].filter((each) => each.address === address && each.mac !== null)
    const holding = here.filter(({ fromMs, untilMs }) => fromMs! <= at && at < (untilMs ?? Infinity))
    const rank = ({ source, sure, fromMs }: BindingGiven): number[] => [
      ['lease', 'neighbour', 'reverse'].indexOf(source!),
      ['certain', 'likely'].indexOf(sure!),
      -fromMs!,
    ]
    const [best] = holding.toSorted((a, b) => {
      const [left, right] = [rank(a), rank(b)]
      const differs = left.findIndex((value, index) => value !== right[index])
      return differs < 0 ? 0 : left[differs]! - right[differs]!
    })
    if (best !== undefined) return best.mac!
    const next = Math.min(...here.map(({ fromMs }) => fromMs!).filter((from) => from > at))
    return next - at <= BINDING_LAG_MS ? this.#owner(address, next) : null
  }
}

/** Two that begin at once and are believed alike would leave it to chance who is meant. */
function isClear(steps: readonly Step[]): boolean {
  const all = steps.flatMap((each) => (each.do === 'bind' ? each.bindings : []))
  const seen = new Map<string, string | null>()
  return all.every(({ address, fromMs, source, mac, sure }) => {
    const key = `${address} ${fromMs} ${source} ${sure}`
    const known = seen.get(key)
    seen.set(key, mac)
    return mac === null || known === undefined || known === null || known === mac
  })
}

/** Makes the hits, one commit a call. */
function commitHits(store: FakeStore, hits: readonly HitMade[]): void {
  for (const { client, name, at, lists } of hits)
    store.hit({ client, qname: name, indicator: name, at: NOON + at, lists })
  store.tick(3000)
}

/** `mac:…` or the address → name → hits, from the file. */
function stored(store: FakeStore, where = ''): Record<string, Record<string, number>> {
  const rows = store.query(`SELECT c.key, i.value, sum(h.blocked_count + h.logged_count) AS n FROM hit AS h
    JOIN client AS c ON c.id = h.client_id JOIN indicator AS i ON i.id = h.indicator_id ${where} GROUP BY 1, 2`)
  const found: Record<string, Record<string, number>> = {}
  for (const { key, value, n } of rows) (found[keyText(String(key))] ??= {})[String(value)] = Number(n)
  return found
}

function keyText(key: string): string {
  if (key.startsWith('mac:')) return key.slice(4)
  return ADDRESSES.find((text) => Buffer.from(bytesOf(text)).toString('hex') === key.slice(5)) ?? key
}

function expected(model: Model): Record<string, Record<string, number>> {
  return Object.fromEntries([...model.clients].map(([key, { hits }]) => [key, Object.fromEntries(hits)]))
}

/** Sums that are kept beside the rows say what the rows say. */
function expectSound(store: FakeStore): void {
  const [sums] = store.query(`SELECT
    (SELECT total(blocked_count + logged_count) FROM hit) AS hits,
    (SELECT total(blocked_count + logged_count) FROM client) AS clients,
    (SELECT total(hit_count) FROM hit_hour) AS hours`)
  expect([sums!['clients'], sums!['hours']]).toEqual([sums!['hits'], sums!['hits']])
  const wrong = store.query(`SELECT c.id FROM client AS c JOIN (
      SELECT client_id, sum(blocked_count + logged_count) AS n, count(DISTINCT indicator_id) AS indicators,
        min(first_at) AS first_at, max(last_at) AS last_at FROM hit GROUP BY client_id) AS h ON h.client_id = c.id
    WHERE h.n <> c.blocked_count + c.logged_count OR h.indicators <> c.indicator_count
      OR h.first_at < c.first_seen OR h.last_at > c.last_seen
      OR NOT EXISTS (SELECT 1 FROM client_address AS a WHERE a.client_id = c.id AND a.address = c.address)
    UNION ALL SELECT id FROM client WHERE id NOT IN (SELECT client_id FROM hit)
    UNION ALL SELECT old_id FROM client_alias WHERE old_id IN (SELECT id FROM client)
      OR client_id NOT IN (SELECT id FROM client)`)
  expect(wrong).toEqual([])
  const [pairs] = store.query('SELECT total(indicator_count) AS n FROM client')
  expect(store.storeWriter.rows).toBe(pairs!['n'])
}

/** When each client was seen, from which address, and which was the last. */
function expectTimes(store: FakeStore, model: Model): void {
  const reader = new StoreReader(store.directory, [])
  for (const { identity, firstSeen, lastSeen, address, addresses } of reader.listClients().items) {
    const { firstMs, lastMs, addresses: wanted } = model.clients.get(keyText(identity.key))!
    expect([firstSeen, lastSeen]).toEqual([NOON + firstMs, NOON + lastMs])
    const found = addresses.map(({ address, from, to }) => [address, [from - NOON, to - NOON]])
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted))
    expect(wanted.get(address)![1]).toBe(lastMs)
  }
  reader.close()
}

function close(...stores: FakeStore[]): void {
  for (const store of stores) {
    store.storeWriter.close()
    rmSync(dirname(store.directory), { recursive: true, force: true })
  }
}

function run(store: FakeStore, model: Model | null, each: Step): void {
  if (each.do === 'restart') store.restart()
  else if (each.do === 'bind') {
    store.bind(...each.bindings)
    model?.bind(each.bindings)
  } else {
    commitHits(store, each.hits)
    model?.hit(each.hits)
  }
}

test(
  'every hit is counted once, with the machine that had the address then',
  () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 25 }).filter(isClear), (steps) => {
        const store = new FakeStore(1, temporaryDirectory())
        const model = new Model()
        try {
          store.tick()
          for (const each of steps) run(store, model, each)
          store.restart()
          store.tick()
          expect(stored(store)).toEqual(expected(model))
          expectSound(store)
          expectTimes(store, model)
        } finally {
          close(store)
        }
      }),
      { numRuns: RUNS },
    )
  },
  SLOW_MS,
)

const exchange = fc.oneof(
  { weight: 5, arbitrary: fc.record({ on: fc.constantFrom('one' as const, 'two' as const), step }) },
  { weight: 4, arbitrary: fc.record({ pull: fc.constantFrom('one' as const, 'two' as const), limit: fc.integer({ min: 1, max: 6 }), pages: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ again: fc.nat(), into: fc.constantFrom('one' as const, 'two' as const) }) },
  { weight: 1, arbitrary: fc.record({ forget: fc.constantFrom('one' as const, 'two' as const) }) },
) // prettier-ignore

/** Two nodes that take over each other's hits. */
class Pair {
  readonly stores = {
    one: new FakeStore(1, temporaryDirectory()),
    two: new FakeStore(1, temporaryDirectory()),
  }
  readonly #readers = { one: this.#reader('one'), two: this.#reader('two') }
  /** Where each one is with the other's changes. */
  readonly #positions = { one: '', two: '' }
  /** Every page that ever came to each. */
  readonly #seen: { readonly one: PeerPage[]; readonly two: PeerPage[] } = { one: [], two: [] }

  /** Takes over up to so many pages; true: nothing is behind them. */
  pull(into: 'one' | 'two', limit: number, pages: number): boolean {
    for (let page = 0; page < pages; page++) {
      const from = into === 'one' ? 'two' : 'one'
      const got = JSON.parse(JSON.stringify(this.#readers[from].changesSince(this.#positions[into], limit))) as unknown // prettier-ignore
      const read = readPeerPage(got)
      this.#seen[into].push(read)
      this.stores[into].storeWriter.applyPeerPage(read)
      this.#positions[into] = read.next
      if (read.isWhole) return true
    }
    return false
  }

  /** Takes over a page of earlier once more. */
  again(into: 'one' | 'two', which: number): void {
    const pages = this.#seen[into]
    if (pages.length > 0) this.stores[into].storeWriter.applyPeerPage(pages[which % pages.length]!)
  }

  /** Begins the walk anew. */
  forget(which: 'one' | 'two'): void {
    this.#positions[which] = ''
  }

  close(): void {
    for (const reader of Object.values(this.#readers)) reader.close()
    close(...Object.values(this.stores))
  }

  #reader(which: 'one' | 'two'): StoreReader {
    this.stores[which].tick()
    return new StoreReader(this.stores[which].directory, [])
  }
}

test(
  'what another node saw is counted once, however its pages come',
  () => {
    fc.assert(
      fc.property(fc.array(exchange, { minLength: 1, maxLength: 25 }), (steps) => {
        const pair = new Pair()
        const { one, two } = pair.stores
        const made = { one: 0, two: 0 }
        try {
          for (const each of steps) {
            if ('on' in each) {
              run(pair.stores[each.on], null, each.step)
              if (each.step.do === 'hit') made[each.on] += each.step.hits.length
            } else if ('pull' in each) pair.pull(each.pull, each.limit, each.pages)
            else if ('again' in each) pair.again(each.into, each.again)
            else pair.forget(each.forget)
          }
          while (!pair.pull('one', 5, 5));
          while (!pair.pull('two', 5, 5));
          const counts = (store: FakeStore): unknown =>
            store.query(`SELECT (SELECT total(blocked_count + logged_count) FROM hit WHERE origin_id = 0) AS own,
            (SELECT total(blocked_count + logged_count) FROM hit WHERE origin_id > 0) AS other`)
          expect(counts(one)).toEqual([{ own: made.one, other: made.two }])
          expect(counts(two)).toEqual([{ own: made.two, other: made.one }])
          for (const store of [one, two]) expectSound(store)
        } finally {
          pair.close()
        }
      }),
      { numRuns: PAIR_RUNS },
    )
  },
  SLOW_MS,
)

test(
  'two nodes that know the same of machines show the same clients with the same hits',
  () => {
    const known = fc.array(binding, { maxLength: 6 })
    const hits = fc.array(fc.array(hit, { minLength: 1, maxLength: 4 }), { maxLength: 6 })
    fc.assert(
      fc.property(known, hits, hits, (bindings, ofOne, ofTwo) => {
        fc.pre(isClear([{ do: 'bind', bindings }]))
        const pair = new Pair()
        const { one, two } = pair.stores
        const model = new Model()
        try {
          model.bind(bindings)
          for (const store of [one, two]) store.bind(...bindings)
          for (const commit of ofOne) run(one, model, { do: 'hit', hits: commit })
          for (const commit of ofTwo) run(two, model, { do: 'hit', hits: commit })
          while (!pair.pull('one', 3, 5));
          while (!pair.pull('two', 3, 5));
          expect(stored(one)).toEqual(expected(model))
          expect(stored(two)).toEqual(expected(model))
          expectSound(one)
        } finally {
          pair.close()
        }
      }),
      { numRuns: PAIR_RUNS },
    )
  },
  SLOW_MS,
)
