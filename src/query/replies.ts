/**
 * The end of every query: our own OPT, what does not fit cut to a TC reply, the counters. Everything is written into
 * `out`; what is returned is the length to send, 0 for nothing.
 */
import type { Entry } from '../cache/entry.ts'
import type { Clock } from '../clock.ts'
import type { Settings } from '../config/settings.ts'
import { Outcome, type Counters } from '../metrics/counters.ts'
import { Ede, Flag, MAX_UDP_PAYLOAD, Rcode } from '../wire/constants.ts'
import { getFlags, setFlags, setId, setQuestion } from '../wire/patch.ts'
import { appendOpt, beginResponse, extendedErrors, truncate, type ExtendedErrors } from '../wire/respond.ts'
import type { Asked } from './asked.ts'

/** Extended DNS Errors of our own (RFC 8914), made once. */
export const Errors = {
  prohibited: extendedErrors([Ede.Prohibited, '']),
  stale: extendedErrors([Ede.StaleAnswer, '']),
  staleNxDomain: extendedErrors([Ede.StaleNxDomainAnswer, '']),
  unreachable: extendedErrors([Ede.NoReachableAuthority, '']),
  network: extendedErrors([Ede.NetworkError, '']),
  cachedError: extendedErrors([Ede.CachedError, '']),
  notReady: extendedErrors([Ede.NotReady, '']),
} as const satisfies Record<string, ExtendedErrors>

/** Strangers told so in a second; the others are dropped, so that a forged source gains nothing by us. */
const REFUSALS_PER_SECOND = 100

/** By info code: an upstream's Extended DNS Error as we pass it on, without the text, which may be long. */
const passed = new Map<number, ExtendedErrors>()

/** The EDE of an upstream's answer, to be passed on; null where it had none (`ede` -1). */
export function passedOn({ ede }: { readonly ede: number }): ExtendedErrors | null {
  if (ede === -1) return null
  let options = passed.get(ede)
  if (!options) {
    options = extendedErrors([ede, ''])
    passed.set(ede, options)
  }
  return options
}

export class Replies {
  readonly #counters: Counters
  readonly #clock: Clock
  #nsid: Uint8Array | null = null
  #staleTtlSeconds = 0
  #slip = 0
  #refusedSecond = 0
  #refusedCount = 0

  constructor(settings: Settings, counters: Counters, clock: Clock) {
    this.#counters = counters
    this.#clock = clock
    this.configure(settings)
  }

  configure({ server, cache }: Settings): void {
    this.#staleTtlSeconds = cache.staleTtlSeconds
    this.#nsid = server.nsid && server.id !== '' ? new TextEncoder().encode(server.id) : null
  }

  /** Nothing is sent. */
  drop(asked: Asked): number {
    this.#count(asked, -1, Outcome.dropped)
    return 0
  }

  /** REFUSED with EDE 18 (RFC 8914 §4.19) for one who may not ask, or nothing when there are many. */
  refuseStranger(out: Uint8Array, asked: Asked): number {
    const second = Math.floor(asked.startedMs / 1000)
    if (second !== this.#refusedSecond) {
      this.#refusedSecond = second
      this.#refusedCount = 0
    }
    if (this.#refusedCount++ >= REFUSALS_PER_SECOND) return this.drop(asked)
    return this.empty(out, asked, Rcode.Refused, Outcome.refused, Errors.prohibited)
  }

  /** Header, question and `rcode`, nothing more. */
  empty(out: Uint8Array, asked: Asked, rcode: number, outcome: Outcome, ede: ExtendedErrors | null): number {
    const length = beginResponse(out, asked.request, asked.query, rcode & 15)
    return this.finish(out, length, asked, rcode, outcome, ede)
  }

  /**
   * Makes a message that is not ours, from the cache or from upstream, the answer to this query: id, flags and the
   * question's case. `isFresh`: AD may stand, for a client that asked for it (RFC 6840 §5.7-5.8).
   */
  message(
    out: Uint8Array,
    length: number,
    asked: Asked,
    rcode: number,
    outcome: Outcome,
    isFresh: boolean,
    ede: ExtendedErrors | null,
  ): number {
    const { query, request } = asked
    const mayHaveAd = isFresh && (query.ad || query.dnssecOk)
    const ad = mayHaveAd ? getFlags(out) & Flag.AD : 0
    setId(out, query.id)
    // The opcode is 0; AA and TC are not ours to pass on.
    setFlags(out, Flag.QR | (query.flags & (Flag.RD | Flag.CD)) | Flag.RA | ad | (rcode & 15))
    setQuestion(out, request, query.questionLength)
    return this.finish(out, length, asked, rcode, outcome, ede)
  }

  /** Appends our OPT and counts. What does not fit (`length` -1, or more than there is room for) becomes a TC reply. */
  finish(
    out: Uint8Array,
    length: number,
    asked: Asked,
    rcode: number,
    outcome: Outcome,
    ede: ExtendedErrors | null,
  ): number {
    const { query } = asked
    if (asked.isWithheld) return asked.led === null ? this.#limit(out, asked) : length
    const room = roomFor(asked)
    let end = length
    if (query.hasEdns && end !== -1) end = this.#appendOpt(out, end, asked, rcode, ede)
    if (end === -1 || end > room) {
      end = truncate(out, asked.request, asked.query, rcode & 15)
      if (query.hasEdns) end = this.#appendOpt(out, end, asked, rcode, ede)
    }
    return this.made(end, asked, rcode, outcome)
  }

  /** Counts a reply of `length` octets that is whole. */
  made(length: number, asked: Asked, rcode: number, outcome: Outcome): number {
    this.#count(asked, rcode, outcome)
    return length
  }

  /** The reply that is made of what is kept, fresh or stale. */
  kept(out: Uint8Array, asked: Asked, entry: Entry): number {
    const { isFresh, rcode } = entry
    const length = entry.write(out, asked.query.questionLength, this.#staleTtlSeconds)
    const outcome = isFresh ? Outcome.cached : Outcome.stale
    const stale = rcode === Rcode.NxDomain ? Errors.staleNxDomain : Errors.stale
    return this.message(out, length, asked, rcode, outcome, isFresh, isFresh ? passedOn(entry) : stale)
  }

  /** Every second reply over the rate limit is a TC: an honest client comes back by TCP, a forged one cannot. */
  #limit(out: Uint8Array, asked: Asked): number {
    this.#counters.add('rateLimited')
    this.#slip ^= 1
    const isSent = this.#slip === 1 && asked.transport === 0
    this.#count(asked, isSent ? Rcode.NoError : -1, Outcome.limited)
    if (!isSent) return 0
    const end = truncate(out, asked.request, asked.query, Rcode.NoError)
    return asked.query.hasEdns ? this.#appendOpt(out, end, asked, Rcode.NoError, null) : end
  }

  /** `rcode` -1: nothing is sent. */
  #count(asked: Asked, rcode: number, outcome: Outcome): void {
    this.#counters.answer(outcome, rcode, this.#clock.monotonicMs() - asked.startedMs)
  }

  #appendOpt(
    out: Uint8Array,
    length: number,
    { query }: Asked,
    rcode: number,
    ede: ExtendedErrors | null,
  ): number {
    const nsid = query.wantsNsid ? this.#nsid : null
    return appendOpt(out, length, MAX_UDP_PAYLOAD, query.dnssecOk, rcode >>> 4, ede, nsid)
  }
}

/** What a reply may have, octets: what the client takes and what the transport takes. */
export function roomFor({ query, transport, maxBytes }: Asked): number {
  return transport === 1 ? maxBytes : Math.min(query.udpSize, maxBytes)
}
