/** Asks a resolver one question, over UDP and, where the answer is truncated, over TCP: for `lookup --resolve`. */
import { createSocket } from 'node:dgram'
import { connect, isIPv6 } from 'node:net'
import { formatEndpoint, isWildcard } from '../config/address.ts'
import type { Endpoint } from '../config/settings.ts'
import { decode, type DecodedMessage } from '../message/decode.ts'
import { MessageError } from '../message/dns2.ts'
import { encodeQuery } from '../message/encode-query.ts'
import { SecureRandom } from '../random.ts'
import { CommandError } from './command.ts'

const ATTEMPT_MS = 2500
const ATTEMPTS = 2

export interface Answered {
  readonly server: string
  readonly transport: 'UDP' | 'TCP'
  readonly message: DecodedMessage
}

/** Throws CommandError when nobody answers at `listen`, or what comes back cannot be read. */
export async function askResolver(listen: Endpoint, name: string, qtype: number): Promise<Answered> {
  const endpoint = { address: reachable(listen.address), port: listen.port }
  const server = formatEndpoint(endpoint)
  const id = new SecureRandom().below(0x10000)
  try {
    const query = encodeQuery({ name, qtype, id })
    const overUdp = decode(await askUdp(endpoint, query))
    if (!overUdp.flags.includes('tc')) return { server, transport: 'UDP', message: overUdp }
    return { server, transport: 'TCP', message: decode(await askTcp(endpoint, query)) }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'ECONNREFUSED' ? 'nobody listens there' : message
    const what =
      error instanceof MessageError ? `the answer of ${server} cannot be shown` : `asking ${server}`
    throw new CommandError(`${what}: ${why}`, undefined, { cause: error })
  }
}

async function askUdp(endpoint: Endpoint, query: Uint8Array): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt++) {
    const reply = await askUdpOnce(endpoint, query)
    if (reply !== null) return reply
    if (attempt === ATTEMPTS) throw new Error(`no answer within ${(ATTEMPTS * ATTEMPT_MS) / 1000} s`)
  }
}

function askUdpOnce({ address, port }: Endpoint, query: Uint8Array): Promise<Uint8Array | null> {
  return new Promise((settle, fail) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
    const end = (finish: () => void): void => {
      clearTimeout(timer)
      socket.close()
      finish()
    }
    const timer = setTimeout(() => end(() => settle(null)), ATTEMPT_MS)
    socket.on('error', (error) => end(() => fail(error)))
    socket.on('message', (bytes) => {
      if (answers(bytes, query)) end(() => settle(bytes))
    })
    // Connected: the kernel drops what others send and reports a closed port.
    socket.connect(port, address, () => socket.send(query))
  })
}

/** RFC 1035 §4.2.2: two octets of length before each message. */
function askTcp({ address, port }: Endpoint, query: Uint8Array): Promise<Uint8Array> {
  return new Promise((settle, fail) => {
    const socket = connect(port, address)
    let received: Buffer = Buffer.alloc(0)
    socket.setTimeout(ATTEMPT_MS * ATTEMPTS, () => socket.destroy(new Error('no answer over TCP')))
    socket.on('error', fail)
    socket.on('close', () => fail(new Error('the connection was closed without an answer')))
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      if (received.length < 2) return
      const length = received.readUInt16BE(0)
      if (received.length < 2 + length) return
      const message = received.subarray(2, 2 + length)
      if (answers(message, query)) settle(message)
      else fail(new Error('the answer belongs to another question'))
      socket.destroy()
    })
    const framed = Buffer.alloc(2 + query.length)
    framed.writeUInt16BE(query.length, 0)
    framed.set(query, 2)
    socket.write(framed)
  })
}

/** The same id, and a response. The question is compared by eye: it is printed. */
function answers(bytes: Uint8Array, query: Uint8Array): boolean {
  return bytes.length >= 12 && bytes[0] === query[0] && bytes[1] === query[1] && (bytes[2]! & 0x80) !== 0
}

/** A wildcard is reached at the loopback address. */
function reachable(address: string): string {
  if (!isWildcard(address)) return address
  return address === '::' ? '::1' : '127.0.0.1'
}
