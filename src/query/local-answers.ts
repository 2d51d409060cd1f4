/**
 * What is answered here without asking anybody: own records, special-use names, the server's own name, ANY. Also
 * where a name is to be asked.
 */
import type { Settings } from '../config/settings.ts'
import { writeLocal } from '../local/local-answer.ts'
import { ServerIdentity } from '../local/server-identity.ts'
import { Found, LocalMatch, LocalZones } from '../local/zones.ts'
import { Outcome } from '../metrics/counters.ts'
import { Class, Rcode, Type } from '../wire/constants.ts'
import { appendHinfo, beginResponse } from '../wire/respond.ts'
import type { Query } from '../wire/question.ts'
import type { Asked } from './asked.ts'
import type { Replies } from './replies.ts'

/** Of the answer to ANY, which says nothing that could change. */
const ANY_TTL_SECONDS = 3600

export class LocalAnswers {
  readonly #replies: Replies
  readonly #identity: ServerIdentity
  readonly #match = new LocalMatch()
  #zones: LocalZones
  #seed: number | null = null

  constructor(settings: Settings, replies: Replies) {
    this.#replies = replies
    this.#identity = new ServerIdentity(settings)
    this.#zones = new LocalZones(settings)
  }

  configure(settings: Settings): void {
    this.#identity.configure(settings)
    this.#zones = new LocalZones(settings)
    this.#seed = null
  }

  /**
   * Where `query` is to be asked: 0 the general upstreams, 1 … the servers of a forward zone; -1: `answer` knows.
   * `seed`: the one the hashes of its key are computed under.
   */
  find(query: Query, seed: number): number {
    if (seed !== this.#seed) {
      this.#zones.rehash(seed)
      this.#seed = seed
    }
    const found = this.#zones.find(query.key, query.qtype, this.#match)
    if (found === Found.Record || found === Found.Special || query.qtype === Type.ANY) return -1
    return found === Found.Forward ? this.#match.index + 1 : 0
  }

  /** Writes what `find` has just said -1 to, up to the last record. Returns the length, or -1. */
  write(out: Uint8Array, asked: Asked, query: Query): number {
    const { kind } = this.#match
    if (kind === Found.Record || kind === Found.Special)
      return writeLocal(out, asked.request, query, this.#zones, this.#match)
    this.#match.target = 0
    return minimalAny(out, asked)
  }

  /** Where in what `write` wrote the name stands that an own alias leads to elsewhere; 0: there is none. */
  get target(): number {
    return this.#match.target
  }

  /** Class CH tells who we are; of other classes nobody here knows anything. */
  otherClass(out: Uint8Array, asked: Asked, query: Query): number {
    if (query.qclass !== Class.CH)
      return this.#replies.empty(out, asked, Rcode.Refused, Outcome.refused, null)
    return this.finish(out, this.#identity.write(out, asked.request, query), asked)
  }

  /** Makes what was written a reply. */
  finish(out: Uint8Array, length: number, asked: Asked): number {
    const rcode = out[3]! & 15
    const outcome = rcode === Rcode.Refused ? Outcome.refused : Outcome.local
    return this.#replies.finish(out, length, asked, rcode, outcome, null)
  }
}

/** RFC 8482 §4.2: all there is to say to ANY, which mostly serves to amplify. */
function minimalAny(out: Uint8Array, { request, query }: Asked): number {
  const length = beginResponse(out, request, query, Rcode.NoError)
  return appendHinfo(out, length, ANY_TTL_SECONDS)
}
