/**
 * Reads what a client asks: header, one question, its OPT record. A ladder of early returns in the order of the
 * message; nothing is allocated, and the work is bounded by the message's length.
 */
import { EdnsOption, Flag, HEADER_BYTES, MIN_UDP_PAYLOAD, Opcode, Rcode, Type } from './constants.ts'
import { NameKey } from './name-key.ts'
import { readName, skipName } from './name.ts'

/** What became of reading a query. */
export const Parse = { Ok: 0, Drop: 1, FormErr: 2, NotImp: 3, BadVers: 4 } as const
export type Parse = (typeof Parse)[keyof typeof Parse]

/** Records before and after the OPT that are walked; honest clients send one or two (TSIG, SIG(0)). */
const MAX_EXTRA_RECORDS = 64

/** One query. A thread reuses one instance, so nothing of it may be kept across an asynchronous step. */
export class Query {
  id = 0
  /** The header's second word as it came. */
  flags = 0
  opcode = 0
  rd = false
  tc = false
  ad = false
  cd = false
  /** The name asked for, lower-case; hashes not computed. Empty where the question did not parse. */
  readonly key = new NameKey()
  /**
   * Octets of the question (name, type, class), which stands with its case at 12 of the message; 0 where it did not
   * parse: then it is not echoed.
   */
  questionLength = 0
  qtype = 0
  qclass = 0
  /** The rcode that belongs to the outcome: NOERROR, FORMERR, NOTIMP or BADVERS (16). */
  rcodeWanted = 0
  /** The query held an OPT record, so the reply holds one. */
  hasEdns = false
  ednsVersion = 0
  /** What the client takes over UDP, at least 512; not capped at what we send. */
  udpSize = MIN_UDP_PAYLOAD
  dnssecOk = false
  wantsNsid = false
  /** Where the option stands that names the client's address (see client-options.ts), unread; 0: there is none. */
  clientSubnetAt = 0
  /** The same for its MAC. */
  clientMacAt = 0
}

/**
 * Reads the first `length` octets of `bytes` into `query`. After anything but Drop, `id`, `flags` and, where it
 * could be read, the question are good for a reply.
 */
export function readQuestion(bytes: Uint8Array, length: number, query: Query): Parse {
  if (length < HEADER_BYTES) return Parse.Drop
  const flags = (bytes[2]! << 8) | bytes[3]!
  // An answer to an answer makes loops.
  if ((flags & Flag.QR) !== 0) return Parse.Drop
  clear(query, (bytes[0]! << 8) | bytes[1]!, flags)

  const questions = (bytes[4]! << 8) | bytes[5]!
  const hasQuestion = questions === 1 && readOne(bytes, length, query)
  // RFC 8906 §3.1.4: what follows the header of an unknown opcode need not be what we think.
  if (query.opcode !== Opcode.Query) return refuse(query, Parse.NotImp, Rcode.NotImp)
  // RFC 9619 §4.
  if (!hasQuestion) return refuse(query, Parse.FormErr, Rcode.FormErr)

  const answers = (bytes[6]! << 8) | bytes[7]!
  const authorities = (bytes[8]! << 8) | bytes[9]!
  const additionals = (bytes[10]! << 8) | bytes[11]!
  // Only IXFR has something to say here (RFC 1995 §3).
  if (answers !== 0 || (authorities !== 0 && query.qtype !== Type.IXFR)) {
    return refuse(query, Parse.FormErr, Rcode.FormErr)
  }
  if (!readExtra(bytes, length, query, authorities, additionals)) {
    return refuse(query, Parse.FormErr, Rcode.FormErr)
  }
  // RFC 6891 §6.1.3.
  if (query.ednsVersion > 0) return refuse(query, Parse.BadVers, Rcode.BadVers)
  return Parse.Ok
}

function refuse(query: Query, outcome: Parse, rcode: number): Parse {
  query.rcodeWanted = rcode
  return outcome
}

function clear(query: Query, id: number, flags: number): void {
  query.id = id
  query.flags = flags
  query.opcode = (flags >>> 11) & 15
  query.rd = (flags & Flag.RD) !== 0
  query.tc = (flags & Flag.TC) !== 0
  query.ad = (flags & Flag.AD) !== 0
  query.cd = (flags & Flag.CD) !== 0
  query.key.length = 0
  query.key.labelCount = 0
  query.questionLength = 0
  query.qtype = 0
  query.qclass = 0
  query.rcodeWanted = Rcode.NoError
  query.hasEdns = false
  query.ednsVersion = 0
  query.udpSize = MIN_UDP_PAYLOAD
  query.dnssecOk = false
  query.wantsNsid = false
  query.clientSubnetAt = 0
  query.clientMacAt = 0
}

/** Reads the question. A compressed name fails: nothing stands before it that a pointer could mean. */
function readOne(bytes: Uint8Array, length: number, query: Query): boolean {
  const at = readName(bytes, HEADER_BYTES, length, query.key)
  if (at === -1 || at + 4 > length) {
    query.key.length = 0
    query.key.labelCount = 0
    return false
  }
  query.qtype = (bytes[at]! << 8) | bytes[at + 1]!
  query.qclass = (bytes[at + 2]! << 8) | bytes[at + 3]!
  query.questionLength = at + 4 - HEADER_BYTES
  return true
}

/** Walks the records behind the question for the OPT. What else stands there is ignored, and what follows the last. */
function readExtra(
  bytes: Uint8Array,
  length: number,
  query: Query,
  authorities: number,
  additionals: number,
): boolean {
  const count = authorities + additionals
  if (count > MAX_EXTRA_RECORDS) return false
  let at = HEADER_BYTES + query.questionLength
  for (let record = 0; record < count; record++) {
    const owner = at
    at = skipName(bytes, at, length)
    if (at === -1 || at + 10 > length) return false
    const rdata = at + 10
    const behind = rdata + ((bytes[at + 8]! << 8) | bytes[at + 9]!)
    if (behind > length) return false
    if (bytes[at] === 0 && bytes[at + 1] === Type.OPT) {
      // RFC 6891 §6.1.1: one, in the additional section, owner the root.
      if (query.hasEdns || record < authorities || at !== owner + 1) return false
      if (!readOpt(bytes, at, behind, query)) return false
    }
    at = behind
  }
  return true
}

/** Reads the OPT whose type stands at `at` (RFC 6891 §6.1.2): class is a size, TTL is extended rcode, version, flags. */
function readOpt(bytes: Uint8Array, at: number, end: number, query: Query): boolean {
  query.hasEdns = true
  // RFC 6891 §6.2.3: less than 512 means 512.
  query.udpSize = Math.max(MIN_UDP_PAYLOAD, (bytes[at + 2]! << 8) | bytes[at + 3]!)
  query.ednsVersion = bytes[at + 5]!
  query.dnssecOk = (bytes[at + 6]! & 0x80) !== 0
  // Another version may mean other options.
  if (query.ednsVersion > 0) return true
  let option = at + 10
  while (option < end) {
    if (option + 4 > end) return false
    const code = (bytes[option]! << 8) | bytes[option + 1]!
    const behind = option + 4 + ((bytes[option + 2]! << 8) | bytes[option + 3]!)
    if (behind > end) return false
    if (code === EdnsOption.Nsid) query.wantsNsid = true
    // Of two the last: a forwarder puts its own behind what its client sent.
    else if (code === EdnsOption.ClientSubnet) query.clientSubnetAt = option
    else if (code === EdnsOption.Mac || code === EdnsOption.DeviceId) query.clientMacAt = option
    option = behind
  }
  return true
}
