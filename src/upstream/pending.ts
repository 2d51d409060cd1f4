/**
 * Questions on their way to an upstream, and the table in which an identical question finds the one already out: it
 * saves the upstream the work, and an attacker the many tries at the same answer (RFC 5452 §5).
 */
import { copyOctets, Octets, sameOctets } from '../octets.ts'
import type { Random } from '../random.ts'
import { hashBytes } from '../wire/name-hash.ts'
import type { NameKey } from '../wire/name-key.ts'
import { mixCase } from '../wire/upstream-query.ts'
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

/** The longest name twice, and type and class. */
const QUESTION_BYTES = 2 * 255 + 4

/** No waiters: one array for all, to which nothing is ever added. */
export const NOBODY: never[] = []

/** One question that is out, and who waits for it. Used again for another once it is settled: see `Exchange`. */
export class Pending<Waiter> implements Question, Timed<Pending<Waiter>> {
  /** `name`, then the question as it is sent: name in 0x20 case, type, class. */
  readonly name = new Octets(QUESTION_BYTES)
  nameLength = 0
  qtype = 0
  qclass = 0
  dnssecOk = false
  checkingDisabled = false
  group = 0
  /** `Exchange.generation` when it was asked: group numbers are those of these settings. */
  generation = 0
  /** By the monotonic clock. */
  startedMs = 0
  /** Not yet answered. Whoever answers some (early ones too: stale, overdue) takes the array and leaves `NOBODY`. */
  waiters: Waiter[] = NOBODY
  /** Name of the upstream asked last. */
  upstream = ''

  // From here on the exchange's own.

  hash = 0
  /** The next one in its chain of the table. */
  chained: Pending<Waiter> | null = null
  /** The group's upstreams in the order of preference when it was asked; a bit below is a place in here. */
  candidates: readonly Upstream[] = []
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

  /** Becomes another question; `key` is copied, `random` draws the case it is sent in. */
  begin(
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
    waiter: Waiter,
    random: Random,
  ): void {
    const { name } = this
    const { length } = key
    copyOctets(key.bytes, 0, name, 0, length)
    mixCase(name, length, name, length, random)
    name[2 * length] = qtype >> 8
    name[2 * length + 1] = qtype & 0xff
    name[2 * length + 2] = qclass >> 8
    name[2 * length + 3] = qclass & 0xff
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
    this.waiters = [waiter]
    this.upstream = this.refusedBy = ''
    this.chained = this.refusal = null
    this.current = this.firstFlight = -1
    this.isTcp = this.isWithEdns = this.hasJoined = this.isDone = false
    this.sentMs = this.retryMs = this.dueMs = 0
    this.attempts = this.silences = this.triedTcp = this.timeouts = this.phase = 0
    this.failed = this.ednsUnanswered = this.ednsRefused = 0
    this.lastFailure = 'timeout'
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

/** Chains of questions, by the low bits of their hashes; as many as are out at the most, or nearly. */
const CHAINS = 8192

/** Finds a pending question by all that makes it the same. */
export class PendingTable<Waiter> {
  readonly #chains: (Pending<Waiter> | null)[] = Array.from({ length: CHAINS }, () => null)
  readonly #seed: number

  /** `seed`: 32 random bits, so that nobody outside can build names of one hash. */
  constructor(seed: number) {
    this.#seed = seed
  }

  /** Hash of a question; the name is not computed with `NameKey.hash`, whose seed the policy owns. */
  hash(key: NameKey, qtype: number, qclass: number, flags: number, group: number): number {
    let hash = hashBytes(key.bytes, 0, key.length, this.#seed)
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
    for (let one = this.#chains[hash & (CHAINS - 1)] ?? null; one !== null; one = one.chained) {
      if (
        one.hash === hash &&
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
    const chain = pending.hash & (CHAINS - 1)
    pending.chained = this.#chains[chain] ?? null
    this.#chains[chain] = pending
  }

  /** Takes it out, if it is in. */
  remove(pending: Pending<Waiter>): void {
    const chain = pending.hash & (CHAINS - 1)
    let before: Pending<Waiter> | null = null
    for (let one = this.#chains[chain] ?? null; one !== null; before = one, one = one.chained) {
      if (one !== pending) continue
      if (before === null) this.#chains[chain] = one.chained
      else before.chained = one.chained
      one.chained = null
      return
    }
  }

  /** From now on nobody joins what is out. */
  clear(): void {
    this.#chains.fill(null)
  }
}

function isName(pending: Question, key: NameKey): boolean {
  return pending.nameLength === key.length && sameOctets(pending.name, 0, key.bytes, 0, key.length)
}
