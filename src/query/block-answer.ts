/**
 * What a blocked name is answered. A and AAAA get the sinkhole's address or the one the list gives; every other type
 * gets NODATA, so that no record of a blocked name reaches a client. No AD, never authoritative, RA set.
 */
import type { Settings } from '../config/settings.ts'
import { Outcome } from '../metrics/counters.ts'
import { parseAddress } from '../net/address.ts'
import { ACTIONS, Trigger, type ListMeta } from '../policy/meta.ts'
import { SINKHOLE_TTL } from '../policy/rule-table.ts'
import type { Verdict } from '../policy/verdict.ts'
import { Ede, HEADER_BYTES, Rcode, Type } from '../wire/constants.ts'
import {
  appendAddress,
  appendSoa,
  beginResponse,
  extendedErrors,
  type ExtendedErrors,
} from '../wire/respond.ts'
import type { Asked } from './asked.ts'
import type { Replies } from './replies.ts'

const NXDOMAIN = ACTIONS.indexOf('nxdomain')
const REFUSED = ACTIONS.indexOf('refused')
const DROP = ACTIONS.indexOf('drop')
const SINKHOLE = ACTIONS.indexOf('sinkhole')

/** The EDE of a block names its list; texts are made once a list. */
interface BlockErrors {
  readonly blocked: ExtendedErrors
  readonly forged: ExtendedErrors
}

export class BlockAnswers {
  readonly #replies: Replies
  readonly #errors = new Map<string, BlockErrors>()
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
  }

  /** Writes the answer `verdict` (a Block) asks for. Returns the length to send, 0 for the action drop. */
  write(out: Uint8Array, asked: Asked, verdict: Verdict): number {
    const { action } = verdict
    const { query } = asked
    const errors = this.#errorsOf(verdict.list)
    if (action === DROP) return this.#replies.drop(asked)
    if (action === REFUSED)
      return this.#replies.empty(out, asked, Rcode.Refused, Outcome.blocked, errors.blocked)
    const ttlSeconds = verdict.ttlSeconds === SINKHOLE_TTL ? this.#ttlSeconds : verdict.ttlSeconds
    const rcode = action === NXDOMAIN ? Rcode.NxDomain : Rcode.NoError
    let length = beginResponse(out, asked.request, query, rcode)
    const addresses = action === SINKHOLE ? this.#addressesFor(query.qtype, verdict) : null
    if (addresses === null || addresses.length === 0) {
      // RFC 2308 §5: without an SOA nobody may cache the negative answer, and a bot asks again at once.
      length = appendSoa(out, length, ownerOffset(asked, verdict), ttlSeconds, ttlSeconds)
      return this.#replies.finish(out, length, asked, rcode, Outcome.blocked, errors.blocked)
    }
    for (let i = 0; i < addresses.length && length !== -1; i++) {
      length = appendAddress(out, length, ttlSeconds, addresses[i]!)
    }
    return this.#replies.finish(out, length, asked, rcode, Outcome.blocked, errors.forged)
  }

  /** The addresses forged for this type; null where the type gets none. */
  #addressesFor(qtype: number, { data }: Verdict): readonly Uint8Array[] | null {
    if (qtype === Type.A) return data ? data.a : this.#ipv4
    if (qtype === Type.AAAA) return data ? data.aaaa : this.#ipv6
    return null
  }

  #errorsOf(meta: ListMeta | null): BlockErrors {
    if (meta === this.#lastList && this.#lastErrors !== null) return this.#lastErrors
    const list = meta?.id ?? ''
    let errors = this.#errors.get(list)
    if (!errors) {
      const blocked = [Ede.Blocked, list] as const
      errors = { blocked: extendedErrors(blocked), forged: extendedErrors(blocked, [Ede.ForgedAnswer, '']) }
      this.#errors.set(list, errors)
    }
    this.#lastList = meta
    this.#lastErrors = errors
    return errors
  }
}

/** Where in the question the SOA's owner stands: the listed name when the question is for it, else the qname. */
function ownerOffset({ query }: Asked, { trigger, indicatorLength }: Verdict): number {
  // The question is the name with the root's zero octet, and four octets of type and class.
  const nameLength = query.questionLength - 5
  return HEADER_BYTES + (trigger === Trigger.qname ? nameLength - indicatorLength : 0)
}

function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(16)
  if (!parseAddress(text, bytes)) throw new Error(`sinkhole: not an IP address: ${text}`)
  return bytes
}
