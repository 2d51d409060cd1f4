/**
 * Aliases of our own that lead to names elsewhere: local data of response policy zones, own records. A client takes an
 * answer as complete, so the target is asked for here, the way the query itself went, and its records go behind the alias.
 */
import { Outcome } from '../metrics/counters.ts'
import { Answer, readAnswer } from '../wire/answer.ts'
import { MALFORMED, appendRecords } from '../wire/append-records.ts'
import { Class, HEADER_BYTES, MAX_MESSAGE_BYTES, Rcode } from '../wire/constants.ts'
import { readName } from '../wire/name.ts'
import { Query } from '../wire/question.ts'
import type { ExtendedErrors } from '../wire/respond.ts'
import { Asked, REQUEST_BYTES, type Waiter, type Waiters } from './asked.ts'
import type { Origin, ReplyTo } from './origin.ts'
import type { Replies } from './replies.ts'

/** A zone's alias may lead to an own one and that to a name elsewhere; no target is led on by a zone. */
const MAX_LEADS = 2

/** Octets of a record whose owner is a pointer, before its data. */
const RECORD_HEAD_BYTES = 12

/** Whether an alias in the answer to `asked` may be followed. Over the rate limit nobody is led anywhere. */
export function mayFollow({ led, isWithheld }: Asked): boolean {
  return led === null ? !isWithheld : led.depth < MAX_LEADS
}

/** Memory to ask for a target in: of one call, which nothing else of the same depth comes between. */
class Place {
  readonly asked = new Asked()
  readonly query = new Query()
  readonly request = new Uint8Array(REQUEST_BYTES)
  /** For the target's answer. */
  readonly out = new Uint8Array(MAX_MESSAGE_BYTES)
}

/** Who can be answered later: one who asks, who waits, or whom an alias leads. */
export type From = Pick<Origin, 'later'>

/** One answer that begins with an alias, until its target's records are known. */
export class Led implements ReplyTo {
  /** From 1. */
  readonly depth: number
  /** A hit is recorded for the alias: what holds its target is no other one. */
  readonly isHit: boolean
  readonly #leads: Leads
  readonly #from: From
  /** Where header, question and aliases were written, good for the call; and where they stand now. */
  readonly #first: Uint8Array
  #out: Uint8Array
  readonly #length: number
  /** Where in there the target's name stands. */
  readonly #target: number
  readonly #outcome: Outcome
  readonly #errors: ExtendedErrors | null
  #asked: Asked
  #waiter: Waiter | null = null

  constructor(
    leads: Leads,
    asked: Asked,
    from: From,
    out: Uint8Array,
    length: number,
    target: number,
    outcome: Outcome,
    errors: ExtendedErrors | null,
  ) {
    this.depth = asked.led === null ? 1 : asked.led.depth + 1
    this.isHit = outcome === Outcome.blocked || asked.led?.isHit === true
    this.#leads = leads
    this.#asked = asked
    this.#from = from
    this.#first = this.#out = out
    this.#length = length
    this.#target = target
    this.#outcome = outcome
    this.#errors = errors
  }

  /** Who asked, 16 bytes. */
  get address(): Uint8Array {
    return this.#asked.client
  }

  /** The target's answer comes later, or the alias is not to be followed in this call: keeps what that takes. */
  later(): this {
    if (this.#waiter === null) {
      this.#waiter = this.#leads.waiters.of(this.#asked, this.#from)
      this.#asked = this.#waiter
      this.#out = this.#out.slice(0, this.#length)
    }
    return this
  }

  /** Makes the query for the target in the memory of its depth. */
  begin(): Place {
    const place = this.#leads.place(this.depth)
    const { asked, query, request } = place
    const { client, revealed, transport, startedMs, query: first } = this.#asked
    const end = readName(this.#out, this.#target, this.#length, query.key)
    request.set(this.#out.subarray(this.#target, end), HEADER_BYTES)
    const type = HEADER_BYTES + end - this.#target
    request.set([first.qtype >>> 8, first.qtype & 0xff, 0, Class.IN], type)
    query.questionLength = type + 4 - HEADER_BYTES
    query.flags = first.flags
    query.rd = first.rd
    query.cd = first.cd
    query.dnssecOk = first.dnssecOk
    query.qtype = first.qtype
    query.qclass = Class.IN
    query.udpSize = MAX_MESSAGE_BYTES
    asked.begin(request, query, { transport, address: client, maxBytes: MAX_MESSAGE_BYTES }, startedMs)
    asked.revealed = revealed
    asked.isWithheld = true
    asked.led = this
    return place
  }

  /**
   * Takes the target's answer. Returns the length of the whole, in the memory the alias was written to, or 0: it has been
   * sent to one who waited.
   */
  finish(bytes: Uint8Array, length: number): number {
    if (this.#waiter === null) return this.#join(this.#out, bytes, length)
    this.send(bytes, length)
    return 0
  }

  /** The same for one who waits. With length 0 nothing is sent. */
  send(bytes: Uint8Array, length: number): void {
    const waiter = this.#waiter!
    if (length === 0) {
      waiter.answer(bytes, 0)
      // Where nobody could be asked this is still the call that began it, and its answer is `finish`.
      this.#waiter = null
      this.#out = this.#first
      return
    }
    const { out } = this.#leads.place(this.depth - 1)
    out.set(this.#out)
    waiter.answer(out, this.#join(out, bytes, length))
  }

  /** The rcode is that of the last name (RFC 6604 §3), SERVFAIL included; the aliases stand in every case. */
  #join(out: Uint8Array, bytes: Uint8Array, length: number): number {
    const { answer, replies } = this.#leads
    let end = -1
    let rcode: number = Rcode.NoError
    if (readAnswer(bytes, length, answer)) {
      rcode = answer.rcode
      end = appendRecords(out, this.#length, bytes, answer, this.#target)
      if (end === MALFORMED) {
        rcode = Rcode.ServFail
        end = this.#length
      }
      // Not asked for because the client wants what is known here (RD=0): the alias is.
      if (rcode === Rcode.Refused && !this.#asked.query.rd) rcode = Rcode.NoError
      out[3] = (out[3]! & 0xf0) | rcode
    }
    return replies.finish(out, end, this.#asked, rcode, this.#outcome, this.#errors)
  }
}

/** What aliases of one thread are followed with. */
export class Leads {
  readonly waiters: Waiters
  readonly replies: Replies
  readonly answer = new Answer()
  readonly #places: Place[] = []

  constructor(waiters: Waiters, replies: Replies) {
    this.waiters = waiters
    this.replies = replies
  }

  /** A blocked name whose answer is an alias; `out` holds it and nothing behind it, in `length` octets. */
  blocked(asked: Asked, from: From, out: Uint8Array, length: number, errors: ExtendedErrors): Led {
    const target = HEADER_BYTES + asked.query.questionLength + RECORD_HEAD_BYTES
    return new Led(this, asked, from, out, length, target, Outcome.blocked, errors)
  }

  /** An own record, or several, that leads to the name at `target`. */
  own(asked: Asked, from: From, out: Uint8Array, length: number, target: number): Led {
    return new Led(this, asked, from, out, length, target, Outcome.local, null)
  }

  /** Made when the first alias is followed: most agencies have none. */
  place(depth: number): Place {
    for (let next = this.#places.length; next <= depth; next++) this.#places.push(new Place())
    return this.#places[depth]!
  }
}
