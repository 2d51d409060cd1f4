/**
 * Data of records in master files (RFC 1035 §5.1) made ready for the wire: what response policy zones answer. Types
 * that this does not know by their words may be written as RFC 3597 §5 has it (`\# 2 0aff`).
 */
import { isIPv4, isIPv6 } from 'node:net'
import { typeCode } from '../../message/type-names.ts'
import { parseAddress } from '../../net/address.ts'
import { Type } from '../../wire/constants.ts'
import { MAX_LABEL_BYTES, textToName } from '../../wire/name.ts'
import type { Refusal } from '../outcome.ts'
import { SHAPES } from './record-shapes.ts'
import { resolveName, type ZoneName } from './zone-file.ts'

/** Octets of one record's data. */
const MAX_DATA_BYTES = 1024

/**
 * Those that describe the zone or sign it, and those that stand for more than their owner: no data of a name. What holds
 * names and has no shape above is here too, because a name in it could not be checked.
 */
const NO_DATA: ReadonlySet<number> = new Set([0, Type.NS, Type.MD, Type.MF, Type.SOA, Type.MB, Type.MG, Type.MR, Type.MINFO, Type.RT, Type.SIG, 25, Type.PX, Type.NXT, Type.DNAME, Type.OPT, Type.DS, Type.RRSIG, Type.NSEC, Type.DNSKEY, 50, 51, 59, 60]) // prettier-ignore
const isMeta = (type: number): boolean => type >= 128 && type <= 255

/** Number and data of a record `type` (in capitals) with the words `rdata`, or why it is none. */
export function readRecordData(
  type: string,
  rdata: readonly string[],
  origin: ZoneName,
): { readonly type: number; readonly data: Uint8Array } | Refusal {
  const code = typeCode(type)
  if (code === null) return 'not-a-name'
  if (NO_DATA.has(code) || isMeta(code)) return 'not-yet'
  const shape = SHAPES.get(code)
  const data = new DataWriter(origin)
  if (rdata[0] === '\\#') {
    if (!data.opaque(rdata) || (shape !== undefined && !fits(shape, data.bytes))) return 'not-a-name'
  } else {
    if (shape === undefined || shape.endsWith('-')) return 'not-yet'
    if (!data.words(shape, rdata))
      return code === Type.A || code === Type.AAAA ? 'not-an-address' : 'not-a-name'
  }
  return data.bytes.length > MAX_DATA_BYTES ? 'too-long' : { type: code, data: data.bytes }
}

class DataWriter {
  bytes: Uint8Array = new Uint8Array(0)
  readonly #origin: ZoneName

  constructor(origin: ZoneName) {
    this.#origin = origin
  }

  /** `\#`, the length, hexadecimal digits. */
  opaque([, length = '', ...digits]: readonly string[]): boolean {
    const hex = digits.join('')
    if (!/^\d{1,5}$/.test(length) || hex.length !== 2 * Number(length) || !/^[\da-f]*$/i.test(hex))
      return false
    this.bytes = Buffer.from(hex, 'hex')
    return true
  }

  words(shape: string, words: readonly string[]): boolean {
    const parts: Uint8Array[] = []
    let next = 0
    for (const step of shape) {
      const rest = step === 't' || step === 'h' ? words.slice(next) : words.slice(next, next + 1)
      const part = rest.length === 0 ? null : this.#part(step, rest)
      if (part === null) return false
      parts.push(part)
      next += rest.length
    }
    this.bytes = Buffer.concat(parts)
    return next === words.length
  }

  #part(step: string, words: readonly string[]): Uint8Array | null {
    const word = words[0]!
    switch (step) {
      case '4':
        return isIPv4(word) ? address(word).subarray(12) : null
      case '6':
        return isIPv6(word) && !word.includes('%') ? address(word) : null
      case 'n':
        return this.#name(word)
      case 't':
        return joined(words.map((text) => string(text)))
      case 's':
      case 'w':
        return string(word)
      case 'r':
        return text(word)
      case 'h':
        return /^(?:[\da-f]{2})+$/i.test(words.join('')) ? Buffer.from(words.join(''), 'hex') : null
      default:
        return number(word, Number(step))
    }
  }

  #name(word: string): Uint8Array | null {
    const { text: name, isAbsolute } = resolveName(word, this.#origin)
    const wire = new Uint8Array(256)
    const length = isAbsolute ? textToName(name === '' ? '.' : name, wire) : -1
    return length === -1 ? null : wire.slice(0, length)
  }
}

function address(word: string): Uint8Array {
  const bytes = new Uint8Array(16)
  parseAddress(word, bytes)
  return bytes
}

function number(word: string, size: number): Uint8Array | null {
  if (!/^\d{1,5}$/.test(word) || Number(word) >= 256 ** size) return null
  return size === 1 ? Uint8Array.of(Number(word)) : Uint8Array.of(Number(word) >> 8, Number(word) & 0xff)
}

function joined(parts: readonly (Uint8Array | null)[]): Uint8Array | null {
  return parts.every((part) => part !== null) ? Buffer.concat(parts) : null
}

function string(word: string): Uint8Array | null {
  const bytes = text(word)
  return bytes === null || bytes.length > 255 ? null : Buffer.concat([Uint8Array.of(bytes.length), bytes])
}

/** Without its quotes and escapes. */
function text(word: string): Uint8Array | null {
  const bare = word.length > 1 && word.startsWith('"') ? word.slice(1, -1) : word
  const parts: Uint8Array[] = []
  for (const [piece, code, character] of bare.matchAll(/\\(\d{3})|\\(.)|[^\\]+|\\/gsu)) {
    if (piece === '\\' || Number(code ?? 0) > 255) return null
    parts.push(code === undefined ? Buffer.from(character ?? piece) : Uint8Array.of(Number(code)))
  }
  return Buffer.concat(parts)
}

/** Whether `bytes` are put together so: nobody who reads the answer shall stumble over it. */
function fits(shape: string, bytes: Uint8Array): boolean {
  let at = 0
  for (const step of shape) {
    if (step === 't') {
      if (at === bytes.length) return false
      while (at < bytes.length) at += 1 + bytes[at]!
    } else if (step === 's' || step === 'w') at += at < bytes.length ? 1 + bytes[at]! : 1
    else if (step === 'n') at = plainNameEnd(bytes, at)
    else if (step === 'r' || step === 'h' || step === '-') return at <= bytes.length
    else at += step === '6' ? 16 : Number(step)
  }
  return at === bytes.length
}

/** Behind the name at `at`; past the end where it is none, or compressed. */
function plainNameEnd(bytes: Uint8Array, at: number): number {
  const none = bytes.length + 1
  for (let start = at; at < bytes.length && at - start < 255; at += 1 + bytes[at]!) {
    if (bytes[at]! > MAX_LABEL_BYTES) return none
    if (bytes[at] === 0) return at + 1
  }
  return none
}
