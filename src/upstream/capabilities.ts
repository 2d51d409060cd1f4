/**
 * What an upstream can take: EDNS and 0x20 case. Learnt from its answers, never from a single lost packet, and
 * remembered; a home router must not be lost over a feature.
 */

/** RFC 6891 §6.2.2: what was found out is kept, but not for ever. */
const EDNS_OFF_MS = 3_600_000
/** So long a good answer to a query with EDNS tells that later ones were lost, not refused. */
const PROVEN_MS = 600_000
/** Questions that were answered only without EDNS before it is taken as the reason. */
const MAX_SUSPICIONS = 3
/** Answers in a row with the case changed before it is taken as the upstream's way. */
const MAX_CASE_CHANGES = 3

export class EdnsMemory {
  #offUntilMs = -Infinity
  #provenMs = -Infinity
  #suspicions = 0

  isOn(nowMs: number): boolean {
    return nowMs >= this.#offUntilMs
  }

  /** Monotonic time at which EDNS is tried again, or null where it is on. */
  offUntilMs(nowMs: number): number | null {
    return this.isOn(nowMs) ? null : this.#offUntilMs
  }

  /** It has lately answered queries with EDNS. */
  isProven(nowMs: number): boolean {
    return nowMs - this.#provenMs < PROVEN_MS
  }

  /** A good answer to a query with EDNS. */
  answered(nowMs: number): void {
    this.#provenMs = nowMs
    this.#suspicions = 0
  }

  /** It refused a query with EDNS and answered the same one without: that is plain enough. */
  refused(nowMs: number): void {
    this.#offUntilMs = nowMs + EDNS_OFF_MS
    this.#suspicions = 0
    this.#provenMs = -Infinity
  }

  /** It left a query with EDNS unanswered and answered the same one without: loss, or a box that drops EDNS. */
  answeredOnlyWithout(nowMs: number): void {
    if (++this.#suspicions >= MAX_SUSPICIONS) this.refused(nowMs)
  }

  /** It is down: what was known of it may be over. */
  distrust(): void {
    this.#provenMs = -Infinity
  }
}

export class CaseMemory {
  #changes = 0

  /** May the case be mixed, and must it come back as it went? */
  get isOn(): boolean {
    return this.#changes < MAX_CASE_CHANGES
  }

  /** Has it changed the case lately? Then an answer that kept it is worth noting. */
  get isInDoubt(): boolean {
    return this.#changes > 0 && this.isOn
  }

  changed(): void {
    this.#changes++
  }

  kept(): void {
    if (this.isOn) this.#changes = 0
  }
}
