/**
 * What one source knows (a lease file, the neighbour table, the register), and what it knew: compares each look at it
 * with the one before, and tells which bindings began, went on and ended.
 *
 * Nothing ends because a file is empty, cut off or gone for a moment: an address that a look does not show is waited
 * for, longer where most are missing at once, and ends, when it does, at the look that missed it first. Another
 * machine at the address ends the binding at once. Clocks that are set back end and begin nothing.
 */
import { addressBytes } from './address-text.ts'
import { isSameMachine, type Binding, type IdentitySource, type Machine, type Sure } from './binding.ts'

/** An address and whose it is, as one look shows it. */
export interface Seen extends Machine {
  /** As `readAddress` gives it. */
  readonly address: string
  /** null: the source does not say. */
  readonly fromMs: number | null
  /** When it ends unless renewed; null: never or unknown. */
  readonly expiresMs: number | null
  readonly sure: Sure
  readonly isRouter: boolean
}

/** A binding that is over, as logs of leases remember it. */
export interface SeenPast extends Seen {
  readonly fromMs: number
  readonly untilMs: number
}

/** When a look was taken. Wall clock but for the last. */
export interface Look {
  readonly nowMs: number
  /** When what it shows was so: when the file was written. At most `nowMs`. */
  readonly atMs: number
  /** Since when an address that was nobody's at the last look may have been somebody's. At most `atMs`. */
  readonly sinceMs: number
  readonly monotonicMs: number
}

/** `renewed`: goes on, nothing of it changed; `changed`: name, sureness or kind did. */
export type Change = 'opened' | 'closed' | 'renewed' | 'changed'

export interface HistoryOptions {
  readonly source: IdentitySource
  /** How long an address that is missing is waited for. */
  readonly graceMs: number
  /** Whether a date of expiry that passes ends a binding. */
  canExpire(): boolean
  changed(change: Change, binding: Binding): void
  /** Takes what was known of `address` before the start, if anything. */
  takeRemembered(address: string): Binding | null
}

/** Waited for when more than half is missing at once: rather a file in trouble than an office gone home. */
const SHRUNK_GRACE_MS = 600_000

/** A renewal may be on its way (a file copied over every few minutes) when a lease runs out. */
const EXPIRY_SLACK_MS = 120_000

/** Addresses between two pauses. */
const STEP = 500

interface Held extends Machine {
  readonly address: string
  readonly fromMs: number
  /** Told as its end; null: told as open. */
  untilMs: number | null
  expiresMs: number | null
  hostName: string | null
  sure: Sure
  isRouter: boolean
  /** The last look that showed it. */
  seenIn: number
  missing: { readonly atMs: number; readonly deadlineMs: number } | null
}

export class SourceHistory {
  readonly #options: HistoryOptions
  readonly #held = new Map<string, Held>()
  #look = 0
  /** Past bindings of the last look: told once. */
  #past = new Set<string>()
  #isEnded = false

  constructor(options: HistoryOptions) {
    this.#options = options
  }

  /** Addresses known now, those waited for included. */
  get size(): number {
    return this.#held.size
  }

  /** What is known of `address` now, or null. */
  find(address: string): Binding | null {
    const held = this.#held.get(address)
    return held === undefined || held.untilMs !== null ? null : this.#binding(held)
  }

  /** Every binding that is open now. */
  *all(): Generator<Binding> {
    for (const held of this.#held.values()) if (held.untilMs === null) yield this.#binding(held)
  }

  /** A look at the whole source. Pauses between steps, so that a long one can share the thread. */
  *take(seen: Iterable<Seen>, past: Iterable<SeenPast>, look: Look): Generator<void> {
    const number = ++this.#look
    let count = 0
    yield* this.#takePast(past)
    for (const one of seen) {
      if (++count % STEP === 0) yield
      this.#see(one, look, number)
    }
    const hasShrunk = count * 2 < this.#held.size
    const graceMs = hasShrunk ? Math.max(SHRUNK_GRACE_MS, this.#options.graceMs) : this.#options.graceMs
    const missing = { atMs: look.atMs, deadlineMs: look.monotonicMs + graceMs }
    for (const held of this.#held.values()) if (held.seenIn < number) held.missing ??= missing
  }

  /** One address, beside what is known of all others. */
  put(seen: Seen, look: Look): void {
    this.#see(seen, look, this.#look)
  }

  /** Ends what has been missing long enough and, where the source can be read at all, what has run out. */
  tick(nowMs: number, monotonicMs: number, isReadable: boolean): void {
    for (const held of this.#held.values()) {
      if (held.missing !== null && monotonicMs >= held.missing.deadlineMs) {
        const ranOutMs = this.#options.canExpire() ? held.expiresMs : null
        this.#close(held, Math.min(held.missing.atMs, ranOutMs ?? Infinity))
        this.#held.delete(held.address)
      } else if (this.#options.canExpire() && isReadable && held.expiresMs !== null) {
        if (held.untilMs === null && held.expiresMs + EXPIRY_SLACK_MS <= nowMs)
          this.#close(held, held.expiresMs)
        // The clock was ahead for a while.
        else if (held.untilMs !== null && held.expiresMs > nowMs) this.#reopen(held)
      }
    }
  }

  /** The source is no more: what it said holds until `atMs`. Looks that are still under way say nothing. */
  end(atMs: number): void {
    this.#isEnded = true
    for (const held of this.#held.values()) this.#close(held, atMs)
    this.#held.clear()
  }

  /** What was said of `address` was wrong: it is taken back. */
  takeBack(address: string): void {
    const held = this.#held.get(address)
    if (held === undefined) return
    this.#held.delete(address)
    held.untilMs = held.fromMs
    this.#tell('closed', held)
  }

  /** `address` is nobody's from `atMs` on, as far as this source knows. */
  drop(address: string, atMs: number): void {
    const held = this.#held.get(address)
    this.#held.delete(address)
    const remembered = held === undefined ? this.#options.takeRemembered(address) : null
    if (held !== undefined) this.#close(held, atMs)
    else if (remembered !== null)
      this.#options.changed('closed', { ...remembered, untilMs: Math.max(atMs, remembered.fromMs) })
  }

  #see(seen: Seen, look: Look, number: number): void {
    if (this.#isEnded) return
    const held = this.#held.get(seen.address)
    const isOver = this.#options.canExpire() && seen.expiresMs !== null && seen.expiresMs <= look.nowMs
    if (held === undefined) {
      if (!isOver) this.#begin(seen, look, number)
      return
    }
    if (!isSameMachine(held, seen)) {
      if (isOver) return
      this.#held.delete(seen.address)
      const freeSince = held.untilMs ?? held.missing?.atMs ?? look.atMs
      const fromMs = seen.fromMs ?? Math.max(freeSince, look.sinceMs)
      this.#close(held, Math.min(freeSince, fromMs))
      this.#open(seen, fromMs, number)
      return
    }
    const begin = seen.fromMs ?? look.sinceMs
    if (held.untilMs !== null && !isOver && begin > held.untilMs + EXPIRY_SLACK_MS) {
      this.#held.delete(seen.address)
      this.#open(seen, begin, number)
    } else this.#goOn(held, seen, number, isOver)
  }

  #goOn(held: Held, seen: Seen, number: number, isOver: boolean): void {
    held.seenIn = number
    held.missing = null
    if ((held.mac === null && seen.mac !== null) || (held.duid === null && seen.duid !== null)) {
      // The same, better known: what was told named nobody that could be found again.
      this.takeBack(held.address)
      this.#open({ ...seen, mac: seen.mac ?? held.mac, duid: seen.duid ?? held.duid }, held.fromMs, number)
      return
    }
    const hostName = seen.hostName ?? held.hostName
    const isOther = hostName !== held.hostName || seen.sure !== held.sure || seen.isRouter !== held.isRouter
    const isLonger = seen.expiresMs !== held.expiresMs
    held.hostName = hostName
    held.sure = seen.sure
    held.isRouter = seen.isRouter
    held.expiresMs = seen.expiresMs
    if (held.untilMs !== null && !isOver) this.#reopen(held)
    else if (isOther) this.#tell('changed', held)
    else if (isLonger) this.#tell('renewed', held)
  }

  /** An address that this source says for the first time, or again after its end. */
  #begin(seen: Seen, look: Look, number: number): void {
    const remembered = this.#options.takeRemembered(seen.address)
    if (remembered === null) {
      this.#open(seen, Math.min(seen.fromMs ?? look.sinceMs, look.nowMs), number)
      return
    }
    if (isSameMachine(remembered, seen)) {
      // Known since before the start: it went on meanwhile.
      const { mac, duid, hostName, sure, isRouter, fromMs } = remembered
      const held = { ...seen, mac, duid, hostName, sure, isRouter, fromMs, untilMs: null, seenIn: number, missing: null } // prettier-ignore
      this.#held.set(seen.address, held)
      this.#goOn(held, seen, number, false)
      return
    }
    const fromMs = Math.max(seen.fromMs ?? look.atMs, remembered.fromMs)
    this.#options.changed('closed', { ...remembered, untilMs: fromMs })
    this.#open(seen, Math.min(fromMs, look.nowMs), number)
  }

  #open(seen: Seen, fromMs: number, number: number): void {
    const held: Held = { ...seen, fromMs, untilMs: null, seenIn: number, missing: null }
    this.#held.set(seen.address, held)
    this.#tell('opened', held)
  }

  #reopen(held: Held): void {
    held.untilMs = null
    this.#tell('opened', held)
  }

  #close(held: Held, atMs: number): void {
    if (held.untilMs !== null) return
    held.untilMs = Math.max(atMs, held.fromMs)
    this.#tell('closed', held)
  }

  *#takePast(past: Iterable<SeenPast>): Generator<void> {
    const told = new Set<string>()
    for (const one of past) {
      if (told.size % STEP === STEP - 1) yield
      const key = `${one.address} ${one.fromMs} ${one.untilMs}`
      told.add(key)
      if (this.#past.has(key)) continue
      const held = this.#held.get(one.address)
      const ends =
        held !== undefined && held.untilMs === null && held.fromMs < one.untilMs && isSameMachine(held, one)
      if (ends) {
        this.#close(held, one.untilMs)
        this.#held.delete(one.address)
      }
      if (!ends || held.fromMs !== one.fromMs)
        this.#options.changed('closed', this.#binding({ ...one, seenIn: 0, missing: null }))
    }
    this.#past = told
  }

  #tell(change: Change, held: Held): void {
    this.#options.changed(change, this.#binding(held))
  }

  #binding(held: Held): Binding {
    const { address, fromMs, untilMs, mac, duid, hostName, sure, isRouter } = held
    const { source } = this.#options
    return { address: addressBytes(address), fromMs, untilMs, mac, duid, hostName, source, sure, isRouter }
  }
}
