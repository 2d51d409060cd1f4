/** What the list thread says of its lists: for the admin API, metrics and the command line. Plain data. */
import type { CompiledList, ListState } from './compile.ts'
import type { ConfiguredList } from './configured.ts'
import type { GoodVersion } from './last-good.ts'
import type { Outcome } from './outcome.ts'
import { renewalOf, type Renewal } from './renewal.ts'
import { validityAt, type ValidityState } from './validity.ts'

export interface ListStatus extends Outcome, Renewal {
  readonly id: string
  readonly number: number
  readonly kind: 'list' | 'allow'
  readonly path: string
  readonly campaign: string | null
  readonly basis: string
  readonly document: string
  readonly issuer: string
  readonly issued: string | null
  /** As configured; what it does while it may not block is `log`. */
  readonly action: string
  readonly from: string | null
  readonly until: string | null
  readonly validity: ValidityState
  /** As detected or named; null while nothing is in force. */
  readonly format: string | null
  readonly state: ListState
  /** SHA-256 of what is in force, hexadecimal; empty when nothing is. */
  readonly digest: string
  /** When the file was last taken, and last tried; wall clock, milliseconds; null: never. */
  readonly lastSuccessAt: number | null
  readonly lastAttemptAt: number | null
  /** Attempts that did not take the file, since the thread started. */
  readonly reloadFailures: number
  /** Why the last attempt did not take the file, or null. */
  readonly error: string | null
}

export interface ListsStatus {
  readonly lists: readonly ListStatus[]
  /** Different names and prefixes in force, over all lists. */
  readonly names: number
  readonly addresses: number
  readonly generation: number
  /** From the first byte read to in force; null before the first build. */
  readonly reloadSeconds: number | null
  /** Why the last build as a whole failed, or null. */
  readonly error: string | null
  readonly pause: { readonly untilMs: number; readonly reason: string } | null
}

/** When lists were tried and taken. */
export class Attempts {
  readonly #lastSuccess = new Map<string, number>()
  readonly #lastAttempt = new Map<string, number>()
  readonly #failures = new Map<string, number>()

  note(list: CompiledList, wallMs: number): void {
    this.#lastAttempt.set(list.id, wallMs)
    if (list.state === 'loaded') this.#lastSuccess.set(list.id, wallMs)
    else this.#failures.set(list.id, (this.#failures.get(list.id) ?? 0) + 1)
  }

  /** `good`: the last version taken, and where it lies, also before this thread started; null: none was. */
  status(
    list: ConfiguredList,
    compiled: CompiledList,
    good: (GoodVersion & { readonly keptPath: string }) | null,
    nowMs: number,
  ): ListStatus {
    const { id, campaign, basis, document, issuer, issued, action, from, until } = list
    const { number, kind, path, state, outcome, digest, format, error } = compiled
    const known = good ? Date.parse(good.takenAt) : null
    // Of an allow list the day of its first entry that ends.
    const limits = kind === 'allow' ? { from: null, until: outcome.allowed?.ends ?? list.allowed.until } : { from, until } // prettier-ignore
    return {
      ...outcome,
      ...renewalOf(list, compiled, good?.keptPath ?? null, nowMs),
      id,
      number,
      kind,
      path,
      campaign,
      basis,
      document,
      issuer,
      issued,
      ...limits,
      validity: validityAt(limits, nowMs),
      action: kind === 'allow' ? 'allow' : action,
      format,
      state,
      digest,
      lastSuccessAt: this.#lastSuccess.get(id) ?? known,
      lastAttemptAt: this.#lastAttempt.get(id) ?? null,
      reloadFailures: this.#failures.get(id) ?? 0,
      error,
    }
  }
}
