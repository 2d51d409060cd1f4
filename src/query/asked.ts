/**
 * Who asked what, as far as a reply needs it. The path reuses one instance; what waits for an upstream is a copy of
 * its own, because by the time the answer comes the reused one belongs to somebody else's query.
 */
import type { Clock } from '../clock.ts'
import { copyOctets, Octets } from '../octets.ts'
import { RestingPool } from '../resting-pool.ts'
import { HEADER_BYTES } from '../wire/constants.ts'
import type { Query } from '../wire/question.ts'
import type { Led } from './led.ts'
import type { Origin, ReplyTo } from './origin.ts'
import { Revealed } from './revealed.ts'

/** What of a query its reply depends on. */
export type ReplyNeeds = Readonly<
  Omit<Query, 'key' | 'tc' | 'rcodeWanted' | 'ednsVersion' | 'clientSubnetAt' | 'clientMacAt'>
>

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

const NOTHING = new Uint8Array(0)
const NO_QUERY: ReplyNeeds = {
  id: 0, flags: 0, opcode: 0, rd: false, ad: false, cd: false, questionLength: 0, qtype: 0, qclass: 0,
  hasEdns: false, udpSize: 512, dnssecOk: false, wantsNsid: false,
} // prettier-ignore

/** Answered waiters that are kept to be used again: as many as wait at 20,000 a second and 200 ms. */
const WAITERS_KEPT = 4_096

export class Asked {
  /** Header and question as they came, with the client's case. */
  request: Uint8Array = NOTHING
  query: ReplyNeeds = NO_QUERY
  /** Who sent it, 16 bytes. */
  client: Uint8Array = NOTHING
  /** The machine it was forwarded for, where a forwarder of ours names one: the hits are that one's. */
  revealed: Revealed | null = null
  transport: 0 | 1 = 0
  /** Most bytes the transport takes. */
  maxBytes = 0
  /** Monotonic. */
  startedMs = 0
  /** The qname is on an allow list: its answer is not screened. */
  isExempt = false
  /** The hit of a list that only logs the qname is recorded: whatever snapshot answers, it is one hit. */
  isLogged = false
  /** Over the rate limit: hits count, the reply is withheld. So is that of a target: it goes behind its alias. */
  isWithheld = false
  /** It is the target of an alias of ours; null: a client asked for it. */
  led: Led | null = null
  /** `Policy.generation` under which nothing knew the qname, or -1: as long as it is in force nothing does. */
  unknownUnder = -1

  /** Takes in the query at hand, whose bytes and origin are valid during the call. */
  begin(request: Uint8Array, query: ReplyNeeds, origin: Omit<Origin, 'later'>, nowMs: number): void {
    this.request = request
    this.query = query
    this.client = origin.address
    this.revealed = null
    this.transport = origin.transport
    this.maxBytes = origin.maxBytes
    this.startedMs = nowMs
    this.isExempt = false
    this.isLogged = false
    this.isWithheld = false
    this.unknownUnder = -1
  }
}

/** Octets of header and the longest question. */
export const REQUEST_BYTES = HEADER_BYTES + 255 + 4

/** A query that waits for an upstream: a copy that shares nothing with what is reused. */
export class Waiter extends Asked {
  override readonly request = new Octets(REQUEST_BYTES)
  override readonly query: Writable<ReplyNeeds> = { ...NO_QUERY }
  readonly #waiters: Waiters
  #replyTo: ReplyTo | null = null
  /** Memory of its own for `revealed`, once it was needed. */
  #machine: Revealed | null = null

  constructor(waiters: Waiters) {
    super()
    this.#waiters = waiters
  }

  /** Becomes the query at hand, which `asked` holds. */
  take(asked: Asked, origin: Pick<Origin, 'later'>): void {
    const { query } = asked
    const replyTo = origin.later()
    const length = HEADER_BYTES + query.questionLength
    copyOctets(asked.request, 0, this.request, 0, length)
    copyNeeds(query, this.query)
    this.#replyTo = replyTo
    this.client = replyTo.address
    this.revealed = asked.revealed && (this.#machine ??= new Revealed()).take(asked.revealed)
    this.transport = asked.transport
    this.maxBytes = asked.maxBytes
    this.startedMs = asked.startedMs
    this.isExempt = false
    this.isLogged = asked.isLogged
    this.isWithheld = asked.isWithheld
    this.led = asked.led
    this.unknownUnder = asked.unknownUnder
  }

  /** Hands on the duty to answer: `answer` does nothing from now on. */
  later(): ReplyTo {
    const replyTo = this.#replyTo
    if (replyTo === null) throw new Error('this query is answered')
    this.#replyTo = null
    return replyTo
  }

  /** Sends the first `length` of `bytes`, or with 0 gives up in silence. Called once: it is another's afterwards. */
  answer(bytes: Uint8Array, length: number): void {
    const replyTo = this.#replyTo
    if (replyTo === null) return
    this.#replyTo = null
    replyTo.send(bytes, length)
    this.#waiters.give(this)
  }
}

/** Makes waiters, and uses those again that have been answered. */
export class Waiters {
  readonly #clock: Clock
  readonly #answered = new RestingPool<Waiter>(WAITERS_KEPT)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A waiter for the query at hand. */
  of(asked: Asked, origin: Pick<Origin, 'later'>): Waiter {
    const waiter = this.#answered.take(this.#clock.monotonicMs()) ?? new Waiter(this)
    waiter.take(asked, origin)
    return waiter
  }

  /** `waiter` is answered. */
  give(waiter: Waiter): void {
    this.#answered.give(waiter, this.#clock.monotonicMs())
  }
}

function copyNeeds(from: ReplyNeeds, to: Writable<ReplyNeeds>): void {
  to.id = from.id
  to.flags = from.flags
  to.opcode = from.opcode
  to.rd = from.rd
  to.ad = from.ad
  to.cd = from.cd
  to.questionLength = from.questionLength
  to.qtype = from.qtype
  to.qclass = from.qclass
  to.hasEdns = from.hasEdns
  to.udpSize = from.udpSize
  to.dnssecOk = from.dnssecOk
  to.wantsNsid = from.wantsNsid
}
