/**
 * A primary name server that does what a test tells it, over TCP, and sends NOTIFY. Its records are written by
 * dns-packet; its signatures by a second implementation of RFC 8945, written from the RFC and for nothing but tests.
 */
import { createHmac } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { encodeName } from './dns-client.ts'
import { encode, type RecordToEncode } from './dns-packet.ts'

export const ZONE = 'rpz.so.tinh.vn'
export const KEY = {
  name: 'rpz-key',
  algorithm: 'hmac-sha256',
  secret: 'c29tZSBrZXkgb2YgdGhpcnR5LXR3byBvY3RldHMhIQ==',
}

/** What was asked. */
export interface Asked {
  readonly id: number
  readonly type: 'AXFR' | 'IXFR'
  /** Of an IXFR. */
  readonly serial: number | null
  /** Of a request that was signed. */
  readonly mac: Buffer | null
  readonly socket: Socket
}

/** Messages to send, raw; what is `null` ends the connection. Nothing behind them: the connection stays open. */
export type Script = (asked: Asked) => Iterable<Uint8Array | null> | AsyncIterable<Uint8Array | null>

export class ScriptedPrimary {
  readonly asked: Asked[] = []
  script: Script
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(script: Script) {
    this.script = script
    this.#server = createServer((socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => this.#sockets.delete(socket))
      let bytes = Buffer.alloc(0)
      socket.on('data', (chunk: Buffer) => {
        bytes = Buffer.concat([bytes, chunk])
        if (bytes.length < 2 || bytes.length < 2 + bytes.readUInt16BE(0)) return
        const asked = readAsked(bytes.subarray(2, 2 + bytes.readUInt16BE(0)), socket)
        this.asked.push(asked)
        void this.#play(asked)
      })
    })
  }

  static async open(script: Script): Promise<ScriptedPrimary> {
    const primary = new ScriptedPrimary(script)
    primary.#server.listen(0, '127.0.0.1')
    await once(primary.#server, 'listening')
    return primary
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async #play(asked: Asked): Promise<void> {
    for await (const message of this.script(asked)) {
      if (asked.socket.destroyed) return
      if (message === null) return void asked.socket.end()
      const head = Buffer.alloc(2)
      head.writeUInt16BE(message.length)
      const isTaken = asked.socket.write(Buffer.concat([head, message]))
      if (!isTaken) await new Promise((resolve) => asked.socket.once('drain', resolve).once('close', resolve))
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

function readAsked(message: Buffer, socket: Socket): Asked {
  let at = 12
  while (message[at] !== 0) at += message[at]! + 1
  const type = message.readUInt16BE(at + 1) === 252 ? 'AXFR' : 'IXFR'
  at += 5
  let serial: number | null = null
  if (message.readUInt16BE(8) === 1) {
    at += 2 + 10
    serial = message.readUInt32BE(at + 2)
    at += 22
  }
  let mac: Buffer | null = null
  if (message.readUInt16BE(10) === 1) {
    const rdata = at + encodeName(KEY.name).length + 10 + encodeName(KEY.algorithm).length
    mac = message.subarray(rdata + 10, rdata + 10 + message.readUInt16BE(rdata + 8))
  }
  return { id: message.readUInt16BE(0), type, serial, mac, socket }
}

/** The SOA of a zone. */
export function soa(
  serial: number,
  timers: Partial<{ refresh: number; retry: number; expire: number }> = {},
): RecordToEncode {
  return {
    type: 'SOA',
    name: ZONE,
    ttl: 60,
    data: { mname: `ns.${ZONE}`, rname: 'root.so.tinh.vn', serial, refresh: 3600, retry: 600, expire: 604_800, minimum: 60, ...timers },
  } // prettier-ignore
}

/** The rule for `name`: NXDOMAIN. */
export function block(name: string): RecordToEncode {
  return { type: 'CNAME', name: `${name}.${ZONE}`, ttl: 60, data: '.' }
}

export function address(name: string, data: string): RecordToEncode {
  return { type: data.includes(':') ? 'AAAA' : 'A', name: `${name}.${ZONE}`, ttl: 60, data }
}

/** One message of an answer. */
export function message(
  { id, type }: Pick<Asked, 'id' | 'type'>,
  answers: readonly RecordToEncode[],
  rcode = 0,
  zone = ZONE,
): Buffer {
  const bytes = encode({ type: 'response', id, flags: 0x400, questions: [{ type, name: zone }], answers: [...answers] }) // prettier-ignore
  bytes[3] = (bytes[3]! & 0xf0) | rcode
  return bytes
}

/** A zone as an answer: SOA at both ends, `perMessage` records in each. */
export function wholeZone(
  asked: Asked,
  serial: number,
  records: readonly RecordToEncode[],
  perMessage = 100,
): Buffer[] {
  const all = [soa(serial), ...records, soa(serial)]
  const messages: Buffer[] = []
  for (let at = 0; at < all.length; at += perMessage)
    messages.push(message(asked, all.slice(at, at + perMessage)))
  return messages
}

/** Signs the messages of an answer; of those between the first and the last only every `every`th. */
export function signed(
  { mac }: Pick<Asked, 'mac'>,
  messages: readonly Buffer[],
  options: Partial<{ every: number; seconds: number; secret: string; name: string }> = {},
): Buffer[] {
  const { every = 1, seconds = Math.floor(Date.now() / 1000), secret = KEY.secret, name = KEY.name } = options
  let prior = mac ?? Buffer.alloc(0)
  let parts: Buffer[] = [u16(prior.length), prior]
  return messages.map((each, index) => {
    const isSigned = index === 0 || index === messages.length - 1 || index % every === 0
    parts.push(each)
    if (!isSigned) return each
    const time = Buffer.concat([u16(0), u32(seconds), u16(300)])
    const variables = [encodeName(name), Buffer.from([0, 255, 0, 0, 0, 0]), encodeName(KEY.algorithm), time, u16(0), u16(0)] // prettier-ignore
    if (index === 0) parts.push(...variables)
    else parts.push(time)
    const sum = createHmac('sha256', Buffer.from(secret, 'base64')).update(Buffer.concat(parts)).digest()
    prior = sum
    parts = [u16(prior.length), prior]
    return withTsig(
      each,
      name,
      Buffer.concat([time, u16(sum.length), sum, each.subarray(0, 2), u16(0), u16(0)]),
    )
  })
}

/** A message with a TSIG that tells an error and is not signed: RFC 8945 §5.2.1. */
export function tsigError(each: Buffer, error: number): Buffer {
  return withTsig(each, KEY.name, Buffer.concat([u16(0), u32(0), u16(300), u16(0), each.subarray(0, 2), u16(error), u16(0)])) // prettier-ignore
}

function withTsig(each: Buffer, name: string, rest: Buffer): Buffer {
  const rdata = Buffer.concat([encodeName(KEY.algorithm), rest])
  const record = Buffer.concat([encodeName(name), u16(250), u16(255), u32(0), u16(rdata.length), rdata])
  const bytes = Buffer.concat([each, record])
  bytes.writeUInt16BE(bytes.readUInt16BE(10) + 1, 10)
  return bytes
}

/** A NOTIFY for `zone`; signed where `secret` is given. */
export function notify(
  id: number,
  zone = ZONE,
  secret: string | null = null,
  seconds = Math.floor(Date.now() / 1000),
): Buffer {
  const head = Buffer.concat([u16(id), u16(0x2400), u16(1), u16(0), u16(0), u16(0)])
  const each = Buffer.concat([head, encodeName(zone), u16(6), u16(1)])
  if (secret === null) return each
  const time = Buffer.concat([u16(0), u32(seconds), u16(300)])
  const input = [each, encodeName(KEY.name), Buffer.from([0, 255, 0, 0, 0, 0]), encodeName(KEY.algorithm), time, u16(0), u16(0)] // prettier-ignore
  const sum = createHmac('sha256', Buffer.from(secret, 'base64')).update(Buffer.concat(input)).digest()
  return withTsig(each, KEY.name, Buffer.concat([time, u16(sum.length), sum, u16(id), u16(0), u16(0)]))
}

/** Sends `bytes` by UDP from `from`, and resolves with what comes back, or null within `timeoutMs`. */
export function sendFrom(
  from: string,
  port: number,
  bytes: Buffer,
  timeoutMs = 2000,
): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4')
    const finish = (reply: Buffer | null): void => {
      clearTimeout(timer)
      socket.close()
      resolve(reply)
    }
    const timer = setTimeout(() => finish(null), timeoutMs)
    socket.on('error', reject)
    socket.on('message', finish)
    socket.bind(0, from, () => socket.send(bytes, port, '127.0.0.1'))
  })
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
