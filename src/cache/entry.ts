/**
 * One answer as the cache keeps it: the message without OPT, id 0, question in lower case, and behind it where its
 * TTLs stand, in one array of exact size, because every object more costs a hundred octets an entry.
 *
 *   0        12         messageLength                     + 2 × ttlCount
 *   [header] [question …] [offset of a TTL, 16 bits] … [...]
 */
import type { Answer } from '../wire/answer.ts'
import { HEADER_BYTES } from '../wire/constants.ts'
import { lower } from '../wire/name.ts'
import { readTtl, writeTtl } from '../wire/patch.ts'
import { isNegative, keptTtl } from './lifetime.ts'
import type { CacheSettings } from './lifetime.ts'

/** All that must be the same for two questions to have one answer. */
export interface CacheQuestion {
  /** Lower-case wire form with the root's octet, in the first `nameLength` bytes. */
  readonly name: Uint8Array
  readonly nameLength: number
  readonly qtype: number
  readonly qclass: number
  readonly dnssecOk: boolean
  readonly checkingDisabled: boolean
  /** Which upstreams were asked: 0 the general ones, 1 … a forward zone's. */
  readonly group: number
}

/** What the query path knows of an answer and the cache does not look at. */
export interface EntryNotes {
  /** The policy snapshot `screened` was found under. */
  readonly generation: number
  /** The list sets of the answer's aliases and addresses; null: none. */
  readonly screened: Int32Array | null
  /** The upstream's Extended DNS Error, or -1. */
  readonly ede: number
}

const GROUP_SHIFT = 18

/** Class, DO, CD and upstream group as one number; groups are far fewer than the 16,384 that fit. */
export function facetOf(qclass: number, dnssecOk: boolean, checkingDisabled: boolean, group: number): number {
  return (group << GROUP_SHIFT) | (qclass << 2) | (dnssecOk ? 2 : 0) | (checkingDisabled ? 1 : 0)
}

export class Entry {
  readonly bytes: Uint8Array
  /** Octets of the message in `bytes`. */
  readonly messageLength: number
  readonly ttlCount: number
  /** See `facetOf`; name and type stand in the message. */
  readonly facet: number
  /** By the wall clock, which goes on while a virtual machine is suspended. */
  readonly storedAtMs: number
  readonly lifetimeSeconds: number
  /** Seconds it may be served stale after that (RFC 8767). */
  readonly staleSeconds: number
  /** The message's rcode; SERVFAIL for what only notes a failure. */
  readonly rcode: number
  readonly negative: boolean
  readonly ede: number
  /** The query path screens again, and sets both, under another generation. */
  generation: number
  screened: Int32Array | null
  /** Failures in a row to get an answer to this question, and until when that is not tried again (RFC 9520). */
  failures = 0
  failedUntilMs = 0
  /** Extended DNS Error of the latest failure, or -1. */
  failureEde = -1

  constructor(
    bytes: Uint8Array,
    messageLength: number,
    facet: number,
    storedAtMs: number,
    lifetimeSeconds: number,
    staleSeconds: number,
    rcode: number,
    negative: boolean,
    notes: EntryNotes,
  ) {
    this.bytes = bytes
    this.messageLength = messageLength
    this.ttlCount = (bytes.length - messageLength) >>> 1
    this.facet = facet
    this.storedAtMs = storedAtMs
    this.lifetimeSeconds = lifetimeSeconds
    this.staleSeconds = staleSeconds
    this.rcode = rcode
    this.negative = negative
    this.ede = notes.ede
    this.generation = notes.generation
    this.screened = notes.screened
  }

  /** Which upstreams it came from: 0 the general ones, 1 … a forward zone's. */
  get group(): number {
    return this.facet >>> GROUP_SHIFT
  }

  /** From here on the answer is stale. */
  get expiresAtMs(): number {
    return this.storedAtMs + this.lifetimeSeconds * 1000
  }

  /** From here on it may not be served at all. */
  get staleUntilMs(): number {
    return this.expiresAtMs + this.staleSeconds * 1000
  }

  /** It only notes a failure: no answer is kept with a lifetime of 0. */
  get isFailure(): boolean {
    return this.lifetimeSeconds === 0
  }

  /** Its answer holds. Times here are the wall clock's. */
  isFresh(nowMs: number): boolean {
    return nowMs < this.expiresAtMs && !this.isFailure
  }

  /** Its answer, fresh or stale, may be served. */
  isServable(nowMs: number): boolean {
    return nowMs < this.staleUntilMs && !this.isFailure
  }

  /** Nobody could answer the question a moment ago: do not ask again yet. Over, too, once the clock has been set back. */
  isFailing(nowMs: number): boolean {
    const leftMs = this.failedUntilMs - nowMs
    return leftMs > 0 && leftMs <= failureMs(this.failures)
  }

  /** Whether it answers this question. */
  matches(name: Uint8Array, nameLength: number, qtype: number, facet: number): boolean {
    const { bytes } = this
    const behind = HEADER_BYTES + nameLength
    if (this.facet !== facet || bytes.length < behind + 4) return false
    if (((bytes[behind]! << 8) | bytes[behind + 1]!) !== qtype) return false
    for (let at = 0; at < nameLength; at++) if (bytes[HEADER_BYTES + at] !== name[at]) return false
    return true
  }
}

/** RFC 9520 §3.2: a failure is remembered for at least one second and at most five minutes. */
const MIN_FAILURE_MS = 1000
export const MAX_FAILURE_MS = 300_000

/** How long the last of so many failures in a row is remembered: twice as long each time. */
export function failureMs(failures: number): number {
  return Math.min(MIN_FAILURE_MS * 2 ** Math.min(failures - 1, 9), MAX_FAILURE_MS)
}

/** Packs an answer whose OPT has been cut off, to be kept for `lifetime` seconds from `nowMs`. */
export function packAnswer(
  message: Uint8Array,
  answer: Answer,
  facet: number,
  nowMs: number,
  lifetime: number,
  settings: CacheSettings,
  notes: EntryNotes,
): Entry {
  const { length, count } = answer
  const bytes = new Uint8Array(length + 2 * count)
  // By hand: a view for `set` would be one object more, and most answers are short.
  for (let at = 0; at < length; at++) bytes[at] = message[at]!
  bytes[0] = 0
  bytes[1] = 0
  for (let at = HEADER_BYTES; at < answer.questionEnd - 4; at++) bytes[at] = lower(bytes[at]!)
  for (let record = 0; record < count; record++) {
    const offset = answer.ttlOffset[record]!
    writeTtl(bytes, offset, keptTtl(answer, record, lifetime, settings))
    bytes[length + 2 * record] = offset >>> 8
    bytes[length + 2 * record + 1] = offset
  }
  const staleSeconds = Math.floor(settings.staleMs / 1000)
  const negative = isNegative(answer)
  return new Entry(bytes, length, facet, nowMs, lifetime, staleSeconds, answer.rcode, negative, notes)
}

/**
 * Copies the message into `out` with its TTLs as they are at `nowMs`: less by the whole seconds it has been kept, or
 * `staleTtlSeconds` (RFC 8767 §4) once it is stale. Id 0, flags as they came. Returns the message's length, or -1
 * where `out` is too short; octets of `out` behind it are not kept.
 */
export function writeEntry(entry: Entry, out: Uint8Array, nowMs: number, staleTtlSeconds: number): number {
  const { bytes, messageLength } = entry
  if (messageLength > out.length) return -1
  // The offsets go along where there is room for them: a copy of the whole array needs no view of a part.
  out.set(bytes.length <= out.length ? bytes : bytes.subarray(0, messageLength))
  const isStale = nowMs >= entry.expiresAtMs
  const elapsed = Math.max(0, Math.floor((nowMs - entry.storedAtMs) / 1000))
  for (let at = messageLength; at < bytes.length; at += 2) {
    const offset = (bytes[at]! << 8) | bytes[at + 1]!
    const ttl = isStale ? staleTtlSeconds : Math.max(0, readTtl(bytes, offset) - elapsed)
    writeTtl(out, offset, ttl)
  }
  return messageLength
}
