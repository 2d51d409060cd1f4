/**
 * The answer cache as one would write it without a thought for memory: an object an entry, in lru-cache. Says what
 * src/cache must answer, and which entries have to go when it is full.
 */
import { LRUCache } from 'lru-cache'
import { blocksFor } from '../../src/cache/blocks.ts'
import { offsetsStart } from '../../src/cache/entry-layout.ts'
import type { EntryNotes } from '../../src/cache/answer-cache.ts'
import {
  isAnswer,
  isNegative,
  keptTtl,
  lifetimeSeconds,
  type CacheSettings,
} from '../../src/cache/lifetime.ts'
import { facetOf, hashOf, type CacheQuestion } from '../../src/cache/question.ts'
import type { Clock } from '../../src/clock.ts'
import type { Answer } from '../../src/wire/answer.ts'

export interface PlainEntry {
  readonly question: string
  readonly name: Buffer
  readonly message: Buffer
  readonly ttlOffsets: readonly number[]
  readonly group: number
  readonly rcode: number
  readonly negative: boolean
  readonly ede: number
  readonly storedAtMs: number
  readonly lifetimeSeconds: number
  readonly staleSeconds: number
  generation: number
  screened: Int32Array | null
  failures: number
  failedUntilMs: number
  failureEde: number
}

export class PlainAnswerCache {
  readonly #clock: Clock
  readonly #seed: number
  #settings: CacheSettings
  #entries: LRUCache<number, PlainEntry>

  /** `capacity`: blocks, at least one. */
  constructor(settings: CacheSettings, capacity: number, clock: Clock, seed: number) {
    this.#clock = clock
    this.#seed = seed
    this.#settings = settings
    this.#entries = new LRUCache({ maxSize: capacity })
  }

  get count(): number {
    return this.#entries.size
  }

  get blocks(): number {
    return this.#entries.calculatedSize
  }

  find(asked: CacheQuestion): PlainEntry | null {
    const hash = this.#hash(asked)
    const entry = this.#entries.peek(hash)
    if (entry?.question !== textOf(asked)) return null
    if (!isUsable(entry, this.#clock.wallMs())) {
      this.#entries.delete(hash)
      return null
    }
    return this.#entries.get(hash)!
  }

  store(asked: CacheQuestion, message: Buffer, answer: Answer, notes: EntryNotes): PlainEntry | null {
    if (!isAnswer(answer)) return null
    const lifetime = lifetimeSeconds(message, answer, this.#settings)
    if (lifetime === 0) {
      this.#entries.delete(this.#hash(asked))
      return null
    }
    const ttlOffsets = [...answer.ttlOffset.subarray(0, answer.count)]
    const kept = Buffer.from(message.subarray(0, answer.length))
    kept.writeUInt16BE(0)
    Buffer.from(asked.name.subarray(0, asked.nameLength)).copy(kept, 12)
    for (const [record, at] of ttlOffsets.entries()) {
      kept.writeUInt32BE(keptTtl(answer, record, lifetime, this.#settings), at)
    }
    const entry = {
      ...this.#entryOf(asked, kept),
      ...notes,
      ttlOffsets,
      rcode: answer.rcode,
      negative: isNegative(answer),
      lifetimeSeconds: lifetime,
      staleSeconds: Math.floor(this.#settings.staleMs / 1000),
    }
    return this.#set(this.#hash(asked), entry)
  }

  storeFailure(asked: CacheQuestion, ede: number, mostMs: number): PlainEntry | null {
    const nowMs = this.#clock.wallMs()
    const hash = this.#hash(asked)
    let entry: PlainEntry | null | undefined = this.#entries.peek(hash)
    if (entry?.question !== textOf(asked) || !isUsable(entry, nowMs)) {
      const header = Buffer.from('000080020001000000000000', 'hex')
      const { qtype, qclass } = asked
      const tail = Buffer.from([qtype >>> 8, qtype, qclass >>> 8, qclass])
      const name = asked.name.subarray(0, asked.nameLength)
      entry = this.#set(hash, this.#entryOf(asked, Buffer.concat([header, name, tail])))
    }
    if (entry !== null) {
      entry.failures++
      entry.failureEde = ede
      entry.failedUntilMs = nowMs + Math.min(1000 * 2 ** (entry.failures - 1), 300_000, mostMs)
    }
    return entry
  }

  noteScreening(asked: CacheQuestion, generation: number, screened: Int32Array | null): void {
    const hash = this.#hash(asked)
    const entry = this.#entries.get(hash)!
    const noted = { ...entry, generation, screened }
    // Other objects: lru-cache does not look at the size of one it has.
    if (blocksOf(noted) <= this.#entries.maxSize) this.#set(hash, noted)
    else this.#set(hash, { ...entry, screened: null })
  }

  forgetFailures(): void {
    this.#entries.forEach((entry) => (entry.failures = entry.failedUntilMs = 0))
  }

  flush(name: Buffer | null, below: boolean): number {
    const before = this.#entries.size
    for (const [hash, entry] of [...this.#entries.entries()]) {
      if (name === null || isOf(entry.name, name, below)) this.#entries.delete(hash)
    }
    return before - this.#entries.size
  }

  configure(settings: CacheSettings, capacity: number): void {
    this.#settings = settings
    if (capacity === this.#entries.maxSize) return
    const before = this.#entries
    this.#entries = new LRUCache({ maxSize: capacity })
    before.rforEach((entry, hash) => this.#set(hash, entry))
  }

  /** The entry of what is not known yet. */
  #entryOf(asked: CacheQuestion, message: Buffer): PlainEntry {
    return {
      question: textOf(asked),
      name: Buffer.from(asked.name.subarray(0, asked.nameLength)),
      message,
      ttlOffsets: [],
      group: asked.group,
      rcode: 2,
      negative: false,
      ede: -1,
      storedAtMs: this.#clock.wallMs(),
      lifetimeSeconds: 0,
      staleSeconds: 0,
      generation: 0,
      screened: null,
      failures: 0,
      failedUntilMs: 0,
      failureEde: -1,
    }
  }

  #set(hash: number, entry: PlainEntry): PlainEntry | null {
    this.#entries.set(hash, entry, { size: blocksOf(entry) })
    return this.#entries.has(hash) ? entry : null
  }

  #hash({ name, nameLength, qtype, qclass, dnssecOk, checkingDisabled, group }: CacheQuestion): number {
    return hashOf(this.#seed, name, nameLength, qtype, facetOf(qclass, dnssecOk, checkingDisabled, group))
  }
}

/** The message as a client gets it at `nowMs`. */
export function writePlain(entry: PlainEntry, nowMs: number, staleTtlSeconds: number): Buffer {
  const out = Buffer.from(entry.message)
  const passed = Math.max(0, Math.floor((nowMs - entry.storedAtMs) / 1000))
  const isStale = nowMs >= entry.storedAtMs + entry.lifetimeSeconds * 1000
  for (const at of entry.ttlOffsets) {
    out.writeUInt32BE(isStale ? staleTtlSeconds : Math.max(0, out.readUInt32BE(at) - passed), at)
  }
  return out
}

function blocksOf({ message, ttlOffsets, screened }: PlainEntry): number {
  const octets = offsetsStart(message.length) + 2 * ttlOffsets.length
  return blocksFor(octets) + blocksFor(screened?.byteLength ?? 0)
}

function isUsable(entry: PlainEntry, nowMs: number): boolean {
  const { storedAtMs, lifetimeSeconds: lifetime, staleSeconds, failures, failedUntilMs } = entry
  if (nowMs < storedAtMs - 60_000) return false
  if (nowMs < storedAtMs + (lifetime + staleSeconds) * 1000) return true
  return failures > 0 && nowMs < failedUntilMs + 600_000
}

function textOf(asked: CacheQuestion): string {
  const { name, nameLength, qtype, qclass, dnssecOk, checkingDisabled, group } = asked
  const text = Buffer.from(name.subarray(0, nameLength)).toString('latin1')
  return [text, qtype, qclass, dnssecOk, checkingDisabled, group].join(' ')
}

function isOf(own: Buffer, name: Buffer, below: boolean): boolean {
  if (own.equals(name)) return true
  for (let start = 0; below && own[start] !== 0;) {
    start += own[start]! + 1
    if (own.subarray(start).equals(name)) return true
  }
  return false
}
