/** What a source's history tells, against a plain account of the same looks: whatever happens, it adds up. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { covers, isSameMachine, joinBindings, type Binding } from '../../src/identity/binding.ts'
import { addressText } from '../../src/net/address.ts'
import { MINUTE, seen, Stage, START } from '../unit/identity/histories.ts'

const numRuns = Number(process.env['THANHLOC_FUZZ'] ?? 200)

type Step =
  { look: readonly (readonly [host: number, machine: number])[] } | { tick: true } | { wall: number }

const table = fc.uniqueArray(fc.tuple(fc.nat(7), fc.nat(4)), { selector: ([host]) => host, maxLength: 8 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: table.map((look) => ({ look })) },
  { weight: 3, arbitrary: fc.constant({ tick: true as const }) },
  { weight: 1, arbitrary: fc.integer({ min: -60, max: 60 }).map((wall) => ({ wall })) },
)

/** The bindings a store has that replaces what is told again, and drops what covers nothing. */
function stored(told: readonly Binding[]): Binding[] {
  const all = new Map<string, Binding>()
  for (const binding of told)
    all.set(`${addressText(binding.address)} ${binding.fromMs} ${binding.mac}`, binding)
  return [...all.values()].filter(({ fromMs, untilMs }) => untilMs === null || untilMs > fromMs)
}

/** A minute a step; the wall clock may be set. */
function play(steps: readonly Step[]): { stage: Stage; lastLook: ReadonlyMap<string, string> } {
  const stage = new Stage()
  let offset = 0
  let lastLook = new Map<string, string>()
  for (const [minute, step] of steps.entries()) {
    if ('look' in step) {
      const rows = step.look.map(([host, machine]) => seen(`10.0.0.${host + 1}`, machine))
      stage.look(minute, rows, { sinceMinute: minute - 1, wallMinute: minute + Math.min(offset, 0) })
      lastLook = new Map(rows.map(({ address, mac }) => [address, mac!]))
    } else if ('tick' in step) stage.tick(minute)
    else offset = step.wall
  }
  return { stage, lastLook }
}

describe('any looks at a source', () => {
  it('tell bindings that end after they begin, one machine an address at a time', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { stage } = play(steps.filter((each) => !('wall' in each)))
        expect(stage.bindings.filter(({ fromMs, untilMs }) => untilMs !== null && untilMs < fromMs)).toEqual(
          [],
        )
        const all = stored(stage.bindings)
        for (let minute = -1; minute <= steps.length; minute++) {
          const now = START + minute * MINUTE + 1
          const byAddress = Map.groupBy(
            all.filter((binding) => covers(binding, now)),
            ({ address }) => addressText(address),
          )
          for (const bindings of byAddress.values()) {
            expect(bindings.every((binding) => isSameMachine(binding, bindings[0]!))).toBe(true)
          }
        }
      }),
      { numRuns },
    )
  })

  it('leave open what the last look showed, and what is still waited for, wherever the clock was set', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { stage, lastLook } = play(steps)
        for (const [address, mac] of lastLook) expect(stage.book.find(address)?.mac).toBe(mac)
        const open = stored(stage.bindings).filter(({ untilMs }) => untilMs === null)
        expect(open.length).toBe(stage.history.size)
        for (const { address, mac } of open) expect(stage.book.find(addressText(address))?.mac).toBe(mac)
      }),
      { numRuns },
    )
  })

  it('end all that is missing, once it was waited for', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { stage, lastLook } = play(steps)
        stage.tick(steps.length + 11)
        const open = [...stage.book.all()].map(({ address }) => addressText(address))
        expect(open.sort()).toEqual([...lastLook.keys()].sort())
      }),
      { numRuns },
    )
  })

  it('tell nothing new when they show the same once more', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), table, (steps, last) => {
        const { stage } = play([...steps, { look: last }])
        stage.news()
        const rows = last.map(([host, machine]) => seen(`10.0.0.${host + 1}`, machine))
        stage.look(steps.length + 2, rows)
        expect(stage.news()).toEqual([])
      }),
      { numRuns },
    )
  })

  it('are taken over by the next run without a word', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), table, (steps, last) => {
        const { stage } = play([...steps.filter((each) => !('wall' in each)), { look: last }])
        stage.tick(steps.length + 20)
        const next = new Stage({ remembered: [...stage.book.all()] })
        next.look(
          steps.length + 30,
          last.map(([host, machine]) => seen(`10.0.0.${host + 1}`, machine)),
        )
        next.book.forget('lease', START + (steps.length + 40) * MINUTE)
        expect(next.news()).toEqual([])
      }),
      { numRuns },
    )
  })
})

it('what bindings say together is what the best of them says, and never two machines mixed', () => {
  const some = fc.record({
    source: fc.constantFrom('register', 'lease', 'neighbour', 'edns', 'reverse'),
    mac: fc.constantFrom(null, '02:00:00:00:00:01', '02:00:00:00:00:02'),
    duid: fc.constantFrom(null, '0102', '0103'),
    hostName: fc.constantFrom(null, 'a', 'b'),
    sure: fc.constantFrom('certain', 'likely', 'guess'),
    fromMs: fc.nat(3),
    isRouter: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(some, { minLength: 1, maxLength: 6 }), (fields) => {
      const address = new Uint8Array(16)
      const bindings = fields.map((each): Binding => Object.assign({ address, untilMs: null }, each))
      const joined = joinBindings(bindings)!
      // MAC and DUID come from bindings that contradict neither.
      const agreeing = bindings.filter(
        (each) =>
          (each.mac === null || joined.mac === each.mac) && (each.duid === null || joined.duid === each.duid),
      )
      expect(
        agreeing.some(({ source, fromMs }) => source === joined.source && fromMs === joined.fromMs),
      ).toBe(true)
      if (joined.mac !== null) expect(agreeing.some(({ mac }) => mac === joined.mac)).toBe(true)
      if (joined.hostName !== null)
        expect(agreeing.some(({ hostName }) => hostName === joined.hostName)).toBe(true)
      expect(joined.mac === null && joined.duid === null).toBe(
        bindings.every(({ mac, duid }) => mac === null && duid === null),
      )
    }),
    { numRuns: numRuns * 5 },
  )
})
