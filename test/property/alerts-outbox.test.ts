/**
 * The outbox under any schedule of alerts, failures, lost receipts, restarts and jumps of the clock: every alert is told
 * of exactly once, a message never changes under its id, and neither a machine nor an hour has more than it should.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { subjectOf, type Alert } from '../../src/alerts/alert.ts'
import { allowanceAt } from '../../src/alerts/allowance.ts'
import { ATTEMPTS } from '../../src/alerts/attempts.ts'
import { backOffMs } from '../../src/back-off.ts'
import { total, type Content } from '../../src/alerts/message.ts'
import { openOutboxInMemory } from '../../src/alerts/outbox-file.ts'
import { Outbox } from '../../src/alerts/outbox.ts'
import type { AlertKind, WebhookSettings } from '../../src/config/settings.ts'
import { SecureRandom } from '../../src/random.ts'

const numRuns = Number(process.env['THANHLOC_FUZZ'] ?? 300)
const HOUR_MS = 3_600_000
const random = new SecureRandom()

const KINDS = ['case-new', 'case-reinfected'] as const satisfies readonly AlertKind[]

type Step =
  | { readonly do: 'take'; readonly alerts: readonly (readonly [client: number, kind: number])[] }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'send'; readonly outcome: 'ok' | 'lost' | 'failed' }
  | { readonly do: 'jump'; readonly ms: number }
  | { readonly do: 'restart' | 'tidy' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('take' as const),
      alerts: fc.array(fc.tuple(fc.nat(3), fc.nat(1)), { maxLength: 6 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.oneof(
        ...[60_000, 2 * HOUR_MS, 30 * HOUR_MS, 100 * HOUR_MS].map((max) => fc.integer({ min: max / 2, max })),
      ),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      outcome: fc.constantFrom('ok' as const, 'ok' as const, 'lost' as const, 'failed' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('restart' as const, 'tidy' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('jump' as const), ms: fc.constantFrom(-100 * HOUR_MS, -HOUR_MS, HOUR_MS, 100 * HOUR_MS, 1e12) }) }, // prettier-ignore
)

interface Attempt {
  readonly id: number
  readonly content: Content
  /** By a clock that never jumps. */
  readonly trueMs: number
}

/** Plays steps on an outbox; remembers what a receiver would have seen. */
class Play {
  readonly #database = openOutboxInMemory(random)
  readonly #channel: WebhookSettings
  readonly #maxPending: number
  #outbox: Outbox
  #trueMs = 0
  #offsetMs = Date.UTC(2026, 10, 21)
  #cursor = 0
  taken = 0
  readonly attempts: Attempt[] = []
  /** Ids the receiver has. */
  readonly received = new Set<number>()
  readonly delivered = new Set<number>()

  constructor(channel: WebhookSettings, maxPending: number) {
    this.#channel = channel
    this.#maxPending = maxPending
    this.#outbox = new Outbox(this.#database, random, maxPending)
  }

  play(step: Step): void {
    switch (step.do) {
      case 'take':
        return this.#take(step.alerts)
      case 'pass':
        this.#trueMs += step.ms
        return
      case 'send':
        this.send(step.outcome)
        return
      case 'jump':
        // As a server does that sees the jump.
        this.#offsetMs += step.ms
        return this.#outbox.shift(step.ms)
      case 'restart':
        this.#outbox = new Outbox(this.#database, random, this.#maxPending)
        return this.#outbox.correctTimes(this.#nowMs)
      case 'tidy':
        this.#outbox.tidy(new Set(), this.#nowMs)
    }
  }

  send(outcome: 'ok' | 'lost' | 'failed'): boolean {
    const claimed = this.#outbox.claim(this.#channel, this.#nowMs)
    if (claimed === null) return false
    const { id, content } = claimed
    this.attempts.push({ id, content, trueMs: this.#trueMs })
    if (outcome !== 'failed') this.received.add(id)
    if (outcome === 'ok') {
      this.delivered.add(id)
      this.#outbox.delivered('soc', claimed, this.#nowMs)
    } else this.#outbox.failed('soc', claimed, 'away', [], this.#nowMs)
    return true
  }

  /** Lets the receiver have everything that is left. */
  finish(): void {
    for (let round = 0; round < 500; round++) {
      this.#trueMs += HOUR_MS / 4
      while (this.send('ok'));
      const { pending, held } = this.#outbox.record('soc')
      if (pending === 0 && held === 0) return
      // What is held waits for a message to be counted in.
      if (pending === 0) this.#take([[9, 0]])
    }
    throw new Error('the outbox is never empty')
  }

  get #nowMs(): number {
    return this.#trueMs + this.#offsetMs
  }

  #take(alerts: readonly (readonly [number, number])[]): void {
    const made = alerts.map(([client, kind]): Alert => ({
      kind: KINDS[kind]!,
      atMs: this.#nowMs,
      event: ++this.#cursor,
      state: null,
      key: `client:${client}`,
      subject: subjectOf({ clientId: client }),
    }))
    this.#outbox.take(made, this.#cursor, this.#nowMs, [this.#channel], this.#nowMs)
    this.taken += made.length
  }
}

describe('the outbox', () => {
  it('tells of every alert once, under ids whose content never changes, no more often than it should', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60, size: 'max' }),
        fc.constantFrom(1, 2, 10, 60, 36_000),
        fc.constantFrom(0, 60_000, HOUR_MS, 24 * HOUR_MS),
        fc.constantFrom(2, 5, 1000),
        (steps, perHour, minIntervalMs, maxPending) => {
          const channel: WebhookSettings = {
            id: 'soc',
            type: 'webhook',
            url: 'http://127.0.0.1:9/',
            secretFile: null,
            on: KINDS,
            detail: 'full',
            minIntervalMs,
            perHour,
            timeoutMs: 1000,
            address: null,
            caFile: null,
          }
          const play = new Play(channel, maxPending)
          for (const step of steps) play.play(step)
          play.finish()

          const contents = new Map<number, string>()
          const firsts: Attempt[] = []
          for (const attempt of play.attempts) {
            const written = JSON.stringify(attempt.content)
            if (!contents.has(attempt.id)) firsts.push(attempt)
            expect(contents.get(attempt.id) ?? written).toBe(written)
            contents.set(attempt.id, written)
          }

          const told = firsts.filter(({ id }) => play.received.has(id)).map(({ content }) => 1 + total(content.more))
          // A message whose receipt was lost and that was given up later is counted by another one once more.
          const twice = firsts.filter(({ id }) => play.received.has(id) && !play.delivered.has(id)).map(({ content }) => 1 + total(content.more)) // prettier-ignore
          expect(sum(told)).toBe(play.taken + sum(twice))

          for (const kind of KINDS) {
            for (let client = 0; client < 4; client++) {
              const times = firsts
                .filter(({ content }) =>
                  [content.alert, ...content.listed].some((told) => told.kind === kind && told.key === `client:${client}`),
                )
                .map(({ trueMs }) => trueMs)
              for (const [index, time] of times.slice(1).entries())
                expect(time - times[index]!).toBeGreaterThanOrEqual(minIntervalMs)
            }
          }
          for (const [index, { trueMs }] of play.attempts.entries()) {
            const inHour = play.attempts.slice(index).filter((later) => later.trueMs < trueMs + HOUR_MS).length
            expect(inHour).toBeLessThanOrEqual(perHour)
          }
        },
      ),
      { numRuns },
    )
  }) // prettier-ignore
})

describe('the allowance', () => {
  it('lets no more through in any hour than it says, and no less over a day', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.nat(HOUR_MS), (perHour, startMs) => {
        const sent: number[] = []
        let rememberedMs = 0
        for (let nowMs = startMs; nowMs < startMs + 12 * HOUR_MS; nowMs += 7000) {
          for (;;) {
            const { free, afterOneMs } = allowanceAt(nowMs, rememberedMs, perHour)
            if (free < 1) break
            sent.push(nowMs)
            rememberedMs = afterOneMs
          }
        }
        for (const [index, time] of sent.entries()) {
          const beyond = sent[index + perHour]
          if (beyond !== undefined) expect(beyond - time).toBeGreaterThanOrEqual(HOUR_MS)
        }
        expect(sent.length).toBeGreaterThan(12 * perHour * 0.85 - 1)
      }),
      { numRuns: Math.ceil(numRuns / 4) },
    )
  })
})

describe('the back-off', () => {
  it('is between 30 s and an hour, and never shorter for more attempts than for few', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (attempts) => {
        const ms = backOffMs(attempts, ATTEMPTS, random)
        expect(ms).toBeGreaterThanOrEqual(Math.min(30_000 * 2 ** (attempts - 1), 2_400_000))
        expect(ms).toBeLessThanOrEqual(HOUR_MS)
      }),
      { numRuns },
    )
  })
})

function sum(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => one + other, 0)
}
