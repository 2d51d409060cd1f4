/**
 * Questions on their way to an upstream, and the table in which an identical question finds the one already out: it
 * saves the upstream the work, and an attacker the many tries at the same answer (RFC 5452 §5).
 */
import type { NameKey } from '../wire/name-key.ts'
import type { Timed } from './deadline-wheel.ts'
import type { Upstream } from './upstream.ts'

/** What is asked, as one key: all of it must be the same for two questions to share an answer. */
export interface Question {
  /** Lower-case wire form in the first `nameLength` bytes; an own copy. */
  readonly name: Uint8Array
  readonly nameLength: number
  readonly qtype: number
  readonly qclass: number
  readonly dnssecOk: boolean
  readonly checkingDisabled: boolean
  /** 0: the general servers; i + 1: those of `settings.forward[i]`. */
  readonly group: number
}

/** One question that is out, and who waits for it. */
export class Pending<Waiter> implements Question, Timed<Pending<Waiter>> {
  /** `name`, then the question as it is sent: name in 0x20 case, type, class. */
  readonly name: Uint8Array
  readonly nameLength: number
  readonly qtype: number
  readonly qclass: number
  readonly dnssecOk: boolean
  readonly checkingDisabled: boolean
  readonly group: number
  /** `Exchange.generation` when it was asked: group numbers are those of these settings. */
  readonly generation: number
  /** By the monotonic clock. */
  readonly startedMs: number
  /** Not yet answered. Whoever answers some early (stale, overdue) takes them out. */
  waiters: Waiter[] = []
  /** Name of the upstream asked last. */
  upstream = ''

  // From here on the exchange's own.

  readonly hash: number
  /** The next one with this hash in the table. */
  chained: Pending<Waiter> | null = null
  /** The group's upstreams in the order of preference when it was asked; a bit below is a place in here. */
  readonly candidates: readonly Upstream[]
  /** Place of the upstream whose answer is being waited for; -1 before the first. */
  current = -1
  /** Is that over TCP, did it go with EDNS, and when? */
  isTcp = false
  isWithEdns = false
  sentMs = 0
  attempts = 0
  /** Two bits a place: how often it has left this question unanswered over UDP. One bit: TCP was tried. */
  silences = 0
  triedTcp = 0
  timeouts = 0
  /** Bits of those that have given their last word on this question. */
  failed = 0
  /** Bits of those that left a query with EDNS unanswered, and of those that refused one for it. */
  ednsUnanswered = 0
  ednsRefused = 0
  /** The latest refusal in full (SERVFAIL, REFUSED …), passed on when nobody knows better. */
  refusal: Uint8Array | null = null
  refusedBy = ''
  lastFailure: FailureReason = 'timeout'
  /** The latest flight (flights.ts) of this question, or -1. */
  firstFlight = -1
  /** 0 young, 1 slow, 2 overdue; and whether somebody has joined since that was said. */
  phase = 0
  hasJoined = false
  isDone = false
  retryMs = 0
  dueMs = 0
  wheelSlot = -1
  earlier: Pending<Waiter> | null = null
  later: Pending<Waiter> | null = null

  constructor(
    key: NameKey,
    qtype: number,
    qclass: number,
    dnssecOk: boolean,
    checkingDisabled: boolean,
    group: number,
    generation: number,
    hash: number,
    candidates: readonly Upstream[],
    nowMs: number,
  ) {
    const { length } = key
    this.name = new Uint8Array(2 * length + 4)
    for (let i = 0; i < length; i++) this.name[i] = this.name[length + i] = key.bytes[i]!
    this.name[2 * length] = qtype >> 8
    this.name[2 * length + 1] = qtype & 0xff
    this.name[2 * length + 2] = qclass >> 8
    this.name[2 * length + 3] = qclass & 0xff
    this.nameLength = length
    this.qtype = qtype
    this.qclass = qclass
    this.dnssecOk = dnssecOk
    this.checkingDisabled = checkingDisabled
    this.group = group
    this.generation = generation
    this.hash = hash
    this.candidates = candidates
    this.startedMs = nowMs
  }
}

/** Why an attempt at one upstream came to nothing. */
export const FAILURE_REASONS = [
  'timeout', // no answer in time
  'refused', // nobody listens on its port (ECONNREFUSED)
  'network', // any other error of the network or of this machine
  'mismatch', // the answer was to another question, or spelled otherwise
  'tcp', // TCP failed where it was needed
  'servfail', 'denied', 'formerr', 'notimp', // what it answered; denied: rcode REFUSED
  'malformed', // the answer cannot be read
] as const // prettier-ignore
export type FailureReason = (typeof FAILURE_REASONS)[number]

/** Finds a pending question by all that makes it the same. */
export class PendingTable<Waiter> {
  readonly #byHash = new Map<number, Pending<Waiter>>()
  readonly #seed: number

  /** `seed`: 32 random bits, so that nobody outside can build names of one hash. */
  constructor(seed: number) {
    this.#seed = seed
  }

  /** Hash of a question; the name is not computed with `NameKey.hash`, whose seed the policy owns. */
  hash(key: NameKey, qtype: number, qclass: number, flags: number, group: number): number {
    const { bytes, length } = key
    let hash = this.#seed
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
    hash = Math.imul(hash ^ qtype, 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 15) ^ (qclass << 8) ^ flags ^ (group << 2), 0xc2b2ae35)
    return hash ^ (hash >>> 13)
  }

  find(
    hash: number,
    key: NameKey,
    qtype: number,
    qclass: number,
    dnssecOk: boolean,
    checkingDisabled: boolean,
    group: number,
  ): Pending<Waiter> | null {
    for (let one = this.#byHash.get(hash) ?? null; one !== null; one = one.chained) {
      if (
        one.qtype === qtype &&
        one.qclass === qclass &&
        one.dnssecOk === dnssecOk &&
        one.checkingDisabled === checkingDisabled &&
        one.group === group &&
        isName(one, key)
      ) {
        return one
      }
    }
    return null
  }

  add(pending: Pending<Waiter>): void {
    pending.chained = this.#byHash.get(pending.hash) ?? null
    this.#byHash.set(pending.hash, pending)
  }

  /** Takes it out, if it is in. */
  remove(pending: Pending<Waiter>): void {
    let before: Pending<Waiter> | null = null
    for (let one = this.#byHash.get(pending.hash) ?? null; one !== null; before = one, one = one.chained) {
      if (one !== pending) continue
      if (before !== null) before.chained = one.chained
      else if (one.chained !== null) this.#byHash.set(pending.hash, one.chained)
      else this.#byHash.delete(pending.hash)
      one.chained = null
      return
    }
  }

  /** From now on nobody joins what is out. */
  clear(): void {
    this.#byHash.clear()
  }
}

function isName(pending: Question, key: NameKey): boolean {
  if (pending.nameLength !== key.length) return false
  for (let i = 0; i < key.length; i++) if (pending.name[i] !== key.bytes[i]) return false
  return true
}
