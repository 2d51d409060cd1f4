/**
 * Transaction signatures (RFC 8945): the record as it stands at the end of a message, the sums it is made of, and a
 * message signed. Who checks what: tsig-check.ts.
 */
import { createHmac, type Hmac } from 'node:crypto'
import { Class, HEADER_BYTES, Type } from '../wire/constants.ts'
import { NameKey } from '../wire/name-key.ts'
import { readName, skipName } from '../wire/name.ts'
import type { TsigKey } from './tsig-key.ts'

/** RFC 8945 §3: error codes of the record. */
export const TsigProblem = { BadSig: 16, BadKey: 17, BadTime: 18, BadTrunc: 22 } as const

/** RFC 8945 §10: what clocks may differ, seconds. */
export const FUDGE_SECONDS = 300

const ADDITIONAL_COUNT = 10
/** Type, class, TTL, RDLENGTH. */
const HEAD_BYTES = 10

/** A TSIG record that was read. */
export interface TsigRecord {
  /** Offset of its owner: up to there goes the message that is signed. */
  readonly start: number
  /** Of the key, wire form, lower-case. */
  readonly name: Uint8Array
  /** The same of the algorithm. */
  readonly algorithm: Uint8Array
  /** Seconds since 1970. */
  readonly time: number
  readonly fudge: number
  readonly mac: Uint8Array
  readonly originalId: number
  readonly error: number
  readonly other: Uint8Array
}

/**
 * The TSIG record at the end of a message: null where there is none, undefined where the message cannot be walked or the
 * record stands elsewhere than last (RFC 8945 §5.1), or is malformed.
 */
export function readTsig(bytes: Uint8Array): TsigRecord | null | undefined {
  if (bytes.length < HEADER_BYTES) return undefined
  const counts = [4, 6, 8, 10].map((at) => read16(bytes, at))
  let at = HEADER_BYTES
  for (let question = 0; question < counts[0]!; question++) {
    at = skipName(bytes, at, bytes.length)
    if (at === -1 || at + 4 > bytes.length) return undefined
    at += 4
  }
  const records = counts[1]! + counts[2]! + counts[3]!
  for (let record = 1; record <= records; record++) {
    const start = at
    at = skipName(bytes, at, bytes.length)
    if (at === -1 || at + HEAD_BYTES > bytes.length) return undefined
    const end = at + HEAD_BYTES + read16(bytes, at + 8)
    if (end > bytes.length) return undefined
    if (read16(bytes, at) === Type.TSIG) {
      const isLast = record === records && counts[3]! > 0 && end === bytes.length
      return isLast ? readAt(bytes, start, at, end) : undefined
    }
    at = end
  }
  return null
}

function readAt(bytes: Uint8Array, start: number, type: number, end: number): TsigRecord | undefined {
  if (read16(bytes, type + 2) !== Class.ANY) return undefined
  const key = new NameKey()
  if (readName(bytes, start, bytes.length, key) === -1) return undefined
  const name = key.bytes.slice(0, key.length)
  const at = readName(bytes, type + HEAD_BYTES, end, key)
  if (at === -1 || at + 10 > end) return undefined
  const algorithm = key.bytes.slice(0, key.length)
  const macEnd = at + 10 + read16(bytes, at + 8)
  if (macEnd + 6 > end || macEnd + 6 + read16(bytes, macEnd + 4) !== end) return undefined
  return {
    start,
    name,
    algorithm,
    time: read48(bytes, at),
    fudge: read16(bytes, at + 6),
    mac: copyOf(bytes, at + 10, macEnd),
    originalId: read16(bytes, macEnd),
    error: read16(bytes, macEnd + 2),
    other: copyOf(bytes, macEnd + 6, end),
  }
}

/** RFC 8945 §4.3: what the sum is taken over, in its order. */
export class Sum {
  readonly #hmac: Hmac
  readonly #key: TsigKey

  /** `prior`: MAC of the request, or of the message before; null for a request. */
  constructor(key: TsigKey, prior: Uint8Array | null) {
    this.#key = key
    this.#hmac = createHmac(key.hash, key.secret)
    if (prior === null) return
    this.#hmac.update(words16(prior.length))
    this.#hmac.update(prior)
  }

  /** A message as it came, that has no record of its own (RFC 8945 §5.3.1). */
  addUnsigned(bytes: Uint8Array): void {
    this.#hmac.update(bytes)
  }

  /** A message without its record, under the id it was signed with. */
  addMessage(bytes: Uint8Array, { start, originalId }: Pick<TsigRecord, 'start' | 'originalId'>): void {
    const header = copyOf(bytes, 0, HEADER_BYTES)
    write16(header, 0, originalId)
    write16(header, ADDITIONAL_COUNT, read16(header, ADDITIONAL_COUNT) - 1)
    this.#hmac.update(header)
    this.#hmac.update(bytes.subarray(HEADER_BYTES, start))
  }

  /** RFC 8945 §4.3.3: the variables of a request or a first answer. */
  endWithVariables({
    time,
    fudge,
    error,
    other,
  }: Pick<TsigRecord, 'time' | 'fudge' | 'error' | 'other'>): Buffer {
    this.#hmac.update(this.#key.name)
    // Class ANY, TTL 0.
    this.#hmac.update(Uint8Array.of(0, Class.ANY, 0, 0, 0, 0))
    this.#hmac.update(this.#key.algorithm)
    this.#hmac.update(timers(time, fudge))
    this.#hmac.update(words16(error, other.length))
    this.#hmac.update(other)
    return this.#hmac.digest()
  }

  /** RFC 8945 §5.3.1: the timers of a further message. */
  endWithTimers({ time, fudge }: Pick<TsigRecord, 'time' | 'fudge'>): Buffer {
    this.#hmac.update(timers(time, fudge))
    return this.#hmac.digest()
  }
}

/** A message with its record, and the MAC that the next one builds on. */
export interface Signed {
  readonly bytes: Uint8Array
  readonly mac: Uint8Array
}

/**
 * Signs `message`, which has no TSIG yet. `time`: seconds since 1970. `prior`: null for a request, its MAC for the
 * answer. `error` and `other` as RFC 8945 §5.2 wants them in an answer that refuses.
 */
export function sign(
  message: Uint8Array,
  key: TsigKey,
  time: number,
  prior: Uint8Array | null = null,
  error = 0,
  other: Uint8Array = new Uint8Array(0),
): Signed {
  const record = { time, fudge: FUDGE_SECONDS, originalId: read16(message, 0), error, other }
  const counted = copyOf(message, 0, message.length)
  write16(counted, ADDITIONAL_COUNT, read16(message, ADDITIONAL_COUNT) + 1)
  const sum = new Sum(key, prior)
  sum.addMessage(counted, { start: counted.length, originalId: record.originalId })
  const mac = sum.endWithVariables(record)
  return { bytes: append(counted, key, { ...record, mac }), mac }
}

/** `message` with a record that carries an error and no MAC: RFC 8945 §5.2.1 and §5.2.2. */
export function refuseUnsigned(
  message: Uint8Array,
  { name, algorithm, time, fudge }: TsigRecord,
  error: number,
): Uint8Array {
  const counted = copyOf(message, 0, message.length)
  write16(counted, ADDITIONAL_COUNT, read16(message, ADDITIONAL_COUNT) + 1)
  const nothing = new Uint8Array(0)
  const originalId = read16(message, 0)
  return append(
    counted,
    { name, algorithm },
    { time, fudge, originalId, error, other: nothing, mac: nothing },
  )
}

function append(
  message: Uint8Array,
  { name, algorithm }: Pick<TsigKey, 'name' | 'algorithm'>,
  { time, fudge, mac, originalId, error, other }: Omit<TsigRecord, 'start' | 'name' | 'algorithm'>,
): Uint8Array {
  const rdata = Buffer.concat([
    algorithm,
    timers(time, fudge),
    words16(mac.length),
    mac,
    words16(originalId, error, other.length),
    other,
  ])
  return Buffer.concat([message, name, words16(Type.TSIG, Class.ANY, 0, 0, rdata.length), rdata])
}

function timers(time: number, fudge: number): Uint8Array {
  return Buffer.concat([seconds48(time), words16(fudge)])
}

/** Seconds since 1970 as a record has them. */
export function seconds48(time: number): Uint8Array {
  const bytes = Buffer.alloc(6)
  bytes.writeUIntBE(time, 0, 6)
  return bytes
}

/** The same, read. */
export function read48(bytes: Uint8Array, at: number): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).readUIntBE(at, 6)
}

/** A copy whatever kind of array it is: `slice` of a Buffer is none. */
export function copyOf(bytes: Uint8Array, from: number, end: number): Uint8Array {
  return new Uint8Array(bytes.subarray(from, end))
}

function words16(...words: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(words.length * 2)
  words.forEach((word, index) => write16(bytes, index * 2, word))
  return bytes
}

function read16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!
}

function write16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = (value >>> 8) & 0xff
  bytes[at + 1] = value & 0xff
}
