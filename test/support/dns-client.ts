/**
 * A client for tests, over UDP and TCP on loopback. Queries are built by hand (so that any case, type, class, EDNS and
 * nonsense can be asked), replies read by dns-packet: nothing here is src/wire judging itself.
 */
import { createSocket } from 'node:dgram'
import { decode, toType, type DecodedRecord, type OptRecord } from './dns-packet.ts'
import { TcpConnection, timeoutError } from './tcp-connection.ts'

export interface Edns {
  readonly udpSize?: number
  readonly version?: number
  readonly options?: readonly { readonly code: number; readonly data?: Uint8Array }[]
}

export interface QueryOptions {
  readonly port: number
  readonly host?: string
  readonly tcp?: boolean
  /** Default 2,000. */
  readonly timeoutMs?: number
  readonly id?: number
  readonly rd?: boolean
  readonly ad?: boolean
  readonly cd?: boolean
  readonly do?: boolean
  /** Default true: an OPT that takes 1,232 octets. */
  readonly edns?: boolean | Edns
  readonly opcode?: number
  readonly qclass?: number
  /** The source: `127.0.0.2` is another client than `127.0.0.1`. */
  readonly from?: string
  /** Sent instead of what the other options say. */
  readonly raw?: Uint8Array
}

export interface ReplyRecord {
  readonly name: string
  /** `A`, `HTTPS`, `TYPE65280` … */
  readonly type: string
  readonly ttl: number
  /** As `dig` would show it for A, AAAA, CNAME, NS, PTR, DNAME, TXT (strings joined); what dns-packet makes of others. */
  readonly data: unknown
}

export interface Reply {
  readonly id: number
  /** Name of the 12-bit rcode: `NOERROR`, `NXDOMAIN`, `BADVERS` …, `RCODE11` where it has none. */
  readonly rcode: string
  readonly flags: {
    readonly qr: boolean
    readonly opcode: number
    readonly aa: boolean
    readonly tc: boolean
    readonly rd: boolean
    readonly ra: boolean
    readonly ad: boolean
    readonly cd: boolean
  }
  /** null: not echoed. `name` with the case it came in. */
  readonly question: { readonly name: string; readonly type: string } | null
  readonly answers: readonly ReplyRecord[]
  readonly authority: readonly ReplyRecord[]
  /** Without the OPT. */
  readonly additional: readonly ReplyRecord[]
  readonly edns: {
    readonly udpSize: number
    readonly version: number
    readonly do: boolean
    readonly options: readonly { readonly code: number; readonly data: Buffer }[]
  } | null
  /** Extended DNS Errors, in order. */
  readonly ede: readonly { readonly code: number; readonly text: string }[]
  readonly raw: Buffer
}

/** Asks, and resolves with the reply that has the query's id; rejects with `code: 'TIMEOUT'` when none comes. */
export async function query(name: string, type: string | number, options: QueryOptions): Promise<Reply> {
  return readReply(await exchange(options.raw ?? buildQuery(name, type, options), options))
}

/** Sends bytes as they are and resolves with the first message that comes back with their id. */
export function exchange(bytes: Uint8Array, options: QueryOptions): Promise<Buffer> {
  return options.tcp ? exchangeTcp(bytes, options) : exchangeUdp(bytes, options)
}

/** Resolves to true when nothing comes back within `timeoutMs` (default 300). */
export async function isSilent(bytes: Uint8Array, options: QueryOptions): Promise<boolean> {
  try {
    await exchange(bytes, { timeoutMs: 300, ...options })
    return false
  } catch (error) {
    if ((error as { code?: string }).code === 'TIMEOUT') return true
    throw error
  }
}

/** A query as it goes on the wire. `name` keeps its case; labels may hold `\DDD`. */
export function buildQuery(name: string, type: string | number, options: Partial<QueryOptions> = {}): Buffer {
  const { rd = true, ad = false, cd = false, edns = true, opcode = 0, qclass = 1 } = options
  const wantsOpt = edns !== false || options.do === true
  const header = Buffer.alloc(12)
  header.writeUInt16BE(options.id ?? Math.floor(Math.random() * 0x1_0000), 0)
  header.writeUInt16BE((opcode << 11) | (rd ? 0x100 : 0) | (ad ? 0x20 : 0) | (cd ? 0x10 : 0), 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(wantsOpt ? 1 : 0, 10)
  const question = Buffer.concat([encodeName(name), Buffer.alloc(4)])
  question.writeUInt16BE(toType(type), question.length - 4)
  question.writeUInt16BE(qclass, question.length - 2)
  const opt = wantsOpt ? [encodeOpt(typeof edns === 'object' ? edns : {}, options.do ?? false)] : []
  return Buffer.concat([header, question, ...opt])
}

/** Wire form of a name in presentation form, case kept. */
export function encodeName(name: string): Buffer {
  const labels = name
    .replace(/\.$/, '')
    .split('.')
    .filter((label) => label !== '')
  const encoded = labels.map((label) => {
    const text = label.replace(/\\(\d{3})/g, (_, digits: string) => String.fromCharCode(Number(digits)))
    return Buffer.from(`${String.fromCharCode(text.length)}${text}`, 'latin1')
  })
  return Buffer.concat([...encoded, Buffer.alloc(1)])
}

function encodeOpt({ udpSize = 1232, version = 0, options = [] }: Edns, dnssecOk: boolean): Buffer {
  const data = options.map((option) => {
    const head = Buffer.alloc(4)
    head.writeUInt16BE(option.code, 0)
    head.writeUInt16BE(option.data?.length ?? 0, 2)
    return Buffer.concat([head, option.data ?? Buffer.alloc(0)])
  })
  const rdata = Buffer.concat(data)
  const head = Buffer.alloc(11)
  head.writeUInt16BE(41, 1)
  head.writeUInt16BE(udpSize, 3)
  head.writeUInt8(version, 6)
  head.writeUInt16BE(dnssecOk ? 0x8000 : 0, 7)
  head.writeUInt16BE(rdata.length, 9)
  return Buffer.concat([head, rdata])
}

const RCODES: Readonly<Record<number, string>> = {
  0: 'NOERROR', 1: 'FORMERR', 2: 'SERVFAIL', 3: 'NXDOMAIN', 4: 'NOTIMP', 5: 'REFUSED', 16: 'BADVERS', 23: 'BADCOOKIE',
} // prettier-ignore

/** Reads a message; throws where dns-packet does. */
export function readReply(raw: Buffer): Reply {
  const packet = decode(raw)
  const opt = packet.additionals.find((record): record is OptRecord => record.type === 'OPT') ?? null
  const flags = raw.readUInt16BE(2)
  const rcode = (flags & 15) | ((opt?.extendedRcode ?? 0) << 4)
  const question = packet.questions[0]
  return {
    id: raw.readUInt16BE(0),
    rcode: RCODES[rcode] ?? `RCODE${rcode}`,
    flags: {
      qr: (flags & 0x8000) !== 0,
      opcode: (flags >> 11) & 15,
      aa: (flags & 0x400) !== 0,
      tc: (flags & 0x200) !== 0,
      rd: (flags & 0x100) !== 0,
      ra: (flags & 0x80) !== 0,
      ad: (flags & 0x20) !== 0,
      cd: (flags & 0x10) !== 0,
    },
    question: question ? { name: question.name, type: typeText(question.type) } : null,
    answers: packet.answers.map(replyRecord),
    authority: packet.authorities.map(replyRecord),
    additional: packet.additionals.filter((record) => record !== opt).map(replyRecord),
    edns: opt && {
      udpSize: opt.udpPayloadSize,
      version: opt.ednsVersion,
      do: opt.flag_do,
      options: opt.options.map(({ code, data }) => ({ code, data })),
    },
    ede: (opt?.options ?? [])
      .filter(({ code }) => code === 15)
      .map(({ data }) => ({ code: data.readUInt16BE(0), text: data.toString('utf8', 2) })),
    raw,
  }
}

function replyRecord(record: DecodedRecord): ReplyRecord {
  const data = record.type === 'TXT' ? Buffer.concat(record.data as Buffer[]).toString() : record.data
  return { name: record.name, type: typeText(record.type), ttl: record.ttl, data }
}

/** dns-packet knows some types less than people do. */
function typeText(type: string): string {
  const number = /^UNKNOWN_(\d+)$/.exec(type)?.[1]
  if (number === undefined) return type
  return ({ 64: 'SVCB', 65: 'HTTPS' } as Record<string, string>)[number] ?? `TYPE${number}`
}

function exchangeUdp(bytes: Uint8Array, options: QueryOptions): Promise<Buffer> {
  const { host = '127.0.0.1', port, timeoutMs = 2_000, from } = options
  return new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
    const finish = (outcome: () => void): void => {
      clearTimeout(timer)
      socket.close()
      outcome()
    }
    const timer = setTimeout(() => finish(() => reject(timeoutError(timeoutMs))), timeoutMs)
    socket.on('error', (error) => finish(() => reject(error)))
    socket.on('message', (message) => {
      if (hasSameId(message, bytes)) finish(() => resolve(message))
    })
    socket.bind(0, from, () => socket.send(bytes, port, host))
  })
}

async function exchangeTcp(bytes: Uint8Array, options: QueryOptions): Promise<Buffer> {
  const connection = await TcpConnection.open(options)
  try {
    connection.send(bytes)
    for (;;) {
      const message = await connection.receive(options.timeoutMs)
      if (hasSameId(message, bytes)) return message
    }
  } finally {
    connection.close()
  }
}

function hasSameId(message: Buffer, bytes: Uint8Array): boolean {
  return message.length >= 12 && message[0] === bytes[0] && message[1] === bytes[1]
}

export { expectAnswer, expectNegative } from './expect-answer.ts'
