/** What an import proposes: each indicator once, with every place it stands at, and the counts a person checks. */
import type { DocumentFormat } from '../documents/read.ts'
import type { Place } from '../documents/place.ts'
import { classify } from './classify.ts'
import type { Doubt } from './piece-fences.ts'
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
/** Of runs on a page that may be one name or several. */
const MOST_READINGS = 24

/** Thrown where there are more different indicators than allowed. */
export class TooManyItems extends Error {}

export class ProposalBuilder {
  readonly #maxItems: number
  readonly #items: OpenItem[] = []
  readonly #byKind: Readonly<Record<Kind, Map<string, OpenItem>>>
  /** While pieces of a page are added. */
  #read: Map<string, OpenItem> | null = null
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
        throw new TooManyItems(
          `có quá ${this.#maxItems} chỉ báo khác nhau · there are more than ${this.#maxItems} different indicators`,
        )
      }
      const first = { finding, scope, file, place, more: null }
      this.#byKind[kind].set(value, first)
      this.#items.push(first)
      return
    }
    const more = { file, ...place }
    if (item.more === null) item.more = [more]
    else item.more.push(more)
    if (item.finding.decision === 'refuse') item.scope = scope
    // A name in one place and what is under it in another, as zones of RPZ have it: all of it.
    else if (finding.decision !== 'refuse' && scope !== item.scope) item.scope = 'subtree'
    if (RANK[finding.decision] > RANK[item.finding.decision]) item.finding = finding
  }

  /** What was accepted of `file` is held, unless `doubts` knows it and has no doubt. */
  doubtOthers(doubts: ReadonlyMap<string, Doubt | null>, file: number): void {
    for (const item of this.#items) {
      const { finding } = item
      if (item.file !== file || finding.decision !== 'accept' || doubts.get(finding.value) === null) continue
      const reasons: ReasonCode[] = [doubts.get(finding.value) === 'prose' ? 'running-text' : 'broken']
      item.finding = { ...finding, decision: 'hold', reasons }
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
        this.#readingsOf()
        for (const reading of others) this.#noteReading(reading, item)
      }
    }
  }

  /** Whether an item stands for one of `values`. */
  isRead(values: readonly string[]): boolean {
    const read = this.#readingsOf()
    return values.some((value) => read.has(value))
  }

  isAccepted(value: string): boolean {
    const item = this.#readingsOf().get(value)
    return item?.finding.decision === 'accept' && item.finding.value === value
  }

  /**
   * Holds those of `readings` that no item stands for: as other readings of an item that is held for one of them, or as an
   * item of their own, `written` as given.
   */
  addMissing(readings: readonly string[], written: string, file: number, place: Place): void {
    const read = this.#readingsOf()
    let missing = [...new Set(readings)].filter((each) => !read.has(each))
    for (const reading of readings) {
      const item = read.get(reading)
      if (item === undefined || item.file !== file || item.finding.decision !== 'hold') continue
      const known = item.finding.readings.length > 0 ? item.finding.readings : [item.finding.value]
      const more = missing.slice(0, Math.max(0, MOST_READINGS - known.length))
      if (more.length === 0) continue
      item.finding = { ...item.finding, readings: [...known, ...more] }
      for (const each of more) this.#noteReading(each, item)
      missing = missing.slice(more.length)
    }
    for (let at = 0; at < missing.length; at += MOST_READINGS) {
      const some = missing.slice(at, at + MOST_READINGS)
      const { kind, value, scope } = classify(some[0]!)!
      this.add({ kind, value, scope, decision: 'hold', reasons: ['broken'], readings: some, written }, file, place) // prettier-ignore
      const item = this.#byKind[kind].get(value)!
      for (const each of some) this.#noteReading(each, item)
    }
  }

  /** Items by their values and all their readings. */
  #readingsOf(): Map<string, OpenItem> {
    if (this.#read === null) {
      this.#read = new Map()
      for (const item of this.#items) {
        const { value, readings } = item.finding
        for (const each of [value, ...readings]) this.#noteReading(each, item)
      }
    }
    return this.#read
  }

  #noteReading(reading: string, item: OpenItem): void {
    const known = this.#read!.get(reading)
    if (known === undefined || known.finding.decision === 'refuse') this.#read!.set(reading, item)
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
