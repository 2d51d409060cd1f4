/**
 * Hits, drains, commits and deaths in any order: what is stored is exactly what was recorded. Deaths are those of the
 * resolver thread at any read of its input, and of the store thread after each of its steps.
 */
import { rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { dirname } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HitReader, type Hit } from '../../src/detection/hit-text.ts'
import { HitDrain, HitWriter, type HitPair } from '../../src/thread/hit-table.ts'
import {
  FakeStore,
  NOON,
  bytesOf,
  newTable,
  record,
  temporaryDirectory,
  wireOf,
  wordsOf,
} from '../unit/detection/setup.ts'

const RUNS = Number(process.env['THANHLOC_FUZZ'] ?? 150)
const CLIENTS = ['10.0.0.1', '10.0.0.2', 'fd00::3']
const NAMES = ['evil.test', 'a.evil.test', 'other.test']
const THREADS = 2

const thread = fc.integer({ min: 0, max: THREADS - 1 })
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('record' as const),
      thread,
      client: fc.constantFrom(...CLIENTS),
      name: fc.constantFrom(...NAMES),
      action: fc.constantFrom(0, 5),
      lists: fc.constantFrom([1], [2], [1, 2], [7]),
      times: fc.integer({ min: 1, max: 4 }),
      turns: fc.constantFrom('each', 'one', 'dies in it'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('die writing' as const), thread, reads: fc.nat(60) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('tick' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'die flipped' as const,
        'die in commit' as const,
        'die committed' as const,
        'die clearing' as const,
      ),
      thread,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('lock' as const, 'unlock' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill -9' as const) }) },
)

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

class Model {
  readonly store: FakeStore
  readonly writers: HitWriter[]
  tables: SharedArrayBuffer[]
  /** Hits that must be in the file at the end, by client and name. */
  readonly stored = new Map<string, number>()
  #lock: DatabaseSync | null = null

  constructor() {
    this.store = new FakeStore(THREADS, temporaryDirectory())
    this.tables = [...this.store.tables]
    this.writers = this.store.writers
  }

  run(step: Step): void {
    const { store } = this
    switch (step.do) {
      case 'record':
        if (step.turns !== 'each') this.writers[step.thread]!.hold()
        for (let i = 0; i < step.times; i++) {
          record(this.writers[step.thread]!, { client: step.client, qname: step.name, indicator: step.name,
            action: step.action, lists: step.lists, at: NOON + store.clock.nowMs }) // prettier-ignore
        }
        this.#add(`${step.client} ${step.name}`, step.times)
        if (step.turns === 'one') this.writers[step.thread]!.release()
        if (step.turns === 'dies in it') this.writers[step.thread] = new HitWriter(store.tables[step.thread]!)
        break
      case 'die writing':
        dieWriting(this.writers[step.thread]!, step.reads)
        this.writers[step.thread] = new HitWriter(store.tables[step.thread]!)
        break
      case 'tick':
        store.tick(3000)
        break
      case 'lock':
        this.#lock ??= lock(store.path)
        break
      case 'unlock':
        this.unlock()
        break
      case 'kill -9':
        this.#forgetPending()
        break
      default:
        this.#die(step.do, step.thread)
        store.restart()
    }
  }

  unlock(): void {
    this.#lock?.close()
    this.#lock = null
  }

  #add(key: string, count: number): void {
    this.stored.set(key, (this.stored.get(key) ?? 0) + count)
  }

  /** The process is gone with its memory: what was not committed counts no more. The next one has a table of its own. */
  #forgetPending(): void {
    const { store } = this
    store.tables.forEach((memory, index) => {
      const drain = new HitDrain(memory)
      while (drain.flip()) {
        const [row] = store.query(`SELECT run, sequence FROM drained WHERE thread = ${index}`)
        const isIn = row?.['run'] === drain.run && Number(row['sequence']) >= drain.sequence
        if (!isIn) drain.forEach((pair) => this.#add(keyOf(pair), -pair.blocked - pair.logged))
        drain.clear()
      }
      ;(store.tables as SharedArrayBuffer[])[index] = newTable()
      this.writers[index] = new HitWriter(store.tables[index]!)
    })
    store.restart()
  }

  /** The store thread's steps by hand, up to where it dies. */
  #die(where: 'die flipped' | 'die in commit' | 'die committed' | 'die clearing', index: number): void {
    const { store } = this
    const memory = store.tables[index]!
    const drain = new HitDrain(memory)
    if (!drain.flip() || where === 'die flipped') return
    const { run, sequence } = drain
    const reader = new HitReader()
    let left = where === 'die in commit' ? 1 : Infinity
    const forEach = (take: (hit: Hit) => void): void => {
      drain.forEach((pair) => {
        if (left-- === 0) throw new Error('dies here')
        take(reader.read(pair))
      })
      if (where === 'die in commit') throw new Error('dies here')
    }
    try {
      store.storeWriter.commit({ thread: index, run, sequence, forEach })
    } catch {
      return
    }
    // Half way through: the slots are zero, the pairs still counted.
    if (where === 'die clearing') {
      const words = new Int32Array(memory)
      const pairs = words.slice(4, 8)
      drain.clear()
      words.set(pairs, 4)
    }
  }
}

function keyOf(pair: HitPair): string {
  const name = NAMES.find(
    (text) => wireOf(text).length - 1 === pair.indicatorLength && wireOf(text)[1] === pair.indicator[1],
  )
  const client = CLIENTS.find((text) => Buffer.compare(bytesOf(text), pair.client) === 0)
  return `${client} ${name}`
}

/** Records from input that ends the thread at its read number `reads`; nothing is counted up to there. */
function dieWriting(writer: HitWriter, reads: number): void {
  let left = reads
  const mortal = <T extends Uint8Array | Int32Array>(bytes: T): T =>
    new Proxy(bytes, {
      get(target, key) {
        if (left-- === 0) throw new Error('dies here')
        return target[Number(key)]
      },
    })
  const name = mortal(wordsOf(wireOf('evil.test').subarray(0, -1)))
  try {
    // Longer than any count of reads: it does die.
    const qname = mortal(new Uint8Array(100))
    writer.record(
      mortal(bytesOf('10.0.0.1')),
      name,
      0,
      10,
      1,
      0,
      0,
      1,
      qname,
      100,
      Uint16Array.of(1),
      1,
      NOON,
    )
  } catch {
    return
  }
  throw new Error('did not die')
}

function lock(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 1000 })
  database.exec('BEGIN EXCLUSIVE')
  return database
}

test('sums are exact under any interleaving of hits, drains and deaths', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
      const model = new Model()
      try {
        const { store } = model
        store.tick()
        for (const each of steps) model.run(each)
        model.unlock()
        for (let i = 0; i < 3; i++) store.tick(3000)

        const rows = store.query(`SELECT c.address, i.value, h.blocked_count + h.logged_count AS n
          FROM hit AS h JOIN client AS c ON c.id = h.client_id JOIN indicator AS i ON i.id = h.indicator_id`)
        const stored = new Map(
          rows.map(({ address, value, n }) => {
            const client = CLIENTS.find((text) => Buffer.compare(bytesOf(text), address as Uint8Array) === 0)
            return [`${client} ${String(value)}`, n]
          }),
        )
        const expected = [...model.stored].filter(([, count]) => count > 0)
        expect([...stored].toSorted()).toEqual(expected.toSorted())
        const total = expected.reduce((sum, [, count]) => sum + count, 0)
        expect(store.query(`SELECT
          (SELECT total(blocked_count + logged_count) FROM client) AS clients,
          (SELECT total(hit_count) FROM list) AS lists,
          (SELECT total(hit_count) FROM hit_hour) AS hours`)).toEqual([{ clients: total, lists: total, hours: total }]) // prettier-ignore
        expect(store.storeWriter.rows).toBe(stored.size)
      } finally {
        model.unlock()
        model.store.storeWriter.close()
        rmSync(dirname(model.store.directory), { recursive: true, force: true })
      }
    }),
    { numRuns: RUNS },
  )
})
