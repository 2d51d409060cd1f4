/**
 * The head of an HTTP/1 request, read as whoever sent it meant it (RFC 9112): what comes to a sinkhole is evidence, so
 * what is malformed is told as far as it can be understood. A connection carries one request; what follows it is not
 * read, so nothing can be smuggled behind it.
 */

/** Longest head that is waited for, bytes; more than any browser sends. */
export const MAX_HEAD_BYTES = 16 << 10
/** Header lines that are read; those behind are passed over. */
const MAX_HEADERS = 100

export interface RequestHead {
  readonly method: string
  /** As sent; of `GET http://name/x` and of `CONNECT name:443` what stands behind the name. */
  readonly path: string
  /** Behind the `?`; empty: none. */
  readonly query: string
  /** `Host`, or the name in the target where that names one; lower case, without port and trailing dot; null: none. */
  readonly host: string | null
  /** By lower-case name; the first of those given twice. */
  readonly headers: ReadonlyMap<string, string>
  /** Where the body begins. */
  readonly length: number
  /** False: it goes on beyond what may come. */
  readonly isWhole: boolean
}

/** `more`: so far it is one, and not whole. `other`: it is none. */
export type HeadReading = RequestHead | 'more' | 'other'

/** A method and the beginning of a target, or of both as much as has come: not `HELO mail.vn`. */
const BEGINNING = /^(?:CONNECT |[a-z][a-z-]{0,19}(?:$| +(?:$|[/*]|(?:h|ht|htt)$|http)))/i
const BEGINNING_BYTES = 64
const REQUEST_LINE = /^(\S+) +(\S.*?) +HTTP\/\d(?:\.\d)?$/
const CUT_LINE = /^(\S+) +(\S*)/
const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)(.*)$/i

/** Reads the beginning of a connection, all that has come so far; `isAll`: and that will come. Never throws. */
export function readRequestHead(bytes: Uint8Array, isAll = false): HeadReading {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MAX_HEAD_BYTES))
  // Looked at before all of it is turned into text: most of what is none shows it in its first bytes.
  if (!BEGINNING.test(head.toString('latin1', 0, BEGINNING_BYTES))) return 'other'
  const lineEnd = head.indexOf(10)
  const isFull = isAll || bytes.length >= MAX_HEAD_BYTES
  if (lineEnd < 0 && !isFull) return 'more'
  const line = REQUEST_LINE.exec(text(head, 0, lineEnd < 0 ? head.length : lineEnd))
  if (line === null && lineEnd >= 0) return 'other'
  const end = endOfHead(head, lineEnd)
  if (end < 0 && !isFull) return 'more'
  const [, method, target] = line ?? CUT_LINE.exec(text(head, 0, head.length)) ?? []
  if (method === undefined || target === undefined) return 'other'
  const headers = lineEnd < 0 ? new Map<string, string>() : readHeaders(head, lineEnd + 1, end)
  const { host, rest } = splitTarget(method, target)
  const mark = rest.indexOf('?')
  return {
    method: method.toUpperCase(),
    path: mark < 0 ? rest : rest.slice(0, mark),
    query: mark < 0 ? '' : rest.slice(mark + 1),
    host: hostName(host ?? headers.get('host') ?? ''),
    headers,
    length: end < 0 ? head.length : end,
    isWhole: end >= 0,
  }
}

/**
 * Whether an empty line ends in `bytes` from `from` on: until then a head of which the first line has come, and no empty
 * line before `from`, reads as `more`.
 */
export function hasEmptyLine(bytes: Uint8Array, from: number): boolean {
  // The LF of the line before may be the last or last but one of what was there.
  const start = bytes.indexOf(10, Math.max(0, from - 2))
  return start >= 0 && endOfHead(bytes, start) >= 0
}

/** Where the body begins, or -1: the empty line has not come. Lines end in LF, with or without CR before it. */
function endOfHead(head: Uint8Array, lineEnd: number): number {
  for (let at = lineEnd; at >= 0; at = head.indexOf(10, at + 1)) {
    if (head[at + 1] === 10) return at + 2
    if (head[at + 1] === 13 && head[at + 2] === 10) return at + 3
  }
  return -1
}

function readHeaders(head: Buffer, from: number, end: number): Map<string, string> {
  const headers = new Map<string, string>()
  const lines = text(head, from, end < 0 ? head.length : end).split('\n', MAX_HEADERS)
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon <= 0) continue
    const name = line.slice(0, colon).trim().toLowerCase()
    if (!headers.has(name)) headers.set(name, line.slice(colon + 1).trim())
  }
  return headers
}

function splitTarget(method: string, target: string): { host: string | null; rest: string } {
  if (method.toUpperCase() === 'CONNECT') return { host: target, rest: '' }
  const absolute = ABSOLUTE.exec(target)
  if (absolute === null) return { host: null, rest: target.split('#', 1)[0]! }
  const rest = absolute[2]!.split('#', 1)[0]!
  return { host: absolute[1]!.replace(/^.*@/, ''), rest: rest.startsWith('/') ? rest : `/${rest}` }
}

function hostName(authority: string): string | null {
  const bracketed = /^\[([^\]]*)\]/.exec(authority)
  const name = bracketed?.[1] ?? authority.replace(/:\d*$/, '')
  const plain = name.toLowerCase().replace(/\.$/, '')
  return plain === '' ? null : plain
}

/** What a browser shows stands there in UTF-8, and so may what a program sends; other bytes turn into U+FFFD. */
function text(bytes: Buffer, from: number, to: number): string {
  return bytes.toString('utf8', from, to).replace(/\r$/, '')
}
