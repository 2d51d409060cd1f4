/** What an import proposes: each indicator once, with every place it stands at, and the counts a person checks. */
import type { DocumentFormat } from '../documents/read.ts'
import type { Place } from '../documents/place.ts'
import { classify } from './classify.ts'
import type { ReasonCode } from './reasons.ts'
import { type Decision, type Finding, type Kind, KINDS, type Scope } from './verdict.ts'

/** A place in one of the files of the import. */
export interface FilePlace extends Place {
  /** Index in the files of the import. */
  readonly file: number
}

export interface ProposedItem {
  readonly value: string
  readonly kind: Kind
  readonly scope: Scope
  readonly decision: Decision
  /** The most telling first. */
  readonly reasons: readonly ReasonCode[]
  /** What else may be meant; empty: nothing. */
  readonly readings: readonly string[]
  /** As it stands at the first place. */
  readonly written: string
  /** In the order of the files. */
  readonly places: readonly FilePlace[]
}

export interface ReadFile {
  readonly name: string
  /** Hexadecimal. */
  readonly sha256: string
  readonly bytes: number
  readonly format: DocumentFormat
  /** What a person should know of it. */
  readonly warnings: readonly string[]
}

export interface Summary {
  readonly items: number
  readonly places: number
  readonly decisions: Readonly<Record<Decision, number>>
  readonly kinds: Readonly<Partial<Record<Kind, Readonly<Record<Decision, number>>>>>
  /** Items by their first reason. */
  readonly reasons: Readonly<Partial<Record<ReasonCode, number>>>
}

/** Of several findings of one indicator the surest counts: a table beats a mention in the text. */
const RANK: Readonly<Record<Decision, number>> = { accept: 2, hold: 1, refuse: 0 }
const WIDTH: Readonly<Record<Scope, number>> = { subtree: 2, below: 1, exact: 0 }

interface OpenItem {
  finding: Finding
  scope: Scope
  readonly file: number
  readonly place: Place
  /** Beside the first; most have one place only. */
  more: FilePlace[] | null
}

/** Of one item that is pieced together. */
const MAX_READINGS = 8
/** Of what may be one name. */
const MOST_ITEMS = 3

/** Thrown where there are more different indicators than allowed. */
export class TooManyItems extends Error {}

export class ProposalBuilder {
  readonly #maxItems: number
  readonly #items: OpenItem[] = []
  readonly #byKind: Readonly<Record<Kind, Map<string, OpenItem>>>
  /** All values and readings, while pieces of a page are added. */
  #known: Set<string> | null = null
  #read: ReadonlySet<string> | null = null
  /** Names the lists let through. */
  readonly #exceptions = new Set<string>()

  constructor(maxItems: number) {
    this.#maxItems = maxItems
    this.#byKind = Object.fromEntries(KINDS.map((kind) => [kind, new Map<string, OpenItem>()])) as Record<
      Kind,
      Map<string, OpenItem>
    >
  }

  /** `file`: its number in the import, from 0. Throws TooManyItems. */
  add(finding: Finding, file: number, place: Place): void {
    const { kind, value, scope } = finding
    const item = this.#byKind[kind].get(value)
    if (item === undefined) {
      if (this.#items.length >= this.#maxItems) {
        throw new TooManyItems(`there are more than ${this.#maxItems} different indicators`)
      }
      const first = { finding, scope, file, place, more: null }
      this.#byKind[kind].set(value, first)
      this.#items.push(first)
      return
    }
    const more = { file, ...place }
    if (item.more === null) item.more = [more]
    else item.more.push(more)
    if (RANK[finding.decision] > RANK[item.finding.decision]) item.finding = finding
    if (WIDTH[scope] > WIDTH[item.scope]) item.scope = scope
  }

  /** What was accepted of `file` and is none of `sure` is held. */
  doubtOthers(sure: ReadonlySet<string>, file: number): void {
    for (const item of this.#items) {
      const { finding } = item
      if (item.file !== file || finding.decision !== 'accept' || sure.has(finding.value)) continue
      item.finding = { ...finding, decision: 'hold', reasons: ['broken'] }
    }
  }

  /** What of `parts` was accepted in `file` is held: it may be a part of `readings`. */
  doubt(parts: readonly string[], readings: readonly string[], file: number): void {
    for (const part of parts) {
      for (const kind of ['host', 'ip'] as const) {
        const item = this.#byKind[kind].get(part)
        if (item === undefined || item.file !== file || item.finding.decision !== 'accept') continue
        const others = readings.filter((reading) => reading !== part).slice(0, MAX_READINGS - 1)
        item.finding = { ...item.finding, decision: 'hold', reasons: ['broken'], readings: [part, ...others] }
        for (const reading of others) this.#known?.add(reading)
      }
    }
  }

  /** Whether an item stood for one of `values` before anything missing was added. */
  isRead(values: readonly string[]): boolean {
    this.#read ??= new Set(this.#items.flatMap(({ finding: { value, readings } }) => [value, ...readings]))
    return values.some((value) => this.#read!.has(value))
  }

  /** Holds what no item stands for; nothing unlikely where the likely is known. */
  addMissing(
    likely: readonly string[],
    unlikely: readonly string[],
    written: string,
    file: number,
    place: Place,
  ): void {
    // prettier-ignore
    this.isRead([])
    const known = (this.#known ??= new Set(this.#read))
    const readings = likely.some((each) => known.has(each)) ? likely : [...likely, ...unlikely]
    const missing = readings.filter((each) => !known.has(each)).slice(0, MOST_ITEMS * MAX_READINGS)
    for (let at = 0; at < missing.length; at += MAX_READINGS) {
      const some = missing.slice(at, at + MAX_READINGS)
      const { kind, value, scope } = classify(some[0]!)!
      this.add({ kind, value, scope, decision: 'hold', reasons: ['broken'], readings: some, written }, file, place) // prettier-ignore
    }
    for (const each of missing) known.add(each)
  }

  addException(finding: Finding, file: number, place: Place): void {
    this.#exceptions.add(finding.value)
    this.add({ ...finding, decision: 'refuse', reasons: ['exception'], kind: 'other' }, file, place)
  }

  *items(): Generator<ProposedItem> {
    const near = this.#nearExceptions()
    for (const { finding, scope, file, place, more } of this.#items) {
      const places = more === null ? [{ file, ...place }] : [{ file, ...place }, ...more]
      const { kind, value, decision, reasons, readings, written } = finding
      const isExcepted =
        decision === 'accept' && near !== null && (near.has(value) || this.#isUnderException(value))
      yield {
        value,
        kind,
        // Shared hosting stays as narrow as it was found.
        scope: reasons.includes('shared-hosting') ? 'exact' : scope,
        decision: isExcepted ? 'hold' : decision,
        reasons: isExcepted ? ['excepted'] : reasons,
        readings,
        written,
        places,
      }
    }
  }

  /** The exceptions and all names above them; null: there are none. */
  #nearExceptions(): ReadonlySet<string> | null {
    if (this.#exceptions.size === 0) return null
    const near = new Set<string>()
    for (const name of this.#exceptions) {
      near.add(name)
      for (const parent of parentsOf(name)) near.add(parent)
    }
    return near
  }

  #isUnderException(name: string): boolean {
    for (const parent of parentsOf(name)) if (this.#exceptions.has(parent)) return true
    return false
  }
}

function* parentsOf(name: string): Generator<string> {
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) yield name.slice(dot + 1)
}

/** Counts as they go by. */
export class SummaryCounter {
  #items = 0
  #places = 0
  readonly #decisions: Record<Decision, number> = { accept: 0, hold: 0, refuse: 0 }
  readonly #kinds = new Map<Kind, Record<Decision, number>>()
  readonly #reasons = new Map<ReasonCode, number>()

  add({ kind, decision, reasons, places }: ProposedItem): void {
    this.#items++
    this.#places += places.length
    this.#decisions[decision]++
    const ofKind = this.#kinds.get(kind) ?? { accept: 0, hold: 0, refuse: 0 }
    ofKind[decision]++
    this.#kinds.set(kind, ofKind)
    const [reason] = reasons as [ReasonCode]
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1)
  }

  summary(): Summary {
    return {
      items: this.#items,
      places: this.#places,
      decisions: this.#decisions,
      kinds: Object.fromEntries(this.#kinds),
      reasons: Object.fromEntries([...this.#reasons].sort(([, a], [, b]) => b - a)),
    }
  }
}
