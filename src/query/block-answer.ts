/**
 * What a blocked name is answered. A and AAAA get the sinkhole's address, every other type NODATA, so that no record of a
 * blocked name reaches a client; or what the list gives for it. No AD, never authoritative, RA set.
 */
import type { Settings } from '../config/settings.ts'
import { Outcome } from '../metrics/counters.ts'
import { parseAddress } from '../net/address.ts'
import { copyWords, Octets } from '../octets.ts'
import { ACTIONS, Trigger, type ListMeta } from '../policy/meta.ts'
import { SINKHOLE_TTL, aliasOf } from '../policy/rule-table.ts'
import { VerdictKind, type Verdict } from '../policy/verdict.ts'
import { Ede, HEADER_BYTES, MAX_UDP_PAYLOAD, Rcode, Type } from '../wire/constants.ts'
import {
  appendAddress,
  appendOpt,
  appendSoa,
  beginResponse,
  extendedErrors,
  type ExtendedErrors,
} from '../wire/respond.ts'
import type { Asked } from './asked.ts'
import { mayFollow } from './led.ts'
import { appendLocalData } from './local-data.ts'
import { roomFor, type Replies } from './replies.ts'

const NXDOMAIN = ACTIONS.indexOf('nxdomain')
const REFUSED = ACTIONS.indexOf('refused')
const DROP = ACTIONS.indexOf('drop')
const SINKHOLE = ACTIONS.indexOf('sinkhole')
const TCP_ONLY = ACTIONS.indexOf('tcp-only')

const NONE: readonly Uint8Array[] = []

/** The EDE of a block names its list and document; texts are made once for each of them. */
interface BlockErrors {
  readonly blocked: ExtendedErrors
  readonly forged: ExtendedErrors
  /** What stands behind the question where the sinkhole's address is the answer: A, AAAA, both with OPT; null: not made yet. */
  readonly endings: (Ending | null)[]
}

/**
 * One record and, where the query had one, our OPT. The record's owner is a pointer to the question, so they are the same
 * for every name.
 */
interface Ending {
  readonly ttlSeconds: number
  readonly bytes: Octets
}

/** Room for the record and the longest OPT without NSID. */
const ENDING_BYTES = 512

export class BlockAnswers {
  readonly #replies: Replies
  #errors = new WeakMap<ListMeta, BlockErrors>()
  /** Of the list that decided last: most decide many in a row, and are one object until lists change. */
  #lastList: ListMeta | null = null
  #lastErrors: BlockErrors | null = null
  #ttlSeconds = 0
  #ipv4: readonly Uint8Array[] = []
  #ipv6: readonly Uint8Array[] = []

  constructor(settings: Settings, replies: Replies) {
    this.#replies = replies
    this.configure(settings)
  }

  configure({ sinkhole }: Settings): void {
    this.#ttlSeconds = sinkhole.ttlSeconds
    this.#ipv4 = [bytesOf(sinkhole.ipv4).subarray(12)]
    this.#ipv6 = [bytesOf(sinkhole.ipv6)]
    this.#errors = new WeakMap()
    this.#lastErrors = null
  }

  /** Writes the answer `verdict` (a Block) asks for. Returns the length to send, 0 for the action drop. */
  write(out: Uint8Array, asked: Asked, verdict: Verdict): number {
    const { query } = asked
    const ending = this.#endingOf(query, verdict)
    if (ending === null || asked.isWithheld || !(out instanceof Octets))
      return this.writePlain(out, asked, verdict)
    const start = HEADER_BYTES + query.questionLength
    const end = start + ending.length
    if (end > roomFor(asked) || end > out.length) return this.writePlain(out, asked, verdict)
    beginResponse(out, asked.request, query, Rcode.NoError)
    // One record in the answer section, and the OPT in the additional one.
    out[7] = 1
    out[11] = query.hasEdns ? 1 : 0
    copyWords(ending.view, 0, out.view, start, ending.length)
    return this.#replies.made(end, asked, Rcode.NoError, Outcome.blocked)
  }

  /**
   * What stands behind the question, or null where it is not the same for every name. It is put together once for a list:
   * octet by octet it was a fifth of a blocked query (benchmark: compare.py block).
   */
  #endingOf({ qtype, hasEdns, dnssecOk, wantsNsid }: Asked['query'], verdict: Verdict): Octets | null {
    if (verdict.action !== SINKHOLE || verdict.data !== null || dnssecOk || wantsNsid) return null
    if (qtype !== Type.A && qtype !== Type.AAAA) return null
    const { endings, forged } = this.#errorsOf(verdict.list)
    const place = (qtype === Type.A ? 0 : 1) + (hasEdns ? 2 : 0)
    const ttlSeconds = this.#ttlOf(verdict)
    const known = endings[place]!
    if (known !== null && known.ttlSeconds === ttlSeconds) return known.bytes
    const out = new Octets(ENDING_BYTES)
    const address = (qtype === Type.A ? this.#ipv4 : this.#ipv6)[0]!
    let end = appendAddress(out, HEADER_BYTES, ttlSeconds, address)
    if (hasEdns) end = appendOpt(out, end, MAX_UDP_PAYLOAD, false, 0, forged, null)
    const bytes = new Octets(out.subarray(HEADER_BYTES, end))
    endings[place] = { ttlSeconds, bytes }
    return bytes
  }

  /** As `write`, record by record: for all other answers, and the oracle in test/property/answers-in-place.test.ts. */
  writePlain(out: Uint8Array, asked: Asked, verdict: Verdict): number {
    const { action } = verdict
    const { query } = asked
    const errors = this.#errorsOf(verdict.list)
    if (action === DROP) return this.#replies.drop(asked)
    // What does not fit is told to come back by TCP: this never fits.
    if (action === TCP_ONLY)
      return this.#replies.finish(out, -1, asked, Rcode.NoError, Outcome.blocked, errors.blocked)
    if (action === REFUSED)
      return this.#replies.empty(out, asked, Rcode.Refused, Outcome.blocked, errors.blocked)
    const ttlSeconds = this.#ttlOf(verdict)
    const rcode = action === NXDOMAIN ? Rcode.NxDomain : Rcode.NoError
    const start = beginResponse(out, asked.request, query, rcode)
    const end = action === SINKHOLE ? this.#forge(out, start, asked, verdict, ttlSeconds) : start
    if (end !== start) return this.#replies.finish(out, end, asked, rcode, Outcome.blocked, errors.forged)
    // RFC 2308 §5: without an SOA nobody may cache the negative answer, and a bot asks again at once.
    const length = appendSoa(out, start, ownerOffset(asked, verdict), ttlSeconds, ttlSeconds)
    return this.#replies.finish(out, length, asked, rcode, Outcome.blocked, errors.blocked)
  }

  /**
   * Where that answer is an alias whose target is to be asked for, writes header, question and alias and returns the
   * length; otherwise 0.
   */
  writeAlias(out: Uint8Array, asked: Asked, verdict: Verdict): number {
    const { action, data } = verdict
    if (data === null || action !== SINKHOLE || aliasOf(data) === null) return 0
    const { query } = asked
    // What an alias has led to is not led on by a zone.
    if (asked.led !== null || !mayFollow(asked) || query.qtype === Type.CNAME || query.qtype === Type.ANY)
      return 0
    const start = beginResponse(out, asked.request, query, Rcode.NoError)
    const end = this.#forge(out, start, asked, verdict, this.#ttlSeconds)
    return end <= start ? 0 : end
  }

  /** The EDE of a forged answer. */
  forgedBy({ list }: Verdict): ExtendedErrors {
    return this.#errorsOf(list).forged
  }

  /** Appends what is forged for the type; the same length where it gets nothing. */
  #forge(out: Uint8Array, start: number, asked: Asked, verdict: Verdict, ttlSeconds: number): number {
    const { data } = verdict
    if (data !== null && asked.led === null)
      return appendLocalData(out, start, asked, data, verdict, this.#ttlSeconds)
    const { qtype } = asked.query
    const addresses = qtype === Type.A ? this.#ipv4 : qtype === Type.AAAA ? this.#ipv6 : NONE
    let length = start
    for (let i = 0; i < addresses.length && length !== -1; i++)
      length = appendAddress(out, length, ttlSeconds, addresses[i]!)
    return length
  }

  /** Seconds. */
  #ttlOf({ ttlSeconds }: Verdict): number {
    return ttlSeconds === SINKHOLE_TTL ? this.#ttlSeconds : ttlSeconds
  }

  #errorsOf(meta: ListMeta | null): BlockErrors {
    if (meta === this.#lastList && this.#lastErrors !== null) return this.#lastErrors
    let errors = meta === null ? undefined : this.#errors.get(meta)
    if (errors === undefined) {
      errors = encode(meta)
      if (meta !== null) this.#errors.set(meta, errors)
    }
    this.#lastList = meta
    this.#lastErrors = errors
    return errors
  }
}

function encode(meta: ListMeta | null): BlockErrors {
  const text = meta === null ? '' : meta.document === '' ? meta.id : `${meta.id}: ${meta.document}`
  const blocked = [Ede.Blocked, text] as const
  return {
    blocked: extendedErrors(blocked),
    forged: extendedErrors(blocked, [Ede.ForgedAnswer, '']),
    endings: [null, null, null, null],
  }
}

/** Where in the question the SOA's owner stands: the listed name when the question is for it, else the qname. */
function ownerOffset({ query }: Asked, { trigger, indicatorLength }: Verdict): number {
  // The question is the name with the root's zero octet, and four octets of type and class.
  const nameLength = query.questionLength - 5
  return HEADER_BYTES + (trigger === Trigger.qname ? nameLength - indicatorLength : 0)
}

function bytesOf(text: string): Uint8Array {
  const bytes = new Octets(16)
  if (!parseAddress(text, bytes)) throw new Error(`sinkhole: not an IP address: ${text}`)
  return bytes
}

/** TCP-Only blocks who asks by UDP; by TCP it passes, and is a hit all the same. */
export function kindFor({ transport }: Asked, kind: VerdictKind, { action }: Verdict): VerdictKind {
  return kind === VerdictKind.Block && action === TCP_ONLY && transport === 1 ? VerdictKind.Log : kind
}
