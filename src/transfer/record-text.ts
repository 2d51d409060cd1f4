/**
 * Records of a transfer as lines of a master file (RFC 1035 §5): what a zone is kept as, and how two records are told to
 * be the same. Owners absolute and in lower case, one record a line, every type that is not known here as RFC 3597 §5
 * writes it.
 */
import { addressText } from '../net/address.ts'
import { Type } from '../wire/constants.ts'
import { NameKey } from '../wire/name-key.ts'
import { nameToText, readName } from '../wire/name.ts'

/** How names and numbers stand in RDATA: `n` a name, `2` and `4` numbers of so many octets, `t` strings to the end. */
const SHAPES: ReadonlyMap<number, string> = new Map([
  [Type.NS, 'n'],
  [Type.CNAME, 'n'],
  [Type.PTR, 'n'],
  [Type.DNAME, 'n'],
  [Type.MX, '2n'],
  [Type.SRV, '222n'],
  [Type.SOA, 'nn44444'],
  [Type.TXT, 't'],
])

const TYPE_TEXT: ReadonlyMap<number, string> = new Map(
  (['A', 'AAAA', 'NS', 'CNAME', 'PTR', 'DNAME', 'MX', 'SRV', 'SOA', 'TXT'] as const).map((name) => [
    Type[name],
    name,
  ]),
)

/** What would be read as something else in a master file; backslashes and dots are escaped already. */
const SPECIAL = /[";()$@]/g

const key = new NameKey()

/** The name at `at`, in lower case, with its final dot; null where it is malformed. `end`: of the message. */
export function readNameText(
  bytes: Uint8Array,
  at: number,
  end: number,
): { text: string; behind: number } | null {
  const behind = readName(bytes, at, end, key)
  return behind === -1 ? null : { text: absoluteText(key.bytes), behind }
}

/** An uncompressed wire name with its final dot. */
export function absoluteText(name: Uint8Array): string {
  const text = nameToText(name)
  return text === '.' ? text : `${text.replace(SPECIAL, '\\$&')}.`
}

/** `CNAME`, `TYPE65280`. */
export function typeText(type: number): string {
  return TYPE_TEXT.get(type) ?? `TYPE${type}`
}

/** RDATA between `from` and `end` in text; null where it is malformed. Names in it may be compressed. */
export function rdataText(bytes: Uint8Array, type: number, from: number, end: number): string | null {
  if (type === Type.A) return end - from === 4 ? bytes.subarray(from, end).join('.') : null
  if (type === Type.AAAA) return end - from === 16 ? ipv6Text(bytes.subarray(from, end)) : null
  const shape = SHAPES.get(type)
  return shape === undefined ? opaqueText(bytes, from, end) : shapedText(bytes, shape, from, end)
}

/** An IPv4-mapped one stays IPv6. */
function ipv6Text(address: Uint8Array): string {
  const text = addressText(address)
  return text.includes(':') ? text : `::ffff:${text}`
}

function shapedText(bytes: Uint8Array, shape: string, from: number, end: number): string | null {
  const words: string[] = []
  let at = from
  for (const step of shape) {
    if (step === 't') return stringsText(bytes, at, end)
    if (step === 'n') {
      const name = readNameText(bytes, at, end)
      if (name === null) return null
      words.push(name.text)
      at = name.behind
      continue
    }
    const size = Number(step)
    if (at + size > end) return null
    let value = 0
    for (const last = at + size; at < last; at++) value = value * 256 + bytes[at]!
    words.push(String(value))
  }
  return at === end ? words.join(' ') : null
}

/** Character strings, each in quotes. */
function stringsText(bytes: Uint8Array, from: number, end: number): string | null {
  const words: string[] = []
  let at = from
  while (at < end) {
    const last = at + 1 + bytes[at]!
    if (last > end) return null
    let text = ''
    for (at++; at < last; at++) text += stringByte(bytes[at]!)
    words.push(`"${text}"`)
  }
  return words.length === 0 ? null : words.join(' ')
}

function stringByte(byte: number): string {
  if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, '0')}`
}

function opaqueText(bytes: Uint8Array, from: number, end: number): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset + from, end - from).toString('hex')
  return `\\# ${end - from}${hex === '' ? '' : ` ${hex}`}`
}
