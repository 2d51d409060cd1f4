/**
 * Upstream answers of one resolver thread, bounded in bytes, least recently used first out. Found by a 32-bit hash of
 * the question and compared in full: a collision is a miss, and the later answer replaces the earlier. The verdict of
 * policy is never kept, only what screening found. No timers: what has expired goes when it is found, or last used.
 */
import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'
import type { Answer } from '../wire/answer.ts'
import { HEADER_BYTES, Rcode } from '../wire/constants.ts'
import { Entry, facetOf, failureMs, MAX_FAILURE_MS, packAnswer } from './entry.ts'
import type { CacheQuestion, EntryNotes } from './entry.ts'
import { isAnswer, lifetimeSeconds } from './lifetime.ts'
import type { CacheSettings } from './lifetime.ts'

/** What an entry takes beside its array's octets: objects, buffer, places in lru-cache (measured: test/unit/cache). */
export const ENTRY_OVERHEAD_BYTES = 480

/** After this long without a failure the next one counts as the first again. */
const FORGET_FAILURES_MS = 2 * MAX_FAILURE_MS

/** How far the wall clock may be set back without an answer being taken for one from the future. */
const CLOCK_SLACK_MS = 60_000

export class AnswerCache {
  readonly #clock: Clock
  readonly #seed: number
  #settings: CacheSettings
  #entries: LRUCache<number, Entry>

  /** `seed`: 32 random bits, so that nobody outside can build names of one hash. */
  constructor(settings: CacheSettings, clock: Clock, seed: number) {
    this.#settings = settings
    this.#clock = clock
    this.#seed = seed
    this.#entries = new LRUCache({ maxSize: settings.maxBytes })
  }

  /**
   * The entry of this question, undefined where there is none of any use. It may be fresh, stale, failing, or merely
   * remember how often the question failed: ask it. `nowMs`: wall clock.
   */
  find(
    key: { readonly bytes: Uint8Array; readonly length: number },
    qtype: number,
    qclass: number,
    dnssecOk: boolean,
    checkingDisabled: boolean,
    group: number,
    nowMs: number = this.#clock.wallMs(),
  ): Entry | undefined {
    const facet = facetOf(qclass, dnssecOk, checkingDisabled, group)
    const hash = hashOf(this.#seed, key.bytes, key.length, qtype, facet)
    const entry = this.#entries.get(hash)
    if (entry === undefined || !entry.matches(key.bytes, key.length, qtype, facet)) return undefined
    if (isUsable(entry, nowMs)) return entry
    this.#entries.delete(hash)
    return undefined
  }

  /**
   * Keeps `message`, which `answer` was read from and whose OPT has been cut off. Returns the entry, or null for what
   * is not kept: TTL 0, negative without SOA (RFC 2308 §5), truncated, an rcode but NOERROR and NXDOMAIN.
   */
  store(question: CacheQuestion, message: Uint8Array, answer: Answer, notes: EntryNotes): Entry | null {
    if (!isAnswer(answer)) return null
    const facet = facetOfQuestion(question)
    const hash = hashOfQuestion(this.#seed, question, facet)
    const lifetime = lifetimeSeconds(message, answer, this.#settings)
    if (lifetime === 0) {
      // What was known before is no longer true, and the question no longer fails.
      this.#entries.delete(hash)
      return null
    }
    const entry = packAnswer(message, answer, facet, this.#clock.wallMs(), lifetime, this.#settings, notes)
    this.#set(hash, entry)
    return entry
  }

  /**
   * Notes that nobody could answer this question: `failedUntilMs` of its entry says until when it need not be asked
   * again, one second at first, twice as long each time up to `mostMs` (RFC 9520 §3.2). An answer that may be served
   * stale stays. `ede`: why, or -1.
   */
  storeFailure(question: CacheQuestion, ede: number, mostMs = MAX_FAILURE_MS): Entry {
    const nowMs = this.#clock.wallMs()
    const facet = facetOfQuestion(question)
    const hash = hashOfQuestion(this.#seed, question, facet)
    let entry = this.#entries.peek(hash)
    if (
      !entry?.matches(question.name, question.nameLength, question.qtype, facet) ||
      !isUsable(entry, nowMs)
    ) {
      entry = failureEntry(question, facet, nowMs)
      this.#set(hash, entry)
    }
    entry.failures++
    entry.failureEde = ede
    entry.failedUntilMs = nowMs + Math.min(failureMs(entry.failures), mostMs)
    return entry
  }

  /** Lets every question be asked again: there are other servers now. Answers stay. */
  forgetFailures(): void {
    this.#entries.forEach((entry) => {
      entry.failures = entry.failedUntilMs = 0
    })
  }

  /**
   * Removes all entries of `name` (lower-case wire form), with `below` also of the names under it; with null all
   * there are. Returns how many. Looks at every entry: for people, not for the path.
   */
  flush(name: { readonly bytes: Uint8Array; readonly length: number } | null, below = false): number {
    const before = this.#entries.size
    if (name === null) this.#entries.clear()
    else {
      const found: number[] = []
      this.#entries.forEach((entry, hash) => {
        if (isOf(entry.bytes, name.bytes, name.length, below)) found.push(hash)
      })
      for (const hash of found) this.#entries.delete(hash)
    }
    return before - this.#entries.size
  }

  /** Takes changed settings. What is kept stays with the lifetime it was given, as far as there is room. */
  configure(settings: CacheSettings): void {
    const before = this.#entries
    if (settings.maxBytes !== this.#settings.maxBytes) {
      this.#entries = new LRUCache({ maxSize: settings.maxBytes })
      // The least recently used first, so that they are the first out again.
      before.rforEach((entry, hash) => this.#set(hash, entry))
    }
    this.#settings = settings
  }

  get entries(): number {
    return this.#entries.size
  }

  /** What they take, as accounted. */
  get bytes(): number {
    return this.#entries.calculatedSize
  }

  #set(hash: number, entry: Entry): void {
    const size = ENTRY_OVERHEAD_BYTES + entry.bytes.length + (entry.screened?.byteLength ?? 0)
    this.#entries.set(hash, entry, { size })
  }
}

function isUsable(entry: Entry, nowMs: number): boolean {
  // Set back far, the clock would give every answer a longer life.
  if (nowMs < entry.storedAtMs - CLOCK_SLACK_MS) return false
  return (
    nowMs < entry.staleUntilMs || nowMs < entry.failedUntilMs + (entry.failures > 0 ? FORGET_FAILURES_MS : 0)
  )
}

/** Header and question alone; the header is the path's to write. */
function failureEntry(question: CacheQuestion, facet: number, nowMs: number): Entry {
  const { name, nameLength, qtype, qclass } = question
  const bytes = new Uint8Array(HEADER_BYTES + nameLength + 4)
  bytes[2] = 0x80
  bytes[3] = Rcode.ServFail
  bytes[5] = 1
  for (let at = 0; at < nameLength; at++) bytes[HEADER_BYTES + at] = name[at]!
  bytes.set([qtype >>> 8, qtype, qclass >>> 8, qclass], HEADER_BYTES + nameLength)
  return new Entry(bytes, bytes.length, facet, nowMs, 0, 0, Rcode.ServFail, false, {
    generation: 0,
    screened: null,
    ede: -1,
  })
}

function facetOfQuestion({ qclass, dnssecOk, checkingDisabled, group }: CacheQuestion): number {
  return facetOf(qclass, dnssecOk, checkingDisabled, group)
}

/** The policy's suffix hashes do not serve here: their seed changes with every snapshot, and the cache outlives it. */
function hashOf(seed: number, name: Uint8Array, nameLength: number, qtype: number, facet: number): number {
  let hash = seed
  for (let at = 0; at < nameLength; at++) hash = Math.imul(hash ^ name[at]!, 0x01000193)
  hash = Math.imul(hash ^ qtype ^ (hash >>> 15), 0x85ebca6b)
  hash = Math.imul(hash ^ facet ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

function hashOfQuestion(seed: number, { name, nameLength, qtype }: CacheQuestion, facet: number): number {
  return hashOf(seed, name, nameLength, qtype, facet)
}

/** Whether the question of `message` is for `name` or, with `below`, for a name under it. */
function isOf(message: Uint8Array, name: Uint8Array, nameLength: number, below: boolean): boolean {
  let start = HEADER_BYTES
  let end = start
  while (message[end]! !== 0) end += message[end]! + 1
  end++
  if (end - start < nameLength || (!below && end - start !== nameLength)) return false
  // Only where a label begins can a name under it end and it begin.
  while (end - start > nameLength) start += message[start]! + 1
  if (end - start !== nameLength) return false
  for (let at = 0; at < nameLength; at++) if (message[start + at] !== name[at]) return false
  return true
}
