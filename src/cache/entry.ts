/** A kept answer, looked at where it stands: in blocks, as entry-layout.ts says. */
import { sameOctets } from '../octets.ts'
import { HEADER_BYTES } from '../wire/constants.ts'
import { readTtl, writeTtl } from '../wire/patch.ts'
import { BLOCK_BYTES, blocksFor, type Blocks } from './blocks.ts'
import { Field, MESSAGE_START, NAME_START, offsetsStart } from './entry-layout.ts'
import { failureMs, MAX_FAILURE_MS } from './lifetime.ts'
import { groupOf } from './question.ts'

/** After this long without a failure the next one counts as the first again. */
const FORGET_FAILURES_MS = 2 * MAX_FAILURE_MS

/** How far the wall clock may be set back without an answer being taken for one from the future. */
const CLOCK_SLACK_MS = 60_000

const BLOCK_WORDS = BLOCK_BYTES / 4
const BLOCK_DOUBLES = BLOCK_BYTES / 8

/**
 * The entry that the cache was asked for last. There is one for all: it is good until the next call into the cache.
 * Reading it makes no object, but the words of a screening that found something.
 */
export class Entry {
  readonly #blocks: Blocks
  #first = 0
  #nowMs = 0.5
  #screened = new Int32Array(0)
  #screenedBytes: Buffer = Buffer.alloc(0)

  constructor(blocks: Blocks) {
    this.#blocks = blocks
  }

  /** Turns to the entry that begins with block `first`, as it is at `nowMs` by the wall clock. */
  at(first: number, nowMs: number): this {
    this.#first = first
    this.#nowMs = nowMs
    return this
  }

  /** Its first block, by which the index knows it. */
  get first(): number {
    return this.#first
  }

  /** See `facetOf`. */
  get facet(): number {
    return this.#field(Field.facet)
  }

  /** Type it was asked for. */
  get qtype(): number {
    return this.#field(Field.question) & 0xffff
  }

  /** Which upstreams it came from: 0 the general ones, 1 … a forward zone's. */
  get group(): number {
    return groupOf(this.facet)
  }

  /** Octets of the message. */
  get messageLength(): number {
    return this.#field(Field.lengths) & 0xffff
  }

  get ttlCount(): number {
    return this.#field(Field.lengths) >>> 16
  }

  /** The message's rcode; SERVFAIL for what only notes a failure. */
  get rcode(): number {
    return this.#field(Field.kind) & 0xff
  }

  get negative(): boolean {
    return this.#field(Field.kind) >>> 8 === 1
  }

  /** The upstream's Extended DNS Error, or -1. */
  get ede(): number {
    return this.#field(Field.ede)
  }

  /** By the wall clock, which goes on while a virtual machine is suspended. */
  get storedAtMs(): number {
    return this.#blocks.doubles[this.#first * BLOCK_DOUBLES + Field.storedAtMs]!
  }

  get lifetimeSeconds(): number {
    return this.#field(Field.lifetimeSeconds)
  }

  /** Seconds it may be served stale after that (RFC 8767). */
  get staleSeconds(): number {
    return this.#field(Field.staleSeconds)
  }

  /** Failures in a row to get an answer to this question. */
  get failures(): number {
    return this.#field(Field.failures)
  }

  /** Until when that is not tried again (RFC 9520). */
  get failedUntilMs(): number {
    return this.#blocks.doubles[this.#first * BLOCK_DOUBLES + Field.failedUntilMs]!
  }

  /** Extended DNS Error of the latest failure, or -1. */
  get failureEde(): number {
    return this.#field(Field.failureEde)
  }

  /** It only notes a failure: no answer is kept with a lifetime of 0. */
  get isFailure(): boolean {
    return this.lifetimeSeconds === 0
  }

  /** It may still be of use, if only to count failures on; else it is as good as gone. */
  get isUsable(): boolean {
    const ageMs = this.#ageMs()
    // Set back far, the clock would give every answer a longer life.
    if (ageMs < -CLOCK_SLACK_MS) return false
    return ageMs < (this.lifetimeSeconds + this.staleSeconds) * 1000 || this.#remembersFailures()
  }

  /** Its answer holds. */
  get isFresh(): boolean {
    const { lifetimeSeconds } = this
    return this.#ageMs() < lifetimeSeconds * 1000 && lifetimeSeconds !== 0
  }

  /** Its answer, fresh or stale, may be served. */
  get isServable(): boolean {
    return this.#ageMs() < (this.lifetimeSeconds + this.staleSeconds) * 1000 && !this.isFailure
  }

  /** Nobody could answer the question a moment ago: do not ask again yet. Over, too, once the clock has been set back. */
  get isFailing(): boolean {
    const leftMs = this.failedUntilMs - this.#nowMs
    return leftMs > 0 && leftMs <= failureMs(this.failures)
  }

  /** Whether it answers this question. */
  matches(name: Uint8Array, nameLength: number, qtype: number, facet: number): boolean {
    if (this.facet !== facet || this.#field(Field.question) !== (qtype | (nameLength << 16))) return false
    const { bytes, next } = this.#blocks
    let block = this.#first
    let start = block * BLOCK_BYTES + NAME_START
    let stop = Math.min(nameLength, BLOCK_BYTES - NAME_START)
    for (let at = 0; ;) {
      if (!sameOctets(bytes, start, name, at, stop - at)) return false
      if (stop === nameLength) return true
      at = stop
      block = next[block]!
      start = block * BLOCK_BYTES
      stop = Math.min(nameLength, at + BLOCK_BYTES)
    }
  }

  /** Copies the name asked for, lower-case, to the start of `out` (255 octets). Returns its length. */
  copyName(out: Uint8Array): number {
    const length = this.#field(Field.question) >>> 16
    this.#blocks.read(this.#first, NAME_START, out, 0, length)
    return length
  }

  /** Copies the message, its TTLs as they were stored, to the start of `out`. Returns its length, -1: `out` is too short. */
  copyMessage(out: Uint8Array): number {
    const length = this.messageLength
    if (length > out.length) return -1
    this.#blocks.read(this.#first, MESSAGE_START, out, 0, length)
    return length
  }

  /**
   * Copies the message into `out` with its TTLs as they are now: less by the whole seconds it has been kept, or
   * `staleTtlSeconds` (RFC 8767 §4) once it is stale. Id 0, flags as they came; the question is left out, because the
   * caller has it as it was asked. Returns the message's length, or -1 where `out` is too short.
   */
  write(out: Uint8Array, questionLength: number, staleTtlSeconds: number): number {
    const length = this.messageLength
    if (length > out.length) return -1
    this.#blocks.read(this.#first, MESSAGE_START, out, 0, HEADER_BYTES)
    const behind = HEADER_BYTES + questionLength
    this.#blocks.read(this.#first, MESSAGE_START + behind, out, behind, length - behind)
    const ageMs = this.#ageMs()
    const isStale = ageMs >= this.lifetimeSeconds * 1000
    this.#writeTtls(out, length, Math.max(0, Math.floor(ageMs / 1000)), isStale ? staleTtlSeconds : -1)
    return length
  }

  /** Sets every TTL in `out`, which the message was copied to: less `elapsedSeconds`, or to `staleTtlSeconds` if not -1. */
  #writeTtls(out: Uint8Array, length: number, elapsedSeconds: number, staleTtlSeconds: number): void {
    const { bytes, next } = this.#blocks
    let block = this.#first
    let place = offsetsStart(length)
    for (; place >= BLOCK_BYTES; place -= BLOCK_BYTES) block = next[block]!
    place += block * BLOCK_BYTES
    let end = (block + 1) * BLOCK_BYTES
    for (let left = this.ttlCount; left > 0; left--, place += 2) {
      if (place === end) {
        block = next[block]!
        place = block * BLOCK_BYTES
        end = place + BLOCK_BYTES
      }
      const at = (bytes[place]! << 8) | bytes[place + 1]!
      const seconds = staleTtlSeconds >= 0 ? staleTtlSeconds : Math.max(0, readTtl(out, at) - elapsedSeconds)
      writeTtl(out, at, seconds)
    }
  }

  /** The policy snapshot `screened` was found under: the query path screens again under another one. */
  get generation(): number {
    return this.#field(Field.generation)
  }

  /** The list sets of the answer's aliases and addresses; null: none. As good as the entry, and for as long. */
  get screened(): Int32Array | null {
    const length = this.#field(Field.screenedLength)
    if (length === 0) return null
    if (this.#screened.length !== length) {
      this.#screened = new Int32Array(length)
      this.#screenedBytes = octetsOf(this.#screened)
    }
    this.#blocks.read(this.#field(Field.screened), 0, this.#screenedBytes, 0, 4 * length)
    return this.#screened
  }

  /** For the cache, which has made room: notes what screening found under the policy of `generation`. */
  setScreened(generation: number, screened: Int32Array | null): void {
    this.dropScreened()
    const length = screened?.length ?? 0
    if (length > 0) {
      const chain = this.#blocks.take(blocksFor(4 * length))
      this.#blocks.write(chain, octetsOf(screened!), 4 * length)
      this.#setField(Field.screened, chain)
      this.#setField(Field.screenedLength, length)
    }
    this.#setField(Field.generation, generation)
  }

  /** Gives back the room of what screening found. */
  dropScreened(): void {
    if (this.#field(Field.screenedLength) === 0) return
    this.#blocks.giveBack(this.#field(Field.screened))
    this.#setField(Field.screened, 0)
    this.#setField(Field.screenedLength, 0)
  }

  /** For the cache: one failure more to get an answer. `ede`: why, or -1; remembered for `mostMs` at most. */
  fail(ede: number, mostMs: number): void {
    const failures = this.failures + 1
    this.#setFailures(failures, this.#nowMs + Math.min(failureMs(failures), mostMs))
    this.#setField(Field.failureEde, ede)
  }

  /** For the cache: the question may be asked again. */
  forgetFailures(): void {
    this.#setFailures(0, 0)
  }

  // A method: V8 calls its runtime for each use of a private accessor (benchmark: compare.py hit).
  #ageMs(): number {
    return this.#nowMs - this.storedAtMs
  }

  #remembersFailures(): boolean {
    return this.failures > 0 && this.#nowMs < this.failedUntilMs + FORGET_FAILURES_MS
  }

  #setFailures(failures: number, untilMs: number): void {
    this.#setField(Field.failures, failures)
    this.#blocks.doubles[this.#first * BLOCK_DOUBLES + Field.failedUntilMs] = untilMs
  }

  #field(field: number): number {
    return this.#blocks.words[this.#first * BLOCK_WORDS + field]!
  }

  #setField(field: number, value: number): void {
    this.#blocks.words[this.#first * BLOCK_WORDS + field] = value
  }
}

function octetsOf(words: Int32Array): Buffer {
  return Buffer.from(words.buffer, words.byteOffset, words.byteLength)
}
