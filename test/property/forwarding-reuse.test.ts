/**
 * Waiters, replies and open questions are used again for other queries. Whatever the order in which answers, failures
 * and deadlines come: every client gets the answer to its own question, once, under its own id and spelling, and a name
 * that was listed meanwhile is blocked.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PathBench, type Outcome } from '../support/path-bench.ts'
import type { Sent } from '../support/scripted-datagrams.ts'

const NAMES = 12
const SINKHOLE = '10.10.10.10'

/** Each name has an address of its own, so that an answer shows what question it belongs to. */
const nameOf = (name: number): string => `Host${name}.Example.vn`
const addressOf = (name: number): string => `192.0.2.${name + 1}`

type Step =
  | { readonly do: 'ask'; readonly name: number; readonly id: number; readonly transport: 0 | 1 }
  | { readonly do: 'answer' | 'refuse' | 'truncate'; readonly which: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'list'; readonly names: readonly number[] }
  | { readonly do: 'flush' }

const which = fc.nat(1000)
const ANSWERS = ['answer', 'answer', 'answer', 'answer', 'refuse', 'truncate'] as const
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('ask' as const), name: fc.nat(NAMES - 1), id: fc.nat(0xffff), transport: fc.constantFrom(0 as const, 1 as const) }) }, // prettier-ignore
    { weight: 6, arbitrary: fc.record({ do: fc.constantFrom(...ANSWERS), which }) }, // prettier-ignore
    { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 1, 1, 30, 30, 500, 2000, 5000) }) }, // prettier-ignore
    { weight: 1, arbitrary: fc.record({ do: fc.constant('list' as const), names: fc.uniqueArray(fc.nat(NAMES - 1), { maxLength: 3 }) }) }, // prettier-ignore
    { weight: 1, arbitrary: fc.constant({ do: 'flush' as const }) },
  ),
  { minLength: 40, maxLength: 120, size: 'max' },
)

interface Asked {
  readonly name: number
  readonly id: number
  readonly outcome: Outcome
  isChecked: boolean
}

class Run {
  readonly bench = new PathBench('cache: { size: 1MB }\n')
  readonly asked: Asked[] = []
  readonly answered = new Set<Sent>()
  readonly listed = new Set<number>()

  take(step: Step): void {
    const { bench } = this
    if (step.do === 'ask') {
      bench.isInPlace = step.id % 2 === 1
      const outcome = bench.ask(nameOf(step.name), 'A', { id: step.id, transport: step.transport, from: `10.1.0.${step.name}` }) // prettier-ignore
      this.asked.push({ name: step.name, id: step.id, outcome, isChecked: false })
    } else if (step.do === 'wait') bench.clock.advance(step.ms)
    else if (step.do === 'flush') bench.parts.cache.flush(null)
    else if (step.do === 'list') {
      this.listed.clear()
      for (const name of step.names) this.listed.add(name)
      bench.lists(step.names.map((name) => [nameOf(name).toLowerCase(), 'exact', 0]))
    } else this.#reply(step)
    this.check()
  }

  /** Answers one of the questions that are out and have not been answered yet. */
  #reply(step: { readonly do: 'answer' | 'refuse' | 'truncate'; readonly which: number }): void {
    const open = this.bench.datagrams.sent.filter((sent) => !this.answered.has(sent) && !sent.socket.isClosed)
    const sent = open[step.which % Math.max(open.length, 1)]
    if (sent === undefined) return
    this.answered.add(sent)
    const name = Number(/\d+/.exec(sent.name)![0])
    if (step.do === 'refuse') return this.bench.answer([], { sent, rcode: 2 })
    const flags = step.do === 'truncate' ? 0x0380 : 0x0180
    this.bench.answer([{ type: 'A', name: sent.name, ttl: 5, data: addressOf(name) }], { sent, flags })
  }

  /** Every answer that has come since: whose is it? */
  check(): void {
    for (const one of this.asked) {
      if (one.isChecked || one.outcome.bytes === null) continue
      one.isChecked = true
      const { packet, answers } = one.outcome
      expect(packet.id).toBe(one.id)
      expect(packet.questions[0]!.name).toBe(nameOf(one.name))
      if (packet.rcode === 'SERVFAIL') expect(answers).toEqual([])
      else expect(answers).toEqual([`A ${this.listed.has(one.name) ? SINKHOLE : addressOf(one.name)}`])
    }
  }
}

test('an answer goes to the one who asked for it, once, whatever was used again for it', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const run = new Run()
      for (const step of all) run.take(step)
      // After ten seconds every question is over, one way or another.
      run.take({ do: 'wait', ms: 11_000 })
      run.bench.exchange.close()
      expect(run.asked.filter(({ outcome }) => outcome.bytes === null && !outcome.isDropped)).toEqual([])
    }),
    { numRuns: 300 },
  )
})
