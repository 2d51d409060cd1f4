/**
 * Whom to ask first, and whom next. Each group (the general servers; those of each forward zone) has its order, renewed at every
 * tick and shared by all questions asked until then.
 */
import type { Random } from '../random.ts'
import type { Pending } from './pending.ts'
import type { Upstream } from './upstream.ts'

export type Strategy = 'fastest' | 'ordered'

/** More in one group are not asked: a question notes each in a bit. */
export const MAX_UPSTREAMS = 16
/**
 * RFC 9520 §3.1: a server that has left a question unanswered three times over one transport is not asked again over
 * that transport.
 */
export const MAX_SILENCES = 3
/** One question in so many is also put to another upstream, to know how fast it is now. */
const EXPLORE_ONE_IN = 20
/** Unused for so long, an upstream gets the next question too. */
const EXPLORE_AFTER_MS = 30_000

export class UpstreamGroup {
  readonly upstreams: readonly Upstream[]
  readonly #strategy: Strategy
  #order: readonly Upstream[]

  constructor(upstreams: readonly Upstream[], strategy: Strategy) {
    this.upstreams = upstreams.slice(0, MAX_UPSTREAMS)
    this.#strategy = strategy
    this.#order = this.upstreams
    this.renew()
  }

  /** The best first: those that are up, then those that are down; never one that loops. Not changed in place. */
  get order(): readonly Upstream[] {
    return this.#order
  }

  renew(): void {
    const order = this.upstreams.filter((upstream) => !upstream.isLoop)
    order.sort((a, b) => rank(a) - rank(b) || (this.#strategy === 'fastest' ? a.score - b.score : 0))
    const isSame =
      order.length === this.#order.length && order.every((upstream, place) => upstream === this.#order[place])
    if (!isSame) this.#order = order
  }

  /** The place in `order` of an upstream that should be measured by this question as well, or -1. */
  explore(order: readonly Upstream[], nowMs: number, random: Random): number {
    if (this.#strategy !== 'fastest' || order.length < 2) return -1
    for (let place = 1; place < order.length; place++) {
      const upstream = order[place]!
      if (upstream.state === 'up' && nowMs - upstream.usedMs >= EXPLORE_AFTER_MS) return place
    }
    if (random.below(EXPLORE_ONE_IN) !== 0) return -1
    const place = 1 + random.below(order.length - 1)
    return order[place]!.state === 'up' ? place : -1
  }
}

function rank(upstream: Upstream): number {
  return upstream.state === 'up' ? 0 : 1
}

/**
 * The place after the current one that has not failed and is not spent: one that is up, else one that is down, for
 * there is nothing to lose. Where a refusal can be passed on, nobody waits for those that are down. -1: none.
 */
export function choosePlace(pending: Pending<unknown>): number {
  const { candidates, current, failed } = pending
  let spare = -1
  for (let step = 1; step <= candidates.length; step++) {
    const place = (current + step) % candidates.length
    const bit = 1 << place
    const isSpent = silencesOf(pending, place) >= MAX_SILENCES && (pending.triedTcp & bit) !== 0
    if (isSpent || (failed & bit) !== 0) continue
    const { state } = candidates[place]!
    if (state === 'up') return place
    if (state === 'down' && spare < 0) spare = place
  }
  return pending.refusal === null ? spare : -1
}

/** How often the candidate at `place` has left this question unanswered over UDP. */
export function silencesOf(pending: Pending<unknown>, place: number): number {
  return (pending.silences >>> (2 * place)) & 3
}
