/**
 * The first message of a TLS connection, read for its server name and for what tells one program from another
 * (RFC 8446 §4.1.2). Nothing is answered with it, so what a server would have to check is not checked.
 */

/** What was read. A hello that breaks off or contradicts itself is told as far as it went. */
export interface ClientHello {
  /** SNI, lower case, without a trailing dot; null: none was sent. With ECH the outer one. */
  readonly serverName: string | null
  /** Protocol names of ALPN, in order. */
  readonly protocols: readonly string[]
  /** Reserved values that Chromium and Safari strew in, RFC 8701. */
  readonly hasGrease: boolean
  /** Extensions, without those of GREASE. */
  readonly extensions: number
  /** Offers TLS 1.3. */
  readonly offersTls13: boolean
}

/** `more`: so far it is one, and not whole. `other`: it is none. */
export type HelloReading = ClientHello | 'more' | 'other'

const HANDSHAKE = 22
const CLIENT_HELLO = 1
const RECORD_HEADER = 5
/** RFC 8446 §5.1. */
const MAX_RECORD = 1 << 14
const Extension = { ServerName: 0, Alpn: 16, SupportedVersions: 43 } as const
const TLS_1_3 = 0x0304
/** Longest name of the DNS, and of those there are in one hello. */
const MAX_NAME = 253
const MAX_EXTENSIONS = 128

/** Reads the beginning of a connection, all that has come so far. Never throws and never reads behind `bytes`. */
export function readClientHello(bytes: Uint8Array): HelloReading {
  if (bytes.length > 0 && bytes[0] !== HANDSHAKE) return 'other'
  const message = new Uint8Array(bytes.length)
  let length = 0
  // One message may lie in many records, cut anywhere.
  for (let at = 0; ;) {
    if (at === bytes.length) return 'more'
    if (bytes[at] !== HANDSHAKE || (at + 1 < bytes.length && bytes[at + 1] !== 3)) return 'other'
    if (at + RECORD_HEADER > bytes.length) return 'more'
    const size = (bytes[at + 3]! << 8) | bytes[at + 4]!
    // RFC 8446 §5.1: fragments of a handshake are never empty.
    if (size === 0 || size > MAX_RECORD) return 'other'
    const fragment = bytes.subarray(at + RECORD_HEADER, at + RECORD_HEADER + size)
    message.set(fragment, length)
    length += fragment.length
    if (length > 0 && message[0] !== CLIENT_HELLO) return 'other'
    if (length >= 4) {
      const end = 4 + ((message[1]! << 16) | (message[2]! << 8) | message[3]!)
      if (length >= end) return readBody(message.subarray(4, end))
    }
    if (fragment.length < size) return 'more'
    at += RECORD_HEADER + size
  }
}

/** Walks bytes by fields; behind the end everything is 0 and empty. */
class Fields {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  number(octets: 1 | 2): number {
    let value = 0
    for (const byte of this.take(octets)) value = (value << 8) | byte
    return value
  }

  /** What a length of `octets` in front says, as far as it is there. */
  vector(octets: 1 | 2): Uint8Array {
    return this.take(this.number(octets))
  }

  take(count: number): Uint8Array {
    const taken = this.#bytes.subarray(this.#at, this.#at + count)
    this.#at += count
    return taken
  }
}

function readBody(body: Uint8Array): ClientHello {
  const fields = new Fields(body)
  // legacy_version, random, legacy_session_id.
  fields.take(2 + 32)
  fields.vector(1)
  let hasGrease = false
  const suites = new Fields(fields.vector(2))
  while (!suites.isAtEnd) if (isGrease(suites.number(2))) hasGrease = true
  // legacy_compression_methods.
  fields.vector(1)

  let serverName: string | null = null
  let protocols: readonly string[] = []
  let offersTls13 = false
  let extensions = 0
  const all = new Fields(fields.vector(2))
  for (let seen = 0; seen < MAX_EXTENSIONS && !all.isAtEnd; seen++) {
    const type = all.number(2)
    const data = all.vector(2)
    if (isGrease(type)) hasGrease = true
    else extensions++
    if (type === Extension.ServerName) serverName ??= readServerName(data)
    if (type === Extension.Alpn) protocols = readProtocols(data)
    if (type === Extension.SupportedVersions) offersTls13 = readVersions(data).includes(TLS_1_3)
  }
  return { serverName, protocols, hasGrease, extensions, offersTls13 }
}

/** RFC 6066 §3: a list of names by type, of which there is one (0, host_name). */
function readServerName(data: Uint8Array): string | null {
  const list = new Fields(new Fields(data).vector(2))
  if (list.number(1) !== 0) return null
  const name = list.vector(2)
  if (name.length === 0 || name.length > MAX_NAME + 1) return null
  return Buffer.from(name.buffer, name.byteOffset, name.length)
    .toString('latin1')
    .toLowerCase()
    .replace(/\.$/, '')
}

/** RFC 7301 §3.1. */
function readProtocols(data: Uint8Array): string[] {
  const list = new Fields(new Fields(data).vector(2))
  const protocols: string[] = []
  while (!list.isAtEnd && protocols.length < 16)
    protocols.push(Buffer.from(list.vector(1)).toString('latin1'))
  return protocols
}

/** RFC 8446 §4.2.1. */
function readVersions(data: Uint8Array): number[] {
  const list = new Fields(new Fields(data).vector(1))
  const versions: number[] = []
  while (!list.isAtEnd) versions.push(list.number(2))
  return versions
}

/** RFC 8701 §2: 0x0A0A, 0x1A1A, … 0xFAFA. */
function isGrease(value: number): boolean {
  return (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff)
}
