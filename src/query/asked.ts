/**
 * Who asked what, as far as a reply needs it. The path reuses one instance; what waits for an upstream is a copy of
 * its own, because by the time the answer comes the reused one belongs to somebody else's query.
 */
import { HEADER_BYTES } from '../wire/constants.ts'
import type { Query } from '../wire/question.ts'
import type { Origin, ReplyTo } from './origin.ts'

/** What of a query its reply depends on. */
export type ReplyNeeds = Omit<Query, 'key' | 'tc' | 'rcodeWanted' | 'ednsVersion'>

export class Asked {
  /** Header and question as they came, with the client's case. */
  request: Uint8Array = NOTHING
  query: ReplyNeeds = NO_QUERY
  /** The client, 16 bytes. */
  client: Uint8Array = NOTHING
  transport: 0 | 1 = 0
  /** Most bytes the transport takes. */
  maxBytes = 0
  /** Monotonic. */
  startedMs = 0
  /** The qname is on an allow list: its answer is not screened. */
  isExempt = false
  /** The hit of a list that only logs the qname is recorded: whatever snapshot answers, it is one hit. */
  isLogged = false
  /** Over the rate limit: hits count, the reply is withheld. */
  isWithheld = false

  /** Takes in the query at hand, whose bytes and origin are valid during the call. */
  begin(request: Uint8Array, query: ReplyNeeds, origin: Origin, nowMs: number): void {
    this.request = request
    this.query = query
    this.client = origin.address
    this.transport = origin.transport
    this.maxBytes = origin.maxBytes
    this.startedMs = nowMs
    this.isExempt = false
    this.isLogged = false
    this.isWithheld = false
  }

  /** A copy that shares nothing with what is reused. */
  toWaiter(origin: Origin): Waiter {
    const { query } = this
    const replyTo = origin.later()
    const waiter = new Waiter(replyTo)
    const length = HEADER_BYTES + query.questionLength
    // By hand: `slice` is no copy where the transport has a Buffer, and a view would be one object more.
    const request = new Uint8Array(length)
    for (let at = 0; at < length; at++) request[at] = this.request[at]!
    waiter.request = request
    waiter.query = {
      id: query.id,
      flags: query.flags,
      opcode: query.opcode,
      rd: query.rd,
      ad: query.ad,
      cd: query.cd,
      questionLength: query.questionLength,
      qtype: query.qtype,
      qclass: query.qclass,
      hasEdns: query.hasEdns,
      udpSize: query.udpSize,
      dnssecOk: query.dnssecOk,
      wantsNsid: query.wantsNsid,
    }
    waiter.client = replyTo.address
    waiter.transport = this.transport
    waiter.maxBytes = this.maxBytes
    waiter.startedMs = this.startedMs
    waiter.isLogged = this.isLogged
    waiter.isWithheld = this.isWithheld
    return waiter
  }
}

/** A query that waits for an upstream. */
export class Waiter extends Asked {
  readonly #replyTo: ReplyTo
  #isAnswered = false

  constructor(replyTo: ReplyTo) {
    super()
    this.#replyTo = replyTo
  }

  /** Sends the first `length` of `bytes`, or with 0 gives up in silence. The first call counts. */
  answer(bytes: Uint8Array, length: number): void {
    if (this.#isAnswered) return
    this.#isAnswered = true
    this.#replyTo.send(bytes, length)
  }
}

const NOTHING = new Uint8Array(0)
const NO_QUERY: ReplyNeeds = {
  id: 0, flags: 0, opcode: 0, rd: false, ad: false, cd: false, questionLength: 0, qtype: 0, qclass: 0,
  hasEdns: false, udpSize: 512, dnssecOk: false, wantsNsid: false,
} // prettier-ignore
