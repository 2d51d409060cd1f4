/**
 * Upstream answers of one resolver thread, bounded in bytes, least recently used first out. Found by a 32-bit hash of
 * the question and compared in full: a collision is a miss, and the later answer replaces the earlier. The verdict of
 * policy is never kept, only what screening found. No timers: what has expired goes when it is found, or last used.
 */
import type { Clock } from '../clock.ts'
import type { Answer } from '../wire/answer.ts'
import { MAX_NAME_BYTES } from '../wire/name-key.ts'
import { Draft } from './draft.ts'
import { Entries } from './entries.ts'
import type { Entry } from './entry.ts'
import { isAnswer, lifetimeSeconds, MAX_FAILURE_MS, type CacheSettings } from './lifetime.ts'
import { facetOf, hashOf, type CacheQuestion } from './question.ts'

/** What the query path knows of an answer and the cache does not look at. */
export interface EntryNotes {
  /** The policy snapshot `screened` was found under. */
  readonly generation: number
  /** The list sets of the answer's aliases and addresses; null: none. */
  readonly screened: Int32Array | null
  /** The upstream's Extended DNS Error, or -1. */
  readonly ede: number
}

export class AnswerCache {
  readonly #clock: Clock
  readonly #seed: number
  readonly #draft = new Draft()
  readonly #name = new Uint8Array(MAX_NAME_BYTES)
  #settings: CacheSettings
  #entries: Entries

  /**
   * `seed`: 32 random bits, so that nobody outside can build names of one hash. Throws a RangeError where the system
   * refuses the memory.
   */
  constructor(settings: CacheSettings, clock: Clock, seed: number) {
    this.#settings = settings
    this.#clock = clock
    this.#seed = seed
    this.#entries = new Entries(settings.maxBytes)
  }

  /**
   * The entry of this question, undefined where there is none of any use. It may be fresh, stale, failing, or merely
   * remember how often the question failed: ask it, before the next call into the cache.
   */
  find(
    key: { readonly bytes: Uint8Array; readonly length: number },
    qtype: number,
    qclass: number,
    dnssecOk: boolean,
    checkingDisabled: boolean,
    group: number,
  ): Entry | undefined {
    const facet = facetOf(qclass, dnssecOk, checkingDisabled, group)
    const hash = hashOf(this.#seed, key.bytes, key.length, qtype, facet)
    const entry = this.#entries.find(hash, this.#clock.wallMs())
    if (entry === null || !entry.matches(key.bytes, key.length, qtype, facet)) return undefined
    if (entry.isUsable) {
      this.#entries.touch(entry)
      return entry
    }
    this.#entries.remove(entry)
    return undefined
  }

  /**
   * Keeps `message`, which `answer` was read from and whose OPT has been cut off. Returns the entry, or null for what
   * is not kept: TTL 0, negative without SOA (RFC 2308 §5), truncated, an rcode but NOERROR and NXDOMAIN, larger than
   * all the cache.
   */
  store(question: CacheQuestion, message: Uint8Array, answer: Answer, notes: EntryNotes): Entry | null {
    if (!isAnswer(answer)) return null
    const facet = facetOfQuestion(question)
    const hash = hashOfQuestion(this.#seed, question, facet)
    const lifetime = lifetimeSeconds(message, answer, this.#settings)
    if (lifetime === 0) {
      // What was known before is no longer true, and the question no longer fails.
      this.#entries.removeHash(hash)
      return null
    }
    const nowMs = this.#clock.wallMs()
    const octets = this.#draft.answer(message, answer, facet, nowMs, lifetime, this.#settings, notes.ede)
    return this.#entries.add(hash, this.#draft.bytes, octets, notes.generation, notes.screened, nowMs)
  }

  /**
   * Notes that nobody could answer this question: `failedUntilMs` of its entry says until when it need not be asked
   * again, one second at first, twice as long each time up to `mostMs` (RFC 9520 §3.2). An answer that may be served
   * stale stays. `ede`: why, or -1. Null: larger than all the cache.
   */
  storeFailure(question: CacheQuestion, ede: number, mostMs = MAX_FAILURE_MS): Entry | null {
    const nowMs = this.#clock.wallMs()
    const facet = facetOfQuestion(question)
    const hash = hashOfQuestion(this.#seed, question, facet)
    let entry = this.#entries.find(hash, nowMs)
    if (!entry?.matches(question.name, question.nameLength, question.qtype, facet) || !entry.isUsable) {
      const octets = this.#draft.failure(question, facet, nowMs)
      entry = this.#entries.add(hash, this.#draft.bytes, octets, 0, null, nowMs)
    }
    entry?.fail(ede, mostMs)
    return entry
  }

  /**
   * Notes what screening found of `entry`, the one asked for last, under the policy of `generation`. Where there is no
   * room for it nothing is noted, and the answer will be screened again.
   */
  noteScreening(entry: Entry, generation: number, screened: Int32Array | null): void {
    this.#entries.setScreened(entry, generation, screened)
  }

  /** Lets every question be asked again: there are other servers now. Answers stay. */
  forgetFailures(): void {
    this.#entries.forEach((entry) => entry.forgetFailures())
  }

  /**
   * Removes all entries of `name` (lower-case wire form), with `below` also of the names under it; with null all
   * there are. Returns how many. Looks at every entry: for people, not for the path.
   */
  flush(name: { readonly bytes: Uint8Array; readonly length: number } | null, below = false): number {
    const before = this.#entries.count
    if (name === null) this.#entries.clear()
    else {
      this.#entries.forEach((entry) => {
        const length = entry.copyName(this.#name)
        if (isOf(this.#name, length, name.bytes, name.length, below)) this.#entries.remove(entry)
      })
    }
    return before - this.#entries.count
  }

  /**
   * Shows the answers kept in the `count` blocks from `from` on, 1 at first, and returns where to go on, 0 at the end: for
   * people, a little at a time between queries. See Entries.walk.
   */
  walk(from: number, count: number, look: (entry: Entry) => void): number {
    return this.#entries.walk(from, count, this.#clock.wallMs(), look)
  }

  /**
   * Takes changed settings. What is kept stays with the lifetime it was given, as far as there is room. False: the
   * system refuses the memory for `maxBytes`, and the cache keeps the size it has.
   */
  configure(settings: CacheSettings): boolean {
    this.#settings = settings
    if (settings.maxBytes === this.#entries.maxBytes) return true
    try {
      const entries = new Entries(settings.maxBytes)
      entries.adopt(this.#entries)
      this.#entries = entries
      return true
    } catch (error) {
      if (error instanceof RangeError) return false
      throw error
    }
  }

  get entries(): number {
    return this.#entries.count
  }

  /** What they take, as accounted. */
  get bytes(): number {
    return this.#entries.bytes
  }
}

function facetOfQuestion({ qclass, dnssecOk, checkingDisabled, group }: CacheQuestion): number {
  return facetOf(qclass, dnssecOk, checkingDisabled, group)
}

function hashOfQuestion(seed: number, { name, nameLength, qtype }: CacheQuestion, facet: number): number {
  return hashOf(seed, name, nameLength, qtype, facet)
}

/** Whether the name `own` is `name` or, with `below`, under it. */
function isOf(
  own: Uint8Array,
  ownLength: number,
  name: Uint8Array,
  nameLength: number,
  below: boolean,
): boolean {
  if (ownLength < nameLength || (!below && ownLength !== nameLength)) return false
  // Only where a label begins can a name under it end and it begin.
  let start = 0
  while (ownLength - start > nameLength) start += own[start]! + 1
  if (ownLength - start !== nameLength) return false
  for (let at = 0; at < nameLength; at++) if (own[start + at] !== name[at]) return false
  return true
}
