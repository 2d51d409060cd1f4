/**
 * Records in the words of a master file (RFC 1035 §5.1), the way back from record-data. There are servers that load no
 * zone in which a type they know stands as RFC 3597 §5 writes those they do not know (PowerDNS Recursor 4.8).
 */
import { typeName } from '../../message/type-names.ts'
import { addressText } from '../../net/address.ts'
import { nameToText } from '../../wire/name.ts'
import { SHAPES } from './record-shapes.ts'

/** What a master file would take for something else; backslashes and dots are escaped already. */
const SPECIAL = /[";()$@]/g

/** `MX 10 mail.vn.`; what has no words here: `TYPE65280 \\# 2 0aff`. `data`: names in it uncompressed. */
export function recordWords(type: number, data: Uint8Array): string {
  const shape = SHAPES.get(type)
  const name = typeName(type)
  const hasWords = shape !== undefined && !shape.endsWith('-') && !name.startsWith('TYPE')
  const words = hasWords ? shapedWords(shape, data) : null
  return words === null ? `TYPE${type} \\# ${data.length} ${hexOf(data)}` : `${name} ${words.join(' ')}`
}

/** Null where the data is not put together so. */
function shapedWords(shape: string, data: Uint8Array): string[] | null {
  const words: string[] = []
  let at = 0
  for (const step of shape) {
    const end = partEnd(step, data, at)
    if (end === null) return null
    words.push(...partWords(step, data.subarray(at, end)))
    at = end
  }
  return at === data.length ? words : null
}

/** Where the part ends that begins at `at`; null: there is none. */
function partEnd(step: string, data: Uint8Array, at: number): number | null {
  const isEmpty = at >= data.length
  const within = (end: number): number | null => (end > data.length ? null : end)
  switch (step) {
    case '4':
      return within(at + 4)
    case '6':
      return within(at + 16)
    case 'n': {
      let end = at
      while (end < data.length && data[end] !== 0) end += 1 + data[end]!
      return within(end + 1)
    }
    case 's':
    case 'w':
      return isEmpty ? null : within(at + 1 + data[at]!)
    case 't':
    case 'r':
    case 'h':
      return isEmpty ? null : data.length
    default:
      return within(at + Number(step))
  }
}

function partWords(step: string, part: Uint8Array): string[] {
  switch (step) {
    case '4':
      return [part.join('.')]
    case '6':
      return [ipv6Text(part)]
    case 'n':
      return [absoluteText(part)]
    case 's':
      return [quoted(part.subarray(1))]
    case 'w':
      return [wordOf(part.subarray(1))]
    case 't':
      return strings(part)
    case 'r':
      return [quoted(part)]
    case 'h':
      return [hexOf(part)]
    default:
      return [String(part.reduce((value, byte) => value * 256 + byte, 0))]
  }
}

/** An IPv4-mapped one stays IPv6. */
function ipv6Text(address: Uint8Array): string {
  const text = addressText(address)
  return text.includes(':') ? text : `::ffff:${text}`
}

function absoluteText(name: Uint8Array): string {
  const text = nameToText(name)
  return text === '.' ? text : `${text.replace(SPECIAL, '\\$&')}.`
}

function strings(part: Uint8Array): string[] {
  const words: string[] = []
  for (let at = 0; at < part.length; at += 1 + part[at]!)
    words.push(quoted(part.subarray(at + 1, at + 1 + part[at]!)))
  return words
}

function wordOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1')
  return /^[A-Za-z0-9]+$/.test(text) ? text : quoted(bytes)
}

function quoted(bytes: Uint8Array): string {
  const isPlain = (byte: number): boolean => byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c
  const text = Array.from(bytes, (byte) => isPlain(byte) ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, '0')}`) // prettier-ignore
  return `"${text.join('')}"`
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
